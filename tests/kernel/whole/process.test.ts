// The gateway's process on live buses, from the interface to the broker: stopped, killed, and told to read its allow-list
// again, always in mid-drive. Every frame has a number, so each one is told that is lost, doubled or let through wrongly.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test, vi } from "vitest";
import { openOutbox } from "../../../src/vehicle/outbox/outbox.ts";
import { temporaryFolder } from "../../commands/process.ts";
import { type Broker, startMosquitto } from "../../fleet/processes.ts";
import { type GatewayProcess, startGateway, VEHICLE } from "../support/gateway.ts";
import { makeInterface } from "../support/interfaces.ts";
import { levelOf, levelPath, numberPath, writeNumberPolicy } from "../support/policy.ts";
import { type Flood, type FloodOptions, startFlood, startWitness } from "../support/programs.ts";
import { type Subscriber, subscribe } from "../support/subscriber.ts";
import { until } from "../support/until.ts";

vi.setConfig({ testTimeout: 240_000 });

const FRAME = { id: 0x100 };
/** On the same bus: listed at first alone, and at last alone. */
const DROPPED = { id: 0x101 };
const ADDED = { id: 0x102 };
const LISTED = { can0: [FRAME], can1: [FRAME] };
const RATE = 1000;
/** What `flood` sends until it is stopped: more than it comes to. */
const ENDLESS = 1_000_000;
const CAN0 = numberPath("can0", FRAME);
const CAN1 = numberPath("can1", FRAME);
const OUTBOX_BYTES = 256e6;
/** Of pino. */
const ERROR_LEVEL = 50;

interface World {
  readonly folder: string;
  readonly broker: Broker;
  readonly subscriber: Subscriber;
  readonly allowlist: string;
  readonly start: () => Promise<GatewayProcess>;
  /** Frames on both buses, until they are stopped. */
  readonly flood: (options?: FloodOptions) => readonly [Flood, Flood];
}

/** Two buses, a broker, and somebody who hears all that reaches it. All of it is gone after the test. */
async function makeWorld(listed: Parameters<typeof writeNumberPolicy>[2] = LISTED): Promise<World> {
  const folder = temporaryFolder();
  const [can0, can1] = [await makeInterface(), await makeInterface()];
  onTestFinished(async () => {
    for (const bus of [can0, can1]) await bus[Symbol.asyncDispose]();
  });
  const broker = await startMosquitto(folder);
  onTestFinished(() => broker.end("SIGKILL"));
  const subscriber = await subscribe(broker.url, VEHICLE);
  onTestFinished(() => subscriber[Symbol.asyncDispose]());
  const allowlist = writeNumberPolicy(folder, "1", listed);
  const live = {
    can0: { interface: can0.name, receive_buffer: "32MB" },
    can1: { interface: can1.name, receive_buffer: "32MB" },
  };
  const flood = (options: FloodOptions = {}): readonly [Flood, Flood] => {
    const all = { count: ENDLESS, rate: RATE, ids: "100", ...options };
    return [startFlood(can0.name, all), startFlood(can1.name, all)];
  };
  return {
    ...{ folder, broker, subscriber, allowlist, flood },
    start: () => startGateway({ folder, broker: broker.url, allowlist, live }),
  };
}

const numbersOf = (subscriber: Subscriber, path: string): readonly number[] =>
  subscriber.values(path).map(({ value }) => value);

/** `count` whole numbers from `first` on: none is missing, doubled or out of order. */
const inARow = (first: number, count: number, step = 1): readonly number[] =>
  Array.from({ length: count }, (_, index) => first + step * index);

async function stopAll(...floods: readonly Flood[]) {
  return Promise.all(floods.map((flood) => flood.stop()));
}

/** Whole runs of numbers, as often as the gateway lived: where each begins, and how long it is. */
function runsOf(numbers: readonly number[]): readonly { readonly first: number; readonly count: number }[] {
  const firsts = numbers.flatMap((number, index) => (number === (numbers[index - 1] ?? Number.NaN) + 1 ? [] : [index]));
  return firsts.map((from, run) => ({
    first: numbers[from] ?? Number.NaN,
    count: (firsts[run + 1] ?? numbers.length) - from,
  }));
}

const counter = (line: object | undefined, name: string): number => Number(Reflect.get(line ?? {}, name));

