// Datapoints in, the `Columns` message out: rows are grouped by CAN message, so that a time is written once for all
// signals that came with it. Exact for every datapoint. No object is made per datapoint; scratch is reused.
import type { canward } from "../canward_pb.js";
import type { Datapoints } from "../datapoints.ts";
import { ByteSink } from "./bytes.ts";
import { type Choice, chooseTransform, median } from "./choose.ts";
import type { Aim } from "./cost.ts";
import { DATAPOINTS_MAX, PRESENCE_FILLED, PRESENCE_FULL, PRESENCE_RUNS, TIME_MS_MAX } from "./limits.ts";
import { type Buckets, bucketRows, markPresence, uniteTimes } from "./rows.ts";
import { Halves, toTokens, widthOf, writePlanes } from "./tokens.ts";

const values = new ByteSink();
const presence = new ByteSink();
const times = new ByteSink();
const shape = new ByteSink();
const column = new Halves();
const tokens = new Halves();
const choice: Choice = { transform: 0, originLow: 0, originHigh: 0, width: 0, bits: 0 };
let distances = new Float64Array(1024);
let present = new Uint8Array(1024);

/** `groups[alias]` is the group of each alias that occurs. The byte strings in the answer are valid until the next call. */
export function packColumns(points: Datapoints, groups: Uint16Array, aim: Aim): canward.v1.Columns.$Properties {
  for (const sink of [values, presence, times, shape]) sink.clear();
  const baseMs = checkPoints(points, groups);
  const buckets = bucketRows(points, groups);
  const { aliases } = buckets;
  shape.putNumber(baseMs);
  let groupBefore = 0;
  let aliasBefore = 0;
  for (let first = 0, end = 0; first < aliases.length; first = end) {
    const group = groups[aliases[first] as number] as number;
    while (end < aliases.length && groups[aliases[end] as number] === group) end += 1;
    shape.putNumber(group - groupBefore);
    groupBefore = group;
    const rowTimes = uniteTimes(points, buckets, first, end);
    packTimes(rowTimes, end - first, baseMs);
    for (let bucket = first; bucket < end; bucket += 1) {
      const step = (aliases[bucket] as number) - aliasBefore;
      aliasBefore += step;
      shape.putNumber(step < 0 ? -2 * step - 1 : 2 * step);
      packColumn(points, buckets, bucket, rowTimes, aim);
    }
  }
  return { values: values.view(), presence: presence.view(), times: times.view(), shape: shape.view() };
}

/** Asserts what the caller has to keep, and answers with the lowest time. */
function checkPoints(points: Datapoints, groups: Uint16Array): number {
  const { count, timesMs, aliases } = points;
  if (count > DATAPOINTS_MAX) throw new RangeError(`${count} datapoints, where ${DATAPOINTS_MAX} are allowed`);
  let lowestMs = count === 0 ? 0 : TIME_MS_MAX;
  for (let row = 0; row < count; row += 1) {
    const timeMs = timesMs[row] as number;
    if (!(timeMs >= 0 && timeMs <= TIME_MS_MAX && Number.isInteger(timeMs)))
      throw new RangeError(`a time of ${timeMs} ms`);
    if ((aliases[row] as number) >= groups.length) throw new RangeError(`alias ${aliases[row]} has no group`);
    if (timeMs < lowestMs) lowestMs = timeMs;
  }
  return lowestMs;
}

function packTimes(rowTimes: Float64Array, columns: number, baseMs: number): void {
  const rows = rowTimes.length;
  const count = rows - 1;
  if (count > distances.length) distances = new Float64Array(count * 2);
  for (let row = 0; row < count; row += 1) {
    distances[row] = (rowTimes[row + 1] as number) - (rowTimes[row] as number);
  }
  const periodMs = count === 0 ? 0 : median(distances.slice(0, count));
  tokens.reserve(count);
  for (let row = 0; row < count; row += 1) {
    const off = (distances[row] as number) - periodMs;
    const token = off < 0 ? -2 * off - 1 : 2 * off;
    tokens.lows[row] = token;
    tokens.highs[row] = token / 2 ** 32;
  }
  const width = widthOf(tokens, count);
  shape.putNumber(8 * rows + width);
  shape.putNumber(columns);
  shape.putNumber((rowTimes[0] as number) - baseMs);
  if (count > 0) shape.putNumber(periodMs);
  putTokens(times, count, width);
}

