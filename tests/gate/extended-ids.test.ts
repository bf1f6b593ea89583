// 29-bit ids are too many to try them all: any rules and any frames near to them must be judged as the model judges them.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BUSES_MAX, PAYLOAD_BYTES_MAX } from "../../src/vehicle/frame.ts";
import { HASH_PLACES, RULES_MAX } from "../../src/vehicle/memory.ts";
import { NO_RULE } from "../../src/vehicle/plan.ts";
import { compileGate, firstClash, type Rule } from "../../src/vehicle/policy/rules.ts";
import { createRandom } from "./frames.ts";
import { nameOf } from "./model.ts";
import { checkFrames } from "./oracle.ts";
import { distinct, extendedSets, mixedRules, placeOfKey, ruleOf } from "./rule-sets.ts";
import { Trial } from "./trial.ts";

const shape = fc
  .tuple(fc.boolean(), fc.nat(PAYLOAD_BYTES_MAX), fc.nat(PAYLOAD_BYTES_MAX))
  .map(([fd, a, b]) => ({ fd, lengthMin: Math.min(a, b), lengthMax: Math.max(a, b) }));

/** Few ids on few buses, so that rules overlap: exact ids stand within groups, and standard ids are also extended ones. */
const closeRule = fc
  .record({
    bus: fc.constantFrom(0, 1, BUSES_MAX - 1),
    kind: fc.constantFrom("standard", "exact", "group"),
    id: fc.constantFrom(0x0, 0x7ff, 0x18ef_0001, 0x18ef_ff01, 0x18f0_0001, 0x18f0_0101, 0x0cf0_0102, 0x1fff_ffff),
    shape,
  })
  .map(({ bus, kind, id, shape }) =>
    ruleOf(kind === "standard" ? id % 0x800 : id, {
      bus,
      extended: kind !== "standard",
      byPgn: kind === "group",
      ...shape,
    }),
  );
const anyRule = fc
  .tuple(fc.nat(BUSES_MAX - 1), fc.nat(0x1fff_ffff), fc.boolean(), shape)
  .map(([bus, id, byPgn, shape]) => ruleOf(id, { bus, extended: true, byPgn, ...shape }));
const rulesArbitrary = fc.array(fc.oneof(closeRule, anyRule), { maxLength: 40 }).map(distinct);

describe("frames near to the rules", () => {
  test("are judged as by the model, for any few rules", () => {
    fc.assert(
      fc.property(rulesArbitrary, fc.integer(), (rules, seed) => {
        checkFrames(createRandom(seed), rules, compileGate(rules), 1_000);
      }),
      { numRuns: 200 },
    );
  });

  test("are judged as by the model, for any thousands of rules", () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: RULES_MAX / 2, max: RULES_MAX }), (seed, count) => {
        const random = createRandom(seed);
        const rules = mixedRules(random, count);
        checkFrames(random, rules, compileGate(rules), 20_000);
      }),
      { numRuns: 20 },
    );
  });

  test("are not admitted by the empty plan, whatever they are", () => {
    fc.assert(
      fc.property(rulesArbitrary, fc.integer(), (rules, seed) => {
        const random = createRandom(seed);
        expect(checkFrames(random, [], compileGate([]), 1_000)).toBe(0);
        const trial = new Trial(compileGate([]));
        for (const { message, bus, lengthMin } of rules) {
          const idWord = message.id + (message.extended ? 2 ** 31 : 0);
          trial.put({ idWord, lengthBytes: lengthMin, flags: message.fd ? 4 : 0, bus }, "not_listed");
        }
        trial.flush();
      }),
      { numRuns: 50 },
    );
  });
});

