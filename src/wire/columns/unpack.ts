// The `Columns` message in, datapoints out. The message may be hostile: every count is checked before it is believed,
// the work is bounded by DATAPOINTS_MAX and the length of the message, and nothing but WireError is thrown.
import type { canward } from "../canward_pb.js";
import type { Datapoints } from "../datapoints.ts";
import { isCount, requireColumns } from "../wire-error.ts";
import { VarintSource } from "./bytes.ts";
import { ALIAS_MAX, DATAPOINTS_MAX, PRESENCE_FILLED, PRESENCE_FULL, PRESENCE_RUNS, TIME_MS_MAX } from "./limits.ts";
import { fromTokens, Halves, readPlanes } from "./tokens.ts";

const tokens = new Halves();
let rowTimes = new Float64Array(1024);
let present = new Uint32Array(1024);

/** Where reading has come to in the byte strings, and what has been read of them. */
interface Cursor {
  readonly shape: VarintSource;
  readonly presence: VarintSource;
  times: number;
  values: number;
  readonly baseMs: number;
  group: number;
  alias: number;
  readonly seen: Set<number>;
}

/**
 * Appends `datapoints` rows to `points`, which must have the room; the rows of an alias stand together. The group of
 * each alias is put into `groups`, if that is given: 65,536 long.
 * @throws WireError where the columns are not exactly that.
 */
export function unpackColumns(
  columns: canward.v1.Columns,
  datapoints: number,
  points: Datapoints,
  groups?: Uint16Array,
): void {
  requireColumns(isCount(datapoints, DATAPOINTS_MAX), `${datapoints} datapoints`);
  const end = points.count + datapoints;
  const shape = new VarintSource(columns.shape);
  const presence = new VarintSource(columns.presence);
  const baseMs = takeNumber(shape, TIME_MS_MAX, "base");
  const cursor: Cursor = { shape, presence, times: 0, values: 0, baseMs, group: 0, alias: 0, seen: new Set() };
  for (let first = true; !shape.exhausted; first = false) {
    const step = takeNumber(shape, ALIAS_MAX, "group");
    cursor.group += step;
    requireColumns(cursor.group <= ALIAS_MAX && (first || step > 0), `group ${cursor.group}`);
    readGroup(columns, cursor, end, points, groups);
  }
  requireColumns(points.count === end, "fewer datapoints than the header says");
  const left = !presence.exhausted || cursor.times < columns.times.length || cursor.values < columns.values.length;
  requireColumns(!left, "bytes are left over");
}

function readGroup(
  columns: canward.v1.Columns,
  cursor: Cursor,
  end: number,
  points: Datapoints,
  groups: Uint16Array | undefined,
): void {
  const rowsAndWidth = takeNumber(cursor.shape, 8 * DATAPOINTS_MAX + 7, "rows");
  const rows = rowsAndWidth >>> 3;
  requireColumns(rows > 0 && rows <= end - points.count, `group ${cursor.group}: ${rows} rows`);
  const columnCount = takeNumber(cursor.shape, ALIAS_MAX + 1, "columns");
  requireColumns(columnCount > 0, `group ${cursor.group}: no columns`);
  readTimes(columns.times, rows, rowsAndWidth & 7, cursor);
  for (let left = columnCount; left > 0; left -= 1) {
    const step = takeNumber(cursor.shape, 2 * ALIAS_MAX + 1, "alias");
    cursor.alias += step % 2 === 1 ? -(step + 1) / 2 : step / 2;
    requireColumns(isCount(cursor.alias, ALIAS_MAX) && !cursor.seen.has(cursor.alias), `alias ${cursor.alias}`);
    cursor.seen.add(cursor.alias);
    if (groups !== undefined) groups[cursor.alias] = cursor.group;
    readColumn(columns.values, rows, end, cursor, points);
  }
}

function takeNumber(source: VarintSource, maximum: number, name: string): number {
  const value = source.nextNumber();
  requireColumns(value <= maximum, `${name} is missing or out of range`);
  return value;
}

