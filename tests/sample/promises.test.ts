// What a reader may rely on, read from datapoints alone: intervals, last states, heartbeats, windows, order.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { packSegment } from "../../src/wire/segment.ts";
import { aggregateOf, numberOf } from "./model.ts";
import {
  anyCutting,
  anyTraffic,
  type Event,
  pathOf,
  planOfTraffic,
  type Rows,
  Run,
  type Subject,
  sampledRows,
  type Traffic,
} from "./traffic.ts";

interface Series {
  readonly subject: Subject;
  /** What was observed, in order of time. */
  readonly observed: readonly { readonly atUs: number; readonly bits: bigint }[];
  readonly datapoints: readonly { readonly timeMs: number; readonly bits: bigint }[];
}

/** The traffic's signals of which something was observed, with what came of it. */
function seriesOf({ rules, events }: Traffic, rows: Rows): readonly Series[] {
  return rules.flatMap((subjects, rule) =>
    subjects.flatMap((subject, place): Series[] => {
      const observed = events.flatMap(({ atUs, rule: of, values }) => {
        const bits = of === rule ? values[place] : undefined;
        return bits === undefined ? [] : [{ atUs, bits }];
      });
      const datapoints = (rows.get(pathOf(rule, place)) ?? []).map((row) => {
        const [timeMs, , bits] = row.split(" ");
        return { timeMs: Number(timeMs), bits: BigInt(bits ?? 0) };
      });
      return observed.length === 0 ? [] : [{ subject, observed, datapoints }];
    }),
  );
}

/** Long enough after the last value for everything that is held back. */
const LATER_US = 10_000_000;

function check(promise: (series: Series, traffic: Traffic) => void): void {
  fc.assert(
    fc.property(anyTraffic, anyCutting, (traffic, cutting) => {
      const long = { ...traffic, endUs: traffic.endUs + LATER_US };
      for (const series of seriesOf(long, sampledRows(long, planOfTraffic(long), cutting, false)))
        promise(series, long);
    }),
    { numRuns: 400 },
  );
}

describe("whatever comes, when and how it is cut", { timeout: 60_000 }, () => {
  test("a signal that was observed has a datapoint, the first one at once where there is no window", () => {
    check(({ subject, observed, datapoints }) => {
      expect(datapoints.length).toBeGreaterThan(0);
      if (subject.aggregate !== undefined) return;
      expect(datapoints[0]).toEqual({ timeMs: Math.floor((observed[0]?.atUs ?? 0) / 1000), bits: observed[0]?.bits });
    });
  });

  test("two datapoints are never closer than the minimum interval", () => {
    check(({ subject: { everyUs }, datapoints }) => {
      for (const [i, { timeMs }] of datapoints.entries()) {
        const before = datapoints[i - 1];
        if (before !== undefined) expect(timeMs - before.timeMs).toBeGreaterThanOrEqual(everyUs / 1000);
      }
    });
  });

  test("the last state comes out, to within the delta, however fast it came after another", () => {
    check(({ subject, observed, datapoints }) => {
      const { onChange, aggregate, delta, encoding } = subject;
      if (!onChange || aggregate !== undefined) return;
      const last = observed.at(-1)?.bits ?? 0n;
      const told = datapoints.at(-1)?.bits ?? 0n;
      if (delta === 0 || last === told) expect(told).toBe(last);
      else expect(Math.abs(numberOf(encoding, last) - numberOf(encoding, told))).toBeLessThan(delta);
    });
  });

  test("while values come, a datapoint is no older than the resend time", () => {
    check(({ subject: { resendUs, everyUs, aggregate }, observed, datapoints }) => {
      if (aggregate !== undefined || resendUs === Infinity) return;
      const oldestMs = Math.max(resendUs, everyUs) / 1000;
      for (const { atUs } of observed) {
        const ageMs = Math.min(...datapoints.map(({ timeMs }) => atUs / 1000 - timeMs).filter((age) => age >= 0));
        expect(ageMs).toBeLessThan(oldestMs + 1);
      }
    });
  });

  test("on change alone, the datapoints are the changes", () => {
    check(({ subject, observed, datapoints }) => {
      const { onChange, aggregate, delta, everyUs, resendUs } = subject;
      if (!onChange || aggregate !== undefined || delta > 0 || everyUs > 0 || resendUs !== Infinity) return;
      const changes = observed.filter(({ bits }, i) => bits !== observed[i - 1]?.bits);
      expect(datapoints).toEqual(changes.map(({ atUs, bits }) => ({ timeMs: Math.floor(atUs / 1000), bits })));
    });
  });

  test("without on_change and an interval, every value is a datapoint", () => {
    check(({ subject: { onChange, aggregate, everyUs }, observed, datapoints }) => {
      if (onChange || aggregate !== undefined || everyUs > 0) return;
      expect(datapoints).toEqual(observed.map(({ atUs, bits }) => ({ timeMs: Math.floor(atUs / 1000), bits })));
    });
  });

  test("without a window, a datapoint is a value that was in force at its time", () => {
    check(({ subject: { aggregate }, observed, datapoints }) => {
      if (aggregate !== undefined) return;
      for (const { timeMs, bits } of datapoints) {
        const during = observed.filter(({ atUs }) => Math.floor(atUs / 1000) === timeMs);
        const before = observed.findLast(({ atUs }) => Math.floor(atUs / 1000) < timeMs);
        expect([...during, ...(before === undefined ? [] : [before])].map((moment) => moment.bits)).toContain(bits);
      }
    });
  });

  test("a window's datapoint stands at the end of a window of the clock's grid, and is the aggregate of its values", () => {
    check(({ subject, observed, datapoints }) => {
      const { aggregate, windowUs, onChange } = subject;
      if (aggregate === undefined) return;
      for (const { timeMs, bits } of datapoints) {
        const endUs = timeMs * 1000;
        expect(endUs % windowUs).toBe(0);
        const values = observed
          .filter(({ atUs }) => atUs >= endUs - windowUs && atUs < endUs)
          .map((value) => value.bits);
        expect(bits).toBe(aggregateOf(subject, values));
      }
      const windows = new Set(observed.map(({ atUs }) => Math.floor(atUs / windowUs)));
      if (!onChange) expect(datapoints.length).toBe(windows.size);
    });
  });
});

