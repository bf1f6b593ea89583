// How many bits a column is likely to take once it is compressed: the entropy of each of its byte planes, and a little for
// large bytes. It decides between transforms, so it must only rank them well. Effect: bench/wire.ts.
import { type Halves, TRANSFORM_DELTA, TRANSFORM_PLAIN, TRANSFORM_SLOPE, TRANSFORM_XOR } from "./tokens.ts";

const LOGARITHMS = 4096;
/** count × log2(count), for small counts. */
const weighted = Float64Array.from({ length: LOGARITHMS }, (_, count) => (count < 2 ? 0 : count * Math.log2(count)));
/** Runs are bytes of another kind, and spoil that table for the values. 1 % on css-3BA199E2. */
const RUNS_WEIGHT = 1.2;
const histogram = new Uint32Array(256);
/**
 * Bits that a byte costs beyond its column's entropy. All columns share the compressor's one table of codes, and in that
 * small bytes are the common ones. 1 % on css-3BA199E2; with a weight of 0.2 it would be lost again.
 */
const surcharge = Float64Array.from({ length: 256 }, (_, byte) => 0.1 * Math.log2(byte + 1));

/** What packing is to keep small, and what it may try for that. */
export interface Aim {
  readonly transforms: readonly number[];
  /** Bits of `count` tokens of `width` bytes; if `absent` is above 0, of those plus 1, and of as many tokens that are 0. */
  readonly bitsOfTokens: (tokens: Halves, count: number, width: number, absent: number) => number;
  /** Bits of the runs of a presence: the bytes `from` to `to`. */
  readonly bitsOfRuns: (bytes: Uint8Array, from: number, to: number) => number;
}

/** Bytes as they are, in little time: for the outbox. */
export const FOR_STORING: Aim = {
  transforms: [TRANSFORM_DELTA, TRANSFORM_PLAIN],
  bitsOfTokens: (_, count, width, absent) => 8 * width * (count + absent),
  bitsOfRuns: (_, from, to) => 8 * (to - from),
};

/** Bytes after compression: for the link. */
export const FOR_COMPRESSION: Aim = {
  transforms: [TRANSFORM_DELTA, TRANSFORM_SLOPE, TRANSFORM_XOR, TRANSFORM_PLAIN],
  bitsOfTokens: entropyOfTokens,
  bitsOfRuns: entropyOfRuns,
};

function entropyOfTokens(tokens: Halves, count: number, width: number, absent: number): number {
  let bits = 0;
  for (let plane = 0; plane < width; plane += 1) {
    histogram.fill(0);
    const add = plane === 0 && absent > 0 ? 1 : 0;
    countPlane(plane < 4 ? tokens.lows : tokens.highs, count, (plane & 3) * 8, add);
    histogram[0] = (histogram[0] as number) + absent;
    bits += entropyOfHistogram(count + absent);
  }
  return bits;
}

function entropyOfRuns(bytes: Uint8Array, from: number, to: number): number {
  histogram.fill(0);
  for (let index = from; index < to; index += 1) {
    const byte = bytes[index] as number;
    histogram[byte] = (histogram[byte] as number) + 1;
  }
  return RUNS_WEIGHT * entropyOfHistogram(to - from);
}

function countPlane(half: Int32Array, count: number, bitShift: number, add: number): void {
  for (let index = 0; index < count; index += 1) {
    const byte = (((half[index] as number) >>> bitShift) + add) & 255;
    histogram[byte] = (histogram[byte] as number) + 1;
  }
}

function entropyOfHistogram(total: number): number {
  let bits = weight(total);
  for (let byte = 0; byte < 256; byte += 1) {
    const count = histogram[byte] as number;
    if (count > 0) bits += count * (surcharge[byte] as number) - weight(count);
  }
  return bits;
}

function weight(count: number): number {
  return count < LOGARITHMS ? (weighted[count] as number) : count * Math.log2(count);
}
