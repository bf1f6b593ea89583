// The outbox: datapoints go in as segments and are on disk when `commit` returns; they leave as batches and are deleted
// when a batch is acknowledged, never before. It is bounded in bytes: where that is not enough the oldest segments are
// evicted, and the gap is told to the fleet. The one door to SQLite on the vehicle, with schema.ts.
import type { Database } from "better-sqlite3";
import { joinSegments } from "../../wire/batch.ts";
import { type ClockQuality, GAPS_MAX, type Gap } from "../../wire/batchHeader.ts";
import type { Datapoints } from "../../wire/datapoints.ts";
import { packSegment } from "../../wire/segment.ts";
import { openDatabase } from "./schema.ts";

/** What a segment covers, and the clock it was captured by. */
export interface Span {
  /** Whole milliseconds by the monotonic clock. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Wall clock minus monotonic clock, in whole milliseconds. */
  readonly clockOffsetMs: number;
  readonly clockQuality: ClockQuality;
}

/** How much one batch may join. */
export interface BatchLimits {
  readonly segmentsMax: number;
  readonly bytesMax: number;
}

/** Segments joined for one publish. Taken again after a crash it is the same, byte for byte. */
export interface OutboxBatch {
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly datapoints: number;
  readonly payload: Uint8Array;
}

export interface Backlog {
  readonly segments: number;
  readonly bytes: number;
  /** Start of the oldest segment, by the wall clock. */
  readonly oldestMs: number | undefined;
}

export interface OutboxCounters {
  segmentsCommitted: number;
  datapointsCommitted: number;
  datapointsEvicted: number;
  datapointsAcknowledged: number;
}

export interface Outbox {
  /** 16 random bytes: the life of this outbox. */
  readonly stream: Uint8Array;
  readonly counters: Readonly<OutboxCounters>;
  /** The number that the next segment gets. */
  nextSequence(): number;
  /** Remembers what the aliases of a catalogue mean, for as long as segments cite it. */
  keepCatalogue(digest: string, birth: Uint8Array): void;
  /** The catalogues that segments cite, and the one kept last. */
  catalogues(): readonly { readonly digest: string; readonly birth: Uint8Array }[];
  /** Packs the datapoints and commits them. */
  commit(points: Datapoints, groups: Uint16Array, catalogue: string, span: Span): void;
  /** The next batch of segments numbered `from` to `to - 1`, oldest first; undefined where all are taken. */
  take(from: number, to: number, limits: BatchLimits): OutboxBatch | undefined;
  /** Gives a taken batch back: it was not acknowledged, and is taken again later. */
  giveBack(batch: OutboxBatch): void;
  /** Deletes what a batch carried: the broker has it. */
  acknowledge(batch: OutboxBatch): void;
  backlog(): Backlog;
  close(): void;
}

interface SegmentRow {
  readonly sequence: number;
  readonly catalogue: string;
  readonly from_ms: number;
  readonly to_ms: number;
  readonly clock_offset_ms: number;
  readonly clock_quality: ClockQuality;
  readonly datapoints: number;
  readonly payload: Uint8Array;
}

interface GapRow {
  readonly first_sequence: number;
  readonly last_sequence: number;
  readonly from_ms: number;
  readonly to_ms: number;
  readonly datapoints: number;
}