describe("frames that are late by the clock that was told", { timeout: 60_000 }, () => {
  const anyAhead = fc.array(fc.nat(300_000), { minLength: 1, maxLength: 8 });

  test("lead to datapoints in order of time, and none is closer to another than it may be", () => {
    fc.assert(
      fc.property(anyTraffic, anyAhead, (traffic, ahead) => {
        const plan = planOfTraffic(traffic);
        const run = new Run(plan, traffic, 10_000);
        for (const [index, event] of traffic.events.entries()) {
          run.pass([event]);
          run.advance(event.atUs + (ahead[index % ahead.length] ?? 0));
        }
        run.advance(traffic.endUs + LATER_US);
        for (const { subject, datapoints } of seriesOf(traffic, run.rows)) {
          const stepsMs = datapoints.slice(1).map(({ timeMs }, i) => timeMs - (datapoints[i]?.timeMs ?? 0));
          const leastMs = (subject.aggregate === undefined ? subject.everyUs : subject.windowUs) / 1000;
          for (const stepMs of stepsMs) expect(stepMs).toBeGreaterThanOrEqual(leastMs);
          expect(datapoints.length).toBeGreaterThan(0);
        }
      }),
      { numRuns: 500 },
    );
  });

  test("a window that has ended is not told twice: what is late counts in the next one", () => {
    const subject: Subject = {
      ...({ encoding: "unsigned", bits: 8, factor: 1, onChange: false, delta: 0, everyUs: 0 } as const),
      ...({ resendUs: Infinity, aggregate: "max", windowUs: 50_000, isMultiplexed: false } as const),
    };
    const rules = [[subject]];
    const plan = planOfTraffic({ rules });
    const run = new Run(plan, { rules }, 100);
    const event = (atUs: number, bits: bigint): Event => ({ atUs, rule: 0, values: [bits] });
    run.pass([event(10_000, 3n)]);
    run.advance(110_000);
    run.pass([event(40_000, 9n), event(60_000, 4n)]);
    run.advance(200_000);
    expect(run.rows.get(pathOf(0, 0))).toEqual(["50 ms 3", "100 ms 9"]);
  });
});

test("every value that was looked at became a datapoint, was held back, or is in hand; at the end none is in hand", () => {
  fc.assert(
    fc.property(anyTraffic, anyCutting, (traffic, { spare }) => {
      const run = new Run(planOfTraffic(traffic), traffic, spare);
      for (const event of traffic.events) {
        run.pass([event]);
        const { observed, produced, heldBack, inHand } = run.counts;
        expect(produced + heldBack + inHand).toBe(observed);
      }
      run.finish(traffic.endUs);
      const observed = traffic.events.flatMap(({ values }) => values.filter((bits) => bits !== undefined));
      const produced = [...run.rows.values()].flat().length;
      expect(run.counts).toEqual({
        ...{ frames: traffic.events.length, observed: observed.length, produced },
        ...{ heldBack: observed.length - produced, inHand: 0 },
      });
    }),
    { numRuns: 500 },
  );
});

test("a segment takes what the sampler made, as it is", () => {
  fc.assert(
    fc.property(anyTraffic, (traffic) => {
      const plan = planOfTraffic(traffic);
      const run = new Run(plan, traffic, 10_000);
      run.pass(traffic.events);
      run.finish(traffic.endUs);
      expect(() => packSegment(run.out, plan.groups)).not.toThrow();
    }),
    { numRuns: 100 },
  );
});
