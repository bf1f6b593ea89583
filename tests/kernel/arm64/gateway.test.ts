// The whole gateway on ARM64, as it is shipped, with the receiver that was built for this processor: from two live buses,
// classic and FD, to the broker. What arrives there is the frames' numbers and physical values, and every frame is counted.
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test, vi } from "vitest";
import { temporaryFolder } from "../../commands/process.ts";
import { startMosquitto } from "../../fleet/processes.ts";
import { startGateway, VEHICLE } from "../support/gateway.ts";
import { makeInterface } from "../support/interfaces.ts";
import { levelOf, levelPath, numberPath, writeNumberPolicy } from "../support/policy.ts";
import { flood, startWitness } from "../support/programs.ts";
import { type Subscriber, subscribe } from "../support/subscriber.ts";
import { until } from "../support/until.ts";

vi.setConfig({ testTimeout: 300_000 });

const CLASSIC = { id: 0x100 };
const FD = { id: 0x18fef100, extended: true, bytes: 64 };
const COUNT = 2000;
const LIMIT_MS = 120_000;

test("frames of two buses, classic and FD, reach the broker with the right values, and no other frame is let in", async () => {
  const folder = temporaryFolder();
  await using can0 = await makeInterface();
  await using can1 = await makeInterface();
  await using witness = await startWitness();
  const broker = await startMosquitto(folder);
  onTestFinished(() => broker.end("SIGKILL"));
  await using subscriber = await subscribe(broker.url, VEHICLE);
  const allowlist = writeNumberPolicy(folder, "1", { can0: [CLASSIC], can1: [FD] });
  const live = { can0: { interface: can0.name }, can1: { interface: can1.name } };
  const gateway = await startGateway({ folder, broker: broker.url, allowlist, live });
  await until("both buses are up", () => statesOf(subscriber) === "up up", LIMIT_MS);

  // Every other frame is of an id that is not listed: the kernel keeps it out.
  const sent = [
    await flood(can0.name, { count: COUNT, rate: 500, ids: "100,101" }),
    await flood(can1.name, { count: COUNT, rate: 500, ids: "18FEF100,18FEF200", fdEvery: 1, brs: true }),
    // Of the listed id, but classic: the gate keeps it out.
    await flood(can1.name, { count: 10, ids: "18FEF100" }),
  ];
  const half = COUNT / 2;
  await until("all of it is acknowledged", () => acknowledged(subscriber) === 4 * half, LIMIT_MS);
  for (const [bus, message] of [["can0", CLASSIC] as const, ["can1", FD] as const]) {
    const numbers = subscriber.values(numberPath(bus, message)).map(({ value }) => value);
    expect(numbers).toEqual(Array.from({ length: half }, (_, index) => 2 * index));
    const levels = subscriber.values(levelPath(bus, message));
    expect(levels.map(({ value }) => value.toFixed(1))).toEqual(numbers.map((number) => levelOf(number).toFixed(1)));
    expect(subscriber.bus(bus)).toMatchObject({ reader: "canward", timestamps: "kernel", countsLosses: true });
    expect(subscriber.counter(bus, "frames_admitted")).toBe(half);
    expect(subscriber.counter(bus, "frames_dropped")).toBe(0);
  }
  expect(subscriber.counter("can0", "frames_received")).toBe(half);
  expect(subscriber.counter("can0", "frames_filtered")).toBe(half);
  expect(subscriber.counter("can1", "frames_received")).toBe(half + 10);
  expect(subscriber.counter("can1", "frames_filtered")).toBe(half);
  expect(subscriber.counter("can1", "frames_denied_length") + subscriber.counter("can1", "frames_denied_format")).toBe(
    10,
  );

  const { code, last } = await gateway.stop("SIGTERM");
  expect(code).toBe(0);
  expect(last).toMatchObject({ msg: "gateway stopped", frames_admitted: COUNT, datapoints_waiting: 0 });
  await until("it says goodbye", () => subscriber.status?.presence === "offline", LIMIT_MS);
  expect(subscriber.missing()).toEqual([]);
  await witness.sawOnly(...sent);
});

test("what the kernel drops while the gateway stands still is counted: received and dropped are what was sent", async () => {
  const folder = temporaryFolder();
  await using can0 = await makeInterface();
  await using witness = await startWitness();
  const broker = await startMosquitto(folder);
  onTestFinished(() => broker.end("SIGKILL"));
  await using subscriber = await subscribe(broker.url, VEHICLE);
  const allowlist = writeNumberPolicy(folder, "1", { can0: [CLASSIC] });
  const live = { can0: { interface: can0.name, receive_buffer: "64KiB" } };
  const gateway = await startGateway({ folder, broker: broker.url, allowlist, live });
  await until("the bus is up", () => statesOf(subscriber) === "up", LIMIT_MS);
  gateway.signal("SIGSTOP");
  await sleep(100);
  const sent = [await flood(can0.name, { count: COUNT, ids: "100" })];
  gateway.signal("SIGCONT");
  // The count of what was dropped comes with the next frame, or with the next look.
  sent.push(await flood(can0.name, { count: 10, rate: 50, ids: "100", firstNumber: COUNT }));
  const count = (name: string): number => subscriber.counter("can0", name);
  await until(
    "every frame is told of",
    () => count("frames_received") + count("frames_dropped") === COUNT + 10,
    LIMIT_MS,
  );
  expect(count("frames_dropped")).toBeGreaterThan(COUNT / 4);
  expect(count("frames_received")).toBeGreaterThan(10);
  expect(count("frames_filtered")).toBe(0);
  expect((await gateway.stop()).code).toBe(0);
  await witness.sawOnly(...sent);
});

function statesOf(subscriber: Subscriber): string | undefined {
  return subscriber.status?.buses.map(({ state }) => state).join(" ");
}

function acknowledged(subscriber: Subscriber): number | undefined {
  return subscriber.status?.counters.get("datapoints_acknowledged");
}
