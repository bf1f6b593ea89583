// Which rows belong to which column: rows in any order in, rows bucketed by alias out, the aliases of a group side by
// side. And which times a group has.
import type { Datapoints } from "../datapoints.ts";
import { ALIASES_MAX } from "./limits.ts";

export interface Buckets {
  /** Row numbers, bucket after bucket, in order of time within each; valid until the next call. */
  readonly rows: Uint32Array;
  /** The alias of each bucket: by group, then by alias. */
  readonly aliases: readonly number[];
  /** Where each bucket starts in `rows`; one entry more than there are buckets. */
  readonly starts: readonly number[];
}

const counts = new Uint32Array(ALIASES_MAX);
let rows = new Uint32Array(1024);
let united = new Float64Array(1024);
let merged = new Float64Array(1024);

/** Buckets the rows by alias, keeping their order (a counting sort). */
export function bucketRows(points: Datapoints, groups: Uint16Array): Buckets {
  const { count, aliases: aliasOf } = points;
  if (count > rows.length) rows = new Uint32Array(count * 2);
  const aliases: number[] = [];
  for (let row = 0; row < count; row += 1) {
    const alias = aliasOf[row] as number;
    if (counts[alias] === 0) aliases.push(alias);
    counts[alias] = (counts[alias] as number) + 1;
  }
  aliases.sort((a, b) => (groups[a] as number) - (groups[b] as number) || a - b);
  const starts = [0];
  let start = 0;
  for (const alias of aliases) {
    const length = counts[alias] as number;
    counts[alias] = start;
    start += length;
    starts.push(start);
  }
  for (let row = 0; row < count; row += 1) {
    const alias = aliasOf[row] as number;
    const position = counts[alias] as number;
    rows[position] = row;
    counts[alias] = position + 1;
  }
  for (const alias of aliases) counts[alias] = 0;
  return { rows, aliases, starts };
}

/**
 * The times of a group: of the buckets `first` to `end`, each time as often as the bucket that has it most often.
 * Valid until the next call.
 */
export function uniteTimes(points: Datapoints, buckets: Buckets, first: number, end: number): Float64Array {
  let length = 0;
  for (let bucket = first; bucket < end; bucket += 1) {
    length = mergeBucket(points, buckets.starts[bucket] as number, buckets.starts[bucket + 1] as number, length);
  }
  return united.subarray(0, length);
}

function mergeBucket(points: Datapoints, start: number, end: number, length: number): number {
  const { timesMs } = points;
  if (length + end - start > merged.length) merged = new Float64Array((length + end - start) * 2);
  let left = 0;
  let right = start;
  let out = 0;
  let before = Number.NEGATIVE_INFINITY;
  while (left < length || right < end) {
    const leftMs = left < length ? (united[left] as number) : Number.POSITIVE_INFINITY;
    const rightMs = right < end ? (timesMs[rows[right] as number] as number) : Number.POSITIVE_INFINITY;
    if (rightMs < before) throw new RangeError("the rows of an alias are not in order of time");
    const timeMs = Math.min(leftMs, rightMs);
    if (leftMs === timeMs) left += 1;
    if (rightMs === timeMs) {
      right += 1;
      before = rightMs;
    }
    merged[out++] = timeMs;
  }
  [united, merged] = [merged, united];
  return out;
}

/** Marks with 1 in which of `rowTimes` a bucket has a datapoint, with 0 where not. */
export function markPresence(
  points: Datapoints,
  start: number,
  end: number,
  rowTimes: Float64Array,
  present: Uint8Array,
): void {
  const { timesMs } = points;
  let next = start;
  for (let row = 0; row < rowTimes.length; row += 1) {
    const here = next < end && timesMs[rows[next] as number] === rowTimes[row];
    present[row] = here ? 1 : 0;
    if (here) next += 1;
  }
}
