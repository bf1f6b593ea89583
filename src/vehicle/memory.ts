// The corridor's memory: one WebAssembly.Memory in which frames, tables and raw values lie at fixed places, so that the
// gate and the decoder work on them without a copy. Nothing here grows: each region has its bound and the reason for it.
import { BLOCK_FRAMES_MAX, BUSES_MAX, createFrameBlock, FRAME_BYTES, type FrameBlock } from "./frame.ts";

/** One frame block for each bus that a gateway can have. */
export const BLOCKS_MAX = BUSES_MAX;
/** Rules of a plan: half of a hash table's places, so that a probe stays short. Real vehicles have a few hundred messages. */
export const RULES_MAX = 2048;
/** Places of a hash table of 29-bit ids. */
export const HASH_PLACES = 4096;
/** Bytes for the decode tables of a plan; about 20 a signal, so room for ten thousand. */
export const TABLE_BYTES_MAX = 256 * 1024;
/** Bytes for raw values between decode and sample: a block of frames with 64 signals each, or the largest rule. */
export const VALUE_BYTES_MAX = BLOCK_FRAMES_MAX * 64 * 4;

/** Reasons for which the gate denies a frame, in the order of their counters. */
export const DENIALS = ["not_listed", "length", "format", "remote", "error"] as const;
export type Denial = (typeof DENIALS)[number];

/** A bus's row of denials: a word for each reason, and as many to spare as let the kernel find a row by a shift. */
export const DENIAL_ROW_WORDS = 8;
/** A row for each value that a frame's bus byte can have. */
export const DENIAL_ROWS = 256;

/** Where each region starts, in bytes. The kernels are given these addresses; they know none. */
export const REGION = (() => {
  let next = 0;
  const take = (bytes: number): number => {
    const start = next;
    next = (next + bytes + 63) & ~63;
    return start;
  };
  return {
    denials: take(DENIAL_ROWS * DENIAL_ROW_WORDS * 4),
    // A row for each value that the bus byte can have; those above BUSES_MAX are never written, and take no memory.
    standard: take(256 * 2048 * 4),
    extended: take(HASH_PLACES * 8),
    pgn: take(HASH_PLACES * 8),
    lengths: take(RULES_MAX * 4),
    rules: take(RULES_MAX * 16),
    tables: take(TABLE_BYTES_MAX),
    admitted: take(BLOCK_FRAMES_MAX * 4),
    values: take(VALUE_BYTES_MAX),
    blocks: take(BLOCKS_MAX * BLOCK_FRAMES_MAX * FRAME_BYTES),
    // A frame's last payload bytes are read in loads of 16: what follows the last block must exist.
    end: take(64),
  };
})();

const PAGE_BYTES = 65_536;

export interface CorridorMemory {
  readonly memory: WebAssembly.Memory;
  /** Frames that the gate has admitted: the frame's index in its block in the low 16 bits, its rule in the high 16. */
  readonly admitted: Int32Array;
  /** Raw values as the decoder leaves them. */
  readonly values: Int32Array;
  /** Frames denied since the start, a row for each bus, by reason; they wrap at 2^32, so readers take differences. */
  readonly denials: Uint32Array;
  /** Blocks handed out so far. */
  blocks: number;
}

export function createMemory(): CorridorMemory {
  const pages = Math.ceil((REGION.end + 64) / PAGE_BYTES);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  const { buffer } = memory;
  return {
    memory,
    admitted: new Int32Array(buffer, REGION.admitted, BLOCK_FRAMES_MAX),
    values: new Int32Array(buffer, REGION.values, VALUE_BYTES_MAX / 4),
    denials: new Uint32Array(buffer, REGION.denials, DENIAL_ROWS * DENIAL_ROW_WORDS),
    blocks: 0,
  };
}

/** Hands out the next frame block of the memory. A gateway asks for one for each of its sources. */
export function takeBlock(corridor: CorridorMemory): FrameBlock {
  if (corridor.blocks >= BLOCKS_MAX) throw new RangeError(`a gateway has at most ${BLOCKS_MAX} sources`);
  const byteOffset = REGION.blocks + corridor.blocks * BLOCK_FRAMES_MAX * FRAME_BYTES;
  corridor.blocks += 1;
  return createFrameBlock(BLOCK_FRAMES_MAX, corridor.memory.buffer, byteOffset);
}
