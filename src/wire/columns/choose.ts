// How a column is best written: the transforms that the aim allows are tried, and the cheapest one is taken.
import type { Aim } from "./cost.ts";
import { Halves, TRANSFORM_PLAIN, toTokens, widthOf } from "./tokens.ts";

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

/** Chooses the transform for `count` values and leaves it in `choice`. */
export function chooseTransform(values: Halves, count: number, aim: Aim, choice: Choice): void {
  const low = values.lows[0] as number;
  const high = values.highs[0] as number;
  choice.transform = TRANSFORM_PLAIN;
  choice.originLow = low;
  choice.originHigh = high;
  choice.width = 0;
  choice.bits = 0;
  if (isConstant(values, count)) return;
  trial.reserve(count);
  for (const transform of aim.transforms) {
    const isPlain = transform === TRANSFORM_PLAIN;
    const middle = isPlain ? medianOf(values, count) : 0;
    const originLow = isPlain ? middle | 0 : low;
    const originHigh = isPlain ? Math.floor(middle / 2 ** 32) | 0 : high;
    toTokens(transform, values, count, originLow, originHigh, trial);
    const width = widthOf(trial, count);
    const bits = aim.bitsOfTokens(trial, count, width, 0);
    if (choice.width > 0 && bits >= choice.bits) continue;
    choice.transform = transform;
    choice.originLow = originLow;
    choice.originHigh = originHigh;
    choice.width = width;
    choice.bits = bits;
  }
}

function isConstant(values: Halves, count: number): boolean {
  const { lows, highs } = values;
  const low = lows[0];
  const high = highs[0];
  for (let index = 1; index < count; index += 1) if (lows[index] !== low || highs[index] !== high) return false;
  return true;
}

/** The middle of the values, rounded where it is wide: transforms are exact for any origin. */
function medianOf(values: Halves, count: number): number {
  if (count > sorted.length) sorted = new Float64Array(count * 2);
  for (let index = 0; index < count; index += 1) {
    sorted[index] = (values.highs[index] as number) * 2 ** 32 + ((values.lows[index] as number) >>> 0);
  }
  return median(sorted.subarray(0, count));
}

/** Sorts in place. */
export function median(numbers: Float64Array): number {
  return numbers.sort()[numbers.length >> 1] as number;
}
