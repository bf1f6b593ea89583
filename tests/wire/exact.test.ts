import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { joinSegments, readBatch } from "../../src/wire/batch.ts";
import { createDatapoints } from "../../src/wire/datapoints.ts";
import { DATAPOINTS_MAX, packSegment, unpackSegment } from "../../src/wire/segment.ts";
import { anyRecording, byAlias, datapointsOf, slice } from "./arbitraries.ts";
import { HEADER } from "./examples.ts";

describe("a segment gives back exactly what was packed", () => {
  test("for arbitrary datapoints: every encoding, sparse and dense, equal times, times beyond 2^32", () => {
    fc.assert(
      fc.property(anyRecording, ({ points, groups }) => {
        expect(byAlias(unpackSegment(packSegment(points, groups)))).toEqual(byAlias(points));
      }),
      { numRuns: 500 },
    );
  });

  test("for no datapoints", () => {
    expect(unpackSegment(packSegment(createDatapoints(0), new Uint16Array(0))).count).toBe(0);
  });

  test("for every pair of 64-bit extremes in a row, whichever transform takes them", () => {
    const edges = [0n, -1n, 1n, 2n ** 63n - 1n, -(2n ** 63n), 0xffff_ffffn, 2n ** 32n, -(2n ** 32n)];
    for (const [first, second, third] of edges.flatMap((a) => edges.flatMap((b) => edges.map((c) => [a, b, c])))) {
      const raws = [first, second, third, first, third] as bigint[];
      const points = datapointsOf(raws.map((raw, index) => ({ alias: 3, timeMs: index, raw })));
      expect(byAlias(unpackSegment(packSegment(points, new Uint16Array(4))))).toEqual(byAlias(points));
    }
  });

  test("for tokens that grow by a byte where a column is filled up", () => {
    for (const width of [1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n]) {
      const raws = Array.from({ length: 300 }, (_, row) => (row === 150 ? -(2n ** (8n * width - 1n)) : 0n));
      const full = raws.map((_, row) => ({ alias: 0, timeMs: row, raw: 1n }));
      const sparse = raws.map((raw, row) => ({ alias: 1, timeMs: row, raw })).filter(({ timeMs }) => timeMs !== 140);
      const points = datapointsOf([...full, ...sparse]);
      expect(byAlias(unpackSegment(packSegment(points, new Uint16Array(2))))).toEqual(byAlias(points));
      const batch = readBatch(joinSegments([packSegment(points, new Uint16Array(2))], { ...HEADER, clockOffsetMs: 0 }));
      expect(byAlias(batch.points)).toEqual(byAlias(points));
    }
  });

  test("for all 65,536 aliases, each in a group of its own", () => {
    const rows = Array.from({ length: 65_536 }, (_, alias) => ({ alias, timeMs: alias, raw: BigInt(alias) }));
    const points = datapointsOf(rows);
    const groups = Uint16Array.from(rows, ({ alias }) => 65_535 - alias);
    expect(byAlias(unpackSegment(packSegment(points, groups)))).toEqual(byAlias(points));
  });

  test("whatever was packed before: nothing of it is left in the scratch", () => {
    fc.assert(
      fc.property(anyRecording, anyRecording, (first, second) => {
        const alone = packSegment(second.points, second.groups);
        packSegment(first.points, first.groups);
        expect(packSegment(second.points, second.groups)).toEqual(alone);
      }),
    );
  });
});

describe("a batch gives back exactly what its segments held", () => {
  test("for any partition of the rows into segments, and the payload does not depend on the partition", () => {
    fc.assert(
      fc.property(anyRecording, fc.array(fc.nat(400), { maxLength: 5 }), ({ points, groups }, cuts) => {
        const bounds = [0, ...cuts.map((cut) => Math.min(cut, points.count)), points.count].sort((a, b) => a - b);
        const segments = bounds.slice(1).map((to, index) => packSegment(slice(points, bounds[index] ?? 0, to), groups));
        const payload = joinSegments(segments, HEADER);
        const batch = readBatch(payload);
        expect(byAlias(batch.points)).toEqual(byAlias(points, HEADER.clockOffsetMs));
        expect(batch.aliases.toSorted((a, b) => a - b)).toEqual([...byAlias(points).keys()]);
        expect(batch.header).toEqual({ ...HEADER, datapoints: points.count });
        expect(payload).toEqual(joinSegments([packSegment(points, groups)], HEADER));
      }),
      { numRuns: 300 },
    );
  });

  test("for no segments, and for segments without datapoints: what they cover is still said", () => {
    const empty = packSegment(createDatapoints(0), new Uint16Array(0));
    for (const segments of [[], [empty], [empty, empty]]) {
      const { header, points, aliases } = readBatch(joinSegments(segments, HEADER));
      expect([header.fromMs, header.toMs, points.count, aliases.length]).toEqual([HEADER.fromMs, HEADER.toMs, 0, 0]);
    }
  });
});

describe("what the caller has to keep is asserted", () => {
  const groups = new Uint16Array(2);
  const point = (alias: number, timeMs: number) => ({ alias, timeMs, raw: 0n });

  test.each([
    ["a time that is not whole", [point(0, 0.5)]],
    ["a time below 0", [point(0, -1)]],
    ["a time that no date has", [point(0, 8.65e15)]],
    ["rows of one alias that are not in order of time", [point(0, 5), point(1, 9), point(0, 4)]],
    ["an alias without a group", [point(2, 0)]],
  ])("%s", (_, rows) => {
    expect(() => packSegment(datapointsOf(rows), groups)).toThrow(RangeError);
  });

  test("more datapoints than a batch may have", () => {
    const points = createDatapoints(DATAPOINTS_MAX);
    points.count = DATAPOINTS_MAX;
    const full = packSegment(points, groups);
    expect(full.length).toBeLessThan(100);
    expect(unpackSegment(full).count).toBe(DATAPOINTS_MAX);
    expect(() => packSegment({ ...points, count: DATAPOINTS_MAX + 1 }, groups)).toThrow(RangeError);
    expect(() => joinSegments([full, packSegment(datapointsOf([point(0, 0)]), groups)], HEADER)).toThrow(RangeError);
  });
});
