// Values to tokens and back: each value is predicted from those before it, and the token is how far off that was.
// Values are 64 bits wide, as two int32 halves, and wrap around; so every transform is exact for every value.

/** What a value is predicted from. The numbers are those of the wire. */
export const TRANSFORM_PLAIN = 0;
export const TRANSFORM_DELTA = 1;
export const TRANSFORM_SLOPE = 2;
export const TRANSFORM_XOR = 3;

/** 64-bit numbers as columns of halves, reused. */
export class Halves {
  lows = new Int32Array(1024);
  highs = new Int32Array(1024);

  reserve(count: number): void {
    if (count <= this.lows.length) return;
    const capacity = Math.max(count, this.lows.length * 2);
    this.lows = new Int32Array(capacity);
    this.highs = new Int32Array(capacity);
  }
}

/** Writes the tokens of `count` values into `tokens`. */
export function toTokens(
  transform: number,
  values: Halves,
  count: number,
  originLow: number,
  originHigh: number,
  tokens: Halves,
): void {
  const { lows, highs } = values;
  const { lows: tokenLows, highs: tokenHighs } = tokens;
  // The prediction: the origin, the value before, or the line through the two before.
  let predictedLow = originLow;
  let predictedHigh = originHigh;
  let beforeLow = originLow;
  let beforeHigh = originHigh;
  for (let index = 0; index < count; index += 1) {
    const low = lows[index] as number;
    const high = highs[index] as number;
    if (transform === TRANSFORM_XOR) {
      tokenLows[index] = low ^ predictedLow;
      tokenHighs[index] = high ^ predictedHigh;
    } else {
      const offLow = (low - predictedLow) | 0;
      const offHigh = (high - predictedHigh - (low >>> 0 < predictedLow >>> 0 ? 1 : 0)) | 0;
      const sign = offHigh >> 31;
      tokenLows[index] = (offLow << 1) ^ sign;
      tokenHighs[index] = ((offHigh << 1) | (offLow >>> 31)) ^ sign;
    }
    if (transform === TRANSFORM_PLAIN) continue;
    predictedLow = low;
    predictedHigh = high;
    if (transform !== TRANSFORM_SLOPE) continue;
    const stepLow = (low - beforeLow) | 0;
    const stepHigh = (high - beforeHigh - (low >>> 0 < beforeLow >>> 0 ? 1 : 0)) | 0;
    predictedLow = (low + stepLow) | 0;
    predictedHigh = (high + stepHigh + (predictedLow >>> 0 < low >>> 0 ? 1 : 0)) | 0;
    beforeLow = low;
    beforeHigh = high;
  }
}

/** The inverse of `toTokens`: writes `count` values to `lows` and `highs` from `at` on. */
export function fromTokens(
  transform: number,
  tokens: Halves,
  count: number,
  originLow: number,
  originHigh: number,
  lows: Int32Array,
  highs: Int32Array,
  at: number,
): void {
  const { lows: tokenLows, highs: tokenHighs } = tokens;
  let predictedLow = originLow;
  let predictedHigh = originHigh;
  let beforeLow = originLow;
  let beforeHigh = originHigh;
  for (let index = 0; index < count; index += 1) {
    const tokenLow = tokenLows[index] as number;
    const tokenHigh = tokenHighs[index] as number;
    let low: number;
    let high: number;
    if (transform === TRANSFORM_XOR) {
      low = tokenLow ^ predictedLow;
      high = tokenHigh ^ predictedHigh;
    } else {
      const sign = -(tokenLow & 1);
      const offLow = ((tokenLow >>> 1) | (tokenHigh << 31)) ^ sign;
      const offHigh = (tokenHigh >>> 1) ^ sign;
      low = (predictedLow + offLow) | 0;
      high = (predictedHigh + offHigh + (low >>> 0 < offLow >>> 0 ? 1 : 0)) | 0;
    }
    lows[at + index] = low;
    highs[at + index] = high;
    if (transform === TRANSFORM_PLAIN) continue;
    predictedLow = low;
    predictedHigh = high;
    if (transform !== TRANSFORM_SLOPE) continue;
    const stepLow = (low - beforeLow) | 0;
    const stepHigh = (high - beforeHigh - (low >>> 0 < beforeLow >>> 0 ? 1 : 0)) | 0;
    predictedLow = (low + stepLow) | 0;
    predictedHigh = (high + stepHigh + (predictedLow >>> 0 < low >>> 0 ? 1 : 0)) | 0;
    beforeLow = low;
    beforeHigh = high;
  }
}

/** Bytes that the largest of the tokens takes: 0 to 8. */
export function widthOf(tokens: Halves, count: number): number {
  const { lows, highs } = tokens;
  let low = 0;
  let high = 0;
  for (let index = 0; index < count; index += 1) {
    low |= lows[index] as number;
    high |= highs[index] as number;
  }
  return high === 0 ? (39 - Math.clz32(low)) >>> 3 : 4 + ((39 - Math.clz32(high)) >>> 3);
}

/** Writes tokens as planes: the low byte of each, then the next byte of each, `width` times. */
export function writePlanes(tokens: Halves, count: number, width: number, bytes: Uint8Array, at: number): void {
  let position = at;
  for (let plane = 0; plane < width; plane += 1) {
    const half = plane < 4 ? tokens.lows : tokens.highs;
    const shift = (plane & 3) * 8;
    for (let index = 0; index < count; index += 1) bytes[position++] = (half[index] as number) >>> shift;
  }
}

/** The inverse of `writePlanes`. */
export function readPlanes(bytes: Uint8Array, at: number, count: number, width: number, tokens: Halves): void {
  tokens.lows.fill(0, 0, count);
  tokens.highs.fill(0, 0, count);
  let position = at;
  for (let plane = 0; plane < width; plane += 1) {
    const half = plane < 4 ? tokens.lows : tokens.highs;
    const shift = (plane & 3) * 8;
    for (let index = 0; index < count; index += 1) {
      half[index] = (half[index] as number) | ((bytes[position++] as number) << shift);
    }
  }
}
