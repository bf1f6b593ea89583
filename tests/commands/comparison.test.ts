// What `canward check` rests on: a comparison that finds whatever is not as expected, and nothing else.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Comparison, type Verdict } from "../../src/commands/check/comparison.ts";
import type { ExpectedDatapoint } from "../../src/commands/check/expectation.ts";
import type { Produced } from "../../src/commands/check/produced.ts";
import { isFor, isSame, type Tolerance } from "../../src/commands/check/tolerance.ts";
import type { CatalogueEntry } from "../../src/wire/catalogue.ts";
import { createDatapoints } from "../../src/wire/datapoints.ts";

const PATHS = ["Vehicle.Speed", "Vehicle.Cabin.Temperature", "Vehicle.Door.IsOpen"] as const;
const NAMES = new Map([
  ["0", "CLOSED"],
  ["1", "OPEN"],
]);

/** Values are whole, so that what a test adds to one is exact. */
const entries: readonly CatalogueEntry[] = PATHS.map((path, alias) => ({
  alias,
  group: 0,
  path,
  unit: alias === 2 ? "" : "x",
  factor: 1,
  offset: 0,
  encoding: "signed",
  values: alias === 2 ? NAMES : new Map(),
  source: `can0/M/S${alias}`,
}));

interface Row {
  readonly alias: number;
  readonly timeMs: number;
  readonly raw: number;
}

const rows = fc
  .array(fc.record({ alias: fc.nat(2), timeMs: fc.nat(300), raw: fc.integer({ min: -3, max: 3 }) }), {
    minLength: 1,
    maxLength: 40,
  })
  .map((all) => all.toSorted((a, b) => a.timeMs - b.timeMs));

function producedOf(all: readonly Row[]): Produced {
  const points = createDatapoints(all.length);
  points.count = all.length;
  for (const [row, { alias, timeMs, raw }] of all.entries()) {
    points.aliases[row] = alias;
    points.timesMs[row] = timeMs;
    points.lows[row] = raw;
    points.highs[row] = raw >> 31;
  }
  const rowsOf = (alias: number): Uint32Array =>
    Uint32Array.from([...all.keys()].filter((row) => all[row]?.alias === alias));
  return { points, rowsOf, startMs: 0 };
}

function expectedOf({ alias, timeMs, raw }: Row): ExpectedDatapoint {
  return {
    path: PATHS[alias] ?? "",
    timeMs,
    value: raw,
    text: alias === 2 ? NAMES.get(String(raw)) : undefined,
  };
}

function compare(all: readonly Row[], expected: readonly ExpectedDatapoint[], tolerances: readonly Tolerance[] = []) {
  const comparison = new Comparison(producedOf(all), entries);
  for (const tolerance of tolerances) expect(comparison.tolerate(tolerance)).toBe(true);
  for (const { path, unit, source } of entries) comparison.allow({ path, unit, from: source });
  for (const datapoint of expected) expect(comparison.expect(datapoint)).toBe(true);
  return comparison.finish();
}

function differing({ differences }: Verdict): readonly string[] {
  return differences.map(({ path }) => path);
}

const TOLERANT: readonly Tolerance[] = [{ paths: "*", value: 2, timeMs: 5 }];

