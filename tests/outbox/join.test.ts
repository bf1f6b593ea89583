// Which segments are joined to a batch, and which are not, since a batch has one catalogue, one clock, and an end.
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openOutbox } from "../../src/vehicle/outbox/outbox.ts";
import type { Outbox } from "../../src/vehicle/segment.ts";
import { createDatapoints } from "../../src/wire/datapoints.ts";
import { temporaryFolder } from "../fleet/processes.ts";
import {
  ALL,
  CATALOGUE,
  commitSecond,
  headerOf,
  LIMITS,
  OWNERS,
  pointsOf,
  sequencesOf,
  spanOf,
  takeAll,
} from "./segments.ts";

let folder: ReturnType<typeof temporaryFolder>;
let outbox: Outbox;
const open = (): Outbox => openOutbox(join(folder.path, "outbox.db"), 1e9);
beforeEach(() => {
  folder = temporaryFolder();
  outbox = open();
});
afterEach(() => {
  outbox.close();
  folder.remove();
});

const joined = (): number[][] => takeAll(outbox).map(sequencesOf);

describe("segments are joined", () => {
  it("as long as they are within the limits, the first however large it is", () => {
    for (const datapoints of [10, 10, 10, 5_000, 10, 10]) commitSecond(outbox, datapoints);
    expect(takeAll(outbox, { ...LIMITS, bytesMax: 1_000 }).map(sequencesOf)).toEqual([[1, 2, 3], [4], [5, 6]]);
  });

  it("not across a change of the catalogue", () => {
    const fromMs = 1_000;
    commitSecond(outbox, 5);
    outbox.commit(pointsOf(5, fromMs, 0), OWNERS, "00000000000000bb", spanOf(fromMs, fromMs));
    commitSecond(outbox, 5);
    const batches = takeAll(outbox);
    expect(batches.map((batch) => headerOf(batch).catalogue)).toEqual([CATALOGUE, "00000000000000bb", CATALOGUE]);
  });

  it("not across a step of the wall clock, nor when it becomes trusted", () => {
    commitSecond(outbox, 5);
    commitSecond(outbox, 5, { clockOffsetMs: 7 });
    commitSecond(outbox, 5, { clockOffsetMs: 7, clockQuality: "synchronized" });
    expect(joined()).toEqual([[1], [2], [3]]);
  });

  it("not across a restart, after which the same recording may have the same times again", () => {
    const again = (): void => outbox.commit(pointsOf(50, 1_000, 0), OWNERS, CATALOGUE, spanOf(1_000, 2_000));
    again();
    outbox.close();
    outbox = open();
    again();
    outbox.close();
    outbox = open();
    expect(joined()).toEqual([[1], [2]]);
  });

  it("up to so many datapoints, however few bytes they take", () => {
    // Constant columns: 60,000 datapoints in a few bytes, of which a batch could join 60.
    const points = createDatapoints(60_000);
    points.count = 60_000;
    for (let segment = 0; segment < 20; segment++) {
      points.timesMs.fill(segment);
      outbox.commit(points, OWNERS, CATALOGUE, spanOf(segment, segment));
    }
    const batches = takeAll(outbox);
    expect(Math.max(...batches.map(({ datapoints }) => datapoints))).toBeLessThanOrEqual(LIMITS.datapointsMax);
    expect(batches.flatMap(sequencesOf)).toHaveLength(20);
  });
});

describe("a batch", () => {
  it("covers its whole span, also where it holds no datapoint", () => {
    commitSecond(outbox, 0);
    commitSecond(outbox, 0);
    const batch = outbox.take(...ALL, LIMITS);
    expect(batch?.datapoints).toBe(0);
    expect(batch && headerOf(batch)).toMatchObject({ firstSequence: 1, lastSequence: 2, datapoints: 0 });
    const { fromMs, toMs } = batch === undefined ? { fromMs: 0, toMs: 0 } : headerOf(batch);
    expect(toMs - fromMs).toBe(2_000);
  });

  it("begins in 1970 where the clock was never set and the offset would put it before", () => {
    commitSecond(outbox, 5, { clockOffsetMs: -500 });
    outbox.commit(pointsOf(0, 0, 0), OWNERS, CATALOGUE, spanOf(0, 100, { clockOffsetMs: -500 }));
    const batches = takeAll(outbox);
    expect(batches.map((batch) => headerOf(batch).fromMs)).toEqual([0]);
    expect(outbox.backlog().oldestMs).toBe(500);
  });
});

describe("a catalogue", () => {
  const digests = (): string[] => outbox.catalogues().map(({ digest }) => digest);
  const next = "00000000000000bb";

  it("is kept for as long as a segment cites it, and the newest always", () => {
    outbox.keepCatalogue(CATALOGUE, Buffer.from("a"));
    commitSecond(outbox, 5);
    outbox.keepCatalogue(next, Buffer.from("b"));
    expect(digests().sort()).toEqual([CATALOGUE, next]);
    outbox.close();
    outbox = open();
    for (const batch of takeAll(outbox)) outbox.acknowledge(batch);
    outbox.keepCatalogue(next, Buffer.from("b2"));
    expect(outbox.catalogues()).toEqual([{ digest: next, birth: Buffer.from("b2") }]);
  });

  it("that comes back into force is not dropped by the segments it had before", () => {
    outbox.keepCatalogue(CATALOGUE, Buffer.from("a"));
    outbox.keepCatalogue(next, Buffer.from("b"));
    outbox.keepCatalogue(CATALOGUE, Buffer.from("a"));
    commitSecond(outbox, 5);
    outbox.keepCatalogue(CATALOGUE, Buffer.from("a"));
    expect(digests()).toEqual([CATALOGUE]);
  });
});
