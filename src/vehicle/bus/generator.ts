// The drive generator as a bus: the example vehicle's frames, as fast as they are asked for. Pacing them to real time is the
// caller's. The same options give the same frames for ever.
import { setImmediate } from "node:timers/promises";
import type { Bus, BusCounters, FrameBlock } from "../frame.ts";
import { createFrameMaker, type FramesOptions } from "./drive/frames.ts";

export interface GeneratorOptions extends FramesOptions {
  /** The block that is filled again and again. */
  readonly block: FrameBlock;
}

/** Blocks between two visits to the event loop, so that timers, sockets and an abort are not shut out. */
const BLOCKS_PER_TURN = 16;

export function createGenerator(options: GeneratorOptions): Bus {
  const counters: BusCounters = { frames: 0, junkLines: 0 };
  return { name: "generator", counters, receive: (signal) => receive(options, counters, signal) };
}

/** Each call begins the drive anew. */
async function* receive(
  options: GeneratorOptions,
  counters: BusCounters,
  signal: AbortSignal,
): AsyncGenerator<FrameBlock> {
  const { block } = options;
  const maker = createFrameMaker(options);
  for (let blocks = 1; !signal.aborted && maker.fill(block); blocks++) {
    counters.frames += block.count;
    yield block;
    if (blocks % BLOCKS_PER_TURN === 0) await setImmediate();
  }
}
