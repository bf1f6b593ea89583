// The whole gateway on a real controller, as far as QEMU emulates one, while another sends: what only controllers have (bit
// rate, listen-only mode, overflow, error state) is in its status, and it never says a word on the bus.
import { execFile } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { afterEach, expect, onTestFinished, test, vi } from "vitest";
import { temporaryFolder } from "../../commands/process.ts";
import { startMosquitto } from "../../fleet/processes.ts";
import { type GatewayProcess, startGateway, VEHICLE } from "../support/gateway.ts";
import { countersOf, ip } from "../support/interfaces.ts";
import { numberPath, writeNumberPolicy } from "../support/policy.ts";
import { flood, startWitness } from "../support/programs.ts";
import { type Subscriber, subscribe } from "../support/subscriber.ts";
import { until } from "../support/until.ts";

vi.setConfig({ testTimeout: 300_000 });

const run = promisify(execFile);
const FRAME = { id: 0x100 };
const LIMIT_MS = 120_000;
const FLOOD = 3000;
const FLOODS_MAX = 10;
/** Enough for a status to come round. */
const STATUS_MS = 2000;

afterEach(async () => {
  for (const name of ["can0", "can1"]) await ip("link", "set", name, "down");
});

test("in listen-only mode it receives, gives its controller nothing to send, and follows the bit rate", async () => {
  await bringUp("can0", "500000", "on");
  await bringUp("can1", "500000", "off");
  await using witness = await startWitness("can1");
  const { gateway, subscriber } = await listenOnCan0();
  const bus = () => subscriber.bus("can0");
  await until("it knows its mode", () => bus()?.listenOnly === "yes", LIMIT_MS);
  expect(bus()).toMatchObject({ state: "up", bitRate: 500_000, controller: "active", reader: "canward" });
  const before = await countersOf("can0");
  const first = await flood("can1", { count: 50, rate: 50, ids: "100" });
  const numbers = (): readonly number[] => subscriber.values(numberPath("can0", FRAME)).map(({ value }) => value);
  await until("the frames are at the broker", () => numbers().length === 50, LIMIT_MS);
  expect(numbers()).toEqual(Array.from({ length: 50 }, (_, number) => number));

  await bringUp("can0", "250000", "on");
  await bringUp("can1", "250000", "off");
  await until("the bit rate's change is told", () => subscriber.counter("can0", "bit_rate_changes") === 1, LIMIT_MS);
  expect(bus()).toMatchObject({ state: "up", bitRate: 250_000, listenOnly: "yes" });
  expect(subscriber.counter("can0", "interface_down")).toBe(1);
  expect(subscriber.counter("can0", "recoveries")).toBe(1);
  const second = await flood("can1", { count: 20, rate: 50, ids: "100", firstNumber: 50 });
  await until("frames come at the new rate", () => numbers().length === 70, LIMIT_MS);
  expect(gateway.log().filter(({ msg }) => /not in listen-only mode/.test(msg))).toEqual([]);

  expect((await gateway.stop()).code).toBe(0);
  const { txPackets, txDropped } = await countersOf("can0");
  // Nothing was given to the controller to be sent, ever, and nothing came of it on the other side of the bus.
  expect([txPackets, txDropped]).toEqual([before.txPackets, before.txDropped]);
  expect(txPackets).toBe(0);
  await witness.sawOnly(first, second);
});

test("where the controller is not in listen-only mode, status and log say so, with what to do", async () => {
  await bringUp("can0", "500000", "off");
  await bringUp("can1", "500000", "off");
  await using witness = await startWitness("can1");
  const { gateway, subscriber } = await listenOnCan0();
  await until("it knows its mode", () => subscriber.bus("can0")?.listenOnly === "no", LIMIT_MS);
  const warning = await gateway.logged(/not in listen-only mode/);
  expect(warning).toMatchObject({ bus: "can0", remedy: "ip link set can0 type can listen-only on" });
  const { txPackets } = await countersOf("can0");
  const sent = await flood("can1", { count: 20, rate: 50, ids: "100" });
  await until("the frames are told of", () => subscriber.counter("can0", "frames_admitted") === 20, LIMIT_MS);
  expect((await gateway.stop()).code).toBe(0);
  expect((await countersOf("can0")).txPackets).toBe(txPackets);
  await witness.sawOnly(sent);
});