test("asked to stop in mid-drive it commits every frame that it has admitted, and the next start sends them", async () => {
  const { broker, subscriber, start, flood } = await makeWorld();
  await using witness = await startWitness();
  const gateway = await start();
  await gateway.logged(/^listening$/);
  const floods = flood();
  await until("datapoints arrive", () => numbersOf(subscriber, CAN1).length > 500);
  // From now on nothing is acknowledged: what it admits has to be in the outbox when it ends.
  await broker.end();
  await sleep(1000);
  const { code, signal, last } = await gateway.stop("SIGTERM");
  expect({ code, signal }).toEqual({ code: 0, signal: null });
  expect(last?.msg).toBe("gateway stopped");
  const admitted = counter(last, "frames_admitted");
  expect(counter(last, "frames_received")).toBe(admitted);
  expect(counter(last, "frames_dropped")).toBe(0);
  expect(counter(last, "datapoints_committed")).toBe(counter(last, "datapoints_produced"));
  expect(counter(last, "datapoints_committed")).toBe(
    counter(last, "datapoints_acknowledged") + counter(last, "datapoints_waiting"),
  );
  expect(counter(last, "datapoints_waiting")).toBeGreaterThan(0);
  const sent = await stopAll(...floods);

  const again = await broker.restart();
  onTestFinished(() => again.end("SIGKILL"));
  const next = await start();
  await until("all that waited is acknowledged", () => {
    const { status } = subscriber;
    return (
      status?.presence === "online" && status.backlog?.segments === 0 && status.counters.get("datapoints_found") !== 0
    );
  });
  const counts = [CAN0, CAN1].map((path) => numbersOf(subscriber, path).length);
  expect((counts[0] ?? 0) + (counts[1] ?? 0)).toBe(admitted);
  for (const [index, path] of [CAN0, CAN1].entries()) {
    expect(numbersOf(subscriber, path), path).toEqual(inARow(0, counts[index] ?? 0));
  }
  for (const bus of ["can0", "can1"]) {
    const numbers = numbersOf(subscriber, numberPath(bus, FRAME));
    const levels = subscriber.values(levelPath(bus, FRAME));
    // It leaves when it changes; with these frames it does, each time.
    expect(levels.map(({ value }) => value.toFixed(1))).toEqual(numbers.map((number) => levelOf(number).toFixed(1)));
  }
  expect(subscriber.missing()).toEqual([]);
  expect(subscriber.streams()).toBe(1);
  expect((await next.stop()).code).toBe(0);
  await until("it says goodbye", () => subscriber.status?.presence === "offline");
  await witness.sawOnly(...sent);
});

test("killed in mid-drive it loses nothing that it had committed, acknowledged or not, and sends nothing twice", async () => {
  const { folder, broker, subscriber, start, flood } = await makeWorld();
  await using witness = await startWitness();
  const gateway = await start();
  await gateway.logged(/^listening$/);
  const floods = flood();
  await until("datapoints arrive", () => numbersOf(subscriber, CAN1).length > 500);
  const acknowledged = subscriber.status?.counters.get("datapoints_acknowledged") ?? 0;
  await broker.end();
  await sleep(1000);
  await gateway.stop("SIGKILL");
  const killed = { can0: numbersOf(subscriber, CAN0).length, can1: numbersOf(subscriber, CAN1).length };
  const outbox = openOutbox(join(folder, "outbox.db"), OUTBOX_BYTES);
  const waiting = outbox.counters.datapointsFound;
  outbox.close();
  expect(waiting).toBeGreaterThan(0);

  const again = await broker.restart();
  onTestFinished(() => again.end("SIGKILL"));
  const next = await start();
  await next.logged(/^listening$/);
  await until("the next life's datapoints arrive", () => {
    const runs = runsOf(numbersOf(subscriber, CAN1));
    return subscriber.status?.presence === "online" && runs.length === 2 && (runs[1]?.count ?? 0) > 500;
  });
  const sent = await stopAll(...floods);
  const { code, last } = await next.stop();
  expect(code).toBe(0);
  await until("it says goodbye", () => subscriber.status?.presence === "offline");
  expect(counter(last, "datapoints_found")).toBe(waiting);
  expect(counter(last, "datapoints_waiting")).toBe(0);
  const runs = [CAN0, CAN1].map((path) => runsOf(numbersOf(subscriber, path)));
  for (const [index, bus] of (["can0", "can1"] as const).entries()) {
    const [before, after, ...more] = runs[index] ?? [];
    expect(more).toEqual([]);
    // The first life's numbers to the last that was committed; then those from when the next life listened.
    expect(before?.first).toBe(0);
    expect(before?.count).toBeGreaterThanOrEqual(killed[bus]);
    expect(after?.first).toBeGreaterThan(before?.count ?? Number.NaN);
  }
  const first = runs.reduce((sum, [before]) => sum + (before?.count ?? 0), 0);
  const second = runs.reduce((sum, [, after]) => sum + (after?.count ?? 0), 0);
  expect(second).toBe(counter(last, "frames_admitted"));
  // A frame is two datapoints: its number and its level.
  expect(2 * first).toBeGreaterThanOrEqual(acknowledged);
  expect(2 * (first + second)).toBe(2 * first + counter(last, "datapoints_committed"));
  expect(2 * (first - killed.can0 - killed.can1)).toBeLessThanOrEqual(waiting);
  expect(subscriber.missing()).toEqual([]);
  expect(subscriber.streams()).toBe(1);
  await witness.sawOnly(...sent);
});

