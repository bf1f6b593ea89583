// Signals grouped by branch of their path, in the order of the alphabet, filtered by what was typed. Pure.
import type { Signal } from "../types.ts";

export interface Group {
  /** `Vehicle.Powertrain.TractionBattery` */
  readonly name: string;
  /** Parts of the path in the name. */
  readonly depth: number;
  readonly signals: readonly Signal[];
}

/** `Vehicle` and two levels: VSS names a system and its part so. */
const DEPTH_MAX = 3;

const collator = new Intl.Collator("en", { numeric: true });

export function groupSignals(signals: readonly Signal[], filter: string): Group[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const wanted = signals.filter(({ path, source }) => {
    const text = `${path} ${source}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  const groups = Map.groupBy(
    wanted.toSorted((a, b) => collator.compare(a.path, b.path)),
    ({ path }) => path.split(".").slice(0, -1).slice(0, DEPTH_MAX).join("."),
  );
  return [...groups]
    .map(([name, own]) => ({ name: name === "" ? "Signals" : name, depth: name === "" ? 0 : name.split(".").length, signals: own }))
    .sort((a, b) => collator.compare(a.name, b.name));
}