test("what the controller itself had no room for is told, and what it had room for is accounted for to the frame", async () => {
  await bringUp("can0", "500000", "on");
  await bringUp("can1", "500000", "off");
  const { gateway, subscriber } = await listenOnCan0();
  await until("it listens", () => subscriber.bus("can0")?.state === "up", LIMIT_MS);
  const before = await countersOf("can0");
  const count = (name: string): number => subscriber.counter("can0", name);
  // Flat out, which the emulated controller's 64 bytes of buffer do not take unless the sender is slowed by something else.
  let sent = 0;
  for (let tries = 0; tries < FLOODS_MAX && !(count("controller_overflows") > 0); tries++) {
    sent += (await flood("can1", { count: FLOOD, ids: "100,101", firstNumber: sent })).sent;
    await sleep(STATUS_MS);
  }
  expect(count("controller_overflows")).toBeGreaterThan(0);
  sent += (await flood("can1", { count: 10, rate: 20, ids: "100", firstNumber: sent })).sent;
  const newest = (): number | undefined => subscriber.values(numberPath("can0", FRAME)).at(-1)?.value;
  await until("frames come again", () => newest() === sent - 1, LIMIT_MS);
  const { rxPackets } = await countersOf("can0");
  expect(rxPackets - before.rxPackets).toBeLessThan(sent);
  // Error frames are the driver's words, and no frames that came in.
  const data = (): number => count("frames_received") - count("frames_denied_error");
  await until(
    "each frame that came in is told of",
    () => data() + count("frames_filtered") === rxPackets - before.rxPackets,
    LIMIT_MS,
  );
  expect(count("frames_denied_error")).toBeGreaterThanOrEqual(count("controller_overflows"));
  expect((await gateway.stop()).code).toBe(0);
});

test("error frames of the controller are its state, and never data", async () => {
  await bringUp("can0", "500000", "off");
  await bringUp("can1", "500000", "off");
  const { gateway, subscriber } = await listenOnCan0();
  await until("it listens", () => subscriber.bus("can0")?.controller === "active", LIMIT_MS);
  // The emulated controller never gets into trouble, so its driver's words are said by another program on the same host.
  await run("cansend", ["can0", "20000004#0010000000000000"]);
  await until("error-passive", () => subscriber.bus("can0")?.controller === "passive", LIMIT_MS);
  await run("cansend", ["can0", "20000040#0000000000000000"]);
  await until("off the bus", () => subscriber.bus("can0")?.controller === "bus_off", LIMIT_MS);
  await run("cansend", ["can0", "20000100#0000000000000000"]);
  await until("restarted", () => subscriber.bus("can0")?.controller === "active", LIMIT_MS);
  expect(subscriber.counter("can0", "bus_off")).toBe(1);
  expect(subscriber.counter("can0", "restarts")).toBe(1);
  await until("denied, all three", () => subscriber.counter("can0", "frames_denied_error") === 3, LIMIT_MS);
  expect(subscriber.counter("can0", "frames_admitted")).toBe(0);
  expect((await gateway.stop()).code).toBe(0);
});

/** A broker, somebody who hears what reaches it, and the gateway, in front of the first controller. Gone after the test. */
async function listenOnCan0(): Promise<{ readonly gateway: GatewayProcess; readonly subscriber: Subscriber }> {
  const folder = temporaryFolder();
  const broker = await startMosquitto(folder);
  onTestFinished(() => broker.end("SIGKILL"));
  const subscriber = await subscribe(broker.url, VEHICLE);
  onTestFinished(() => subscriber[Symbol.asyncDispose]());
  const allowlist = writeNumberPolicy(folder, "1", { can0: [FRAME] });
  const live = { can0: { interface: "can0", silence: "off" } };
  return { gateway: await startGateway({ folder, broker: broker.url, allowlist, live }), subscriber };
}

/** Anew, where it is up already. */
async function bringUp(name: string, bitRate: string, listenOnly: "on" | "off"): Promise<void> {
  await ip("link", "set", name, "down");
  await ip("link", "set", name, "type", "can", "bitrate", bitRate, "listen-only", listenOnly);
  await ip("link", "set", name, "up");
}
