// Whose the datapoints of a segment are, as a number for each bus: counted, added up, and as the text that stands in the outbox's
// tables: {"can0":119,"can1":27}. What the text does not account for belongs to no bus that is known.
import type { Datapoints } from "../../wire/datapoints.ts";
import { OTHER_BUS } from "../counters.ts";
import type { Owners, Shares } from "../segment.ts";

/** Buses by name that an outbox tells apart: those of two plans, and then some. What is of others is of OTHER_BUS. */
export const BUS_NAMES_MAX = 32;

/** `known` are the names that the outbox tells apart already. */
export function countShares({ count, aliases }: Datapoints, { slotBuses, buses }: Owners, known: Shares): Shares {
  const counts = new Uint32Array(buses.length + 1);
  for (let row = 0; row < count; row++) {
    const bus = slotBuses[aliases[row] ?? 0] ?? buses.length;
    counts[bus] = (counts[bus] ?? 0) + 1;
  }
  const names = new Set(known.keys());
  const shares = new Map<string, number>();
  for (const [bus, datapoints] of counts.entries()) {
    const name = buses[bus] ?? OTHER_BUS;
    if (datapoints === 0) continue;
    if (names.size < BUS_NAMES_MAX) names.add(name);
    const owner = names.has(name) ? name : OTHER_BUS;
    shares.set(owner, (shares.get(owner) ?? 0) + datapoints);
  }
  return shares;
}

export function addShares(a: Shares, b: Shares): Shares {
  const sum = new Map(a);
  for (const [name, datapoints] of b) {
    const total = (sum.get(name) ?? 0) + datapoints;
    if (total === 0) sum.delete(name);
    else sum.set(name, total);
  }
  return sum;
}

export function negateShares(shares: Shares): Shares {
  return new Map([...shares].map(([name, datapoints]) => [name, -datapoints]));
}

export function writeShares(shares: Shares): string {
  const named = [...shares].filter(([name]) => name !== OTHER_BUS);
  return named.length === 0 ? "" : JSON.stringify(Object.fromEntries(named));
}

/** `datapoints` is how many there are in all. A text that cannot be read costs no datapoint, only whose it is. */
export function readShares(text: string, datapoints: number): Shares {
  const shares = new Map<string, number>();
  let rest = datapoints;
  for (const [name, share] of entriesOf(text)) {
    if (!Number.isSafeInteger(share) || share <= 0 || share > rest) continue;
    shares.set(name, share);
    rest -= share;
  }
  if (rest > 0) shares.set(OTHER_BUS, rest);
  return shares;
}

function entriesOf(text: string): readonly (readonly [string, number])[] {
  try {
    const named: unknown = text === "" ? {} : JSON.parse(text);
    return typeof named === "object" && named !== null && !Array.isArray(named)
      ? (Object.entries(named) as [string, number][])
      : [];
  } catch (cause) {
    if (cause instanceof SyntaxError) return [];
    throw cause;
  }
}
