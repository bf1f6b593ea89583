// The datapoints that a log makes, against those that are expected, path by path: what is missing, what came besides, what
// changed, and which paths leave the vehicle that did not, or no longer do. Expected datapoints come one by one and are not
// kept; those of one path come in order of time.
import type { CatalogueEntry } from "../../wire/catalogue.ts";
import { physicalOf, rawOf, textOf } from "../../wire/physical.ts";
import type { ExpectedDatapoint, Leaving } from "./expectation.ts";
import type { Produced } from "./produced.ts";
import { type Allowance, allowanceFor, isFor, isSame, type Tolerance } from "./tolerance.ts";

export type Observed = Omit<ExpectedDatapoint, "path">;

/** Without what was expected it came besides; without what came it is missing; with both it changed. */
export interface Example {
  readonly expected: Observed | undefined;
  readonly came: Observed | undefined;
}

export interface PathDifference {
  readonly path: string;
  /** Whether it leaves the vehicle now and did not, or no longer does, or neither. */
  readonly leaving: "new" | "gone" | "same";
  /** What the plan says of it; undefined where the plan does not name it. */
  readonly entry: CatalogueEntry | undefined;
  /** What was expected of its meaning, where that is another than the plan's. */
  readonly meant: Leaving | undefined;
  readonly expected: number;
  readonly came: number;
  readonly missing: number;
  readonly extra: number;
  readonly changed: number;
  /** The first few. */
  readonly examples: readonly Example[];
}

export interface Verdict {
  /** Those that differ, sorted by path. */
  readonly differences: readonly PathDifference[];
  readonly paths: number;
  readonly expected: number;
  readonly came: number;
  /** Tolerances that are for no path: most likely mistyped. */
  readonly idleTolerances: readonly Tolerance[];
}

const EXAMPLES_MAX = 5;

/** What is known of one path while its datapoints are compared. */
interface PathState {
  readonly path: string;
  readonly entry: CatalogueEntry | undefined;
  readonly rows: Uint32Array;
  readonly allowance: Allowance;
  /** The first row that was not compared yet. */
  next: number;
  leaving: Leaving | undefined;
  lastMs: number;
  expected: number;
  missing: number;
  extra: number;
  changed: number;
  readonly examples: Example[];
}

export class Comparison {
  readonly #produced: Produced;
  readonly #entries: ReadonlyMap<string, CatalogueEntry>;
  readonly #tolerances: Tolerance[] = [];
  readonly #states = new Map<string, PathState>();
  /** Whether it was said which paths may leave; else those with datapoints may. */
  #hasLeavings = false;

  constructor(produced: Produced, entries: readonly CatalogueEntry[]) {
    this.#produced = produced;
    this.#entries = new Map(entries.map((entry) => [entry.path, entry]));
  }

  /** False where it comes too late: something was said of a path already. */
  tolerate(tolerance: Tolerance): boolean {
    if (this.#states.size > 0) return false;
    this.#tolerances.push(tolerance);
    return true;
  }

  allow(leaving: Leaving): void {
    this.#hasLeavings = true;
    this.#stateOf(leaving.path).leaving = leaving;
  }

  /** False where it is earlier than the one before it, of the same path. */
  expect(datapoint: ExpectedDatapoint): boolean {
    const state = this.#stateOf(datapoint.path);
    const { timeMs } = datapoint;
    if (timeMs < state.lastMs) return false;
    state.lastMs = timeMs;
    state.expected += 1;
    const { allowance, rows } = state;
    while (state.next < rows.length && this.#timeMs(state) < timeMs - allowance.timeMs) this.#skip(state);
    if (state.next === rows.length || this.#timeMs(state) > timeMs + allowance.timeMs) {
      state.missing += 1;
      note(state, datapoint, undefined);
      return true;
    }
    const came = this.#observe(state);
    state.next += 1;
    if (!isAsExpected(datapoint, came, allowance)) {
      state.changed += 1;
      note(state, datapoint, came);
    }
    return true;
  }

  /** To be called once, when everything that is expected was said. */
  finish(): Verdict {
    for (const path of this.#entries.keys()) this.#stateOf(path);
    const states = [...this.#states.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
    for (const state of states) while (state.next < state.rows.length) this.#skip(state);
    return {
      differences: states.map((state) => this.#differenceOf(state)).filter(isDifferent),
      paths: this.#entries.size,
      expected: states.reduce((sum, { expected }) => sum + expected, 0),
      came: this.#produced.points.count,
      idleTolerances: this.#tolerances.filter(({ paths }) => states.every(({ path }) => !isFor(paths, path))),
    };
  }

  #stateOf(path: string): PathState {
    const known = this.#states.get(path);
    if (known !== undefined) return known;
    const entry = this.#entries.get(path);
    const state: PathState = {
      path,
      entry,
      rows: entry === undefined ? new Uint32Array(0) : this.#produced.rowsOf(entry.alias),
      allowance: allowanceFor(path, this.#tolerances),
      next: 0,
      leaving: undefined,
      lastMs: Number.NEGATIVE_INFINITY,
      expected: 0,
      missing: 0,
      extra: 0,
      changed: 0,
      examples: [],
    };
    this.#states.set(path, state);
    return state;
  }

  #differenceOf(state: PathState): PathDifference {
    const { path, entry, expected, missing, extra, changed, examples, rows } = state;
    return {
      ...{ path, entry, expected, missing, extra, changed, examples },
      came: rows.length,
      leaving: this.#leavingOf(state),
      meant: entry === undefined || isMeantAs(entry, state.leaving) ? undefined : state.leaving,
    };
  }

  #leavingOf({ entry, leaving, expected, rows }: PathState): PathDifference["leaving"] {
    const did = leaving !== undefined || expected > 0;
    if (entry === undefined) return "gone";
    if (!did) return this.#hasLeavings || rows.length > 0 ? "new" : "same";
    if (expected === 0) return rows.length > 0 ? "new" : "same";
    return rows.length > 0 ? "same" : "gone";
  }

  #timeMs({ rows, next }: PathState): number {
    return this.#produced.points.timesMs[rows[next] ?? 0] ?? 0;
  }

  #skip(state: PathState): void {
    state.extra += 1;
    // Reading a value is for those who see it.
    if (state.examples.length < EXAMPLES_MAX) note(state, undefined, this.#observe(state));
    state.next += 1;
  }

  #observe({ entry, rows, next }: PathState): Observed {
    const { points } = this.#produced;
    const row = rows[next];
    if (entry === undefined || row === undefined) throw new RangeError("no datapoint to compare");
    const raw = rawOf(entry, points.lows[row] ?? 0, points.highs[row] ?? 0);
    return { timeMs: points.timesMs[row] ?? 0, value: physicalOf(entry, raw), text: textOf(entry, raw) };
  }
}

function note({ examples }: PathState, expected: Observed | undefined, came: Observed | undefined): void {
  if (examples.length < EXAMPLES_MAX) examples.push({ expected, came });
}

/** Names go with values: they are compared where the value is the very same. */
function isAsExpected(expected: Observed, came: Observed, { value }: Allowance): boolean {
  if (expected.value === came.value) return expected.text === came.text;
  return isSame(expected.value, came.value, value);
}

function isMeantAs({ unit, source }: CatalogueEntry, leaving: Leaving | undefined): boolean {
  return leaving === undefined || (leaving.unit === unit && leaving.from === source);
}

function isDifferent({ leaving, meant, missing, extra, changed }: PathDifference): boolean {
  return leaving !== "same" || meant !== undefined || missing + extra + changed > 0;
}