/** Reads the times of a group into `rowTimes`. */
function readTimes(times: Uint8Array, rows: number, width: number, cursor: Cursor): void {
  let timeMs = cursor.baseMs + takeNumber(cursor.shape, TIME_MS_MAX, "first time");
  const count = rows - 1;
  const periodMs = count > 0 ? takeNumber(cursor.shape, TIME_MS_MAX, "period") : 0;
  takeTokens(times, cursor.times, count, width);
  cursor.times += count * width;
  if (rows > rowTimes.length) rowTimes = new Float64Array(rows * 2);
  rowTimes[0] = timeMs;
  for (let row = 0; row < count; row += 1) {
    const token = ((tokens.highs[row] as number) >>> 0) * 2 ** 32 + ((tokens.lows[row] as number) >>> 0);
    const distanceMs = periodMs + (token % 2 === 1 ? -(token + 1) / 2 : token / 2);
    requireColumns(distanceMs >= 0, "times run backwards");
    timeMs += distanceMs;
    rowTimes[row + 1] = timeMs;
  }
  requireColumns(timeMs <= TIME_MS_MAX, "times are out of range");
}

/** Reads the column of `cursor.alias`. */
function readColumn(values: Uint8Array, rows: number, end: number, cursor: Cursor, points: Datapoints): void {
  const coding = takeNumber(cursor.shape, 16 * 8 + 15, "coding");
  const transform = coding & 3;
  const form = (coding >>> 2) & 3;
  const width = coding >>> 4;
  requireColumns(form <= PRESENCE_RUNS, `coding ${coding}`);
  requireColumns(cursor.shape.next(), "the origin is missing");
  const sign = -(cursor.shape.low & 1);
  const originLow = ((cursor.shape.low >>> 1) | (cursor.shape.high << 31)) ^ sign;
  const originHigh = (cursor.shape.high >>> 1) ^ sign;

  if (rows > present.length) present = new Uint32Array(rows * 2);
  let count = form === PRESENCE_RUNS ? readRuns(rows, cursor.presence) : rows;
  takeTokens(values, cursor.values, count, width);
  cursor.values += count * width;
  if (form === PRESENCE_FILLED) count = gatherFilled(rows);
  requireColumns(count > 0 && points.count + count <= end, `alias ${cursor.alias}: ${count} datapoints`);

  const at = points.count;
  fromTokens(transform, tokens, count, originLow, originHigh, points.lows, points.highs, at);
  points.aliases.fill(cursor.alias, at, at + count);
  const { timesMs } = points;
  for (let index = 0; index < count; index += 1) {
    timesMs[at + index] = rowTimes[form === PRESENCE_FULL ? index : (present[index] as number)] as number;
  }
  points.count = at + count;
}

function takeTokens(bytes: Uint8Array, at: number, count: number, width: number): void {
  requireColumns(at + count * width <= bytes.length, "the tokens end too early");
  tokens.reserve(count);
  readPlanes(bytes, at, count, width, tokens);
}

/** Reads run lengths until they add up to the rows; leaves in `present` which rows have values, and answers how many. */
function readRuns(rows: number, runs: VarintSource): number {
  let count = 0;
  let state = true;
  for (let row = 0, first = true; row < rows; first = false, state = !state) {
    requireColumns(runs.next() && runs.high === 0, "the runs end too early");
    const length = runs.low >>> 0;
    requireColumns((length > 0 || first) && length <= rows - row, `a run of ${length}`);
    if (state) for (let index = 0; index < length; index += 1) present[count++] = row + index;
    row += length;
  }
  return count;
}

/** Takes the rows without a value out of the tokens, in place; leaves in `present` which have one. */
function gatherFilled(rows: number): number {
  const { lows, highs } = tokens;
  let count = 0;
  for (let row = 0; row < rows; row += 1) {
    const low = lows[row] as number;
    const high = highs[row] as number;
    if (low === 0 && high === 0) continue;
    present[count] = row;
    lows[count] = (low - 1) | 0;
    highs[count] = (high - (low === 0 ? 1 : 0)) | 0;
    count += 1;
  }
  return count;
}
