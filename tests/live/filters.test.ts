// The kernel's filters: whatever the gate could admit passes them, nothing of a bus that is not listed does, and there are
// never more than the kernel takes.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FILTERS_MAX, kernelFilters, passes } from "../../src/vehicle/bus/live/filters.ts";
import { BUSES_MAX, ID_ERROR, ID_EXTENDED, ID_MASK_EXTENDED, ID_REMOTE } from "../../src/vehicle/frame.ts";
import { loadPlan } from "../../src/vehicle/policy/load.ts";
import { compileGate, type Rule } from "../../src/vehicle/policy/rules.ts";
import { createRandom, type Random, randomFrame } from "../gate/frames.ts";
import { createModel } from "../gate/model.ts";
import { distinct, extendedSets, randomRules, ruleOf, standardSets } from "../gate/rule-sets.ts";
import { ALLOW_LIST } from "../gateway/drives.ts";

const sets = { ...standardSets, ...extendedSets };
const buses = Array.from({ length: BUSES_MAX }, (_, bus) => bus);

/** Frames near to the rules that the model admits, with the filters of their bus. */
function demandAllPass(rules: readonly Rule[], random: Random, frames: number): number {
  const model = createModel(rules);
  const gate = compileGate(rules);
  const filters = buses.map((bus) => kernelFilters(gate, bus));
  let admitted = 0;
  for (let i = 0; i < frames; i++) {
    const frame = randomFrame(random, rules);
    if (typeof model.judge(frame) !== "number") continue;
    admitted += 1;
    if (!passes(filters[frame.bus] ?? new Uint32Array(), frame.idWord)) {
      throw new Error(`bus ${frame.bus}, id word ${frame.idWord.toString(16)} is kept out`);
    }
  }
  return admitted;
}

/** As the kernel does it, from its documentation: received id & mask == filter id & mask. */
function kernelPasses(filters: Uint32Array, idWord: number): boolean {
  const pairs = Array.from(
    { length: filters.length / 2 },
    (_, i) => [filters[2 * i] ?? 0, filters[2 * i + 1] ?? 0] as const,
  );
  return pairs.some(([id, mask]) => (BigInt(idWord) & BigInt(mask)) === (BigInt(id) & BigInt(mask)));
}

describe("what the gate could admit", () => {
  it.each(Object.entries(sets))("passes: %s", (name, rules) => {
    const admitted = demandAllPass(rules, createRandom(name.length), 20_000);
    if (rules.length > 0) expect(admitted).toBeGreaterThan(1000);
  });

  it("passes, whatever the rules", () => {
    const kinds = fc.constantFrom("standard", "exact", "group");
    const id = fc.oneof(fc.integer({ min: 0, max: 0x7ff }), fc.integer({ min: 0, max: ID_MASK_EXTENDED }));
    const rule = fc.record({ kind: kinds, id, bus: fc.integer({ min: 0, max: 2 }) });
    fc.assert(
      fc.property(fc.array(rule, { maxLength: 60 }), fc.nat(), (parts, seed) => {
        const rules = distinct(
          parts.map(({ kind, id, bus }) =>
            ruleOf(kind === "standard" ? id & 0x7ff : id, {
              bus,
              extended: kind !== "standard",
              byPgn: kind === "group",
            }),
          ),
        );
        demandAllPass(rules, createRandom(seed), 300);
      }),
      { numRuns: 200 },
    );
  });

  it("passes where the rules of one bus are more than the kernel takes filters", () => {
    const random = createRandom(9);
    for (const count of [FILTERS_MAX - 1, FILTERS_MAX, FILTERS_MAX + 1, 900, 2000]) {
      const any = (next: Random) =>
        [
          { id: next(2048), extended: false, byPgn: false },
          { id: next(2 ** 29), extended: true, byPgn: false },
          { id: next(2 ** 29), extended: true, byPgn: true },
        ][next(3)] ?? { id: 0, extended: false, byPgn: false };
      const rules = distinct(randomRules(random, count, any).map((rule) => ({ ...rule, bus: 4 })));
      expect(demandAllPass(rules, random, 20_000)).toBeGreaterThan(1000);
    }
  });
});

