// History and latest values against a naive model: whatever way datapoints were cut into segments and joined into batches, in
// whatever order and how often these came, what is read is what was measured.
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { openStore } from "../../src/fleet/store/sqlite.ts";
import type { Store } from "../../src/fleet/store/store.ts";
import { batchOf, birthOf, EPOCH_MS, entry, type Row, streamOf } from "./batches.ts";
import { temporaryFolder } from "./processes.ts";

const ALIASES = [0, 1, 9];
const catalogue = birthOf(ALIASES.map((alias) => entry(alias)));
const pathOf = (alias: number) => `Vehicle.Signal${alias}`;
/** A drive lasts this long, and is cut into segments of this length. */
const DRIVE_MS = 4_000;
const SEGMENT_MS = 200;
const SEGMENTS = DRIVE_MS / SEGMENT_MS;

vi.setConfig({ testTimeout: 120_000 });

const folder = temporaryFolder();
let store: Store;
let vehicles = 0;
beforeAll(() => {
  store = openStore(join(folder.path, "fleet.db"));
});
afterAll(async () => {
  await store.close();
  folder.remove();
});

const drive = fc
  .uniqueArray(
    fc.record({
      alias: fc.constantFrom(...ALIASES),
      timeMs: fc.integer({ min: EPOCH_MS, max: EPOCH_MS + DRIVE_MS - 1 }),
      raw: fc.bigInt({ min: -(1n << 40n), max: 1n << 40n }),
    }),
    { maxLength: 120, selector: ({ alias, timeMs }) => `${alias}/${timeMs}` },
  )
  .map((rows) => rows.toSorted((a, b) => a.timeMs - b.timeMs));

/** Where a batch ends: each cutting is a complete partition, so two of them deliver everything twice, in ranges that overlap. */
const cutting = fc.uniqueArray(fc.integer({ min: 1, max: SEGMENTS - 1 })).map((cuts) => {
  const ends = [...cuts, SEGMENTS].sort((a, b) => a - b);
  return ends.map((end, index) => ({ first: index === 0 ? 0 : (ends[index - 1] ?? 0), last: end - 1 }));
});

interface Range {
  readonly first: number;
  readonly last: number;
}
/** Ranges in the order of their arrival, those that come again, and how many come together. */
type Deliveries = readonly [order: readonly Range[], again: readonly Range[], turns: readonly number[]];

const deliveries: fc.Arbitrary<Deliveries> = fc
  .tuple(cutting, fc.option(cutting, { freq: 2 }))
  .map(([one, other]) => [...one, ...(other ?? [])])
  .chain((ranges) =>
    fc.tuple(
      fc.shuffledSubarray(ranges, { minLength: ranges.length }),
      fc.subarray(ranges),
      fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1 }),
    ),
  );

const span = fc
  .tuple(fc.integer({ min: -500, max: DRIVE_MS + 500 }), fc.integer({ min: -500, max: DRIVE_MS + 500 }))
  .map(([a, b]) => ({ fromMs: EPOCH_MS + Math.min(a, b), toMs: EPOCH_MS + Math.max(a, b) }));

async function deliver(rows: readonly Row[], [order, again, turns]: Deliveries): Promise<string> {
  const vehicle = `car-${vehicles++}`;
  const arrivals = [...order, ...again].map(({ first, last }) => {
    const [fromMs, toMs] = [EPOCH_MS + first * SEGMENT_MS, EPOCH_MS + (last + 1) * SEGMENT_MS];
    const own = rows.filter(({ timeMs }) => timeMs >= fromMs && timeMs < toMs);
    const header = { firstSequence: first, lastSequence: last, fromMs, toMs, catalogue: catalogue.digest };
    return { vehicle, payload: batchOf(own, { ...header, stream: streamOf("a") }), receivedAtMs: toMs };
  });
  await store.putBirth(vehicle, catalogue.payload, 0);
  for (let from = 0, turn = 0; from < arrivals.length; turn++) {
    const size = turns[turn % turns.length] ?? 1;
    await store.putBatches(arrivals.slice(from, from + size));
    from += size;
  }
  return vehicle;
}

describe("history", () => {
  it("equals the model, datapoint by datapoint, with the value that the span begins with", async () => {
    await fc.assert(
      fc.asyncProperty(drive, deliveries, span, fc.constantFrom(...ALIASES), async (rows, delivered, view, alias) => {
        const vehicle = await deliver(rows, delivered);
        const own = rows.filter((row) => row.alias === alias);
        const before = own.findLast(({ timeMs }) => timeMs < view.fromMs);
        const inside = own.filter(({ timeMs }) => timeMs >= view.fromMs && timeMs <= view.toMs);
        const expected = [...(before === undefined ? [] : [before]), ...inside];

        const history = await store.history(vehicle, pathOf(alias), view.fromMs, view.toMs, 1_000);
        expect(history?.timesMs).toEqual(expected.map(({ timeMs }) => timeMs));
        expect(history?.values).toEqual(expected.map(({ raw }) => Number(raw)));
        expect(history).toMatchObject({ datapoints: inside.length, thinned: false, gaps: [], ...view });
      }),
      { numRuns: 60 },
    );
  });

  it("thinned to a few points it still spans the same, and its extremes are the same", async () => {
    await fc.assert(
      fc.asyncProperty(drive, deliveries, fc.integer({ min: 4, max: 40 }), async (rows, delivered, pointsMax) => {
        const vehicle = await deliver(rows, delivered);
        const own = rows.filter(({ alias }) => alias === ALIASES[0]);
        const all = await store.history(vehicle, pathOf(0), EPOCH_MS, EPOCH_MS + DRIVE_MS, pointsMax);
        expect(all?.datapoints).toBe(own.length);
        expect(all?.thinned).toBe(own.length > pointsMax);
        expect(all?.timesMs.length).toBeLessThanOrEqual(pointsMax);
        expect([all?.timesMs[0], all?.timesMs.at(-1)]).toEqual([own[0]?.timeMs, own.at(-1)?.timeMs]);
        const values = own.map(({ raw }) => Number(raw));
        expect(Math.max(...(all?.values ?? []).map(Number))).toBe(Math.max(...values));
        expect(Math.min(...(all?.values ?? []).map(Number))).toBe(Math.min(...values));
      }),
      { numRuns: 30 },
    );
  });
});

describe("latest", () => {
  it("is the last datapoint of each signal", async () => {
    await fc.assert(
      fc.asyncProperty(drive, deliveries, async (rows, delivered) => {
        const vehicle = await deliver(rows, delivered);
        const last = ALIASES.map((alias) => rows.findLast((row) => row.alias === alias));
        const latest = await store.latest(vehicle);
        expect(latest.map(({ timeMs, value }) => [timeMs, value])).toEqual(
          last.map((row) => [row?.timeMs, row === undefined ? undefined : Number(row.raw)]),
        );
      }),
      { numRuns: 40 },
    );
  });
});
