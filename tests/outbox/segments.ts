// What the outbox's tests put in, and how they read what comes out: each datapoint names its segment, so that it is known again.
import { copyFileSync, existsSync } from "node:fs";
import { openOutbox } from "../../src/vehicle/outbox/outbox.ts";
import type { BatchLimits, Outbox, OutboxBatch, Span } from "../../src/vehicle/segment.ts";
import { type Batch, readBatch } from "../../src/wire/batch.ts";
import { createDatapoints, type Datapoints } from "../../src/wire/datapoints.ts";

export const CATALOGUE = "00000000000000aa";
/** Some moment in 2026, minus the monotonic clock. */
export const OFFSET_MS = 1_790_000_000_000;
export const LIMITS: BatchLimits = { segmentsMax: 60, bytesMax: 256 * 1024, datapointsMax: 2 ** 18 };
/** Sequences without end. */
export const ALL = [0, Number.MAX_SAFE_INTEGER] as const;
export const GROUPS = Uint16Array.from({ length: 64 }, (_, alias) => alias >> 2);

export const BUSES = ["can0", "can1", "can2"];
/** Groups of two aliases in turn are of one bus each. */
export const OWNERS = {
  groups: GROUPS,
  slotBuses: Uint8Array.from({ length: 64 }, (_, alias) => (alias >> 1) % BUSES.length),
  buses: BUSES,
};

/** `count` datapoints from `fromMs` on, one a millisecond; `tag` is their value's high half. */
export function pointsOf(count: number, fromMs: number, tag: number): Datapoints {
  const points = createDatapoints(count);
  for (let row = 0; row < count; row++) {
    points.aliases[row] = row % 8;
    points.timesMs[row] = fromMs + row;
    points.lows[row] = Math.imul(row + 1, 0x9e3779b1);
    points.highs[row] = tag;
  }
  points.count = count;
  return points;
}

/** Whose the datapoints of `pointsOf` are. */
export function sharesOf(count: number): ReadonlyMap<string, number> {
  const shares = new Map<string, number>();
  for (let row = 0; row < count; row++) {
    const bus = BUSES[((row % 8) >> 1) % BUSES.length] ?? "";
    shares.set(bus, (shares.get(bus) ?? 0) + 1);
  }
  return shares;
}

export function spanOf(fromMs: number, toMs: number, over: Partial<Span> = {}): Span {
  return { fromMs, toMs, clockOffsetMs: OFFSET_MS, clockQuality: "unknown", ...over };
}

/** Commits a segment of a second, numbered by the outbox, with its number as tag. */
export function commitSecond(outbox: Outbox, count: number, over: Partial<Span> = {}): number {
  const sequence = outbox.nextSequence();
  const fromMs = sequence * 1000;
  outbox.commit(pointsOf(count, fromMs, sequence), OWNERS, CATALOGUE, spanOf(fromMs, fromMs + 1000, over));
  return sequence;
}

/** How many datapoints of each tag a batch has. */
export function tagsOf(batch: OutboxBatch): ReadonlyMap<number, number> {
  const { points } = readBatch(batch.payload);
  const tags = new Map<number, number>();
  for (let row = 0; row < points.count; row++) {
    const tag = points.highs[row] ?? 0;
    tags.set(tag, (tags.get(tag) ?? 0) + 1);
  }
  return tags;
}

export function sequencesOf(batch: { readonly firstSequence: number; readonly lastSequence: number }): number[] {
  const { firstSequence, lastSequence } = batch;
  return Array.from({ length: lastSequence - firstSequence + 1 }, (_, index) => firstSequence + index);
}

/** Every batch that can be taken now, in order. */
export function takeAll(outbox: Outbox, limits = LIMITS): OutboxBatch[] {
  const batches: OutboxBatch[] = [];
  for (let batch = outbox.take(...ALL, limits); batch !== undefined; batch = outbox.take(...ALL, limits)) {
    batches.push(batch);
  }
  return batches;
}

export function headerOf(batch: OutboxBatch): Batch["header"] {
  return readBatch(batch.payload).header;
}

/** What a process that is killed now would leave: its files as they are, opened under another name. */
export function openAsAfterCrash(from: string, to: string, bytesMax: number): Outbox {
  copyFileSync(from, to);
  if (existsSync(`${from}-wal`)) copyFileSync(`${from}-wal`, `${to}-wal`);
  return openOutbox(to, bytesMax);
}
