// Chunks for the read side: rows of a span in either direction, a page at a time so that others get their turn, and their datapoints,
// decoded once and kept while they are in use. Catalogues are kept likewise.
import { setImmediate as turn } from "node:timers/promises";
import { readBatch } from "../../wire/batch.ts";
import { readBirth } from "../../wire/birth.ts";
import type { Catalogue, CatalogueEntry } from "../../wire/catalogue.ts";
import type { Datapoints } from "../../wire/datapoints.ts";
import { BoundedMap } from "./bounded.ts";
import type { Database, Statement } from "./database.ts";

/** Rows that are read, and at most decoded, before the event loop has its turn. */
const PAGE_ROWS = 64;
/** Chunks whose datapoints are kept: the newest of some fifty vehicles, or one chart's zoom. */
const DECODED_CHUNKS_MAX = 512;
/** Larger chunks are not kept, so that the kept ones stay below some 40 MB. */
const DECODED_ROWS_MAX = 4_096;
/** A fleet has few catalogues: one for each policy and model. */
const CATALOGUES_MAX = 512;

export interface VehicleRow {
  readonly key: number;
  readonly id: string;
  readonly fromMs: number | null;
  readonly toMs: number | null;
  readonly datapointMs: number | null;
  readonly spanMaxMs: number;
}

/** What a chunk's row says without its payload. */
export interface ChunkRow {
  readonly key: number;
  readonly fromMs: number;
  readonly toMs: number;
  readonly catalogue: string;
  readonly aliases: Uint8Array;
}

const COLUMNS = "key, from_ms AS fromMs, to_ms AS toMs, catalogue, aliases";

interface Window {
  readonly vehicle: number;
  /** No chunk that begins outside [beginsFromMs, beginsToMs], or ends before `endsFromMs`, is of interest. */
  readonly beginsFromMs: number;
  readonly beginsToMs: number;
  readonly endsFromMs: number;
}

interface Cursor {
  readonly afterMs: number;
  readonly afterKey: number;
}

export class Chunks {
  readonly #forwards: Statement<[Window & Cursor], ChunkRow>;
  readonly #backwards: Statement<[Window & Cursor], ChunkRow>;
  readonly #payload: Statement<[key: number], Buffer>;
  readonly #birth: Statement<[digest: string], Buffer>;
  readonly #decoded = new BoundedMap<number, Datapoints>(DECODED_CHUNKS_MAX);
  readonly #catalogues = new BoundedMap<string, CatalogueByPath>(CATALOGUES_MAX);

  constructor(database: Database) {
    const page = (comparison: "<" | ">", order: "ASC" | "DESC") =>
      database.prepare<[Window & Cursor], ChunkRow>(
        `SELECT ${COLUMNS} FROM chunks
         WHERE vehicle = @vehicle AND from_ms BETWEEN @beginsFromMs AND @beginsToMs AND to_ms >= @endsFromMs
           AND (from_ms, key) ${comparison} (@afterMs, @afterKey)
         ORDER BY from_ms ${order}, key ${order} LIMIT ${PAGE_ROWS}`,
      );
    this.#forwards = page(">", "ASC");
    this.#backwards = page("<", "DESC");
    this.#payload = database.prepare<[key: number], Buffer>("SELECT payload FROM chunks WHERE key = ?").pluck();
    this.#birth = database.prepare<[digest: string], Buffer>("SELECT birth FROM catalogues WHERE digest = ?").pluck();
  }

  /** Chunks of `vehicle` that have a part in [fromMs, toMs], by their beginning. */
  overlapping(vehicle: VehicleRow, fromMs: number, toMs: number): AsyncGenerator<ChunkRow> {
    const window = {
      vehicle: vehicle.key,
      beginsFromMs: fromMs - vehicle.spanMaxMs,
      beginsToMs: toMs,
      endsFromMs: fromMs,
    };
    return pages(this.#forwards, window, { afterMs: Number.MIN_SAFE_INTEGER, afterKey: 0 });
  }

  /** Chunks of `vehicle` that begin before `beforeMs`, the latest beginning first. */
  before(vehicle: VehicleRow, beforeMs: number): AsyncGenerator<ChunkRow> {
    const least = Number.MIN_SAFE_INTEGER;
    const window = { vehicle: vehicle.key, beginsFromMs: least, beginsToMs: beforeMs - 1, endsFromMs: least };
    return pages(this.#backwards, window, { afterMs: Number.MAX_SAFE_INTEGER, afterKey: Number.MAX_SAFE_INTEGER });
  }

  /** The chunk's datapoints, at wall-clock times. */
  datapoints(chunk: ChunkRow): Datapoints {
    const known = this.#decoded.get(chunk.key);
    if (known !== undefined) return known;
    const payload = this.#payload.get(chunk.key);
    if (payload === undefined) throw new Error(`chunk ${chunk.key} has gone`);
    const { points } = readBatch(payload);
    if (points.count <= DECODED_ROWS_MAX) this.#decoded.set(chunk.key, points);
    return points;
  }

  /** undefined while its birth has not come yet. */
  catalogue(digest: string): CatalogueByPath | undefined {
    const known = this.#catalogues.get(digest);
    if (known !== undefined) return known;
    const payload = this.#birth.get(digest);
    if (payload === undefined) return undefined;
    const { catalogue } = readBirth(payload);
    const indexed = { catalogue, byPath: new Map(catalogue.entries.map((entry) => [entry.path, entry])) };
    this.#catalogues.set(digest, indexed);
    return indexed;
  }
}

export interface CatalogueByPath {
  readonly catalogue: Catalogue;
  readonly byPath: ReadonlyMap<string, CatalogueEntry>;
}

async function* pages(
  statement: Statement<[Window & Cursor], ChunkRow>,
  window: Window,
  start: Cursor,
): AsyncGenerator<ChunkRow> {
  let cursor = start;
  for (;;) {
    const rows = statement.all({ ...window, ...cursor });
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE_ROWS) return;
    cursor = { afterMs: last.fromMs, afterKey: last.key };
    await turn();
  }
}
