// Durations as people write them in a file, to microseconds.
import Type from "typebox";

const UNIT_US: Readonly<Record<string, number>> = { us: 1, ms: 1e3, s: 1e6, min: 60e6, h: 3600e6 };
const PATTERN = "^(0|[1-9][0-9]{0,8})(\\.[0-9]{1,6})?(us|ms|s|min|h)$";

/** A schema for a duration. */
export function Duration(description: string): Type.TString {
  return Type.String({
    pattern: PATTERN,
    description: `${description} A duration of zero or more with its unit, such as 250ms, 1s, 5min or 1h.`,
    examples: ["1s"],
  });
}

/** Whole microseconds of a duration that the schema has accepted; zero only where it says zero. */
export function durationUs(text: string): number {
  const [, whole = "0", fraction = "", unit = "s"] = new RegExp(PATTERN).exec(text) ?? [];
  const us = Number(whole + fraction) * (UNIT_US[unit] ?? 1);
  return us === 0 ? 0 : Math.max(1, Math.round(us));
}