describe("an exact id within a group", () => {
  const group = ruleOf(0x18fe_f100, { extended: true, byPgn: true });
  const exact = ruleOf(0x0cfe_f121, { extended: true, lengthMin: 4, lengthMax: 4 });

  test("has its own rule, whichever came first in the plan; its frames never fall back to the group's rule", () => {
    for (const rules of [
      [group, exact],
      [exact, group],
    ]) {
      const trial = new Trial(compileGate(rules));
      const put = (idWord: number, lengthBytes: number, verdict: number | "length" | "not_listed"): void =>
        trial.put({ idWord, lengthBytes, flags: 0, bus: 0 }, verdict);
      put(0x8cfe_f121, 4, rules.indexOf(exact));
      put(0x8cfe_f121, 8, "length");
      put(0x98fe_f121, 8, rules.indexOf(group));
      put(0x8cfe_f122, 8, rules.indexOf(group));
      put(0x8cfe_f122, 4, "length");
      put(0x8cfe_f021, 8, "not_listed");
      trial.flush();
    }
  });
});

describe("the hash tables", () => {
  test("go on at their start when their end is full: all rules of the largest plan stand in one chain", () => {
    const rules = extendedSets["exact ids that all have the table's last place"] ?? [];
    for (const { message, bus } of rules) expect(placeOfKey(message.id, bus)).toBe(HASH_PLACES - 1);
    expect(rules).toHaveLength(RULES_MAX);
    const { extended } = compileGate(rules);
    expect(occupied(extended)).toEqual([
      ...Array.from({ length: rules.length - 1 }, (_, place) => place),
      HASH_PLACES - 1,
    ]);
    expect(checkFrames(createRandom(1), rules, compileGate(rules), 20_000)).toBeGreaterThan(2_000);
  });

  test("keep the number of each rule, up to the last that a plan can have", () => {
    const all = extendedSets["as many exact ids as there are rules"] ?? [];
    expect(all).toHaveLength(RULES_MAX);
    const trial = new Trial(compileGate(all));
    for (const [number, { message, bus, lengthMin }] of all.entries()) {
      const idWord = message.id + 2 ** 31;
      trial.put({ idWord, lengthBytes: lengthMin, flags: message.fd ? 4 : 0, bus }, number);
    }
    expect(trial.admitted).toBe(RULES_MAX);
  });
});

function occupied(table: Uint32Array): readonly number[] {
  return Array.from({ length: HASH_PLACES }, (_, place) => place).filter((place) => table[place * 2 + 1] !== NO_RULE);
}

describe("rules that are for the same frames", () => {
  test("are found: the first one that repeats an earlier one, and that one", () => {
    fc.assert(
      fc.property(fc.array(closeRule, { maxLength: 12 }), (rules) => {
        const names = rules.map(nameOf);
        const second = names.findIndex((name, i) => names.indexOf(name) < i);
        const expected = second < 0 ? undefined : [names.indexOf(names[second] ?? ""), second];
        expect(firstClash(rules)).toEqual(expected);
        if (expected !== undefined) expect(() => compileGate(rules)).toThrow(`rules ${expected.join(" and ")} clash`);
      }),
      { numRuns: 500 },
    );
  });

  test("differ by bus, by 11 or 29 bits, and by being a group; not by their lengths, format or a group's sender", () => {
    const rule = ruleOf(0x100);
    const group = ruleOf(0x18ea_2103, { extended: true, byPgn: true });
    const unlike: readonly (readonly [Rule, Rule])[] = [
      [rule, ruleOf(0x101)],
      [rule, ruleOf(0x100, { bus: 1 })],
      [rule, ruleOf(0x100, { extended: true })],
      [group, ruleOf(0x18ea_2103, { extended: true })],
      [group, ruleOf(0x18eb_2103, { extended: true, byPgn: true })],
      [ruleOf(0x18ff_2103, { extended: true, byPgn: true }), ruleOf(0x18ff_2203, { extended: true, byPgn: true })],
      // Being a group is a matter of 29-bit ids alone.
      [ruleOf(0x100, { byPgn: true }), ruleOf(0x101, { byPgn: true })],
    ];
    for (const pair of unlike) expect(firstClash(pair)).toBeUndefined();
    const alike: readonly (readonly [Rule, Rule])[] = [
      [rule, ruleOf(0x100, { fd: true, lengthMin: 0, lengthMax: 64 })],
      [rule, ruleOf(0x100, { byPgn: true })],
      [group, ruleOf(0x0cea_ff77, { extended: true, byPgn: true })],
    ];
    for (const pair of alike) expect(firstClash(pair)).toEqual([0, 1]);
  });
});