test("a changed allow-list is in force at once and whole, and costs no frame that both list; a broken one changes nothing", async () => {
  const before = { can0: [FRAME, DROPPED], can1: [FRAME] };
  const after = { can0: [FRAME, ADDED], can1: [FRAME] };
  const { folder, subscriber, allowlist, start, flood } = await makeWorld(before);
  await using witness = await startWitness();
  const gateway = await start();
  await gateway.logged(/^listening$/);
  const floods = flood({ ids: "100,101,102" });
  const dropped = (): readonly number[] => numbersOf(subscriber, numberPath("can0", DROPPED));
  const added = (): readonly number[] => numbersOf(subscriber, numberPath("can0", ADDED));
  await until("datapoints arrive", () => dropped().length > 100 && numbersOf(subscriber, CAN1).length > 100);
  const old = subscriber.status?.catalogue;
  expect(subscriber.status?.policyVersion).toBe("1");

  writeNumberPolicy(folder, "2", after);
  gateway.signal("SIGHUP");
  const { plan } = await gateway.logged(/is in force$/);
  await until("the new plan's datapoints arrive", () => added().length > 100);
  const born = [...subscriber.births.values()].map(({ catalogue }) => catalogue);
  expect(born.map(({ policyVersion }) => policyVersion)).toEqual(["1", "2"]);
  expect(born[1]?.entries.map(({ path }) => path)).toContain(numberPath("can0", ADDED));
  await until("status tells it", () => subscriber.status?.policyVersion === "2");
  expect(subscriber.status?.catalogue).toBe(born[1]?.digest);
  expect(born[1]?.digest).not.toBe(old);
  expect(typeof plan).toBe("string");

  // A signal that the DBC file does not have, on line 3.
  const broken = ["version: broken", "buses: { can0: { dbc: [can0.dbc] }, can1: { dbc: [can1.dbc] } }", "signals:"];
  writeFileSync(allowlist, [...broken, "  Test.A: { from: can0/S100/Nothing }"].join("\n"));
  gateway.signal("SIGHUP");
  const refusal = await gateway.logged(/^the allow-list stays as it was/);
  expect(refusal).toMatchObject({ level: ERROR_LEVEL, code: "ALLOW_LIST_REFUSED" });
  expect(refusal.msg).toMatch(/allowlist\.yaml:4:\d+.*Nothing/s);
  expect(refusal["remedy"]).toMatch(/every line of it holds/);
  const sofar = added().length;
  await until("the plan in force goes on", () => added().length > sofar + 200);
  expect(subscriber.status?.policyVersion).toBe("2");
  expect(subscriber.births.size).toBe(2);

  const sent = await stopAll(...floods);
  await until("all frames that were sent are told of", () => received(subscriber, "can1") === sent[1]?.sent);
  const { code, last } = await gateway.stop();
  expect(code).toBe(0);
  expect(counter(last, "frames_dropped")).toBe(0);
  await until("it says goodbye", () => subscriber.status?.presence === "offline");
  // What both list: each frame that was sent, once.
  const third = (count: number, place: number): number => Math.floor((count + 2 - place) / 3);
  for (const [index, path] of [CAN0, CAN1].entries()) {
    const values = subscriber.values(path);
    expect(values.map(({ value }) => value)).toEqual(inARow(0, third(sent[index]?.sent ?? 0, 0), 3));
    expect(new Set(values.map(({ catalogue }) => catalogue)).size).toBe(2);
  }
  // What only one lists: up to the change, and from the change on, and never both at once.
  expect(dropped()).toEqual(inARow(1, dropped().length, 3));
  const [from = Number.NaN] = added();
  expect(added()).toEqual(inARow(from, added().length, 3));
  expect(from).toBeGreaterThan(dropped().at(-1) ?? Number.NaN);
  expect(from + 3 * added().length).toBeGreaterThanOrEqual(sent[0]?.sent ?? Number.NaN);
  expect(subscriber.missing()).toEqual([]);
  await witness.sawOnly(...sent);
});

function received(subscriber: Subscriber, bus: string): number {
  return subscriber.counter(bus, "frames_received") + subscriber.counter(bus, "frames_filtered");
}
