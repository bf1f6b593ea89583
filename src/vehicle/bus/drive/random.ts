// A seed and whole numbers in, what looks like chance out. The same numbers give the same chance for ever, so that a drive
// can be repeated bit by bit; nothing here has a state.

/** 32 well mixed bits of three whole numbers. */
export function hash(seed: number, channel: number, index: number): number {
  let bits = Math.imul(seed ^ 0x9e37_79b9, 0x85eb_ca6b) ^ Math.imul(channel + 0x7f4a_7c15, 0xc2b2_ae35);
  bits ^= Math.imul(index | 0, 0x27d4_eb2f) ^ Math.floor(index / 0x1_0000_0000);
  bits = Math.imul(bits ^ (bits >>> 16), 0x7feb_352d);
  bits = Math.imul(bits ^ (bits >>> 15), 0x846c_a68b);
  return (bits ^ (bits >>> 16)) >>> 0;
}

/** A number from 0 up to, and without, 1. */
export function chance(seed: number, channel: number, index: number): number {
  return hash(seed, channel, index) / 0x1_0000_0000;
}

/** A smooth line from 0 to 1 that reaches a new height at every whole `x`. */
export function smoothChance(seed: number, channel: number, x: number): number {
  const index = Math.floor(x);
  const part = x - index;
  const from = chance(seed, channel, index);
  const to = chance(seed, channel, index + 1);
  return from + (to - from) * part * part * (3 - 2 * part);
}

/** Fixed spreads between equal parts: `count` numbers from about −1 to 1 whose sum is 0. */
export function spread(seed: number, channel: number, count: number): Float64Array {
  const parts = Float64Array.from({ length: count }, (_, index) => 2 * chance(seed, channel, index) - 1);
  const mean = parts.reduce((sum, part) => sum + part, 0) / count;
  return parts.map((part) => part - mean);
}
