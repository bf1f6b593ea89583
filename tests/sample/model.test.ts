// The sampler against the model: the same values at the same times give the same datapoints, however they are cut.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Setting } from "./model.ts";
import { anyCutting, anyTraffic, modelRows, planOfTraffic, sampledRows } from "./traffic.ts";

const MAX = 2n ** 64n - 1n;

const WHOLE = { blocks: [1000], advances: [], spare: 10_000 };

describe("the sampler", { timeout: 60_000 }, () => {
  test("makes the datapoints of the model, for any settings, values and times", () => {
    fc.assert(
      fc.property(anyTraffic, (traffic) => {
        expect(sampledRows(traffic, planOfTraffic(traffic), WHOLE)).toEqual(modelRows(traffic));
      }),
      { numRuns: 2000 },
    );
  });

  test("makes the same ones however frames are cut into blocks, time is told, and little room there is", () => {
    fc.assert(
      fc.property(anyTraffic, anyCutting, fc.boolean(), (traffic, cutting, isFinished) => {
        const rows = sampledRows(traffic, planOfTraffic(traffic), cutting, isFinished);
        expect(rows).toEqual(modelRows(traffic, isFinished));
      }),
      { numRuns: 1500 },
    );
  });

  test.each<[Setting["encoding"], readonly bigint[], number]>([
    ["unsigned", [0n, MAX, 0n], 3],
    ["unsigned", [2n ** 63n, 2n ** 63n - 2n, 2n ** 63n - 1n, 2n ** 63n], 3],
    ["unsigned", [2n ** 32n, 2n ** 32n - 1n, 2n ** 32n - 2n], 2],
    ["signed", [-1n, 0n, 1n, -1n], 3],
    ["signed", [2n ** 63n - 1n, -(2n ** 63n)], 2],
    ["signed", [2n ** 53n, 2n ** 53n + 1n, 2n ** 53n + 2n], 2],
  ])("measures a delta of 2 across all of 64 bits, %s: %s", (encoding, values, datapoints) => {
    const subject = {
      ...{ encoding, bits: 64, factor: 1, onChange: true, delta: 2, everyUs: 0 },
      ...{ resendUs: Infinity, aggregate: undefined, windowUs: 0, isMultiplexed: false },
    };
    const events = values.map((bits, at) => ({ atUs: at * 1000, rule: 0, values: [BigInt.asIntN(64, bits)] }));
    const traffic = { rules: [[subject]], events, endUs: 1_000_000 };
    const rows = sampledRows(traffic, planOfTraffic(traffic), WHOLE);
    expect(rows.get("V.m0.s0")).toHaveLength(datapoints);
    expect(rows).toEqual(modelRows(traffic));
  });
});
