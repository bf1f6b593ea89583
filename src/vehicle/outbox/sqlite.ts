// The outbox's work on its tables. Each method is one transaction at most, and what is kept in memory follows it only when
// it has succeeded. Methods throw SQLite's own errors.
import { joinSegments } from "../../wire/batch.ts";
import { GAPS_MAX } from "../../wire/batch-header.ts";
import type { Datapoints } from "../../wire/datapoints.ts";
import { packSegment } from "../../wire/segment.ts";
import type {
  Backlog,
  BatchLimits,
  DatapointCounters,
  Outbox,
  OutboxBatch,
  OutboxCounters,
  Owners,
  Shares,
  Span,
} from "../segment.ts";
import type { Database } from "./schema.ts";
import { difference, endMs, gapOf, joinable, NOTHING, startMs, sumOf } from "./segments.ts";
import { countShares, writeShares } from "./shares.ts";
import {
  type BatchRow,
  type GapRow,
  type Life,
  prepareStatements,
  ROW_BYTES,
  readTotals,
  type SegmentRow,
  type Statements,
  type Stored,
  type Totals,
} from "./statements.ts";

/** At most this many segments are evicted in one go. */
const EVICT_ROWS = 256;

type FullRow = SegmentRow & { readonly payload: Uint8Array };

export class SqliteOutbox implements Outbox {
  readonly stream: Uint8Array;
  readonly counters: OutboxCounters;
  readonly #buses = new Map<string, DatapointCounters>();
  readonly #database: Database;
  readonly #sql: Statements;
  readonly #bytesMax: number;
  readonly #run: number;
  #next: number;
  #totals: Totals;
  /** All batches that were made and not acknowledged, in order; those of a process that ended before it too. */
  #batches: readonly BatchRow[];
  /** First sequences of those that are being published. */
  readonly #taken = new Set<number>();

