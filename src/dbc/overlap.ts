// Which signals of a message share a bit though both may be in the payload at once. Real files have such signals on
// purpose (two views of the same bits), so this makes warnings and nothing else.
import type { Message, Multiplexing, Signal } from "./database.ts";
import { bitsOf } from "./layout.ts";

/** Steps taken for one message; what is beyond goes unreported. The largest public files need a tenth. */
const STEPS_MAX = 1_000_000;

/** Pairs of signals that overlap: for each signal the first such one before it. */
export function findOverlaps(message: Message): readonly (readonly [Signal, Signal])[] {
  const byName = new Map(message.signals.map((signal) => [signal.name, signal]));
  const atBit = new Map<number, Signal[]>();
  const overlaps: [Signal, Signal][] = [];
  const work = { steps: 0 };
  for (const signal of message.signals) {
    const neighbours = new Set<Signal>();
    for (const bit of bitsOf(signal)) {
      const there = atBit.get(bit);
      if (there === undefined) {
        atBit.set(bit, [signal]);
        continue;
      }
      for (const other of there) neighbours.add(other);
      work.steps += there.length;
      there.push(signal);
    }
    const conditions = conditionsOf(signal, byName);
    for (const other of neighbours) {
      if (work.steps > STEPS_MAX) return overlaps;
      if (areExclusive(conditions, conditionsOf(other, byName), work)) continue;
      overlaps.push([other, signal]);
      break;
    }
  }
  return overlaps;
}

/** True where some selector that both depend on cannot choose both at once. */
function areExclusive(one: readonly Multiplexing[], other: readonly Multiplexing[], work: { steps: number }): boolean {
  return one.some((a) =>
    other.some((b) => {
      if (a.selector !== b.selector) return false;
      work.steps += a.ranges.length * b.ranges.length;
      return work.steps > STEPS_MAX || !a.ranges.some((x) => b.ranges.some((y) => x.from <= y.to && y.from <= x.to));
    }),
  );
}

/** A signal's own condition, and those of its selectors. */
function conditionsOf(signal: Signal, byName: ReadonlyMap<string, Signal>): Multiplexing[] {
  const conditions: Multiplexing[] = [];
  for (let at = signal.multiplexing; at !== undefined; at = byName.get(at.selector)?.multiplexing) conditions.push(at);
  return conditions;
}
