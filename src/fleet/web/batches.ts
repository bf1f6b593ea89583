// A batch that was just stored, read for the browsers that watch its vehicle: the newest value of each signal in it, and all rows of
// the paths that are charted. Decoded once for all of them.
import { readBatch } from "../../wire/batch.ts";
import type { Catalogue, CatalogueEntry } from "../../wire/catalogue.ts";
import type { Datapoints } from "../../wire/datapoints.ts";
import { physicalNumberOf, physicalOf, rawOf, textOf } from "../../wire/physical.ts";
import type { Span, Value } from "./types.ts";

export interface BatchNews extends Span {
  readonly latest: readonly Value[];
  /** For each wanted path that the catalogue has; without rows where nothing changed. */
  readonly series: ReadonlyMap<string, Series>;
}

export interface Series {
  readonly timesMs: number[];
  readonly values: (number | null)[];
}

/** undefined where the batch was made with another catalogue than this. Throws WireError where it is broken. */
export function readNews(
  catalogue: Catalogue,
  payload: Uint8Array,
  wanted: ReadonlySet<string>,
): BatchNews | undefined {
  const { header, points } = readBatch(payload);
  if (header.catalogue !== catalogue.digest) return undefined;
  const entries = new Map(catalogue.entries.map((entry) => [entry.alias, entry]));
  const latest: Value[] = [];
  const series = new Map<string, Series>();
  for (const entry of catalogue.entries)
    if (wanted.has(entry.path)) series.set(entry.path, { timesMs: [], values: [] });
  for (let row = 0; row < points.count; row++) {
    const entry = entries.get(points.aliases[row] ?? -1);
    if (entry === undefined) continue;
    // The rows of an alias stand together, in order of time: its last is its newest.
    if (points.aliases[row + 1] !== points.aliases[row] || row + 1 === points.count)
      latest.push(valueAt(entry, points, row));
    const own = series.get(entry.path);
    if (own === undefined) continue;
    own.timesMs.push(points.timesMs[row] ?? 0);
    own.values.push(physicalNumberOf(entry, rawAt(entry, points, row)));
  }
  return { fromMs: header.fromMs, toMs: header.toMs, latest, series };
}

function valueAt(entry: CatalogueEntry, points: Datapoints, row: number): Value {
  const raw = rawAt(entry, points, row);
  return {
    path: entry.path,
    timeMs: points.timesMs[row] ?? null,
    value: physicalOf(entry, raw),
    text: textOf(entry, raw) ?? null,
  };
}

function rawAt(entry: CatalogueEntry, { lows, highs }: Datapoints, row: number): number | bigint {
  return rawOf(entry, lows[row] ?? 0, highs[row] ?? 0);
}