export function openOutbox(path: string, bytesMax: number): Outbox {
  const database = openDatabase(path);
  const sql = prepare(database);
  const stream = new Uint8Array(sql.stream.get() as Buffer);
  const counters: OutboxCounters = {
    segmentsCommitted: 0,
    datapointsCommitted: 0,
    datapointsEvicted: 0,
    datapointsAcknowledged: 0,
  };
  // Batches that are being published; the table also has those of a process that ended before they were acknowledged.
  const taken = new Set<number>();
  let bytes = Number(sql.bytes.get());
  let next = Number(sql.lastSequence.get() ?? 0) + 1;

  const evict = (bytesWanted: number): void => {
    while (bytes + bytesWanted > bytesMax) {
      const row = sql.oldestFree.get() as (SegmentRow & { readonly bytes: number }) | undefined;
      if (row === undefined) return;
      const fromMs = Math.max(0, row.from_ms + row.clock_offset_ms);
      const gap = {
        sequence: row.sequence,
        fromMs,
        toMs: Math.max(fromMs, row.to_ms + row.clock_offset_ms),
        datapoints: row.datapoints,
      };
      if (sql.growGap.run(gap).changes === 0) sql.addGap.run(gap);
      sql.deleteSegments.run({ first: row.sequence, last: row.sequence });
      bytes -= row.bytes;
      counters.datapointsEvicted += row.datapoints;
    }
  };
  const insert = database.transaction((payload: Uint8Array, datapoints: number, catalogue: string, span: Span) => {
    evict(payload.length);
    sql.insert.run({ ...span, catalogue, datapoints, payload });
  });
  const mark = database.transaction((firstSequence: number, lastSequence: number) => {
    sql.addBatch.run({ firstSequence, lastSequence });
    sql.assignGaps.run({ batch: firstSequence, most: GAPS_MAX });
  });
  const remove = database.transaction(({ firstSequence, lastSequence }: OutboxBatch) => {
    const freed = Number(sql.bytesBetween.get({ first: firstSequence, last: lastSequence }));
    sql.deleteSegments.run({ first: firstSequence, last: lastSequence });
    sql.deleteBatch.run({ firstSequence });
    sql.deleteGaps.run({ batch: firstSequence });
    return freed;
  });

  const build = (firstSequence: number, lastSequence: number): OutboxBatch | undefined => {
    const rows = sql.between.all({ first: firstSequence, last: lastSequence }) as SegmentRow[];
    const [first] = rows;
    const last = rows.at(-1);
    if (first === undefined || last === undefined) return undefined;
    taken.add(firstSequence);
    const gaps = (sql.gapsOf.all({ batch: firstSequence }) as GapRow[]).map(gapOf);
    const fromMs = Math.max(0, first.from_ms + first.clock_offset_ms);
    const header = {
      stream,
      firstSequence,
      lastSequence,
      catalogue: first.catalogue,
      fromMs,
      toMs: Math.max(fromMs, last.to_ms + last.clock_offset_ms),
      clockOffsetMs: first.clock_offset_ms,
      clockQuality: first.clock_quality,
      gaps,
    };
    const datapoints = rows.reduce((sum, row) => sum + row.datapoints, 0);
    const payload = joinSegments(
      rows.map((row) => row.payload),
      header,
    );
    return { firstSequence, lastSequence, datapoints, payload };
  };

  return {
    stream,
    counters,
    nextSequence: () => next,
    keepCatalogue: (digest, birth) => {
      database.transaction(() => {
        sql.dropCatalogues.run({ digest });
        sql.addCatalogue.run({ digest, birth });
      })();
    },
    catalogues: () => sql.catalogues.all() as { digest: string; birth: Uint8Array }[],
    commit: (points, groups, catalogue, span) => {
      const payload = packSegment(points, groups);
      insert(payload, points.count, catalogue, span);
      next += 1;
      bytes += payload.length;
      counters.segmentsCommitted += 1;
      counters.datapointsCommitted += points.count;
    },
    take: (from, to, limits) => {
      for (const { first_sequence: first, last_sequence: last } of sql.batches.all({ from, to }) as GapRow[]) {
        if (!taken.has(first)) return build(first, last);
      }
      const rows = sql.free.all({ from, to, most: limits.segmentsMax }) as (SegmentRow & { readonly bytes: number })[];
      const run = joinable(rows, limits.bytesMax);
      const [first] = run;
      const last = run.at(-1);
      if (first === undefined || last === undefined) return undefined;
      mark(first.sequence, last.sequence);
      return build(first.sequence, last.sequence);
    },
    giveBack: (batch) => void taken.delete(batch.firstSequence),
    acknowledge: (batch) => {
      bytes -= remove(batch);
      taken.delete(batch.firstSequence);
      counters.datapointsAcknowledged += batch.datapoints;
    },
    backlog: () => {
      const { segments, oldest } = sql.backlog.get() as { segments: number; oldest: number | null };
      return { segments, bytes, oldestMs: oldest === null ? undefined : Math.max(0, oldest) };
    },
    close: () => void database.close(),
  };
}

