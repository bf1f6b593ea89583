// How a column is best written: every transform is tried, and the one that is likely to compress best is taken.
import { entropyOf } from "./cost.ts";
import { Halves, TRANSFORM_DELTA, TRANSFORM_PLAIN, TRANSFORMS, toTokens, widthOf } from "./tokens.ts";

/** A transform, where it starts, and what that is likely to cost. Reused. */
export interface Choice {
  transform: number;
  originLow: number;
  originHigh: number;
  /** Bytes of the largest token. */
  width: number;
  bits: number;
}

const trial = new Halves();
let sorted = new Float64Array(1024);

/** Values of this size and below are exact as float64, and so are sums of two of them. */
const HIGH_EXACT_MAX = 2 ** 20;

/** Chooses the transform for `count` values and leaves it in `choice`. */
export function chooseTransform(values: Halves, count: number, choice: Choice): void {
  choice.transform = TRANSFORM_PLAIN;
  choice.originLow = values.lows[0] as number;
  choice.originHigh = values.highs[0] as number;
  choice.width = 0;
  choice.bits = 0;
  if (isConstant(values, count)) return;
  trial.reserve(count);
  for (let transform = TRANSFORM_DELTA; transform < TRANSFORMS; transform += 1) {
    offer(transform, values, count, values.lows[0] as number, values.highs[0] as number, choice);
  }
  const middle = medianOf(values, count);
  const middleHigh = Math.floor(middle / 2 ** 32);
  offer(TRANSFORM_PLAIN, values, count, middle | 0, middleHigh, choice);
}

/** Takes the transform if it is the first that was offered, or cheaper than the best so far. */
function offer(
  transform: number,
  values: Halves,
  count: number,
  originLow: number,
  originHigh: number,
  choice: Choice,
): void {
  toTokens(transform, values, count, originLow, originHigh, trial);
  const width = widthOf(trial, count);
  const bits = entropyOf(trial, count, width);
  if (choice.width > 0 && bits >= choice.bits) return;
  Object.assign(choice, { transform, originLow, originHigh, width, bits });
}

function isConstant(values: Halves, count: number): boolean {
  const { lows, highs } = values;
  const low = lows[0];
  const high = highs[0];
  for (let index = 1; index < count; index += 1) if (lows[index] !== low || highs[index] !== high) return false;
  return true;
}

/** The middle of the values; of wide ones the first. */
function medianOf(values: Halves, count: number): number {
  if (count > sorted.length) sorted = new Float64Array(count * 2);
  const first = (values.highs[0] as number) * 2 ** 32 + ((values.lows[0] as number) >>> 0);
  for (let index = 0; index < count; index += 1) {
    const high = values.highs[index] as number;
    if (high > HIGH_EXACT_MAX || high < -HIGH_EXACT_MAX) return first;
    sorted[index] = high * 2 ** 32 + ((values.lows[index] as number) >>> 0);
  }
  return median(sorted.subarray(0, count));
}

/** Sorts in place. */
export function median(numbers: Float64Array): number {
  return numbers.sort()[numbers.length >> 1] as number;
}
