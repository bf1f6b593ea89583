// The sampler against the model: the same values at the same times give the same datapoints, however they are cut.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { anyCutting, anyTraffic, modelRows, planOfTraffic, sampledRows } from "./traffic.ts";

const WHOLE = { blocks: [1000], advances: [], spare: 10_000 };

describe("the sampler", () => {
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
});
