// The byte budget: who has to go when there is no room, and what the fleet is told of it.
import { statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openOutbox } from "../../src/vehicle/outbox/outbox.ts";
import type { Outbox } from "../../src/vehicle/segment.ts";
import { temporaryFolder } from "../fleet/processes.ts";
import { ALL, commitSecond, headerOf, LIMITS, OFFSET_MS, sequencesOf, takeAll } from "./segments.ts";

let folder: ReturnType<typeof temporaryFolder>;
let outbox: Outbox;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => {
  outbox.close();
  folder.remove();
});

const open = (bytesMax: number): Outbox => openOutbox(join(folder.path, "outbox.db"), bytesMax);

function fill(count: number, datapoints = 50): void {
  for (let index = 0; index < count; index++) commitSecond(outbox, datapoints);
}

/** The most that a segment of 50 datapoints takes: how long its number is makes a difference of a few bytes. */
function bytesOfOne(): number {
  const scratch = openOutbox(join(folder.path, "scratch.db"), 1e6);
  let most = 0;
  for (let before = 0; scratch.nextSequence() <= 45; before = scratch.backlog().bytes) {
    commitSecond(scratch, 50);
    most = Math.max(most, scratch.backlog().bytes - before);
  }
  scratch.close();
  return most;
}

describe("a full outbox", () => {
  it("gives up its oldest segments, as few as will do, and tells of them as one gap with the next batch", () => {
    outbox = open(bytesOfOne() * 10.5);
    fill(30);
    expect(outbox.backlog()).toMatchObject({ segments: 10, oldestMs: OFFSET_MS + 21_000 });
    const [batch] = takeAll(outbox);
    if (batch === undefined) throw new Error("no batch");
    expect(sequencesOf(batch)).toEqual([21, 22, 23, 24, 25, 26, 27, 28, 29, 30]);
    expect(headerOf(batch).gaps).toEqual([
      {
        ...{ firstSequence: 1, lastSequence: 20, fromMs: OFFSET_MS + 1_000, toMs: OFFSET_MS + 21_000 },
        ...{ datapoints: 20 * 50, reason: "evicted" },
      },
    ]);
    expect(outbox.counters.datapointsEvicted).toBe(1_000);
  });

  it("keeps what is in flight, and gives up what comes behind it", () => {
    outbox = open(bytesOfOne() * 5.5);
    fill(5);
    const inFlight = outbox.take(...ALL, { ...LIMITS, segmentsMax: 3 });
    if (inFlight === undefined) throw new Error("no batch");
    fill(6);
    expect(outbox.backlog().segments).toBe(5);
    outbox.giveBack(inFlight);
    expect(takeAll(outbox).map(sequencesOf)).toEqual([
      [1, 2, 3],
      [10, 11],
    ]);
    outbox.acknowledge(inFlight);
    expect(outbox.backlog().segments).toBe(2);
  });

  it("keeps the newest segment, though it alone is larger than the budget", () => {
    outbox = open(1_000);
    fill(3);
    commitSecond(outbox, 20_000);
    expect(takeAll(outbox).map(sequencesOf)).toEqual([[4]]);
  });

  it("that is opened with a smaller budget gives up all that is too much at once", () => {
    outbox = open(1e9);
    fill(3_000, 2);
    outbox.close();
    outbox = open(5_000);
    fill(1, 2);
    expect(outbox.backlog().bytes).toBeLessThanOrEqual(5_000);
    const [batch] = takeAll(outbox);
    expect(
      batch &&
        headerOf(batch)
          .gaps.map(sequencesOf)
          .map(({ length }) => length),
    ).toEqual([3_001 - outbox.backlog().segments]);
  });

  it("tells of an eviction again with the same batch until that is acknowledged, and then never again", () => {
    outbox = open(2_000);
    fill(30);
    const [batch] = takeAll(outbox);
    if (batch === undefined) throw new Error("no batch");
    outbox.close();
    outbox = open(2_000);
    const [again] = takeAll(outbox);
    if (again === undefined) throw new Error("no batch");
    expect(headerOf(again).gaps).toEqual(headerOf(batch).gaps);
    expect(headerOf(again).gaps.length).toBe(1);
    outbox.acknowledge(again);
    fill(1);
    expect(takeAll(outbox).map((next) => headerOf(next).gaps)).toEqual([[]]);
  });

  it("puts together neighbours alone: what was sent in between is in no gap", () => {
    outbox = open(bytesOfOne() * 4.5);
    fill(4);
    const live = outbox.take(3, 4, LIMITS);
    if (live === undefined) throw new Error("no batch");
    outbox.acknowledge(live);
    fill(40);
    const gaps = takeAll(outbox).flatMap((batch) => headerOf(batch).gaps);
    expect(gaps.map(({ firstSequence, lastSequence }) => [firstSequence, lastSequence])).toEqual([
      [1, 2],
      [4, 44 - outbox.backlog().segments],
    ]);
  });

  it.each([0, 1, 10, 400])(
    "takes less than twice its budget of the disk with %i datapoints a segment",
    (datapoints) => {
      outbox = open(300_000);
      while (outbox.counters.segmentsCommitted < 6_000 && outbox.counters.datapointsEvicted < 5 * datapoints + 1) {
        commitSecond(outbox, datapoints);
      }
      outbox.close();
      expect(statSync(join(folder.path, "outbox.db")).size).toBeLessThan(2 * 300_000);
      outbox = open(300_000);
    },
  );
});
