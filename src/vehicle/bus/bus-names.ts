// The name of an interface, as bytes in a log, goes in; the index of its bus comes out. A name is turned into a string
// once, and found by its bytes from then on.

/** Longest name, in bytes. The kernel's are 15 at most [linux/if.h IFNAMSIZ]; other loggers write longer channel names. */
export const BUS_NAME_BYTES_MAX = 32;
/** How many names are remembered. A log with more is read correctly, but slower. */
const BUS_NAMES_MAX = 16;

export interface BusNames {
  readonly busIndexOf: (name: string) => number;
  /** The remembered names, BUS_NAME_BYTES_MAX apart. */
  readonly bytes: Uint8Array;
  readonly lengths: Uint8Array;
  readonly indexes: Uint8Array;
  /** How many names were ever remembered; the newest take the place of the oldest. */
  learned: number;
  /** The slot that was right for the last line. */
  last: number;
}

export function createBusNames(busIndexOf: (name: string) => number): BusNames {
  return {
    busIndexOf,
    bytes: new Uint8Array(BUS_NAMES_MAX * BUS_NAME_BYTES_MAX),
    lengths: new Uint8Array(BUS_NAMES_MAX),
    indexes: new Uint8Array(BUS_NAMES_MAX),
    learned: 0,
    last: 0,
  };
}

/** The index of the bus that `text` names from `from` up to `to`, or -1 where that is too long for a name. */
export function lookUpBus(names: BusNames, text: Uint8Array, from: number, to: number): number {
  if (isName(names, names.last, text, from, to)) return names.indexes[names.last] as number;
  const known = Math.min(names.learned, BUS_NAMES_MAX);
  for (let slot = 0; slot < known; slot++) {
    if (!isName(names, slot, text, from, to)) continue;
    names.last = slot;
    return names.indexes[slot] as number;
  }
  return to - from > BUS_NAME_BYTES_MAX ? -1 : learn(names, text.subarray(from, to));
}

function isName(names: BusNames, slot: number, text: Uint8Array, from: number, to: number): boolean {
  const length = to - from;
  if (names.lengths[slot] !== length) return false;
  const start = slot * BUS_NAME_BYTES_MAX;
  for (let index = 0; index < length; index++) {
    if (names.bytes[start + index] !== text[from + index]) return false;
  }
  return true;
}

function learn(names: BusNames, name: Uint8Array): number {
  const slot = names.learned % BUS_NAMES_MAX;
  const index = names.busIndexOf(new TextDecoder().decode(name));
  names.bytes.set(name, slot * BUS_NAME_BYTES_MAX);
  names.lengths[slot] = name.length;
  names.indexes[slot] = index;
  names.learned++;
  names.last = slot;
  return index;
}
