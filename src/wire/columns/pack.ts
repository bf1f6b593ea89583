// Datapoints in, the `Columns` message out: rows are grouped by CAN message, so that a time is written once for all
// signals that came with it. Exact for every datapoint. No object is made per datapoint; scratch is reused.
import type { Datapoints } from "../datapoints.ts";
import type { canward } from "../canward_pb.js";
import { ByteSink } from "./bytes.ts";
import { type ColumnCoding, chooseCoding } from "./choose.ts";
import { ALIASES_MAX, DATAPOINTS_MAX, PRESENCE_FILLED, PRESENCE_RUNS, TIME_MS_MAX } from "./limits.ts";
import { bucketRows } from "./rows.ts";
import { Halves, toTokens, widthOf, writePlanes } from "./tokens.ts";
import { uniteTimes } from "./unite.ts";

const origins = new ByteSink();
const times = new ByteSink();
const presence = new ByteSink();
const values = new ByteSink();
const runs = new ByteSink();
const column = new Halves();
const tokens = new Halves();
let distances = new Float64Array(1024);
let sorted = new Float64Array(1024);

/** `groups[alias]` is the group of each alias that occurs. The byte strings in the answer are valid until the next call. */
export function packColumns(points: Datapoints, groups: Uint16Array): canward.v1.Columns.$Properties {
  checkPoints(points, groups);
  for (const sink of [origins, times, presence, values]) sink.clear();
  column.reserve(points.count);
  tokens.reserve(points.count);
  const { rows, aliases, starts } = bucketRows(points, groups);
  const shape = emptyShape(lowestTime(points));
  let previousGroup = 0;
  let previousAlias = 0;
  for (let first = 0, end = 0; first < aliases.length; first = end) {
    const group = groups[aliases[first] as number] as number;
    while (end < aliases.length && groups[aliases[end] as number] === group) end += 1;
    const rowTimes = uniteTimes(points, rows, starts, first, end);
    shape.groups.push(group - previousGroup);
    shape.rows.push(rowTimes.length);
    shape.columns.push(end - first);
    previousGroup = group;
    packTimes(rowTimes, shape);
    for (let index = first; index < end; index += 1) {
      const alias = aliases[index] as number;
      shape.aliases.push(alias - previousAlias);
      previousAlias = alias;
      shape.codings.push(packColumn(points, rows, starts[index] as number, starts[index + 1] as number, rowTimes));
    }
  }
  return { ...shape, origins: origins.view(), times: times.view(), presence: presence.view(), values: values.view() };
}

function emptyShape(baseMs: number) {
  const list = (): number[] => [];
  return {
    ...{ baseMs, groups: list(), rows: list(), columns: list(), aliases: list(), codings: list() },
    ...{ firstTimesMs: list(), periodsMs: list(), timeWidths: list() },
  };
}

/** What a caller must have got right: these are assertions. */
function checkPoints(points: Datapoints, groups: Uint16Array): void {
  if (points.count > DATAPOINTS_MAX) throw new RangeError(`${points.count} datapoints, where ${DATAPOINTS_MAX} are allowed`);
  for (let row = 0; row < points.count; row += 1) {
    const timeMs = points.timesMs[row] as number;
    if (!(timeMs >= 0 && timeMs <= TIME_MS_MAX && Number.isInteger(timeMs))) throw new RangeError(`time ${timeMs} ms`);
    if ((points.aliases[row] as number) >= groups.length) throw new RangeError(`alias ${points.aliases[row]} has no group`);
  }
  if (groups.length > ALIASES_MAX) throw new RangeError(`${groups.length} aliases`);
}

function lowestTime(points: Datapoints): number {
  let lowest = points.count === 0 ? 0 : Number.POSITIVE_INFINITY;
  for (let row = 0; row < points.count; row += 1) lowest = Math.min(lowest, points.timesMs[row] as number);
  return lowest;
}

function packTimes(rowTimes: Float64Array, shape: ReturnType<typeof emptyShape>): void {
  const count = rowTimes.length - 1;
  if (count > distances.length) {
    distances = new Float64Array(count * 2);
    sorted = new Float64Array(count * 2);
  }
  for (let index = 0; index < count; index += 1) {
    distances[index] = (rowTimes[index + 1] as number) - (rowTimes[index] as number);
  }
  const period = count === 0 ? 0 : median(distances, count);
  tokens.reserve(count);
  for (let index = 0; index < count; index += 1) {
    const off = (distances[index] as number) - period;
    const token = off < 0 ? -2 * off - 1 : 2 * off;
    tokens.lows[index] = token | 0;
    tokens.highs[index] = Math.floor(token / 2 ** 32);
  }
  const width = widthOf(tokens, count);
  shape.firstTimesMs.push((rowTimes[0] as number) - shape.baseMs);
  shape.periodsMs.push(period);
  shape.timeWidths.push(width);
  putTokens(times, count, width);
}

function packColumn(
  points: Datapoints,
  rows: Uint32Array,
  start: number,
  end: number,
  rowTimes: Float64Array,
): number {
  const count = end - start;
  for (let index = 0; index < count; index += 1) {
    const row = rows[start + index] as number;
    column.lows[index] = points.lows[row] as number;
    column.highs[index] = points.highs[row] as number;
  }
  runs.clear();
  if (count < rowTimes.length) measureRuns(points, rows, start, end, rowTimes);
  const coding = chooseCoding(column, count, tokens, runs, rowTimes.length);
  origins.putVarint((coding.originLow << 1) ^ (coding.originHigh >> 31), zigzagHigh(coding.originLow, coding.originHigh));
  toTokens(coding.transform, column, count, coding.originLow, coding.originHigh, tokens);
  if (coding.presence === PRESENCE_FILLED) fillRows(count, rowTimes.length, runs.view());
  if (coding.presence === PRESENCE_RUNS) putBytes(presence, runs.view());
  putTokens(values, coding.presence === PRESENCE_FILLED ? rowTimes.length : count, coding.width);
  return coding.transform + 4 * coding.presence + 16 * coding.width;
}
