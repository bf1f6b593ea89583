// What a comparison has found, for a person who reviews a change: first what newly leaves the vehicle and what no longer
// does, then the rest, path by path. However much differs, the text has an end.
import type { Example, Observed, PathDifference, Verdict } from "./comparison.ts";

/** Paths that are told with examples; those beyond have their counts alone. */
const PATHS_WITH_EXAMPLES_MAX = 20;

/** `startMs` is the time of the log's first frame. Lines without their ends. */
export function tellVerdict({ differences, idleTolerances }: Verdict, startMs: number): readonly string[] {
  const chosen = new Set(differences.slice(0, PATHS_WITH_EXAMPLES_MAX));
  const examples = (difference: PathDifference): readonly string[] =>
    chosen.has(difference) ? tellExamples(difference, startMs) : [];
  const isNew = differences.filter(({ leaving }) => leaving === "new");
  const isGone = differences.filter(({ leaving }) => leaving === "gone");
  const isMeant = differences.filter(({ meant }) => meant !== undefined);
  const others = differences.filter(({ leaving, missing, extra, changed }) => {
    return leaving === "same" && missing + extra + changed > 0;
  });
  return [
    ...section("Now leaves the vehicle, and did not:", isNew, (it) => [tellNew(it), ...examples(it)]),
    ...section("No longer leaves the vehicle:", isGone, (it) => [tellGone(it)]),
    ...section("Means something else than it did:", isMeant, (it) => [tellMeaning(it)]),
    ...section("Differs:", others, (it) => [tellCounts(it), ...examples(it)]),
    ...idleTolerances.map(({ paths }) => `The tolerance for ${paths} is for no path.`),
  ].map(printable);
}

export function tellTotals({ differences, paths, expected, came }: Verdict): string {
  const counts = `${count(paths, "path")}, ${count(came, "datapoint")}`;
  if (differences.length === 0) return `${counts}: as expected`;
  return `${counts}, ${told(expected)} expected: ${count(differences.length, "path")} ${differences.length === 1 ? "differs" : "differ"}`;
}

function section(
  title: string,
  differences: readonly PathDifference[],
  tell: (difference: PathDifference) => readonly string[],
): readonly string[] {
  return differences.length === 0 ? [] : [title, ...differences.flatMap(tell)];
}

function tellNew({ path, entry, came }: PathDifference): string {
  return `  ${path}: ${count(came, "datapoint")}${came === 0 ? " in this log" : ""}, from ${entry?.source}`;
}

function tellGone({ path, entry, expected }: PathDifference): string {
  const why = entry === undefined ? "the allow-list does not name it" : `this log has none from ${entry.source}`;
  return `  ${path}: ${count(expected, "datapoint")} expected; ${why}`;
}

function tellMeaning({ path, entry, meant }: PathDifference): string {
  const now = `${entry?.source} in ${entry?.unit || "no unit"}`;
  return `  ${path}: ${meant?.from} in ${meant?.unit || "no unit"} expected, it is ${now}`;
}

function tellCounts({ path, missing, extra, changed, expected, came }: PathDifference): string {
  const kinds = [
    missing > 0 ? `${told(missing)} missing` : "",
    extra > 0 ? `${told(extra)} extra` : "",
    changed > 0 ? `${told(changed)} changed` : "",
  ];
  return `  ${path}: ${kinds.filter(Boolean).join(", ")}; ${told(expected)} expected, ${told(came)} came`;
}

function tellExamples({ examples, missing, extra, changed, entry, leaving }: PathDifference, startMs: number) {
  const unit = entry?.unit ?? "";
  const more = missing + extra + changed - examples.length;
  return [
    ...examples.map((example) => `    ${tellExample(example, unit, leaving === "new", startMs)}`),
    ...(more > 0 ? [`    … and ${told(more)} more`] : []),
  ];
}

function tellExample({ expected, came }: Example, unit: string, isNew: boolean, startMs: number): string {
  if (expected === undefined) {
    if (came === undefined) return "";
    return `${time(came.timeMs, startMs)}  ${isNew ? "" : "extra: "}${value(came, unit)}`;
  }
  const when = time(expected.timeMs, startMs);
  if (came === undefined) return `${when}  missing: ${value(expected, unit)}`;
  const later = came.timeMs - expected.timeMs;
  const shift = later === 0 ? "" : `, ${Math.abs(later)} ms ${later > 0 ? "later" : "earlier"}`;
  const [before, now] = values(expected, came, unit);
  return `${when}  changed: ${before} expected, ${now} came${shift}`;
}

/** As it stands in the expectation's file, and how far into the log it is. */
function time(timeMs: number, startMs: number): string {
  return `${(timeMs / 1000).toFixed(3)}  ${`+${((timeMs - startMs) / 1000).toFixed(3)}`.padStart(9)} s`;
}

/** Both as short as they can be told apart: a product of two doubles has digits at its end that mean nothing. */
function values(expected: Observed, came: Observed, unit: string): readonly [string, string] {
  const short = [value(expected, unit), value(came, unit)] as const;
  return short[0] === short[1] ? [value(expected, unit, 17), value(came, unit, 17)] : short;
}

function value({ value, text }: Observed, unit: string, digits = 12): string {
  const number = typeof value === "number" && digits < 17 ? Number(value.toPrecision(digits)) : value;
  const name = text === undefined ? "" : ` (${text})`;
  return `${number ?? "no number"}${unit === "" || value === null ? "" : ` ${unit}`}${name}`;
}

function count(number: number, noun: string): string {
  return `${told(number)} ${noun}${number === 1 ? "" : "s"}`;
}

function told(number: number): string {
  return number.toLocaleString("en");
}

/** Names come from files that others wrote: they must not steer the terminal, or whatever reads a build's output. */
function printable(line: string): string {
  return line.replace(/[\p{Cc}\u2028\u2029]/gu, "\ufffd");
}
