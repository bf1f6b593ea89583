// Sets of rules for the gate's tests: 11-bit ones, and 29-bit ones that crowd the hash tables. All are deterministic.
import { BUSES_MAX, PAYLOAD_BYTES_MAX } from "../../src/vehicle/frame.ts";
import { HASH_PLACES, RULES_MAX } from "../../src/vehicle/memory.ts";
import { paddedLength, type Rule } from "../../src/vehicle/policy/rules.ts";
import { createRandom, type Random } from "./frames.ts";
import { nameOf } from "./model.ts";

/** A rule by its parts; 8 bytes, classic, 11 bits, bus 0 where they are not said. */
export function ruleOf(
  id: number,
  parts: Partial<Omit<Rule, "message">> & { readonly extended?: boolean; readonly fd?: boolean } = {},
): Rule {
  const { bus = 0, byPgn = false, extended = false, fd = false, lengthMin = 8, lengthMax = 8 } = parts;
  return { bus, message: { id, extended, fd }, byPgn, lengthMin, lengthMax };
}

const standardIds = Array.from({ length: 2048 }, (_, id) => id);

export const standardSets: Readonly<Record<string, readonly Rule[]>> = {
  "no rule": [],
  "one rule": [ruleOf(0x1a0, { bus: 3 })],
  "the last id of the last bus, FD": [ruleOf(0x7ff, { bus: 14, fd: true, lengthMin: 12, lengthMax: 64 })],
  "rules with the numbers of their buses": Array.from({ length: BUSES_MAX }, (_, bus) =>
    ruleOf(0x100 + bus, { bus, fd: bus % 2 === 0, lengthMin: 0, lengthMax: bus }),
  ),
  "every id": standardIds.map((id) => ruleOf(id, { bus: 1, fd: id % 3 === 0, lengthMin: id % 8, lengthMax: 8 })),
  "ranges of lengths": standardIds
    .filter((id) => id % 3 !== 1)
    .map((id) => ruleOf(id, { bus: id % 15, fd: id % 2 === 0, lengthMin: id % 17, lengthMax: (id % 17) + (id % 48) })),
  "padded FD lengths": standardIds
    .filter((id) => id <= PAYLOAD_BYTES_MAX)
    .map((id) => ruleOf(id, { bus: 7, fd: true, lengthMin: id, lengthMax: paddedLength(id, true) })),
  "the same ids on several buses": Array.from({ length: 130 * BUSES_MAX }, (_, i) =>
    ruleOf((i % 130) * 15, {
      bus: Math.floor(i / 130),
      fd: (i + Math.floor(i / 130)) % 2 === 0,
      lengthMax: 8 + (i % 13),
    }),
  ),
};

export const extendedSets: Readonly<Record<string, readonly Rule[]>> = {
  "exact ids that all have the table's last place": crowd(RULES_MAX, exactIdsOfLastPlace),
  "groups that all have one of the table's last places": crowd(600, groupIdsOfLastPlaces),
  "as many exact ids as there are rules": randomRules(createRandom(1), RULES_MAX, exactId),
  groups: randomRules(createRandom(2), RULES_MAX, groupId),
  "exact ids within groups": mixedRules(createRandom(3), RULES_MAX),
  "all kinds of rules": randomRules(
    createRandom(4),
    RULES_MAX,
    (random) => [standardId, exactId, groupId, groupId][random(4)]?.(random) ?? standardId(random),
  ),
};

type IdParts = { readonly id: number; readonly extended: boolean; readonly byPgn: boolean };

function standardId(random: Random): IdParts {
  return { id: random(2048), extended: false, byPgn: false };
}

function exactId(random: Random): IdParts {
  return { id: random(2 ** 29), extended: true, byPgn: false };
}

