// Frames in memory for the decode benchmark: messages of a database at their cycle times, payloads at random, the same on
// every run.
import type { Message } from "../../src/dbc/database.ts";
import {
  FLAG_FD,
  FRAME_BYTES,
  FRAME_WORDS,
  type FrameBlock,
  ID_EXTENDED,
  PAYLOAD_OFFSET,
} from "../../src/vehicle/frame.ts";
import { paddedLength } from "../../src/vehicle/policy/rules.ts";

const CYCLES_MS = [10, 10, 20, 20, 50, 100];

/** A small generator of pseudo-random numbers, 0 to 2^31 - 1. */
export function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return state >>> 8;
  };
}

/** Fills the blocks in the order in which a bus would carry the messages; all are of bus 0. */
export function fillBlocks(blocks: readonly FrameBlock[], messages: readonly Message[], seed: number): void {
  const random = createRandom(seed);
  const cycles = messages.map(({ cycleMs }) => cycleMs ?? CYCLES_MS[random() % CYCLES_MS.length] ?? 100);
  const order = schedule(
    cycles,
    blocks.reduce((sum, block) => sum + block.capacity, 0),
  );
  let next = 0;
  for (const block of blocks) {
    block.count = block.capacity;
    for (let i = 0; i < block.capacity; i++, next++) {
      const message = messages[order[next] ?? 0];
      if (message === undefined) throw new RangeError("no messages");
      const { id, extended, fd, lengthBytes } = message;
      block.words[i * FRAME_WORDS] = extended ? (id | ID_EXTENDED) >>> 0 : id;
      block.words[i * FRAME_WORDS + 1] = paddedLength(lengthBytes, fd) | (fd ? FLAG_FD << 8 : 0);
      const start = i * FRAME_BYTES + PAYLOAD_OFFSET;
      for (let byte = 0; byte < lengthBytes; byte++) block.bytes[start + byte] = random();
      block.monotonicUs[i] = next * 100;
      block.capturedAtUs[i] = next * 100;
    }
  }
}

function schedule(cycles: readonly number[], frames: number): readonly number[] {
  const order: number[] = [];
  for (let ms = 0; order.length < frames; ms++) {
    cycles.forEach((cycle, message) => {
      if ((ms + message * 7) % Math.max(1, Math.round(cycle)) === 0) order.push(message);
    });
  }
  return order.slice(0, frames);
}
