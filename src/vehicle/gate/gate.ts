// The gate: every frame of a block is admitted by a rule of the plan or denied and counted by bus and reason. Default deny: with
// empty tables nothing passes. It knows no clock, no log, no promise, and allocates nothing per frame.
import { BLOCK_FRAMES_MAX, type FrameBlock } from "../frame.ts";
import { type CorridorMemory, REGION } from "../memory.ts";
import type { GateTables } from "../plan.ts";
import { kernelBytes } from "./kernel.wasm.ts";

/** Judges the frames of a block; the admitted ones stand in the memory's `admitted` list after. Returns how many they are. */
export type Gate = (block: FrameBlock) => number;

type Kernel = (
  records: number,
  count: number,
  standard: number,
  extended: number,
  pgn: number,
  lengths: number,
  admitted: number,
  denials: number,
) => number;

/** Puts the plan's tables into the memory, in place of those before, and gives the gate that goes by them. */
export function createGate(
  corridor: CorridorMemory,
  tables: GateTables,
  kernel: Uint8Array<ArrayBuffer> = kernelBytes,
): Gate {
  const words = new Uint32Array(corridor.memory.buffer);
  words.set(tables.standard, REGION.standard / 4);
  words.set(tables.extended, REGION.extended / 4);
  words.set(tables.pgn, REGION.pgn / 4);
  words.set(tables.lengths, REGION.lengths / 4);
  const instance = new WebAssembly.Instance(new WebAssembly.Module(kernel), { env: { memory: corridor.memory } });
  const admit = instance.exports["admit"] as Kernel;
  return (block) => {
    const { words, capacity, count } = block;
    if (words.buffer !== corridor.memory.buffer)
      throw new RangeError("the block does not lie in the corridor's memory");
    if (!(count >= 0 && count <= Math.min(capacity, BLOCK_FRAMES_MAX)))
      throw new RangeError(`a block of ${count} frames`);
    return admit(
      words.byteOffset,
      count,
      REGION.standard,
      REGION.extended,
      REGION.pgn,
      REGION.lengths,
      REGION.admitted,
      REGION.denials,
    );
  };
}
