// From the gate's tables to the kernel's filters of one bus: pairs of id and mask that let through every frame that the
// gate could admit, and little else. The gate checks exactly; the kernel keeps the rest out of user space.
import { BUSES_MAX, ID_EXTENDED, ID_MASK_EXTENDED, ID_MASK_STANDARD, ID_REMOTE } from "../../frame.ts";
import { HASH_PLACES } from "../../memory.ts";
import { type GateTables, NO_RULE } from "../../plan.ts";

/** As many filters as the kernel takes for one socket. [linux/can/raw.h CAN_RAW_FILTER_MAX] */
export const FILTERS_MAX = 512;

/** With both flags in the mask the kernel finds a single id in a table instead of going through a list. [net/can/af_can.c] */
const FLAGS = ID_EXTENDED | ID_REMOTE;
/** The bits that name a parameter group: with the destination's 8 bits where it has none. [SAE J1939-21 5.2] */
const PDU1 = 0x03ff_0000;
const PDU2 = 0x03ff_ff00;

interface Filter {
  readonly id: number;
  readonly mask: number;
}

/** Pairs of id and mask for bus number `bus`; none where the plan lists nothing of it. */
export function kernelFilters(gate: GateTables, bus: number): Uint32Array {
  const listed = [...standardOf(gate, bus), ...extendedOf(gate, bus), ...groupsOf(gate, bus)];
  if (listed.length === 0) return new Uint32Array();
  // Remote frames are never admitted, but they are counted: they are few, and no control unit's data.
  const filters = [...merge(listed, FILTERS_MAX - 1), { id: ID_REMOTE, mask: ID_REMOTE }];
  return Uint32Array.from(filters.flatMap(({ id, mask }) => [id >>> 0, mask >>> 0]));
}

/** Whether the kernel would let a frame with this id word pass. [net/can/af_can.c] */
export function passes(filters: Uint32Array, idWord: number): boolean {
  for (let i = 0; i < filters.length; i += 2) {
    const mask = filters[i + 1] ?? 0;
    if (((idWord ^ (filters[i] ?? 0)) & mask) === 0) return true;
  }
  return false;
}

function standardOf({ standard }: GateTables, bus: number): readonly Filter[] {
  if (!(bus >= 0 && bus < BUSES_MAX)) return [];
  return [...standard.subarray(bus * 2048, (bus + 1) * 2048)].flatMap((entry, id) =>
    entry === NO_RULE ? [] : [{ id, mask: ID_MASK_STANDARD | FLAGS }],
  );
}

function extendedOf({ extended }: GateTables, bus: number): readonly Filter[] {
  return keysOf(extended, bus).map((key) => ({ id: key | ID_EXTENDED, mask: ID_MASK_EXTENDED | FLAGS }));
}

function groupsOf({ pgn }: GateTables, bus: number): readonly Filter[] {
  return keysOf(pgn, bus).map((key) => {
    const bits = ((key >>> 16) & 0xff) < 240 ? PDU1 : PDU2;
    return { id: key | ID_EXTENDED, mask: bits | FLAGS };
  });
}

function keysOf(table: Uint32Array, bus: number): readonly number[] {
  const keys: number[] = [];
  for (let place = 0; place < HASH_PLACES; place++) {
    const entry = table[place * 2 + 1] ?? NO_RULE;
    if (entry !== NO_RULE && ((entry >>> 11) & 15) === bus) keys.push(table[place * 2] ?? 0);
  }
  return keys;
}

/**
 * At most `most` filters that let through what `filters` do. Neighbours in the order of ids are joined, those first whose
 * common filter lets through the fewest ids; formats are never joined, since no mask could tell what else would pass.
 */
function merge(filters: readonly Filter[], most: number): readonly Filter[] {
  const list = filters.toSorted((a, b) => (a.id >>> 0) - (b.id >>> 0));
  // How many ids more would pass if the filter at a place were joined with the next one; kept, since a join changes two of them.
  const costs = list.map((filter, i) => costOf(filter, list[i + 1]));
  while (list.length > most) {
    const least = costs.reduce((one, other) => Math.min(one, other), Infinity);
    const best = least === Infinity ? -1 : costs.indexOf(least);
    const [before, a, b, after] = [list[best - 1], list[best], list[best + 1], list[best + 2]];
    if (a === undefined || b === undefined) break;
    const joined = join(a, b);
    list.splice(best, 2, joined);
    costs.splice(best, 2, costOf(joined, after));
    if (before !== undefined) costs[best - 1] = costOf(before, joined);
  }
  return list;
}

function costOf(a: Filter, b: Filter | undefined): number {
  if (b === undefined || ((a.id ^ b.id) & ID_EXTENDED) !== 0) return Infinity;
  return widthOf(join(a, b)) - widthOf(a) - widthOf(b);
}

/** The narrowest filter that lets both through. */
function join(a: Filter, b: Filter): Filter {
  const mask = a.mask & b.mask & ~((a.id ^ b.id) & ID_MASK_EXTENDED);
  return { id: a.id & mask, mask };
}

/** How many ids a filter lets through. */
function widthOf({ id, mask }: Filter): number {
  const bits = (id & ID_EXTENDED) === 0 ? ID_MASK_STANDARD : ID_MASK_EXTENDED;
  let free = 0;
  for (let rest = bits & ~mask; rest !== 0; rest &= rest - 1) free += 1;
  return 2 ** free;
}