describe("the filters", () => {
  it.each(Object.entries(sets))("are at most as many as the kernel takes, of every bus: %s", (_, rules) => {
    const gate = compileGate(rules);
    for (const bus of buses) expect(kernelFilters(gate, bus).length / 2).toBeLessThanOrEqual(FILTERS_MAX);
  });

  it.each(Object.entries(sets))("are none for a bus that is not listed, or that cannot be: %s", (_, rules) => {
    const gate = compileGate(rules);
    const listed = new Set(rules.map(({ bus }) => bus));
    for (const bus of [...buses, BUSES_MAX, 16, 255, -1]) {
      expect({ bus, isEmpty: kernelFilters(gate, bus).length === 0 }).toEqual({ bus, isEmpty: !listed.has(bus) });
    }
  });

  it("let through remote frames, which are counted, and of other frames just the listed ids where there is room", () => {
    const rules = standardSets["every id"] ?? [];
    const some = rules.filter(({ message }) => message.id % 5 === 0 && message.id < 2000);
    const filters = kernelFilters(compileGate(some), 1);
    const listed = new Set(some.map(({ message }) => message.id));
    for (let id = 0; id < 2048; id++) {
      expect({ id, passes: passes(filters, id) }).toEqual({ id, passes: listed.has(id) });
      expect(passes(filters, (id | ID_REMOTE) >>> 0)).toBe(true);
      expect(passes(filters, (id | ID_EXTENDED) >>> 0)).toBe(false);
    }
  });

  it("tell the formats apart, though the ids are the same", () => {
    const standard = kernelFilters(compileGate([ruleOf(0x123)]), 0);
    const extended = kernelFilters(compileGate([ruleOf(0x123, { extended: true })]), 0);
    expect([passes(standard, 0x123), passes(standard, ID_EXTENDED + 0x123)]).toEqual([true, false]);
    expect([passes(extended, 0x123), passes(extended, ID_EXTENDED + 0x123)]).toEqual([false, true]);
  });

  it("match a parameter group whatever the priority, the sender and, below 240, the destination", () => {
    const pdu1 = kernelFilters(compileGate([ruleOf(0x18ea_ff00, { extended: true, byPgn: true })]), 0);
    const pdu2 = kernelFilters(compileGate([ruleOf(0x18fe_f100, { extended: true, byPgn: true })]), 0);
    for (const priority of [0, 3, 7]) {
      for (const [sender, destination] of [
        [0, 0x21],
        [0xfe, 0xff],
        [0x55, 0],
      ] as const) {
        const word = (specific: number, format: number): number =>
          ID_EXTENDED + priority * 2 ** 26 + format * 2 ** 16 + specific * 256 + sender;
        expect(passes(pdu1, word(destination, 0xea))).toBe(true);
        expect(passes(pdu1, word(destination, 0xeb))).toBe(false);
        expect(passes(pdu2, word(0xf1, 0xfe))).toBe(true);
        expect(passes(pdu2, word(0xf2, 0xfe))).toBe(false);
      }
    }
  });

  it("are applied as the kernel documents it", () => {
    const filters = kernelFilters(compileGate(extendedSets["all kinds of rules"] ?? []), 3);
    const random = createRandom(11);
    for (let i = 0; i < 2000; i++) {
      const frame = randomFrame(random, extendedSets["all kinds of rules"] ?? []);
      const idWord = (frame.idWord & ~ID_ERROR) >>> 0;
      expect(passes(filters, idWord)).toBe(kernelPasses(filters, idWord));
    }
  });
});

describe("how much more than what is listed passes", () => {
  const strangers = (rules: readonly Rule[], bus: number): number => {
    const filters = kernelFilters(compileGate(rules), bus);
    const listed = new Set(
      rules.filter((rule) => rule.bus === bus && !rule.message.extended).map(({ message }) => message.id),
    );
    return Array.from({ length: 2048 }, (_, id) => id).filter((id) => !listed.has(id) && passes(filters, id)).length;
  };

  it("is nothing for the example vehicle", () => {
    const { plan } = loadPlan(ALLOW_LIST);
    for (const [bus] of plan.buses.entries()) {
      const filters = kernelFilters(plan.gate, bus);
      const entries = plan.gate.standard.subarray(bus * 2048, (bus + 1) * 2048);
      for (const [id, entry] of entries.entries()) expect(passes(filters, id)).toBe(entry !== 0);
    }
  });

  it("is nothing for 511 ids, and few for 600 of 2,048", () => {
    const random = createRandom(12);
    const pick = (count: number): readonly Rule[] => {
      const ids = new Set<number>();
      while (ids.size < count) ids.add(random(2048));
      return [...ids].map((id) => ruleOf(id));
    };
    expect(strangers(pick(511), 0)).toBe(0);
    expect(strangers(pick(600), 0)).toBeLessThanOrEqual(60);
  });

  it("is no whole format, even with 2,000 ids of 29 bits", () => {
    const random = createRandom(13);
    const rules = distinct(Array.from({ length: 2000 }, () => ruleOf(random(2 ** 29), { extended: true })));
    const filters = kernelFilters(compileGate(rules), 0);
    let strange = 0;
    for (let i = 0; i < 20_000; i++) strange += passes(filters, ID_EXTENDED + random(2 ** 29)) ? 1 : 0;
    // Random ids are the worst there is.
    expect(strange).toBeLessThan(20_000 / 4);
  });
});
