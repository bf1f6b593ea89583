// One signal's datapoints and gaps as a chart holds them, and the line that is drawn of them. A value holds until the next one comes,
// since vehicles send on change; where a gap begins, nothing is known, and the line ends. Pure but for `append`, which adds live rows.
import type { Gap, SignalHistory, Span } from "../../types.ts";

export interface Track {
  readonly timesMs: number[];
  readonly values: (number | null)[];
  readonly gaps: readonly Gap[];
  /** What of time it answers for. */
  readonly loaded: Span;
  /** It was loaded up to the newest, and live datapoints continue it. */
  readonly open: boolean;
  readonly thinned: boolean;
  readonly datapoints: number;
  /** Up to where batches are known to cover. */
  coveredToMs: number;
  /** Rows that came live since it was loaded. */
  appended: number;
}

/** A line for uPlot: null where it breaks. */
export interface Line {
  readonly xs: number[];
  readonly ys: (number | null)[];
}

/** Between two batches of a vehicle that is online there is always a moment which no batch covers yet. */
const ON_THE_WAY_MS_MAX = 30_000;

export function trackOf(history: SignalHistory, open: boolean): Track {
  const { timesMs, values, gaps, extent, fromMs, toMs, thinned, datapoints } = history;
  return {
    timesMs: [...timesMs],
    values: [...values],
    gaps,
    loaded: { fromMs, toMs },
    open,
    thinned,
    datapoints,
    coveredToMs: Math.min(toMs, extent?.toMs ?? toMs),
    appended: 0,
  };
}

/** Adds live rows at the end. False where they belong in between or earlier: then the history is to be fetched again. */
export function append(
  track: Track,
  timesMs: readonly number[],
  values: readonly (number | null)[],
  covers: Span,
): boolean {
  const fits = covers.toMs >= track.coveredToMs && covers.fromMs <= track.coveredToMs + ON_THE_WAY_MS_MAX;
  const lastMs = track.timesMs.at(-1) ?? Number.NEGATIVE_INFINITY;
  for (const [row, timeMs] of timesMs.entries()) {
    if (timeMs <= lastMs) continue;
    track.timesMs.push(timeMs);
    track.values.push(values[row] ?? null);
    track.appended++;
  }
  track.coveredToMs = Math.max(track.coveredToMs, covers.toMs);
  return fits;
}

/** The gaps that are to be drawn: those of the history, and the silence since the last batch, unless that is just on its way. */
export function gapsOf(track: Track, nowMs: number): readonly Gap[] {
  if (!track.open) return track.gaps;
  if (nowMs - track.coveredToMs <= ON_THE_WAY_MS_MAX) return track.gaps;
  return [...track.gaps, { fromMs: track.coveredToMs, toMs: nowMs, reason: "missing" }];
}

/** The line of a track: its last value is held until `holdToMs`, unless a gap comes first. */
export function lineOf(track: Track, gaps: readonly Gap[], holdToMs: number): Line {
  const xs: number[] = [];
  const ys: (number | null)[] = [];
  let next = 0;
  const breakAt = (gap: Gap) => {
    const held = ys.at(-1);
    if (held === undefined || held === null) return;
    if ((xs.at(-1) ?? 0) < gap.fromMs) {
      xs.push(gap.fromMs);
      ys.push(held);
    }
    xs.push(Math.max(gap.fromMs, xs.at(-1) ?? 0) + 0.5);
    ys.push(null);
  };
  for (const [row, timeMs] of track.timesMs.entries()) {
    for (let gap = gaps[next]; gap !== undefined && gap.fromMs < timeMs; gap = gaps[++next]) breakAt(gap);
    xs.push(timeMs);
    ys.push(track.values[row] ?? null);
  }
  for (let gap = gaps[next]; gap !== undefined; gap = gaps[++next]) {
    if (gap.fromMs <= holdToMs) breakAt(gap);
  }
  const last = ys.at(-1);
  if (last !== undefined && last !== null && (xs.at(-1) ?? 0) < holdToMs) {
    xs.push(holdToMs);
    ys.push(last);
  }
  return { xs, ys };
}

/** Lines over one common column of times, as uPlot wants them. Held values fill in, so that no line changes its shape. */
export function align(lines: readonly Line[]): { xs: number[]; columns: (number | null)[][] } {
  const [only, ...others] = lines;
  if (only === undefined) return { xs: [], columns: [] };
  if (others.length === 0) return { xs: only.xs, columns: [only.ys] };
  const xs = [...new Set(lines.flatMap((line) => line.xs))].sort((a, b) => a - b);
  return { xs, columns: lines.map((line) => heldAt(line, xs)) };
}

function heldAt(line: Line, xs: readonly number[]): (number | null)[] {
  const endMs = line.xs.at(-1) ?? Number.NEGATIVE_INFINITY;
  let row = -1;
  return xs.map((x) => {
    while ((line.xs[row + 1] ?? Number.POSITIVE_INFINITY) <= x) row++;
    return x > endMs ? null : (line.ys[row] ?? null);
  });
}

/** The last row at or before a time; −1 where there is none. */
export function rowAt(xs: ArrayLike<number>, x: number): number {
  let low = 0;
  let high = xs.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((xs[middle] ?? 0) <= x) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
