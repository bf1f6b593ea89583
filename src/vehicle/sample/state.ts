// What the sampler remembers of each slot, as columns: the last datapoint, a change that a rate limit holds back, and the
// window that is being aggregated.
import { BUSES_MAX } from "../frame.ts";
import type { SampleTables } from "../plan.ts";

export interface SamplerState {
  /** Raw value and time of the last datapoint; NEVER where there was none. */
  readonly lastLow: Int32Array;
  readonly lastHigh: Int32Array;
  readonly lastAtUs: Float64Array;
  /** A state that waits for the minimum interval to end. */
  readonly pending: Uint8Array;
  readonly pendingLow: Int32Array;
  readonly pendingHigh: Int32Array;
  /** End of the window, NEVER where it has no value yet. */
  readonly windowEndUs: Float64Array;
  readonly windowLow: Int32Array;
  readonly windowHigh: Int32Array;
  /** The best so far as a number, or for a mean the sum. */
  readonly windowValue: Float64Array;
  /** Numbers in the sum. */
  readonly windowCount: Float64Array;
  /** Slots that can have something to say when no frame comes: rate-limited and windowed ones. */
  readonly timed: Uint16Array;
  /** Per slot, the index of its bus. */
  readonly buses: Uint8Array;
  /** What was counted since the start, by bus. Observed = produced + held back + in hand. */
  readonly counts: SamplerCounts;
}

export interface SamplerCounts {
  /** Frames that were looked at. */
  readonly frames: Float64Array;
  /** Values that were looked at. */
  readonly observed: Float64Array;
  /** Values that ended without becoming a datapoint: they were no change, came too fast, or were merged with others. */
  readonly heldBack: Float64Array;
  /** Datapoints made. */
  readonly produced: Float64Array;
}

export const NEVER = -Infinity;

export function createState(tables: SampleTables, buses: Uint8Array): SamplerState {
  const slots = tables.word.length;
  const integers = (): Int32Array => new Int32Array(slots);
  const numbers = (value: number): Float64Array => new Float64Array(slots).fill(value);
  const byBus = (): Float64Array => new Float64Array(BUSES_MAX);
  const isTimed = (slot: number): boolean => (tables.everyUs[slot] ?? 0) > 0 || (tables.aggregate[slot] ?? 0) > 0;
  return {
    lastLow: integers(),
    lastHigh: integers(),
    lastAtUs: numbers(NEVER),
    pending: new Uint8Array(slots),
    pendingLow: integers(),
    pendingHigh: integers(),
    windowEndUs: numbers(NEVER),
    windowLow: integers(),
    windowHigh: integers(),
    windowValue: numbers(0),
    windowCount: numbers(0),
    timed: Uint16Array.from([...tables.word.keys()].filter(isTimed)),
    buses,
    counts: { frames: byBus(), observed: byBus(), heldBack: byBus(), produced: byBus() },
  };
}
