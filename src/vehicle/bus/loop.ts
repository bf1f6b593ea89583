// A bus that ends (a log) goes in; a bus that does not comes out: the log from its beginning again and again, with times
// that go on from lap to lap.
import type { Bus, BusCounters, FrameBlock } from "../frame.ts";

/** The time between the last frame of a lap and the first of the next: a cycle time that is common on a bus. */
export const LAP_GAP_US = 10_000;

/** By how much the times of the lap under way are shifted, and the last times that left. */
interface Lap {
  captureShiftUs: number;
  monotonicShiftUs: number;
  lastCaptureUs: number;
  lastMonotonicUs: number;
}

/** Repeats what `open` opens until it is aborted, or until a lap has not one frame. */
export function loopBus(open: () => Bus): Bus {
  let current = open();
  const finished: BusCounters = { frames: 0, junkLines: 0 };
  const counters: BusCounters = {
    get frames() {
      return finished.frames + current.counters.frames;
    },
    get junkLines() {
      return finished.junkLines + current.counters.junkLines;
    },
  };
  async function* receive(signal: AbortSignal): AsyncGenerator<FrameBlock, void, undefined> {
    const lap: Lap = { captureShiftUs: 0, monotonicShiftUs: 0, lastCaptureUs: 0, lastMonotonicUs: 0 };
    for (let laps = 0; !signal.aborted; laps++) {
      let isFirst = true;
      for await (const block of current.receive(signal)) {
        if (block.count === 0) continue;
        if (isFirst && laps > 0) startLap(lap, block);
        isFirst = false;
        shiftTimes(lap, block);
        yield block;
      }
      if (isFirst || signal.aborted) return;
      finished.frames += current.counters.frames;
      finished.junkLines += current.counters.junkLines;
      current = open();
    }
  }
  return { name: current.name, counters, receive };
}

function startLap(lap: Lap, block: FrameBlock): void {
  lap.captureShiftUs = lap.lastCaptureUs + LAP_GAP_US - (block.capturedAtUs[0] as number);
  lap.monotonicShiftUs = lap.lastMonotonicUs + LAP_GAP_US - (block.monotonicUs[0] as number);
}

/** In place: the source writes a block's times anew whenever it fills it, and reads none of them back. */
function shiftTimes(lap: Lap, block: FrameBlock): void {
  const { capturedAtUs, monotonicUs, count } = block;
  for (let row = 0; row < count; row++) {
    capturedAtUs[row] = (capturedAtUs[row] as number) + lap.captureShiftUs;
    monotonicUs[row] = (monotonicUs[row] as number) + lap.monotonicShiftUs;
  }
  lap.lastCaptureUs = capturedAtUs[count - 1] as number;
  lap.lastMonotonicUs = monotonicUs[count - 1] as number;
}
