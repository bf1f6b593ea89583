// A bus whose frames are all there at once goes in; the same frames come out when their time has come, in the log's
// rhythm. No frame comes early, and being late once does not make the next ones late.
import assert from "node:assert/strict";
import { type Clock, systemClock } from "../clock.ts";
import { type Bus, type BusCounters, createFrameBlock, FRAME_WORDS, type FrameBlock } from "../frame.ts";

/** The least time between two wake-ups: 100 a second at most, and by it no frame is later than this. */
export const WAKE_INTERVAL_US = 10_000;

export interface Pace {
  /** How many times faster than real time; "max" releases all frames at once. */
  readonly speed: number | "max";
  /**
   * Replaces the frames' times: the first frame has the time at which it is released, by the wall clock and by the
   * monotonic clock, and the others keep the log's spacing, divided by the speed. At "max" the spacing is the log's own,
   * so that times run ahead of the clock.
   */
  readonly restamp: boolean;
  /**
   * Whether the first frame is due at its own capture time by the wall clock instead of now. What was captured in the past
   * then comes at once, and what follows comes when its time has come.
   */
  readonly isOnTime?: boolean;
  readonly clock?: Clock;
  /** The least time between two wake-ups where it is not WAKE_INTERVAL_US; by it no frame is later than this. */
  readonly wakeIntervalUs?: number;
  /** Where the released frames are put; not the block of the bus that is paced. */
  readonly block?: FrameBlock;
}

/** When the first frame was released, by each clock, and how the log's time runs from there. */
interface Start {
  readonly logUs: number;
  readonly nowUs: number;
  readonly wallUs: number;
  /** Infinite at "max". */
  readonly speed: number;
}

/**
 * Paces `bus`. The frames that are due are copied into a block of the pace's own, since a block of the bus spans more time
 * than a frame may wait.
 */
export function paceBus(bus: Bus, pace: Pace): Bus {
  assert(pace.speed === "max" || pace.speed > 0, "the speed of a pace is above zero");
  if (pace.speed === "max" && !pace.restamp) return bus;
  const released = pace.block ?? createFrameBlock();
  const counters: BusCounters = {
    frames: 0,
    get junkLines() {
      return bus.counters.junkLines;
    },
  };
  return { name: bus.name, counters, receive };

  async function* receive(signal: AbortSignal): AsyncGenerator<FrameBlock, void, undefined> {
    const { clock = systemClock, wakeIntervalUs = WAKE_INTERVAL_US } = pace;
    let start: Start | undefined;
    let wokeAtUs = Number.NEGATIVE_INFINITY;
    for await (const block of bus.receive(signal)) {
      assert(block !== released, "a pace has a block of its own");
      for (let row = 0; row < block.count && !signal.aborted; ) {
        start ??= startOf(block, row, pace, clock);
        const nowUs = clock.nowUs();
        const rows = countDue(start, block, row, released.capacity, nowUs);
        if (rows === 0) {
          const wakeAtUs = Math.max(dueTime(start, logTime(block, row)), wokeAtUs + wakeIntervalUs);
          await clock.sleep((wakeAtUs - nowUs) / 1000, signal);
          wokeAtUs = clock.nowUs();
          continue;
        }
        copyRows(block, row, rows, released);
        if (pace.restamp) restamp(released, start);
        counters.frames += rows;
        row += rows;
        yield released;
      }
      if (signal.aborted) return;
    }
  }
}

/** The moment at which the row is due: now, or where it is on time at its own capture time, perhaps long ago. */
function startOf(block: FrameBlock, row: number, pace: Pace, clock: Clock): Start {
  const wallUs = clock.wallUs();
  const lateUs = pace.isOnTime === true ? wallUs - (block.capturedAtUs[row] ?? wallUs) : 0;
  const speed = pace.speed === "max" ? Number.POSITIVE_INFINITY : pace.speed;
  return { logUs: logTime(block, row), nowUs: clock.nowUs() - lateUs, wallUs: wallUs - lateUs, speed };
}

function logTime(block: FrameBlock, row: number): number {
  return block.monotonicUs[row] as number;
}

/** When a frame is due, by the monotonic clock. Reckoned from the start, so that lateness does not add up. */
function dueTime(start: Start, logUs: number): number {
  return start.nowUs + (logUs - start.logUs) / start.speed;
}

/** How many rows from `row` on are due, `rowsMax` at most. */
function countDue(start: Start, block: FrameBlock, row: number, rowsMax: number, nowUs: number): number {
  const end = Math.min(block.count, row + rowsMax);
  let next = row;
  while (next < end && dueTime(start, logTime(block, next)) <= nowUs) next++;
  return next - row;
}

function copyRows(from: FrameBlock, row: number, rows: number, to: FrameBlock): void {
  const end = row + rows;
  to.words.set(from.words.subarray(row * FRAME_WORDS, end * FRAME_WORDS));
  to.capturedAtUs.set(from.capturedAtUs.subarray(row, end));
  to.monotonicUs.set(from.monotonicUs.subarray(row, end));
  to.count = rows;
}

function restamp(block: FrameBlock, start: Start): void {
  const speed = Number.isFinite(start.speed) ? start.speed : 1;
  for (let row = 0; row < block.count; row++) {
    const sinceStartUs = Math.floor((logTime(block, row) - start.logUs) / speed);
    block.capturedAtUs[row] = start.wallUs + sinceStartUs;
    block.monotonicUs[row] = start.nowUs + sinceStartUs;
  }
}
