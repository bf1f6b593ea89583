// The batch noun: segments joined for one publish, and the interface through which the uplink gets them. The outbox is behind it.

/** How much one batch may join; its first segment it has however large that is. */
export interface BatchLimits {
  readonly segmentsMax: number;
  readonly bytesMax: number;
  readonly datapointsMax: number;
}

/** Segments joined for one publish. Taken again after a crash it is the same, byte for byte. */
export interface OutboxBatch {
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly datapoints: number;
  readonly payload: Uint8Array;
}

/** Where batches come from, and where it is told what became of them. */
export interface Batches {
  /** The number that the next segment gets. */
  nextSequence(): number;
  /** The catalogues that segments cite, and the one kept last. */
  catalogues(): readonly { readonly digest: string; readonly birth: Uint8Array }[];
  /** The next batch of segments numbered `from` to `to - 1`, oldest first; undefined where all are taken. */
  take(from: number, to: number, limits: BatchLimits): OutboxBatch | undefined;
  /** Gives a taken batch back: it was not acknowledged, and is taken again later. */
  giveBack(batch: OutboxBatch): void;
  /** Deletes what a batch carried: the broker has it. */
  acknowledge(batch: OutboxBatch): void;
}
