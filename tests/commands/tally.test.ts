// What a replay says of the cost: batches are cut where the uplink would cut them, so that the figure is the one of the road.
import { join } from "node:path";
import { expect, it } from "vitest";
import { Tally } from "../../src/commands/tally.ts";
import { loadPlan } from "../../src/vehicle/policy/load.ts";
import { BATCH_LIMITS } from "../../src/vehicle/segment.ts";
import { createDatapoints } from "../../src/wire/datapoints.ts";

const { plan } = loadPlan(join(import.meta.dirname, "..", "..", "deploy", "example", "allowlist.yaml"));
const DAY_MS = 86_400_000;

function tallyOf(segments: number, datapointsEach: number): Tally {
  const tally = new Tally(plan, DAY_MS);
  const points = createDatapoints(datapointsEach);
  for (let segment = 0; segment < segments; segment++) {
    points.count = datapointsEach;
    points.timesMs.fill(segment * 1000);
    tally.add(points, segment * 1e6, (segment + 1) * 1e6);
  }
  tally.end();
  return tally;
}

it("an interval of a day does not make a batch of a day", () => {
  const segments = 2 * BATCH_LIMITS.segmentsMax + 1;
  expect(tallyOf(segments, 10)).toMatchObject({ batches: 3, datapoints: segments * 10 });
});

it("nor do more datapoints go into one than the uplink would join", () => {
  const each = BATCH_LIMITS.datapointsMax / 8;
  expect(tallyOf(9, each)).toMatchObject({ batches: 2, datapoints: 9 * each });
});
