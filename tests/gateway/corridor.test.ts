// The whole gateway, from a recorded drive through its outbox and a real broker: what comes out is what the corridor alone
// makes of the same frames, each datapoint once, and every counter fits the next.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Gateway } from "../../src/vehicle/gateway.ts";
import { openOutbox } from "../../src/vehicle/outbox/outbox.ts";
import { readBatch } from "../../src/wire/batch.ts";
import { type Broker, startAedes, temporaryFolder, until } from "../fleet/processes.ts";
import { takeAll } from "../outbox/segments.ts";
import { startProxy } from "../uplink/proxy.ts";
import { type Listener, listen } from "../uplink/vehicle.ts";
import { addExpected, drive, LOG, RECORDED, sumsOf, Tally } from "./drives.ts";

// Processes start and end in every test; how long that takes is the machine's affair.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let folder: ReturnType<typeof temporaryFolder>;
let path: string;
let broker: Broker;
let listener: Listener;

beforeEach(async () => {
  folder = temporaryFolder();
  path = join(folder.path, "outbox.db");
  broker = await startAedes();
  listener = await listen(broker.url);
});
afterEach(async () => {
  await listener.end();
  await broker.end();
  folder.remove();
});

type Decoded = Pick<ReturnType<typeof readBatch>, "header" | "points">;

/** All that has arrived and all that still waits, duplicates dropped as the fleet drops them. */
function everything(): Tally {
  const outbox = openOutbox(path, 1e9);
  const waiting = takeAll(outbox).map(({ payload }) => readBatch(payload));
  outbox.close();
  const unique = new Map<string, Decoded>();
  for (const batch of [...listener.batches, ...waiting]) {
    unique.set(`${batch.header.firstSequence}-${batch.header.lastSequence}`, batch);
  }
  const tally = new Tally();
  for (const { points } of unique.values()) tally.add(points);
  return tally;
}

function expectSums(gateway: Gateway): void {
  for (const [name, [left, right]] of Object.entries(sumsOf(gateway)))
    expect({ name, sum: left }).toEqual({ name, sum: right });
}

const count = (gateway: Gateway, name: string): number => gateway.counters().get(name) ?? Number.NaN;

it("what arrives is what the corridor makes, though the gateway was stopped in between and the link was cut", async () => {
  const proxy = await startProxy(broker.url);
  const expected = new Tally();

  const endless = { ...RECORDED, loop: true };
  const first = drive(proxy.url, path, endless);
  while (count(first, "frames_received") < 30_000) await setImmediate();
  proxy.cut();
  await first.stop();
  await first.ended;
  expectSums(first);
  await addExpected(expected, endless, count(first, "frames_received"));

  const second = drive(proxy.url, path, RECORDED);
  await second.ended;
  // Of a recording that is read as fast as it can be, the time passes with the frames, and not while it waits at its end.
  const { length } = listener.statuses;
  await until(() => count(second, "datapoints_acknowledged") > 0 && listener.statuses.length > length + 1);
  await second.stop();
  expectSums(second);
  expect(count(second, "datapoints_found")).toBe(count(first, "datapoints_waiting"));
  await addExpected(expected, RECORDED, count(second, "frames_received"));

  await proxy.close();
  expect(expected.total).toBeGreaterThan(1_000);
  const found = everything();
  expect(found.total).toBe(expected.total);
  expect(found.counts).toEqual(expected.counts);
});

it("what did not fit the outbox is counted as evicted and told as gaps; the rest is there", async () => {
  const proxy = await startProxy(broker.url);
  proxy.cut(true);
  const gateway = drive(proxy.url, path, RECORDED, 5_000);
  await gateway.ended;
  await gateway.stop();
  await proxy.close();
  expectSums(gateway);
  const outbox = openOutbox(path, 5_000);
  const batches = takeAll(outbox).map(({ payload }) => readBatch(payload));
  const gaps = batches.flatMap(({ header }) => header.gaps);
  expect(count(gateway, "datapoints_evicted")).toBeGreaterThan(0);
  expect(gaps.reduce((sum, gap) => sum + gap.datapoints, 0)).toBe(count(gateway, "datapoints_evicted"));
  expect(batches.reduce((sum, { points }) => sum + points.count, 0)).toBe(count(gateway, "datapoints_waiting"));
  outbox.close();
});

describe("a source that fails", () => {
  it("makes `ended` reject with what a person can do, and what came before it is committed", async () => {
    const broken = join(folder.path, "broken.log.gz");
    const whole = readFileSync(LOG);
    writeFileSync(broken, whole.subarray(0, whole.length / 2));
    const source = { ...RECORDED, log: broken };
    const gateway = drive(broker.url, path, source);
    await expect(gateway.ended).rejects.toMatchObject({
      code: "LOG_TRUNCATED",
      remedy: expect.stringContaining("Copy"),
    });
    await gateway.stop();
    expectSums(gateway);
    const frames = count(gateway, "frames_received");
    expect(frames).toBeGreaterThan(10_000);
    const expected = new Tally();
    await addExpected(expected, source, frames);
    expect(everything().counts).toEqual(expected.counts);
  });

  it("that is not there makes `ended` reject, and the gateway can be stopped", async () => {
    const gateway = drive(broker.url, path, { ...RECORDED, log: join(folder.path, "missing.log") });
    await expect(gateway.ended).rejects.toMatchObject({ code: "LOG_MISSING" });
    await gateway.stop();
    expectSums(gateway);
  });
});
