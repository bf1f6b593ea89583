// The store's pure parts: the index of signals, spans and gaps, thinning, physical values.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BoundedMap } from "../../src/fleet/store/bounded.ts";
import { holdsSignal, packSignalIndex } from "../../src/fleet/store/signal-index.ts";
import { GAP_MIN_MS, gapsIn, uncovered, union } from "../../src/fleet/store/spans.ts";
import { type Point, Thinner } from "../../src/fleet/store/thin.ts";
import { physicalNumberOf, physicalOf, rawOf, textOf } from "../../src/wire/physical.ts";
import { entry } from "./batches.ts";

const halves = (raw: bigint) => [Number(BigInt.asIntN(32, raw)), Number(BigInt.asIntN(32, raw >> 32n))] as const;

describe("signal index", () => {
  it("holds exactly the aliases that were packed, whatever their order and number", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 65_535 })),
        fc.integer({ min: 0, max: 65_535 }),
        (aliases, other) => {
          const index = packSignalIndex(aliases);
          expect(aliases.every((alias) => holdsSignal(index, alias))).toBe(true);
          expect(holdsSignal(index, other)).toBe(aliases.includes(other));
        },
      ),
    );
  });

  it("takes a few bytes for the dense aliases of a plan", () => {
    expect(packSignalIndex(Array.from({ length: 40 }, (_, alias) => alias))).toHaveLength(5);
    expect(packSignalIndex([])).toHaveLength(0);
  });
});

describe("spans", () => {
  const moment = fc.integer({ min: 0, max: 60 });
  const span = fc.tuple(moment, moment).map(([a, b]) => ({ fromMs: Math.min(a, b), toMs: Math.max(a, b) }));
  const inside = (t: number, spans: readonly { fromMs: number; toMs: number }[]) =>
    spans.some(({ fromMs, toMs }) => t > fromMs && t < toMs);

  it("every moment of a view is either covered or open, never both", () => {
    fc.assert(
      fc.property(span, fc.array(span, { maxLength: 8 }), (view, spans) => {
        const open = uncovered(view, spans, 1);
        for (let t = view.fromMs + 0.5; t < view.toMs; t++) expect(inside(t, open)).toBe(!inside(t, union(spans)));
      }),
    );
  });

  it("tells evictions apart from what is simply missing, and looks for the missing only where something is held", () => {
    const [view, extent] = [
      { fromMs: 0, toMs: 100_000 },
      { fromMs: 10_000, toMs: 60_000 },
    ];
    const chunks = [
      { fromMs: 10_000, toMs: 20_000 },
      { fromMs: 50_000, toMs: 60_000 },
    ];
    expect(gapsIn(view, extent, chunks, [{ fromMs: 25_000, toMs: 30_000 }])).toEqual([
      { fromMs: 20_000, toMs: 25_000, reason: "missing" },
      { fromMs: 25_000, toMs: 30_000, reason: "evicted" },
      { fromMs: 30_000, toMs: 50_000, reason: "missing" },
    ]);
  });

  it("does not tell of the moment between two neighbouring batches", () => {
    const chunks = [
      { fromMs: 0, toMs: 5_000 },
      { fromMs: 5_000 + GAP_MIN_MS - 1, toMs: 10_000 },
    ];
    expect(gapsIn({ fromMs: 0, toMs: 10_000 }, { fromMs: 0, toMs: 10_000 }, chunks, [])).toEqual([]);
  });
});

