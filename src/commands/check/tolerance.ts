// How far a datapoint may be from what is expected and still be the same: by path, in the value's own unit and in time.

export interface Tolerance {
  /** A path, in which * stands for any characters: `Vehicle.Cabin.*`. */
  readonly paths: string;
  /** In the signal's unit; 0 where the value must be the same. */
  readonly value: number;
  readonly timeMs: number;
}

export interface Allowance {
  readonly value: number;
  readonly timeMs: number;
}

export const EXACT: Allowance = { value: 0, timeMs: 0 };

/** Of several that are for the path the last one holds. */
export function allowanceFor(path: string, tolerances: readonly Tolerance[]): Allowance {
  return tolerances.findLast(({ paths }) => isFor(paths, path)) ?? EXACT;
}

export function isFor(paths: string, path: string): boolean {
  const [first = "", ...rest] = paths.split("*");
  if (rest.length === 0) return path === paths;
  if (!path.startsWith(first)) return false;
  // Between the first part and the last, each part is looked for behind the one before: the nearest is as good as any.
  const last = rest.pop() ?? "";
  let at = first.length;
  for (const part of rest) {
    const found = path.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return path.length - last.length >= at && path.endsWith(last);
}

/** What a JSON line can have for a value: whole numbers that a double would not hold are strings. */
export type Value = number | string | null;

/**
 * Whether two values are the same within `tolerance`. What is printed in decimal is meant in decimal: 0.1 allows 3.1 for 3,
 * although the doubles nearest to these are a little further apart.
 */
export function isSame(a: Value, b: Value, tolerance: number): boolean {
  if (a === b) return true;
  if (a === null || b === null || tolerance === 0) return false;
  if (typeof a === "string" || typeof b === "string") return distanceOfWhole(a, b) <= tolerance;
  const rounding = 4 * Number.EPSILON * Math.max(Math.abs(a), Math.abs(b));
  return Math.abs(a - b) <= tolerance + rounding;
}

/** NaN, which is within no tolerance, where one of them is no whole number. */
function distanceOfWhole(a: number | string, b: number | string): number {
  try {
    const distance = BigInt(a) - BigInt(b);
    return Number(distance < 0n ? -distance : distance);
  } catch {
    return Number.NaN;
  }
}
