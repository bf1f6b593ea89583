// The decoder: admitted frames to the raw values of the signals that the plan names, and of no other. Physical values are
// not made here: raw × factor + offset belongs to whoever shows them.
import type { FrameBlock } from "../frame.ts";
import { type CorridorMemory, REGION, VALUE_BYTES_MAX } from "../memory.ts";
import type { DecodeTables } from "../plan.ts";
import { kernelBytes } from "./kernel.wasm.ts";

/**
 * Decodes the admitted frames `from` … `to - 1` of the block into the memory's `values`. Returns the first one that found
 * no room: `to`, unless frames of a block have very many signals; then the rest is decoded in another turn.
 */
export type Decoder = (block: FrameBlock, from: number, to: number) => number;

type Kernel = (records: number, admitted: number, from: number, to: number, rules: number, values: number) => void;

/** Puts the plan's tables into the memory, in place of those before, and gives the decoder that goes by them. */
export function createDecoder(corridor: CorridorMemory, tables: DecodeTables): Decoder {
  new Uint32Array(corridor.memory.buffer).set(tables.rules, REGION.rules / 4);
  new Uint8Array(corridor.memory.buffer).set(tables.tables, REGION.tables);
  const instance = new WebAssembly.Instance(new WebAssembly.Module(kernelBytes), { env: { memory: corridor.memory } });
  const decode = instance.exports["decode"] as Kernel;
  const framesMax = Math.floor(VALUE_BYTES_MAX / Math.max(4, tables.valueBytesMax));
  return (block, from, to) => {
    const end = Math.min(to, from + framesMax);
    decode(block.words.byteOffset, REGION.admitted, from, end, REGION.rules, REGION.values);
    return end;
  };
}
