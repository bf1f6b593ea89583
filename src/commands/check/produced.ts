// The datapoints that a log makes under a plan, by the gateway's own stages, all of them and in order. Their memory has a
// bound, and whoever goes beyond it is told.
import { OperatingError } from "../../errors.ts";
import { openRecording } from "../../vehicle/bus/recording.ts";
import type { SourceConfig } from "../../vehicle/config.ts";
import { createCorridor } from "../../vehicle/corridor.ts";
import type { BusCounters } from "../../vehicle/frame.ts";
import { createMemory, takeBlock } from "../../vehicle/memory.ts";
import type { Plan } from "../../vehicle/plan.ts";
import { createDatapoints, type Datapoints } from "../../wire/datapoints.ts";

export interface Produced {
  readonly points: Datapoints;
  /** The rows of an alias, in the order of their times. */
  rowsOf(alias: number): Uint32Array;
  /** The time of the log's first frame. */
  readonly startMs: number;
}

/** 22 bytes each: some 700 MB at most, while they are being sorted. The example's minute makes 1,475. */
const DATAPOINTS_MAX = 16_000_000;
const DATAPOINTS_FIRST = 65_536;
/** Less often than a log has blocks. How datapoints are cut into intervals does not change them. */
const INTERVAL_US = 10e6;

/**
 * `log` is a path, or - for the standard input; `counters` follow its reading. Undefined where `signal` was aborted before
 * its end.
 */
export async function produce(
  log: string,
  source: SourceConfig,
  plan: Plan,
  counters: BusCounters,
  signal: AbortSignal,
): Promise<Produced | undefined> {
  const memory = createMemory();
  let points = createDatapoints(DATAPOINTS_FIRST);
  const corridor = createCorridor(plan, memory, INTERVAL_US, (more) => {
    points = append(points, more, log);
  });
  const bus = await openRecording(
    { ...source, log, generator: undefined, speed: "max", loop: false, restamp: false },
    takeBlock(memory),
    plan.buses,
  );
  let startMs = Number.NaN;
  for await (const block of bus.receive(signal)) {
    if (Number.isNaN(startMs)) startMs = Math.floor((block.monotonicUs[0] ?? 0) / 1000);
    corridor.pass(block);
    Object.assign(counters, bus.counters);
  }
  if (signal.aborted) return undefined;
  Object.assign(counters, bus.counters);
  corridor.finish();
  return { points, rowsOf: sortRows(points, plan.catalogue.entries.length), startMs };
}

/** `points` with `more` behind them: the same object, or a larger one in its place. */
function append(points: Datapoints, more: Datapoints, log: string): Datapoints {
  const count = points.count + more.count;
  if (count > DATAPOINTS_MAX) {
    throw new OperatingError(`${log}: more than ${DATAPOINTS_MAX.toLocaleString("en")} datapoints would leave`, {
      code: "CHECK_TOO_MANY",
      remedy: "Check a shorter log, or several one by one.",
    });
  }
  const capacity = points.aliases.length;
  const room = count <= capacity ? points : createDatapoints(Math.max(count, Math.min(2 * capacity, DATAPOINTS_MAX)));
  if (room !== points) copy(points, room, 0);
  copy(more, room, points.count);
  room.count = count;
  return room;
}

function copy(from: Datapoints, to: Datapoints, at: number): void {
  const { count } = from;
  to.aliases.set(from.aliases.subarray(0, count), at);
  to.timesMs.set(from.timesMs.subarray(0, count), at);
  to.lows.set(from.lows.subarray(0, count), at);
  to.highs.set(from.highs.subarray(0, count), at);
}

/** Rows of one alias are in order of time as they come, so it is enough to put them side by side. */
function sortRows({ aliases, count }: Datapoints, entries: number): (alias: number) => Uint32Array {
  const ends = new Uint32Array(entries + 1);
  for (let row = 0; row < count; row++) ends[(aliases[row] ?? 0) + 1] = (ends[(aliases[row] ?? 0) + 1] ?? 0) + 1;
  for (let alias = 0; alias < entries; alias++) ends[alias + 1] = (ends[alias + 1] ?? 0) + (ends[alias] ?? 0);
  const starts = ends.slice();
  const rows = new Uint32Array(count);
  for (let row = 0; row < count; row++) {
    const alias = aliases[row] ?? 0;
    const at = starts[alias] ?? 0;
    rows[at] = row;
    starts[alias] = at + 1;
  }
  return (alias) => rows.subarray(ends[alias] ?? 0, ends[alias + 1] ?? 0);
}
