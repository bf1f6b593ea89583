// Which signals a chunk holds, as a bitmap: bit `alias % 8` of byte `alias / 8`, cut after the last byte that is not zero.
// Aliases are slots of a plan and lie close together, so 40 signals take about 5 bytes.

/** Packs aliases (0 to 65,535, in any order, repeated or not). */
export function packSignalIndex(aliases: Iterable<number>): Uint8Array {
  const seen = [...aliases];
  const highest = seen.reduce((most, alias) => Math.max(most, alias), -1);
  const index = new Uint8Array(highest < 0 ? 0 : (highest >> 3) + 1);
  for (const alias of seen) index[alias >> 3] = (index[alias >> 3] ?? 0) | (1 << (alias & 7));
  return index;
}

export function holdsSignal(index: Uint8Array, alias: number): boolean {
  return (((index[alias >> 3] ?? 0) >> (alias & 7)) & 1) === 1;
}