describe("the comparison", () => {
  test("finds nothing where everything is as expected, in whatever order the paths come", () => {
    fc.assert(
      fc.property(rows, fc.boolean(), (all, byPath) => {
        const expected = all.map(expectedOf);
        const ordered = byPath
          ? expected.toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
          : expected;
        expect(compare(all, ordered)).toMatchObject({ differences: [], expected: all.length, came: all.length });
      }),
    );
  });

  test("finds a value that changed, however little, and says where", () => {
    fc.assert(
      fc.property(rows, fc.nat(), fc.integer({ min: 1, max: 9 }), (all, pick, by) => {
        const at = pick % all.length;
        const expected = all.map(expectedOf);
        const verdict = compare(
          all.map((row, index) => (index === at ? { ...row, raw: row.raw + by } : row)),
          expected,
        );
        expect(differing(verdict)).toEqual([expected[at]?.path]);
        expect(verdict.differences[0]?.examples[0]?.expected).toEqual(expected[at]);
      }),
    );
  });

  test("finds a datapoint that is missing and one that came besides", () => {
    fc.assert(
      fc.property(rows, fc.nat(), fc.constantFrom([], TOLERANT), (all, pick, tolerances) => {
        const at = pick % all.length;
        const fewer = all.filter((_, index) => index !== at);
        const path = PATHS[all[at]?.alias ?? -1];
        expect(differing(compare(fewer, all.map(expectedOf), tolerances))).toEqual([path]);
        expect(differing(compare(all, fewer.map(expectedOf), tolerances))).toEqual([path]);
      }),
    );
  });

  test("finds a path that is fed by another signal, or in another unit", () => {
    const comparison = new Comparison(producedOf([]), entries);
    comparison.allow({ path: PATHS[0], unit: "x", from: "can0/M/S1" });
    comparison.allow({ path: PATHS[1], unit: "y", from: "can0/M/S1" });
    comparison.allow({ path: PATHS[2], unit: "", from: "can0/M/S2" });
    expect(differing(comparison.finish()).toSorted()).toEqual([PATHS[1], PATHS[0]].toSorted());
  });

  test("finds a value whose name changed", () => {
    const all = [{ alias: 2, timeMs: 1, raw: 1 }];
    const expected = { ...expectedOf({ alias: 2, timeMs: 1, raw: 1 }), text: "AJAR" };
    expect(compare(all, [expected]).differences).toMatchObject([{ changed: 1 }]);
  });

  test("passes what is within the tolerance of value and time, and finds what is beyond one of them", () => {
    const spread = rows.map((all) => all.map((row, index) => ({ ...row, timeMs: row.timeMs + 100 * index })));
    fc.assert(
      fc.property(
        spread,
        fc.array(fc.tuple(fc.integer({ min: -2, max: 2 }), fc.integer({ min: -5, max: 5 })), { minLength: 40 }),
        fc.nat(),
        fc.constantFrom([3, 0], [-3, 0], [0, 6], [0, -6], [2, 6], [3, 5]),
        (all, shifts, pick, [by = 0, laterMs = 0]) => {
          const near = all.map(({ alias, timeMs, raw }, index) => {
            const [value = 0, ms = 0] = shifts[index] ?? [];
            return { alias, timeMs: timeMs + ms, raw: raw + value };
          });
          expect(compare(near, all.map(expectedOf), TOLERANT).differences).toEqual([]);
          const at = pick % all.length;
          const far = all.map((row, index) =>
            index === at ? { ...row, raw: row.raw + by, timeMs: row.timeMs + laterMs } : row,
          );
          expect(differing(compare(far, all.map(expectedOf), TOLERANT))).toEqual([PATHS[all[at]?.alias ?? -1]]);
        },
      ),
    );
  });

  test("says which paths leave that did not, and which no longer do", () => {
    const comparison = new Comparison(producedOf([{ alias: 0, timeMs: 1, raw: 1 }]), entries);
    comparison.allow({ path: "Vehicle.Gone", unit: "", from: "can0/M/G" });
    comparison.allow({ path: PATHS[1], unit: "x", from: "can0/M/S1" });
    comparison.expect({ path: PATHS[1], timeMs: 1, value: 1, text: undefined });
    expect(comparison.finish().differences.map(({ path, leaving }) => [path, leaving])).toEqual([
      [PATHS[1], "gone"],
      [PATHS[2], "new"],
      ["Vehicle.Gone", "gone"],
      [PATHS[0], "new"],
    ]);
  });

  test("without a list of paths, one that is allowed and has no datapoint is no difference", () => {
    expect(new Comparison(producedOf([]), entries).finish().differences).toEqual([]);
  });

  test("refuses datapoints of a path that step back in time, and a tolerance that comes late", () => {
    const comparison = new Comparison(producedOf([]), entries);
    expect(comparison.expect({ path: "a", timeMs: 2, value: 1, text: undefined })).toBe(true);
    expect(comparison.expect({ path: "b", timeMs: 1, value: 1, text: undefined })).toBe(true);
    expect(comparison.expect({ path: "a", timeMs: 1, value: 1, text: undefined })).toBe(false);
    expect(comparison.tolerate({ paths: "*", value: 1, timeMs: 0 })).toBe(false);
  });

  test("keeps a few examples, however much differs", () => {
    const all = Array.from({ length: 1000 }, (_, timeMs) => ({ alias: 0, timeMs, raw: 0 }));
    const [difference] = compare(all, []).differences;
    expect(difference).toMatchObject({ extra: 1000, expected: 0, came: 1000 });
    expect(difference?.examples).toHaveLength(5);
  });
});

describe("a tolerance", () => {
  test.for([
    ["Vehicle.Cabin.*", "Vehicle.Cabin.HVAC.IsOn", true],
    ["Vehicle.Cabin.*", "Vehicle.Cabins", false],
    ["*", "Vehicle.Speed", true],
    ["Vehicle.Speed", "Vehicle.Speed", true],
    ["Vehicle.Speed", "Vehicle.SpeedLimit", false],
    ["*.Tire.*.Pressure", "Vehicle.Tire.Left.Pressure", true],
    ["*.Tire.*.Pressure", "Vehicle.Tire.Pressure", false],
    ["Vehicle*Vehicle", "Vehicle", false],
    ["Vehicle.[a-z]*", "Vehicle.a", false],
  ] as const)("for %s is for %s: %s", ([paths, path, is]) => expect(isFor(paths, path)).toBe(is));

  test("is what the last one says that is for the path", () => {
    const all = [{ alias: 0, timeMs: 0, raw: 3 }];
    const expected = [expectedOf({ alias: 0, timeMs: 0, raw: 0 })];
    const wide = { paths: "*", value: 5, timeMs: 0 };
    const narrow = { paths: "Vehicle.Speed", value: 1, timeMs: 0 };
    expect(compare(all, expected, [narrow, wide]).differences).toHaveLength(0);
    expect(compare(all, expected, [wide, narrow]).differences).toHaveLength(1);
  });

  test("that is for no path is told", () => {
    const typo = { paths: "Vehicle.Cabn.*", value: 5, timeMs: 0 };
    expect(compare([], [], [typo, { paths: "*", value: 1, timeMs: 0 }]).idleTolerances).toEqual([typo]);
  });

  test("is meant in decimal, and is exact for whole numbers of any width", () => {
    expect(isSame(3, 3.1, 0.1)).toBe(true);
    expect(isSame(3, 3.1000001, 0.1)).toBe(false);
    expect(isSame("9007199254740993", "9007199254740995", 2)).toBe(true);
    expect(isSame("9007199254740993", "9007199254740996", 2)).toBe(false);
    expect(isSame("9007199254740992", 9007199254740991, 1)).toBe(true);
    expect(isSame(null, 0, 1)).toBe(false);
    expect(isSame(null, null, 0)).toBe(true);
    expect(isSame("9007199254740993", 0.5, 1e300)).toBe(false);
  });
});
