// How the monotonic time of the frames relates to the wall clock. The relation is held steady over small differences, so
// that segments can be joined, and follows when the wall clock was set.
import type { FrameBlock } from "./frame.ts";

/** The offset is kept while it is off by no more than this; datapoints are then that much early or late. */
const OFFSET_US_SLACK = 50_000;

export class WallClock {
  #offsetUs = Number.NaN;

  /** Learns from the last frame of a block. */
  learn(block: FrameBlock): void {
    const last = block.count - 1;
    const offsetUs = (block.capturedAtUs[last] ?? Number.NaN) - (block.monotonicUs[last] ?? Number.NaN);
    if (Number.isNaN(offsetUs)) return;
    if (!(Math.abs(offsetUs - this.#offsetUs) <= OFFSET_US_SLACK)) this.#offsetUs = offsetUs;
  }

  /** Wall clock minus monotonic clock, in whole milliseconds; 0 before the first frame. */
  get offsetMs(): number {
    return Number.isNaN(this.#offsetUs) ? 0 : Math.round(this.#offsetUs / 1000);
  }
}
