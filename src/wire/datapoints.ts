// The datapoint noun, as columns. It is what sampling makes, what a segment packs, and what a reader gets back.

/** Row `i` is one datapoint. Rows of one alias are in order of time; nothing else is promised of the order. */
export interface Datapoints {
  /** Rows in use. */
  count: number;
  /** Which signal: the plan's slot, called alias on the wire. */
  readonly aliases: Uint16Array;
  /** When: whole milliseconds, on the clock that the owner names. */
  readonly timesMs: Float64Array;
  /** Low 32 bits of the raw value. */
  readonly lows: Int32Array;
  /** High 32 bits of the raw value. */
  readonly highs: Int32Array;
}

export function createDatapoints(capacity: number): Datapoints {
  return {
    count: 0,
    aliases: new Uint16Array(capacity),
    timesMs: new Float64Array(capacity),
    lows: new Int32Array(capacity),
    highs: new Int32Array(capacity),
  };
}
