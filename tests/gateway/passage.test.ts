// Another plan in mid-drive: every datapoint is that of the plan which was in force when its frame came, under that plan's
// catalogue, and the counts of both add up.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { openRecording } from "../../src/vehicle/bus/recording.ts";
import { systemClock } from "../../src/vehicle/clock.ts";
import { createCorridor } from "../../src/vehicle/corridor.ts";
import type { FrameBlock } from "../../src/vehicle/frame.ts";
import { createMemory, takeBlock } from "../../src/vehicle/memory.ts";
import { openOutbox } from "../../src/vehicle/outbox/outbox.ts";
import { Passage } from "../../src/vehicle/passage.ts";
import type { Plan } from "../../src/vehicle/plan.ts";
import { loadPlan } from "../../src/vehicle/policy/load.ts";
import { WallClock } from "../../src/vehicle/wall-clock.ts";
import { readBatch } from "../../src/wire/batch.ts";
import { temporaryFolder } from "../fleet/processes.ts";
import { takeAll } from "../outbox/segments.ts";
import { ALLOW_LIST, RECORDED, Tally } from "./drives.ts";

const FLUSH_INTERVAL_US = 1e6;
const BLOCKS = 60;
let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

/** The example's plan, and one of every third of its signals, with another number for the same bus. */
function twoPlans(): readonly [Plan, Plan] {
  const list = parse(readFileSync(ALLOW_LIST, "utf8"));
  for (const bus of Object.values<{ dbc: string[] }>(list.buses))
    bus.dbc = bus.dbc.map((name) => join(ALLOW_LIST, "..", name));
  list.buses.another = list.buses.can0;
  list.version = "other";
  list.signals = Object.fromEntries(Object.entries(list.signals).filter((_, i) => i % 3 === 0));
  // It may set the length of a message of which no signal is left.
  delete list.messages;
  const file = join(folder.path, "allowlist.yaml");
  writeFileSync(file, stringify(list, { aliasDuplicateObjects: false }));
  return [loadPlan(ALLOW_LIST).plan, loadPlan(file).plan];
}

async function* blocks(plan: () => Plan, block: FrameBlock): AsyncGenerator<FrameBlock> {
  const recorded = await openRecording(RECORDED, block, ["can0", "can1"]);
  let taken = 0;
  for await (const read of recorded.receive(new AbortController().signal)) {
    // As a live source does: the frame's bus is the number that it has in the plan in force.
    for (let i = 0; i < read.count; i++) {
      const at = i * 72 + 6;
      read.bytes[at] = plan().buses.indexOf(["can0", "can1"][read.bytes[at] ?? 0] ?? "");
    }
    yield read;
    taken += 1;
    if (taken === BLOCKS) return;
  }
}

/** What the corridor of one plan alone makes of the blocks `from` … `to - 1`. */
async function expected(plan: Plan, from: number, to: number): Promise<Tally> {
  const tally = new Tally();
  const memory = createMemory();
  const corridor = createCorridor(plan, memory, FLUSH_INTERVAL_US, (points) => tally.add(points));
  let at = 0;
  for await (const block of blocks(() => plan, takeBlock(memory))) {
    if (at >= from && at < to) corridor.pass(block);
    at += 1;
  }
  corridor.finish();
  return tally;
}

it.each([1, 17, 59])("enacted after block %d", async (swapAt) => {
  const [first, second] = twoPlans();
  expect(second.buses).toEqual(["another", "can0", "can1"]);
  const memory = createMemory();
  const outbox = openOutbox(join(folder.path, "outbox.db"), 1e9);
  const passage = new Passage(first, {
    ...{ memory, outbox, wall: new WallClock(), clock: systemClock },
    ...{ clockQuality: "recorded", flushIntervalUs: FLUSH_INTERVAL_US },
  });
  let at = 0;
  for await (const block of blocks(() => passage.plan, takeBlock(memory))) {
    passage.corridor.pass(block);
    at += 1;
    if (at === swapAt) passage.enact(second);
  }
  passage.corridor.finish();

  const tallies = new Map<string, Tally>();
  for (const { payload } of takeAll(outbox)) {
    const { header, points } = readBatch(payload);
    const tally = tallies.get(header.catalogue) ?? new Tally();
    tallies.set(header.catalogue, tally);
    tally.add(points);
  }
  const [before, after] = [await expected(first, 0, swapAt), await expected(second, swapAt, BLOCKS)];
  expect(before.total).toBeGreaterThan(0);
  expect(after.total).toBeGreaterThan(0);
  expect(tallies.get(first.catalogue.digest)?.counts).toEqual(before.counts);
  expect(tallies.get(second.catalogue.digest)?.counts).toEqual(after.counts);

  const counters = passage.counters();
  expect(counters.datapointsProduced).toBe(before.total + after.total);
  expect(outbox.counters.datapointsCommitted).toBe(before.total + after.total);
  const { framesReceived, framesAdmitted, framesDenied } = counters;
  expect(framesAdmitted + Object.values(framesDenied).reduce((sum, count) => sum + count, 0)).toBe(framesReceived);
  expect(new Set(counters.buses.keys())).toEqual(new Set(["another", "can0", "can1", ""]));
  expect(counters.buses.get("can1")?.framesReceived).toBeGreaterThan(0);
  outbox.close();
});