/** PDU formats around the border between the two kinds come up often. */
function groupId(random: Random): IdParts {
  const format = random(4) === 0 ? 238 + random(4) : random(256);
  const id = random(2 ** 5) * 2 ** 24 + format * 2 ** 16 + random(2 ** 16);
  return { id, extended: true, byPgn: true };
}

/** Rules of which no two are for the same frames; a few less than `count` where they happened to be. */
export function randomRules(random: Random, count: number, idOf: (random: Random) => IdParts): readonly Rule[] {
  const rules = Array.from({ length: count }, () => withRandomShape(random, random(BUSES_MAX), idOf(random)));
  return distinct(rules);
}

/** Every second rule is an exact id of the group of the one before, most with another shape. */
export function mixedRules(random: Random, count: number): readonly Rule[] {
  const rules: Rule[] = [];
  while (rules.length < count) {
    const group = withRandomShape(random, random(BUSES_MAX), groupId(random));
    const id = (group.message.id & 0x03ff_ffff) + random(8) * 2 ** 26;
    rules.push(group, withRandomShape(random, group.bus, { id, extended: true, byPgn: false }));
  }
  return distinct(rules).slice(0, count);
}

function withRandomShape(random: Random, bus: number, { id, extended, byPgn }: IdParts): Rule {
  const lengthMin = random(3) === 0 ? 8 : random(PAYLOAD_BYTES_MAX + 1);
  const lengthMax = random(3) === 0 ? lengthMin : lengthMin + random(PAYLOAD_BYTES_MAX + 1 - lengthMin);
  return ruleOf(id, { bus, extended, byPgn, fd: random(2) === 0, lengthMin, lengthMax });
}

export function distinct(rules: readonly Rule[]): readonly Rule[] {
  const names = new Set<string>();
  return rules.filter((rule) => names.size < names.add(nameOf(rule)).size);
}

/** Rules that crowd their hash table: most of them stand on places far behind the one that they hash to. */
function crowd(count: number, idsOf: (bus: number) => Iterable<number>): readonly Rule[] {
  const random = createRandom(5);
  const byPgn = idsOf === groupIdsOfLastPlaces;
  const ids = Array.from({ length: BUSES_MAX }, (_, bus) => idsOf(bus)[Symbol.iterator]());
  return Array.from({ length: count }, (_, i) => {
    const next = ids[i % BUSES_MAX]?.next();
    if (next === undefined || next.done === true) throw new RangeError(`there are no ${count} such ids`);
    return withRandomShape(random, i % BUSES_MAX, { id: next.value, extended: true, byPgn });
  });
}

/** The place that the tables' multiplicative hash gives a key. */
export function placeOfKey(key: number, bus: number): number {
  return Number(BigInt.asUintN(32, BigInt(key ^ (bus << 25)) * 0x9e37_79b1n) >> 20n);
}

/** The multiplier is odd, so it has an inverse: going backwards from the place finds an id in 8 tries. */
function* exactIdsOfLastPlace(bus: number): Iterable<number> {
  const inverse = inverseOf(0x9e37_79b1n);
  for (let product = BigInt(HASH_PLACES - 1) << 20n; product < 2n ** 32n; product += 1n) {
    const key = BigInt.asUintN(32, product * inverse) ^ BigInt(bus << 25);
    if (key < 2n ** 29n) yield Number(key);
  }
}

function* groupIdsOfLastPlaces(bus: number): Iterable<number> {
  for (let id = 0; id < 2 ** 26; id += 2 ** 8) {
    const isGroup = (id >> 16) % 256 >= 240 || id % 2 ** 16 === 0;
    if (isGroup && placeOfKey(id, bus) >= HASH_PLACES - 16) yield id;
  }
}

/** Modulo 2^32, by Newton's steps: each doubles the bits that are right. */
function inverseOf(odd: bigint): bigint {
  let inverse = odd;
  for (let i = 0; i < 5; i++) inverse = BigInt.asUintN(32, inverse * (2n - odd * inverse));
  return inverse;
}
