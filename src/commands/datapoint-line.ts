// A datapoint as a JSON line: when, which path, which value and, where it has one, the value's name.
import type { CatalogueEntry } from "../wire/catalogue.ts";
import type { Datapoints } from "../wire/datapoints.ts";
import { physicalOf, rawOf, textOf } from "../wire/physical.ts";

/** Gives a function from row to line; what does not change from row to row is made once. */
export function createFormat(entries: readonly CatalogueEntry[]): (points: Datapoints, row: number) => string {
  const prefixes = entries.map(({ path }) => `,"path":${JSON.stringify(path)},"value":`);
  return (points, row) => {
    const alias = points.aliases[row] ?? 0;
    const entry = entries[alias];
    if (entry === undefined) throw new RangeError(`no entry for alias ${alias}`);
    const raw = rawOf(entry, points.lows[row] ?? 0, points.highs[row] ?? 0);
    const value = physicalOf(entry, raw);
    const text = entry.values.size === 0 ? undefined : textOf(entry, raw);
    const shown = typeof value === "string" ? `"${value}"` : String(value);
    const t = (points.timesMs[row] ?? 0) / 1000;
    return `{"t":${t}${prefixes[alias]}${shown}${text === undefined ? "" : `,"text":${JSON.stringify(text)}`}}`;
  };
}