function packColumn(points: Datapoints, buckets: Buckets, bucket: number, rowTimes: Float64Array, aim: Aim): void {
  const start = buckets.starts[bucket] as number;
  const end = buckets.starts[bucket + 1] as number;
  const count = end - start;
  gatherValues(points, buckets.rows, start, end);
  chooseTransform(column, count, aim, choice);
  const { transform, originLow, originHigh } = choice;
  tokens.reserve(rowTimes.length);
  toTokens(transform, column, count, originLow, originHigh, tokens);
  const form = packPresence(points, start, end, rowTimes, aim);
  const length = form === PRESENCE_FILLED ? rowTimes.length : count;
  const width = widthOf(tokens, length);
  putTokens(values, length, width);
  shape.putNumber(transform + 4 * form + 16 * width);
  const sign = originHigh >> 31;
  shape.putVarint((originLow << 1) ^ sign, ((originHigh << 1) | (originLow >>> 31)) ^ sign);
}

function gatherValues(points: Datapoints, rows: Uint32Array, start: number, end: number): void {
  column.reserve(end - start);
  const { lows, highs } = column;
  for (let index = start; index < end; index += 1) {
    const row = rows[index] as number;
    lows[index - start] = points.lows[row] as number;
    highs[index - start] = points.highs[row] as number;
  }
}

/** Says in which rows the column has values: in `presence`, or by filling up the tokens, whichever costs less. */
function packPresence(points: Datapoints, start: number, end: number, rowTimes: Float64Array, aim: Aim): number {
  const count = end - start;
  if (count === rowTimes.length) return PRESENCE_FULL;
  if (rowTimes.length > present.length) present = new Uint8Array(rowTimes.length * 2);
  markPresence(points, start, end, rowTimes, present);
  const runsFrom = presence.length;
  putRuns(rowTimes.length);
  if (choice.width === 8) return PRESENCE_RUNS; // one more than the largest token does not fit
  const runsBits = aim.bitsOfRuns(presence.view(), runsFrom, presence.length) + choice.bits;
  const filledBits = aim.bitsOfTokens(tokens, count, Math.max(1, choice.width), rowTimes.length - count);
  if (runsBits < filledBits) return PRESENCE_RUNS;
  presence.length = runsFrom;
  fillTokens(count, rowTimes.length);
  return PRESENCE_FILLED;
}

function putRuns(rows: number): void {
  let state = 1;
  let length = 0;
  for (let row = 0; row < rows; row += 1) {
    if (present[row] !== state) {
      presence.putNumber(length);
      state ^= 1;
      length = 0;
    }
    length += 1;
  }
  presence.putNumber(length);
}

/** Spreads `count` tokens over all rows, from the end, in place: 0 where the column has no value, else one more. */
function fillTokens(count: number, rows: number): void {
  const { lows, highs } = tokens;
  let next = count - 1;
  for (let row = rows - 1; row >= 0; row -= 1) {
    const here = present[row] as number;
    const low = here === 0 ? 0 : ((lows[next] as number) + 1) | 0;
    highs[row] = here === 0 ? 0 : (highs[next] as number) + (low === 0 ? 1 : 0);
    lows[row] = low;
    next -= here;
  }
}

function putTokens(sink: ByteSink, count: number, width: number): void {
  writePlanes(tokens, count, width, sink.reserve(count * width), sink.length);
  sink.length += count * width;
}
