// The corridor as a whole: what it gives to its sink is complete, and each interval covers its datapoints.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Message } from "../../src/dbc/database.ts";
import { createCorridor } from "../../src/vehicle/corridor.ts";
import { FLAG_FD } from "../../src/vehicle/frame.ts";
import { createMemory, takeBlock } from "../../src/vehicle/memory.ts";
import type { Plan } from "../../src/vehicle/plan.ts";
import { databasesOf, fill, listOf, MESSAGE, planOf, SIGNAL, type TestFrame } from "../policy/plans.ts";

const memory = createMemory();
const block = takeBlock(memory);

interface Interval {
  readonly fromUs: number;
  readonly toUs: number;
  /** Alias and time, in milliseconds. */
  readonly points: readonly (readonly [number, number])[];
}

/** A corridor of one second's intervals, and what its sink was given. */
function corridorOf(plan: Plan) {
  const intervals: Interval[] = [];
  const corridor = createCorridor(plan, memory, 1_000_000, ({ count, aliases, timesMs }, fromUs, toUs) => {
    const points = Array.from({ length: count }, (_, row) => [aliases[row] ?? 0, timesMs[row] ?? 0] as const);
    intervals.push({ fromUs, toUs, points });
  });
  const pass = (frames: readonly TestFrame[]): void => {
    fill(block, frames);
    corridor.pass(block);
  };
  return { corridor, intervals, pass };
}

function expectCovered(intervals: readonly Interval[]): void {
  for (const { fromUs, toUs, points } of intervals) {
    for (const [, timeMs] of points) {
      expect(timeMs).toBeGreaterThanOrEqual(Math.floor(fromUs / 1000));
      expect(timeMs).toBeLessThanOrEqual(Math.floor(toUs / 1000));
    }
  }
}

function planOfSignals(count: number, words: object = {}): Plan {
  const signals = Array.from({ length: count }, (_, index) => ({ ...SIGNAL, name: `S${index}`, startBit: index * 4 }));
  const message: Message = { ...MESSAGE, id: 1, lengthBytes: 64, fd: true, signals };
  const entries = signals.map(({ name }) => [`V.${name}`, { from: `can0/M/${name}`, ...words }]);
  return planOf(listOf(["can0"], { signals: Object.fromEntries(entries) }), databasesOf({ can0: [message] }));
}

function frameOf(monotonicUs: number, seed: number): TestFrame {
  const payload = Uint8Array.from({ length: 64 }, (_, byte) => (seed * 37 + byte * 11) & 255);
  return { bus: 0, id: 1, flags: FLAG_FD, payload, monotonicUs };
}

describe("the corridor", { timeout: 60_000 }, () => {
  test("takes more datapoints than a segment holds from its first block on, and loses none", () => {
    const { corridor, intervals, pass } = corridorOf(planOfSignals(120, { on_change: false }));
    for (const startUs of [0, 2_000_000]) {
      pass(Array.from({ length: block.capacity }, (_, row) => frameOf(startUs + row * 100, row)));
    }
    corridor.finish();
    for (const interval of intervals) expect(interval.points.length).toBeLessThanOrEqual(65_536);
    const points = intervals.flatMap((interval) => interval.points);
    expect(points).toHaveLength(2 * block.capacity * 120);
    expect(corridor.counters().datapointsProduced).toBe(points.length);
    expect(new Set(points.map(([alias]) => alias)).size).toBe(120);
    expectCovered(intervals);
  });

  test("gives intervals that follow one another and cover their datapoints, whatever clock it was told", () => {
    const anyTurn = fc.record({
      frames: fc.array(fc.record({ stepUs: fc.nat(300_000), seed: fc.nat(3) }), { maxLength: 8 }),
      aheadUs: fc.option(fc.nat(1_500_000), { nil: undefined }),
    });
    const words = fc.constantFrom({}, { every: "100ms" }, { aggregate: "max", window: "50ms" }, { resend: "200ms" });
    fc.assert(
      fc.property(fc.array(anyTurn, { maxLength: 12 }), words, (turns, keys) => {
        const { corridor, intervals, pass } = corridorOf(planOfSignals(3, keys));
        let nowUs = 1_000_000;
        let frames = 0;
        for (const turn of turns) {
          pass(
            turn.frames.map(({ stepUs, seed }) => {
              nowUs += stepUs;
              frames += 1;
              return frameOf(nowUs, seed);
            }),
          );
          if (turn.aheadUs !== undefined && frames > 0) corridor.advance(nowUs + turn.aheadUs);
        }
        corridor.finish();
        expectCovered(intervals);
        for (const [index, { fromUs, toUs }] of intervals.entries()) {
          expect(fromUs).toBeLessThanOrEqual(toUs);
          // Frames that are late by the clock that was told make an interval begin before the last one's end, never after.
          if (index > 0) expect(fromUs).toBeLessThanOrEqual(intervals[index - 1]?.toUs ?? 0);
        }
        const counters = corridor.counters();
        expect(counters.framesReceived).toBe(frames);
        expect(counters.framesAdmitted).toBe(frames);
        expect(counters.valuesObserved).toBe(3 * frames);
        expect(counters.datapointsProduced).toBe(intervals.flatMap(({ points }) => points).length);
      }),
      { numRuns: 300 },
    );
  });

  test("says that an interval was quiet, too", () => {
    const { corridor, intervals, pass } = corridorOf(planOfSignals(1));
    pass([frameOf(1_000_000, 1)]);
    corridor.advance(2_000_000);
    corridor.advance(2_500_000);
    corridor.advance(3_000_000);
    expect(intervals.map(({ fromUs, toUs, points }) => [fromUs, toUs, points.length])).toEqual([
      [1_000_000, 2_000_000, 1],
      [2_000_000, 3_000_000, 0],
    ]);
  });

  test("that never had a frame gives nothing, not even an interval", () => {
    const { corridor, intervals, pass } = corridorOf(planOfSignals(1));
    pass([]);
    corridor.finish();
    expect(intervals).toEqual([]);
  });
});
