// The last value of each signal before a moment: chunks are looked through from there backwards, and only those whose index
// of signals names one that is still wanted are decoded.
import type { CatalogueEntry } from "../../wire/catalogue.ts";
import type { Datapoints } from "../../wire/datapoints.ts";
import type { ChunkRow, Chunks, VehicleRow } from "./chunks.ts";
import { holdsSignal } from "./signal-index.ts";

/** Chunks that are looked through at most: at a batch every 5 seconds, three hours, far beyond any `resend`. */
export const LOOK_BACK_CHUNKS_MAX = 2_048;

export interface LastValue {
  /** From the catalogue that the chunk was made with. */
  readonly entry: CatalogueEntry;
  readonly timeMs: number;
  readonly low: number;
  readonly high: number;
}

/** For each of `paths` its last datapoint before `beforeMs`, where there is one within reach. */
export async function newestBefore(
  chunks: Chunks,
  vehicle: VehicleRow,
  paths: Iterable<string>,
  beforeMs: number,
): Promise<ReadonlyMap<string, LastValue>> {
  const found = new Map<string, LastValue>();
  // A path stays wanted until no chunk further back can reach beyond what was found.
  const wanted = new Set(paths);
  let looked = 0;
  for await (const chunk of chunks.before(vehicle, beforeMs)) {
    for (const path of wanted) {
      if ((found.get(path)?.timeMs ?? -Infinity) >= chunk.fromMs + vehicle.spanMaxMs) wanted.delete(path);
    }
    if (wanted.size === 0 || looked++ === LOOK_BACK_CHUNKS_MAX) break;
    take(chunks, chunk, wanted, beforeMs, found);
  }
  return found;
}

function take(
  chunks: Chunks,
  chunk: ChunkRow,
  wanted: ReadonlySet<string>,
  beforeMs: number,
  found: Map<string, LastValue>,
): void {
  const catalogue = chunks.catalogue(chunk.catalogue);
  if (catalogue === undefined) return;
  const here = new Map<number, CatalogueEntry>();
  for (const path of wanted) {
    const entry = catalogue.byPath.get(path);
    if (entry === undefined || !holdsSignal(chunk.aliases, entry.alias)) continue;
    if ((found.get(path)?.timeMs ?? -Infinity) < chunk.toMs) here.set(entry.alias, entry);
  }
  if (here.size > 0) scan(chunks.datapoints(chunk), here, beforeMs, found);
}

function scan(
  { count, aliases, timesMs, lows, highs }: Datapoints,
  entries: ReadonlyMap<number, CatalogueEntry>,
  beforeMs: number,
  found: Map<string, LastValue>,
): void {
  for (let row = 0; row < count; row++) {
    const entry = entries.get(aliases[row] ?? -1);
    const timeMs = timesMs[row] ?? 0;
    if (entry === undefined || timeMs >= beforeMs) continue;
    const best = found.get(entry.path);
    // Of two at the same time the later row is the later state.
    if (best !== undefined && best.timeMs > timeMs) continue;
    found.set(entry.path, { entry, timeMs, low: lows[row] ?? 0, high: highs[row] ?? 0 });
  }
}
