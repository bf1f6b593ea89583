// One signal over a span: the value it came in with, its datapoints in order of time, each once, thinned where there are many, and the gaps.
import type { CatalogueEntry } from "../../wire/catalogue.ts";
import type { Datapoints } from "../../wire/datapoints.ts";
import { physicalNumberOf, rawOf } from "../../wire/physical.ts";
import type { Chunks, VehicleRow } from "./chunks.ts";
import { newestBefore } from "./newest.ts";
import { holdsSignal } from "./signal-index.ts";
import { gapsIn, intersect, type Span } from "./spans.ts";
import type { History } from "./store.ts";
import { type Point, Thinner } from "./thin.ts";

export interface HistoryRequest {
  readonly vehicle: VehicleRow;
  readonly path: string;
  /** How the path is described to the reader: from the newest catalogue that has it. */
  readonly entry: CatalogueEntry;
  readonly view: Span;
  readonly evicted: readonly Span[];
  readonly pointsMax: number;
}

export async function readHistory(chunks: Chunks, request: HistoryRequest): Promise<History> {
  const { vehicle, path, entry, view, evicted, pointsMax } = request;
  const extent = { fromMs: vehicle.fromMs ?? view.fromMs, toMs: vehicle.toMs ?? view.toMs };
  const held = intersect(view, extent);
  const thinner = new Thinner(held?.fromMs ?? view.fromMs, held?.toMs ?? view.toMs, pointsMax);
  const covered = await readPoints(chunks, vehicle, path, view, thinner);
  // On-change signals hold their value: without the one before the span its beginning would look empty.
  const before = (await newestBefore(chunks, vehicle, [path], view.fromMs)).get(path);
  const points = before === undefined ? thinner.points() : [pointOf(before), ...thinner.points()];
  return {
    entry,
    timesMs: points.map(({ timeMs }) => timeMs),
    values: points.map(({ value }) => value),
    datapoints: thinner.count,
    thinned: thinner.isThinned,
    gaps: gapsIn(view, extent, covered, evicted),
    fromMs: view.fromMs,
    toMs: view.toMs,
  };
}

/** Hands the path's points in `view` to the thinner, in order of time. Answers what the chunks cover. */
async function readPoints(
  chunks: Chunks,
  vehicle: VehicleRow,
  path: string,
  view: Span,
  thinner: Thinner,
): Promise<readonly Span[]> {
  const covered: { fromMs: number; toMs: number }[] = [];
  let pending: Point[] = [];
  for await (const chunk of chunks.overlapping(vehicle, view.fromMs, view.toMs)) {
    const last = covered.at(-1);
    // Chunks come by their beginning, so neighbours join as they come, and a long history stays a short list.
    if (last !== undefined && chunk.fromMs <= last.toMs) last.toMs = Math.max(last.toMs, chunk.toMs);
    else covered.push({ fromMs: chunk.fromMs, toMs: chunk.toMs });
    pending = release(pending, chunk.fromMs, thinner);
    const entry = chunks.catalogue(chunk.catalogue)?.byPath.get(path);
    if (entry === undefined || !holdsSignal(chunk.aliases, entry.alias)) continue;
    collect(chunks.datapoints(chunk), entry, view, pending);
  }
  release(pending, Infinity, thinner);
  return covered;
}

/** Passes on, in order and each time once, the points before `beforeMs`: no later chunk has one there. Answers the rest. */
function release(pending: readonly Point[], beforeMs: number, thinner: Thinner): Point[] {
  if (pending.length === 0) return [];
  // Stable: of points with the same time the one that came last stays last, and is the one that counts.
  const ordered = pending.toSorted((a, b) => a.timeMs - b.timeMs);
  const kept: Point[] = [];
  for (const [index, point] of ordered.entries()) {
    if (point.timeMs >= beforeMs) kept.push(point);
    else if (ordered[index + 1]?.timeMs !== point.timeMs) thinner.add(point);
  }
  return kept;
}

function collect(
  { count, aliases, timesMs, lows, highs }: Datapoints,
  entry: CatalogueEntry,
  view: Span,
  into: Point[],
): void {
  for (let row = 0; row < count; row++) {
    if (aliases[row] !== entry.alias) continue;
    const timeMs = timesMs[row] ?? 0;
    if (timeMs < view.fromMs || timeMs > view.toMs) continue;
    into.push(pointOf({ entry, timeMs, low: lows[row] ?? 0, high: highs[row] ?? 0 }));
  }
}

function pointOf(value: { entry: CatalogueEntry; timeMs: number; low: number; high: number }): Point {
  return { timeMs: value.timeMs, value: physicalNumberOf(value.entry, rawOf(value.entry, value.low, value.high)) };
}
