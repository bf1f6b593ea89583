// Thins a series for drawing: time is cut into equal buckets, and each keeps its first, lowest, highest and last point.
// The extremes and the ends of the series always survive, so that a peak of one datapoint is still seen.

export interface Series {
  readonly timesMs: readonly number[];
  /** null where the value is no number. */
  readonly values: readonly (number | null)[];
}

/** Points that a bucket keeps at most. */
const KEPT_PER_BUCKET = 4;

/** At most `pointsMax` points (at least 4) of `series`, whose times are in order. */
export function thin(series: Series, pointsMax: number): Series {
  const count = series.timesMs.length;
  if (count <= Math.max(pointsMax, KEPT_PER_BUCKET)) return series;
  const buckets = Math.max(1, Math.floor(pointsMax / KEPT_PER_BUCKET));
  const firstMs = series.timesMs[0] ?? 0;
  const lastMs = series.timesMs[count - 1] ?? 0;
  const bucketMs = (lastMs - firstMs) / buckets || 1;
  const bucketOf = (row: number) =>
    Math.min(buckets - 1, Math.floor(((series.timesMs[row] ?? 0) - firstMs) / bucketMs));

  const kept: number[] = [];
  for (let from = 0; from < count; ) {
    const bucket = bucketOf(from);
    let to = from + 1;
    while (to < count && bucketOf(to) === bucket) to++;
    kept.push(...extremes(series.values, from, to));
    from = to;
  }
  return {
    timesMs: kept.map((row) => series.timesMs[row] ?? 0),
    values: kept.map((row) => series.values[row] ?? null),
  };
}

/** Rows of the first, lowest, highest and last value in [from, to), in order, each once. */
function extremes(values: readonly (number | null)[], from: number, to: number): number[] {
  let lowest = -1;
  let highest = -1;
  for (let row = from; row < to; row++) {
    const value = values[row] ?? null;
    if (value === null) continue;
    if (lowest < 0 || value < (values[lowest] ?? value)) lowest = row;
    if (highest < 0 || value > (values[highest] ?? value)) highest = row;
  }
  const rows = new Set([from, to - 1]);
  if (lowest >= 0) rows.add(lowest).add(highest);
  return [...rows].sort((a, b) => a - b);
}
