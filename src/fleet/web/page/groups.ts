// Signals grouped by branch of their path, in the order of the alphabet, filtered by what was typed. Pure. A branch has a heading of its
// own where there are some signals under it; a lone signal stays with its parent, so that headings do not outnumber what they head.
import type { Signal } from "../types.ts";

export interface Group {
  /** `Vehicle.Powertrain.TractionBattery` */
  readonly name: string;
  /** Parts of the path in the name. */
  readonly depth: number;
  readonly signals: readonly Signal[];
}

const HEADED_MIN = 3;
/** A longer group is divided further. */
const LENGTH_MAX = 12;

const collator = new Intl.Collator("en", { numeric: true });

export function groupSignals(signals: readonly Signal[], filter: string): Group[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const wanted = signals.filter(({ path, source }) => {
    const text = `${path} ${source}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  const roots = Map.groupBy(
    wanted.toSorted((a, b) => collator.compare(a.path, b.path)),
    ({ path }) => branchOf(path, 1),
  );
  return [...roots]
    .flatMap(([name, own]) => (name === "" ? [{ name: "Signals", depth: 0, signals: own }] : divide(name, 1, own)))
    .sort((a, b) => collator.compare(a.name, b.name));
}

function divide(name: string, depth: number, signals: readonly Signal[]): Group[] {
  const branches = Map.groupBy(signals, ({ path }) => branchOf(path, depth + 1));
  const headed = [...branches].filter(([branch, own]) => branch !== name && own.length >= HEADED_MIN);
  const rest = signals.filter(({ path }) => !headed.some(([branch]) => branch === branchOf(path, depth + 1)));
  const below = headed.flatMap(([branch, own]) =>
    own.length > LENGTH_MAX ? divide(branch, depth + 1, own) : [{ name: branch, depth: depth + 1, signals: own }],
  );
  return rest.length === 0 ? below : [{ name, depth, signals: rest }, ...below];
}

/** The first `depth` parts of a path, without its last. */
function branchOf(path: string, depth: number): string {
  return path.split(".").slice(0, -1).slice(0, depth).join(".");
}
