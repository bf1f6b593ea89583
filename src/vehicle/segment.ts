// The segment and batch nouns, and (as Outbox) what the outbox promises to those who fill and empty it: datapoints go in as segments and
// are on disk when `commit` returns; they leave as batches, and are deleted when a batch is acknowledged, never before.
import type { ClockQuality } from "../wire/batch-header.ts";
import type { Datapoints } from "../wire/datapoints.ts";

/** What a segment covers, and the clock it was captured by. */
export interface Span {
  /** Whole milliseconds by the monotonic clock. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Wall clock minus monotonic clock, in whole milliseconds. */
  readonly clockOffsetMs: number;
  readonly clockQuality: ClockQuality;
}

/** Whose the datapoints of a slot are. A plan says it. */
export interface Owners {
  /** Per slot, the number of its message. */
  readonly groups: Uint16Array;
  /** Per slot, the index of its bus in `buses`. */
  readonly slotBuses: Uint8Array;
  readonly buses: readonly string[];
}

/** Datapoints by the name of their bus. Those whose bus is not known stand under OTHER_BUS. */
export type Shares = ReadonlyMap<string, number>;

/** How much one batch may join; its first segment it has however large that is. */
export interface BatchLimits {
  readonly segmentsMax: number;
  readonly bytesMax: number;
  readonly datapointsMax: number;
}

/** What the uplink joins: of live data what one interval has, of a backlog about a minute, far below any broker's limit. */
export const BATCH_LIMITS: BatchLimits = { segmentsMax: 60, bytesMax: 256 * 1024, datapointsMax: 2 ** 18 };

/** Segments joined for one publish. Taken again after a crash it is the same, byte for byte. */
export interface OutboxBatch {
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly datapoints: number;
  /** Whose the datapoints are. */
  readonly shares: Shares;
  readonly payload: Uint8Array;
}

export interface Backlog {
  readonly segments: number;
  readonly bytes: number;
  /** Start of the oldest segment, by the wall clock. */
  readonly oldestMs: number | undefined;
}

/** Since it was opened. At every moment found + committed = acknowledged + evicted + waiting. */
export interface OutboxCounters {
  segmentsCommitted: number;
  /** What was there already. */
  datapointsFound: number;
  datapointsCommitted: number;
  datapointsEvicted: number;
  datapointsAcknowledged: number;
  datapointsWaiting: number;
  /** The same by the name of the bus; the sums over all buses are the numbers above. */
  readonly buses: ReadonlyMap<string, Readonly<DatapointCounters>>;
}

/** Of one bus, since the outbox was opened. */
export interface DatapointCounters {
  found: number;
  committed: number;
  evicted: number;
  acknowledged: number;
  waiting: number;
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
  commit(points: Datapoints, owners: Owners, catalogue: string, span: Span): void;
  /** The next batch of segments numbered `from` to `to - 1`, oldest first; undefined where all are taken. */
  take(from: number, to: number, limits: BatchLimits): OutboxBatch | undefined;
  /** Gives a taken batch back: it was not acknowledged, and is taken again later. */
  giveBack(batch: OutboxBatch): void;
  /** Deletes what a batch carried: the broker has it. */
  acknowledge(batch: OutboxBatch): void;
  backlog(): Backlog;
  close(): void;
}