describe("thinning", () => {
  const value = fc.option(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 }), { freq: 10 });
  const series = fc.array(value, { minLength: 1, maxLength: 300 });
  const run = (values: readonly (number | null)[], pointsMax: number) => {
    const thinner = new Thinner(0, values.length - 1, pointsMax);
    values.forEach((each, timeMs) => {
      thinner.add({ timeMs, value: each });
    });
    return thinner;
  };

  it("keeps the first, the lowest, the highest and the last, in order, within the bound", () => {
    fc.assert(
      fc.property(series, fc.integer({ min: 4, max: 320 }), (values, pointsMax) => {
        const thinner = run(values, pointsMax);
        const points: readonly Point[] = thinner.points();
        expect(points.length).toBeLessThanOrEqual(pointsMax);
        expect(thinner.count).toBe(values.length);
        expect(thinner.isThinned).toBe(values.length > pointsMax);
        expect(points.map(({ timeMs }) => timeMs)).toEqual(
          points.map(({ timeMs }) => timeMs).toSorted((a, b) => a - b),
        );
        expect(points.every(({ timeMs, value: kept }) => values[timeMs] === kept)).toBe(true);
        expect(points[0]?.timeMs).toBe(0);
        expect(points.at(-1)?.timeMs).toBe(values.length - 1);
        const numbers = (all: readonly (number | null)[]) => all.filter((each) => each !== null);
        const kept = numbers(points.map((point) => point.value));
        expect(Math.min(...kept)).toBe(Math.min(...numbers(values)));
        expect(Math.max(...kept)).toBe(Math.max(...numbers(values)));
      }),
    );
  });

  it("gives back a short series as it is", () => {
    expect(run([3, null, 1], 4).points()).toEqual([
      { timeMs: 0, value: 3 },
      { timeMs: 1, value: null },
      { timeMs: 2, value: 1 },
    ]);
  });
});

describe("physical values", () => {
  it("every 64-bit integer is exact, as a number or as its digits", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n }), (raw) => {
        const read = rawOf(entry(0), ...halves(raw));
        expect(BigInt(read)).toBe(raw);
        expect(BigInt(physicalOf(entry(0), read) ?? "x")).toBe(raw);
      }),
    );
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }), (raw) => {
        const of = entry(0, { encoding: "unsigned", factor: 3, offset: -5 });
        expect(BigInt(physicalOf(of, rawOf(of, ...halves(raw))) ?? "x")).toBe(raw * 3n - 5n);
      }),
    );
  });

  it("floats come back bit for bit, and what is no number is null", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: false }), (value) => {
        const view = new DataView(new ArrayBuffer(8));
        view.setFloat64(0, value);
        const of = entry(0, { encoding: "float64" });
        const read = rawOf(of, view.getInt32(4), view.getInt32(0));
        expect(read).toBe(value);
        expect(physicalOf(of, read)).toBe(Number.isFinite(value) ? value + 0 : null);
      }),
    );
    const single = entry(0, { encoding: "float32", factor: 2, offset: 1 });
    const view = new DataView(new ArrayBuffer(4));
    view.setFloat32(0, 0.1);
    expect(physicalOf(single, rawOf(single, view.getInt32(0), 0))).toBe(Math.fround(0.1) * 2 + 1);
  });

  it("a scaled integer is raw times factor plus offset; a wide one is the nearest number when drawn", () => {
    expect(physicalOf(entry(0, { factor: 0.1, offset: -40 }), 325)).toBe(325 * 0.1 - 40);
    expect(physicalNumberOf(entry(0), rawOf(entry(0), ...halves((1n << 62n) + 1n)))).toBe(2 ** 62);
  });

  it("names a value by its raw value", () => {
    const gear = entry(0, { values: new Map([["-1", "Reverse"]]), factor: 2 });
    expect(textOf(gear, rawOf(gear, ...halves(-1n)))).toBe("Reverse");
    expect(textOf(gear, 4)).toBeUndefined();
  });
});

describe("bounded map", () => {
  it("never grows beyond its bound, and lets go of what was used longest ago", () => {
    const map = new BoundedMap<string, number>(2);
    map.set("a", 1);
    map.set("b", 2);
    map.get("a");
    map.set("c", 3);
    expect([map.get("a"), map.get("b"), map.get("c")]).toEqual([1, undefined, 3]);
  });
});