/** The longest run from the first row on that one batch can carry: in sequence, one catalogue, one clock, not too large. */
function joinable<R extends SegmentRow & { readonly bytes: number }>(
  rows: readonly R[],
  bytesMax: number,
): readonly R[] {
  const [first] = rows;
  if (first === undefined) return [];
  let bytes = 0;
  const end = rows.findIndex((row, i) => {
    bytes += row.bytes;
    return (
      row.sequence !== first.sequence + i ||
      row.catalogue !== first.catalogue ||
      row.clock_offset_ms !== first.clock_offset_ms ||
      row.clock_quality !== first.clock_quality ||
      (i > 0 && bytes > bytesMax)
    );
  });
  return end === -1 ? rows : rows.slice(0, end);
}

function gapOf(row: GapRow): Gap {
  return {
    firstSequence: row.first_sequence,
    lastSequence: row.last_sequence,
    fromMs: row.from_ms,
    toMs: row.to_ms,
    datapoints: row.datapoints,
    reason: "evicted",
  };
}

/** Segments that no batch has joined. There are a handful of batches at any time. */
const FREE = "NOT EXISTS (SELECT 1 FROM batch WHERE sequence BETWEEN first_sequence AND last_sequence)";

function prepare(database: Database) {
  return {
    stream: database.prepare("SELECT stream FROM life").pluck(),
    bytes: database.prepare("SELECT coalesce(sum(length(payload)), 0) FROM segment").pluck(),
    lastSequence: database.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'segment'").pluck(),
    insert: database.prepare(
      `INSERT INTO segment (catalogue, from_ms, to_ms, clock_offset_ms, clock_quality, datapoints, payload)
       VALUES (@catalogue, @fromMs, @toMs, @clockOffsetMs, @clockQuality, @datapoints, @payload)`,
    ),
    oldestFree: database.prepare(
      `SELECT sequence, from_ms, to_ms, clock_offset_ms, datapoints, length(payload) AS bytes
       FROM segment WHERE ${FREE} ORDER BY sequence LIMIT 1`,
    ),
    free: database.prepare(
      `SELECT sequence, catalogue, clock_offset_ms, clock_quality, length(payload) AS bytes FROM segment
       WHERE sequence >= @from AND sequence < @to AND ${FREE} ORDER BY sequence LIMIT @most`,
    ),
    between: database.prepare("SELECT * FROM segment WHERE sequence BETWEEN @first AND @last ORDER BY sequence"),
    bytesBetween: database
      .prepare("SELECT coalesce(sum(length(payload)), 0) FROM segment WHERE sequence BETWEEN @first AND @last")
      .pluck(),
    deleteSegments: database.prepare("DELETE FROM segment WHERE sequence BETWEEN @first AND @last"),
    batches: database.prepare(
      "SELECT first_sequence, last_sequence FROM batch WHERE first_sequence >= @from AND first_sequence < @to ORDER BY first_sequence",
    ),
    addBatch: database.prepare("INSERT INTO batch VALUES (@firstSequence, @lastSequence)"),
    deleteBatch: database.prepare("DELETE FROM batch WHERE first_sequence = @firstSequence"),
    growGap: database.prepare(
      `UPDATE gap SET last_sequence = @sequence, to_ms = max(to_ms, @toMs), datapoints = datapoints + @datapoints
       WHERE last_sequence = @sequence - 1 AND batch IS NULL`,
    ),
    addGap: database.prepare("INSERT INTO gap VALUES (@sequence, @sequence, @fromMs, @toMs, @datapoints, NULL)"),
    gapsOf: database.prepare("SELECT * FROM gap WHERE batch = @batch ORDER BY first_sequence"),
    assignGaps: database.prepare(
      `UPDATE gap SET batch = @batch WHERE first_sequence IN
       (SELECT first_sequence FROM gap WHERE batch IS NULL ORDER BY first_sequence LIMIT @most)`,
    ),
    deleteGaps: database.prepare("DELETE FROM gap WHERE batch = @batch"),
    backlog: database.prepare(
      `SELECT count(*) AS segments,
       (SELECT from_ms + clock_offset_ms FROM segment ORDER BY sequence LIMIT 1) AS oldest FROM segment`,
    ),
    catalogues: database.prepare("SELECT digest, birth FROM catalogue"),
    addCatalogue: database.prepare(
      "INSERT INTO catalogue VALUES (@digest, @birth) ON CONFLICT (digest) DO UPDATE SET birth = excluded.birth",
    ),
    dropCatalogues: database.prepare(
      "DELETE FROM catalogue WHERE digest <> @digest AND digest NOT IN (SELECT DISTINCT catalogue FROM segment)",
    ),
  };
}
