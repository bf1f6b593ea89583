// The bounds of the columns, for those who write them and for those who read them.

/** Datapoints of one batch, and of one segment: 5 s of 8,000 frames/s with 9 signals each are 360,000. 18 bytes each in memory. */
export const DATAPOINTS_MAX = 1 << 20;
/** An encoded `Columns` message: 16 bytes for each datapoint; the worst that packing makes is about 13. */
export const COLUMNS_BYTES_MAX = 16 * DATAPOINTS_MAX;
/** Aliases and groups are 16 bits wide. */
export const ALIASES_MAX = 1 << 16;
export const ALIAS_MAX = ALIASES_MAX - 1;
/** The last moment that a date can name [ECMA-262 21.4.1.1]; also the limit for times on the monotonic clock. */
export const TIME_MS_MAX = 8.64e15;

/** How a column says in which rows it has values. The numbers are those of the wire. */
export const PRESENCE_FULL = 0;
export const PRESENCE_FILLED = 1;
export const PRESENCE_RUNS = 2;
