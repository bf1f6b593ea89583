// What the outbox asks of its tables: every statement, prepared once, and the rows that they answer. Each finds its rows by
// key, so none takes longer because a long outage filled the file.
import type { ClockQuality } from "../../wire/batch-header.ts";
import type { Shares } from "../segment.ts";
import type { Database } from "./schema.ts";
import { readShares } from "./shares.ts";

/** What a row takes on disk beside its payload: about its other columns and SQLite's own header. */
export const ROW_BYTES = 64;

/** Segments, what they take on disk, and the datapoints in them. */
export interface Totals {
  readonly segments: number;
  readonly bytes: number;
  readonly datapoints: number;
  readonly shares: Shares;
}

/** As a table has it. */
export type Stored<T extends Totals> = Omit<T, "shares"> & { readonly shares: string };

export function readTotals<T extends Totals>(row: Stored<T>): T {
  return { ...row, shares: readShares(row.shares, row.datapoints) } as unknown as T;
}

export interface Life extends Totals {
  readonly stream: Uint8Array;
  readonly runs: number;
  readonly next_sequence: number;
}

/** A segment without its payload; as a total, it is one of its kind. */
export interface SegmentRow extends Totals {
  readonly sequence: number;
  readonly run: number;
  readonly catalogue: string;
  readonly from_ms: number;
  readonly to_ms: number;
  readonly clock_offset_ms: number;
  readonly clock_quality: ClockQuality;
}

export interface BatchRow {
  readonly first_sequence: number;
  readonly last_sequence: number;
}

export interface GapRow extends BatchRow {
  readonly from_ms: number;
  readonly to_ms: number;
  readonly datapoints: number;
}

export type Statements = ReturnType<typeof prepareStatements>;

const HEAD = `sequence, run, catalogue, from_ms, to_ms, clock_offset_ms, clock_quality, datapoints,
  shares, length(shares) + length(payload) + ${ROW_BYTES} AS bytes, 1 AS segments`;

export function prepareStatements(database: Database) {
  return {
    beginRun: database.prepare("UPDATE life SET runs = runs + 1 RETURNING *"),
    addTotals: database.prepare(
      `UPDATE life SET next_sequence = @next, segments = segments + @segments, bytes = bytes + @bytes,
       datapoints = datapoints + @datapoints, shares = @shares`,
    ),
    addSegment: database.prepare(
      `INSERT INTO segment
       (sequence, run, catalogue, from_ms, to_ms, clock_offset_ms, clock_quality, datapoints, shares, payload) VALUES
       (@sequence, @run, @catalogue, @fromMs, @toMs, @clockOffsetMs, @clockQuality, @datapoints, @shares, @payload)`,
    ),
    heads: database.prepare(
      `SELECT ${HEAD} FROM segment WHERE sequence >= @from AND sequence < @to ORDER BY sequence LIMIT @most`,
    ),
    segments: database.prepare(
      `SELECT ${HEAD}, payload FROM segment WHERE sequence BETWEEN @first AND @last ORDER BY sequence`,
    ),
    deleteSegments: database.prepare("DELETE FROM segment WHERE sequence BETWEEN @first AND @last"),
    oldestMs: database
      .prepare("SELECT from_ms + clock_offset_ms FROM segment WHERE sequence > 0 ORDER BY sequence LIMIT 1")
      .pluck(),
    batches: database.prepare("SELECT first_sequence, last_sequence FROM batch ORDER BY first_sequence"),
    addBatch: database.prepare("INSERT INTO batch VALUES (@first, @last)"),
    deleteBatch: database.prepare("DELETE FROM batch WHERE first_sequence = @first"),
    growGap: database.prepare(
      `UPDATE gap SET last_sequence = @last, from_ms = min(from_ms, @fromMs), to_ms = max(to_ms, @toMs),
       datapoints = datapoints + @datapoints WHERE last_sequence = @first - 1 AND batch IS NULL`,
    ),
    addGap: database.prepare("INSERT INTO gap VALUES (@first, @last, @fromMs, @toMs, @datapoints, NULL)"),
    gapsOf: database.prepare("SELECT * FROM gap WHERE batch = @first ORDER BY first_sequence"),
    assignGaps: database.prepare(
      `UPDATE gap SET batch = @first WHERE first_sequence IN
       (SELECT first_sequence FROM gap WHERE batch IS NULL ORDER BY first_sequence LIMIT @most)`,
    ),
    deleteGaps: database.prepare("DELETE FROM gap WHERE batch = @first"),
    catalogues: database.prepare("SELECT digest, birth FROM catalogue"),
    addCatalogue: database.prepare(
      `INSERT INTO catalogue VALUES (@digest, @birth, NULL)
       ON CONFLICT (digest) DO UPDATE SET birth = excluded.birth, retired_at = NULL`,
    ),
    retireCatalogues: database.prepare(
      "UPDATE catalogue SET retired_at = @next WHERE digest <> @digest AND retired_at IS NULL",
    ),
    // Where no segment is left, none cites anything.
    dropCatalogues: database.prepare(
      "DELETE FROM catalogue WHERE retired_at <= coalesce((SELECT min(sequence) FROM segment), @next)",
    ),
  };
}