  constructor(database: Database, bytesMax: number) {
    this.#database = database;
    this.#bytesMax = bytesMax;
    this.#sql = prepareStatements(database);
    const { stream, runs, next_sequence, ...totals } = readTotals(this.#sql.beginRun.get() as Stored<Life>);
    this.stream = new Uint8Array(stream);
    this.#run = runs;
    this.#next = next_sequence;
    this.#totals = totals;
    this.#batches = this.#sql.batches.all() as BatchRow[];
    this.counters = {
      segmentsCommitted: 0,
      datapointsFound: totals.datapoints,
      datapointsCommitted: 0,
      datapointsEvicted: 0,
      datapointsAcknowledged: 0,
      datapointsWaiting: totals.datapoints,
      buses: this.#buses,
    };
    this.#count("found", totals.shares);
    this.#count("waiting", totals.shares);
  }

  nextSequence(): number {
    return this.#next;
  }

  keepCatalogue(digest: string, birth: Uint8Array): void {
    const next = this.#next;
    this.#database.transaction(() => {
      this.#sql.retireCatalogues.run({ digest, next });
      this.#sql.dropCatalogues.run({ next });
      this.#sql.addCatalogue.run({ digest, birth });
    })();
  }

  catalogues(): readonly { readonly digest: string; readonly birth: Uint8Array }[] {
    return this.#sql.catalogues.all() as { digest: string; birth: Uint8Array }[];
  }

  commit(points: Datapoints, owners: Owners, catalogue: string, span: Span): void {
    const payload = packSegment(points, owners.groups);
    const datapoints = points.count;
    const shares = countShares(points, owners, this.#totals.shares);
    const written = writeShares(shares);
    const bytes = payload.length + written.length + ROW_BYTES;
    const sequence = this.#next;
    const evicted = this.#change(sequence + 1, () => {
      const evicted = this.#evict(bytes);
      this.#sql.addSegment.run({ ...span, sequence, run: this.#run, catalogue, datapoints, shares: written, payload });
      return { evicted, change: difference({ segments: 1, bytes, datapoints, shares }, evicted) };
    }).evicted;
    this.counters.segmentsCommitted += 1;
    this.counters.datapointsCommitted += datapoints;
    this.counters.datapointsEvicted += evicted.datapoints;
    this.#count("committed", shares);
    this.#count("evicted", evicted.shares);
  }

  take(from: number, to: number, limits: BatchLimits): OutboxBatch | undefined {
    const waiting = this.#batches.find(
      ({ first_sequence: first }) => first >= from && first < to && !this.#taken.has(first),
    );
    const row = waiting ?? this.#makeBatch(from, to, limits);
    if (row === undefined) return undefined;
    const batch = this.#build(row.first_sequence, row.last_sequence);
    this.#taken.add(row.first_sequence);
    return batch;
  }

  giveBack(batch: OutboxBatch): void {
    this.#taken.delete(batch.firstSequence);
  }

  acknowledge({ firstSequence: first, lastSequence: last, datapoints, shares }: OutboxBatch): void {
    this.#change(this.#next, () => {
      const rows = this.#heads(first, last + 1, -1);
      this.#sql.deleteSegments.run({ first, last });
      this.#sql.deleteBatch.run({ first });
      this.#sql.deleteGaps.run({ first });
      return { change: difference(NOTHING, sumOf(rows)) };
    });
    this.#batches = this.#batches.filter(({ first_sequence }) => first_sequence !== first);
    this.#taken.delete(first);
    this.counters.datapointsAcknowledged += datapoints;
    this.#count("acknowledged", shares);
  }

  backlog(): Backlog {
    const oldestMs = this.#sql.oldestMs.get() as number | undefined;
    const { segments, bytes } = this.#totals;
    return { segments, bytes, oldestMs: oldestMs === undefined ? undefined : Math.max(0, oldestMs) };
  }

  close(): void {
    this.#database.close();
  }

  /** Runs `transaction` and adds the change that it answers to the totals, on disk and in memory. */
  #change<T extends { readonly change: Totals }>(next: number, transaction: () => T): T {
    const done = this.#database.transaction(() => {
      const result = transaction();
      const { segments, bytes, datapoints } = result.change;
      const shares = writeShares(sumOf([this.#totals, result.change]).shares);
      this.#sql.addTotals.run({ segments, bytes, datapoints, shares, next });
      return result;
    })();
    this.#next = next;
    this.#totals = sumOf([this.#totals, done.change]);
    this.counters.datapointsWaiting = this.#totals.datapoints;
    this.#count("waiting", done.change.shares);
    return done;
  }

  #count(what: keyof DatapointCounters, shares: Shares): void {
    for (const [name, datapoints] of shares) {
      const counters = this.#buses.get(name) ?? { found: 0, committed: 0, evicted: 0, acknowledged: 0, waiting: 0 };
      counters[what] += datapoints;
      this.#buses.set(name, counters);
    }
  }

  /** Segments `from` to `to - 1`, `most` at most, without their payloads. */
  #heads(from: number, to: number, most: number): readonly SegmentRow[] {
    return (this.#sql.heads.all({ from, to, most }) as Stored<SegmentRow>[]).map(readTotals);
  }

  /** Gives up the oldest segments that no batch has joined, until there is room or none is left. Answers what it gave up. */
  #evict(bytesWanted: number): Totals {
    let evicted = NOTHING;
    const isTooFull = (): boolean => this.#totals.bytes - evicted.bytes + bytesWanted > this.#bytesMax;
    while (isTooFull()) {
      const rows = this.#free(0, this.#next, EVICT_ROWS);
      const [first] = rows;
      if (first === undefined) break;
      const before = evicted;
      // One gap can only tell of neighbours.
      const end = rows.findIndex((row, index) => {
        if (row.sequence !== first.sequence + index || !isTooFull()) return true;
        evicted = sumOf([evicted, row]);
        return false;
      });
      this.#giveUp(end === -1 ? rows : rows.slice(0, end), evicted.datapoints - before.datapoints);
    }
    return evicted;
  }

  #giveUp(rows: readonly SegmentRow[], datapoints: number): void {
    const [first] = rows;
    const last = rows.at(-1);
    if (first === undefined || last === undefined) return;
    const fromMs = Math.min(...rows.map(startMs));
    const toMs = Math.max(...rows.map(endMs));
    const gap = { first: first.sequence, last: last.sequence, fromMs, toMs, datapoints };
    if (this.#sql.growGap.run(gap).changes === 0) this.#sql.addGap.run(gap);
    this.#sql.deleteSegments.run({ first: first.sequence, last: last.sequence });
  }

  /** The oldest segments from `from` to `to - 1` between two batches, `most` at most. */
  #free(from: number, to: number, most: number): readonly SegmentRow[] {
    let start = from;
    for (const { first_sequence: first, last_sequence: last } of [
      ...this.#batches,
      { first_sequence: to, last_sequence: to },
    ]) {
      const rows = first <= start ? [] : this.#heads(start, Math.min(first, to), most);
      if (rows.length > 0 || first >= to) return rows;
      start = Math.max(start, last + 1);
    }
    return [];
  }

  #makeBatch(from: number, to: number, limits: BatchLimits): BatchRow | undefined {
    const run = joinable(this.#free(from, Math.min(to, this.#next), limits.segmentsMax), limits);
    const [first] = run;
    const last = run.at(-1);
    if (first === undefined || last === undefined) return undefined;
    const batch = { first_sequence: first.sequence, last_sequence: last.sequence };
    this.#database.transaction(() => {
      this.#sql.addBatch.run({ first: first.sequence, last: last.sequence });
      this.#sql.assignGaps.run({ first: first.sequence, most: GAPS_MAX });
    })();
    this.#batches = [...this.#batches, batch].sort((a, b) => a.first_sequence - b.first_sequence);
    return batch;
  }

  #build(firstSequence: number, lastSequence: number): OutboxBatch {
    const rows = (this.#sql.segments.all({ first: firstSequence, last: lastSequence }) as Stored<FullRow>[]).map(
      readTotals,
    );
    const [first] = rows;
    if (first === undefined) throw new RangeError(`the outbox has no segment ${firstSequence}`);
    const header = {
      stream: this.stream,
      firstSequence,
      lastSequence,
      catalogue: first.catalogue,
      fromMs: Math.min(...rows.map(startMs)),
      toMs: Math.max(...rows.map(endMs)),
      clockOffsetMs: first.clock_offset_ms,
      clockQuality: first.clock_quality,
      gaps: (this.#sql.gapsOf.all({ first: firstSequence }) as GapRow[]).map(gapOf),
    };
    const payload = joinSegments(
      rows.map((row) => row.payload),
      header,
    );
    const { datapoints, shares } = sumOf(rows);
    return { firstSequence, lastSequence, datapoints, shares, payload };
  }
}
