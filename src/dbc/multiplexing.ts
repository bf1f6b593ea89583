// Which signal selects which: the indicators of `SG_` and the ranges of `SG_MUL_VAL_` in, each multiplexed signal's
// selector and ranges out. What is left always ends at a selector that is in every payload: no missing selector, no ring.
import type { Multiplexing, Range } from "./database.ts";
import { type Drafts, findSignal, type MessageDraft, type SignalDraft, skipSignal } from "./draft.ts";
import type { Located, MultiplexingStatement } from "./statements.ts";

/** Selectors above one another. Files of the field have three at most; each frame's decoding follows them all. */
const DEPTH_MAX = 16;

/** By signal: how it is multiplexed, the selector by its short name. */
export type MultiplexingOf = ReadonlyMap<SignalDraft, Multiplexing>;

/** Multiplexing while its ranges are collected. */
interface Condition {
  readonly selector: string;
  readonly ranges: Range[];
}
type Conditions = Map<SignalDraft, Condition>;

/** Signals of which nobody can say when they are in the payload are skipped with a warning. */
export function resolveMultiplexing(statements: readonly Located[], drafts: Drafts): MultiplexingOf {
  const resolved = new Map<SignalDraft, Condition>();
  for (const { line, statement } of statements) {
    if (statement.kind === "multiplexing") addExtended(resolved, drafts, line, statement);
  }
  for (const message of drafts.messages.values()) {
    addPlain(resolved, message, drafts);
    skipUnreachable(resolved, message, drafts);
  }
  return resolved;
}

function addExtended(
  resolved: Conditions,
  drafts: Drafts,
  line: number,
  { signal, selector, ranges }: MultiplexingStatement,
): void {
  const found = findSignal(drafts, line, "SG_MUL_VAL_", signal);
  if (found === undefined) return;
  const earlier = resolved.get(found.signal);
  if (earlier === undefined) resolved.set(found.signal, { selector, ranges: [...ranges] });
  // Editors split a long list of ranges into several statements.
  else if (earlier.selector === selector) for (const range of ranges) earlier.ranges.push(range);
  else drafts.warnings.add(line, `SG_MUL_VAL_ skipped: ${signal.name} is selected by ${earlier.selector} already`);
}

/** Without SG_MUL_VAL_, `m3` means: while the message's only `M` has the value 3. */
function addPlain(resolved: Conditions, message: MessageDraft, drafts: Drafts): void {
  const signals = [...message.signals.values()];
  const roots = signals.filter(({ statement }) => statement.indicator === "M");
  for (const signal of signals) {
    const { indicator } = signal.statement;
    if (!indicator.startsWith("m") || resolved.has(signal)) continue;
    const [root] = roots;
    if (root === undefined || roots.length > 1) {
      const problem = `it is multiplexed, and the message has ${roots.length === 0 ? "no selector" : "several selectors"}`;
      skipSignal({ message, signal }, signal.line, problem, drafts.warnings);
      continue;
    }
    resolved.set(signal, { selector: root.statement.name, ranges: [rangeOf(indicator)] });
  }
}

function rangeOf(indicator: string): Range {
  const value = BigInt(indicator.replaceAll(/[mM]/g, ""));
  return { from: value, to: value };
}

/** Skips what has no way up to a signal that is always there. */
function skipUnreachable(resolved: Conditions, message: MessageDraft, drafts: Drafts): void {
  const standing = new Map<SignalDraft, Standing>();
  for (const signal of message.signals.values()) settle(signal, resolved, message, standing);
  for (const [signal, { problem }] of standing) {
    if (problem === undefined) continue;
    skipSignal({ message, signal }, signal.line, problem, drafts.warnings);
    resolved.delete(signal);
  }
}

/** How many selectors stand above a signal, or why it cannot be said when it is there. */
interface Standing {
  readonly depth: number;
  readonly problem: string | undefined;
}

/** Walks from the signal up to where the answer is known, then gives it to all on the way: each is walked over once. */
function settle(
  signal: SignalDraft,
  resolved: Conditions,
  message: MessageDraft,
  standing: Map<SignalDraft, Standing>,
): void {
  const way = new Set<SignalDraft>();
  let above: Standing | undefined;
  for (let at: SignalDraft | undefined = signal; at !== undefined && above === undefined; ) {
    way.add(at);
    const selectorName = resolved.get(at)?.selector;
    if (selectorName === undefined) break;
    const selector = message.signals.get(selectorName);
    const problem = problemOfSelector(selectorName, selector, way);
    above = problem === undefined ? selector && standing.get(selector) : { depth: 0, problem };
    at = selector;
  }
  let { depth, problem } = above ?? { depth: -1, problem: undefined };
  for (const each of [...way].reverse()) {
    depth += 1;
    if (depth > DEPTH_MAX) problem ??= `more than ${DEPTH_MAX} selectors stand above one another`;
    standing.set(each, { depth, problem });
  }
}

function problemOfSelector(
  name: string,
  selector: SignalDraft | undefined,
  way: ReadonlySet<SignalDraft>,
): string | undefined {
  if (selector === undefined) return `its selector ${name} is not in the message`;
  if (selector.format !== "integer") return `its selector ${name} is a floating-point number`;
  return way.has(selector) ? `its selectors go round in a ring, by way of ${name}` : undefined;
}
