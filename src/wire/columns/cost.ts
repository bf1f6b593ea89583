// How many bits a column is likely to take once it is compressed: the entropy of each of its byte planes. It decides
// between transforms, so it must only rank them well. Speed and effect: bench/wire.ts.
import type { Halves } from "./tokens.ts";

const LOGARITHMS = 4096;
/** count × log2(count), for small counts. */
const weighted = Float64Array.from({ length: LOGARITHMS }, (_, count) => (count < 2 ? 0 : count * Math.log2(count)));
const histogram = new Uint32Array(256);

/** Entropy, in bits, of `count` tokens of `width` bytes; `absent` further tokens are 0, and all others are 1 more. */
export function entropyOf(tokens: Halves, count: number, width: number, shift: 0 | 1 = 0, absent = 0): number {
  let bits = 0;
  for (let plane = 0; plane < width; plane += 1) {
    histogram.fill(0);
    countPlane(plane < 4 ? tokens.lows : tokens.highs, count, (plane & 3) * 8, plane === 0 ? shift : 0);
    histogram[0] = (histogram[0] as number) + absent;
    bits += entropyOfHistogram(count + absent);
  }
  return bits;
}

/** Entropy, in bits, of bytes. */
export function entropyOfBytes(bytes: Uint8Array, from: number, to: number): number {
  histogram.fill(0);
  for (let index = from; index < to; index += 1) {
    const byte = bytes[index] as number;
    histogram[byte] = (histogram[byte] as number) + 1;
  }
  return entropyOfHistogram(to - from);
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
    if (count > 1) bits -= weight(count);
  }
  return bits;
}

function weight(count: number): number {
  return count < LOGARITHMS ? (weighted[count] as number) : count * Math.log2(count);
}
