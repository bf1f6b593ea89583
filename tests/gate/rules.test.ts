// What the gate's tables are made from: rules that cannot be are refused, and lengths are those that a bus has.
import { describe, expect, test } from "vitest";
import { RULES_MAX } from "../../src/vehicle/memory.ts";
import { compileGate, paddedLength, pgnKey } from "../../src/vehicle/policy/rules.ts";
import { ruleOf } from "./rule-sets.ts";

describe("tables for a plan", () => {
  test("take as many rules as a plan can have, and no more", () => {
    const rules = Array.from({ length: RULES_MAX + 1 }, (_, i) => ruleOf(i % 2048, { bus: Math.floor(i / 2048) }));
    expect(compileGate(rules.slice(0, RULES_MAX)).lengths).toHaveLength(RULES_MAX);
    expect(() => compileGate(rules)).toThrow(new RangeError("2049 rules, at most 2048"));
  });

  test("refuse a rule for frames that cannot be: it would stand in another rule's place", () => {
    const refused = [
      ruleOf(1, { bus: -1 }),
      ruleOf(1, { bus: 15 }),
      ruleOf(1, { bus: 0.5 }),
      ruleOf(-1),
      ruleOf(0x800),
      ruleOf(-1, { extended: true }),
      ruleOf(0x2000_0000, { extended: true }),
      ruleOf(0x2000_0000, { extended: true, byPgn: true }),
      ruleOf(1, { lengthMin: -1 }),
      ruleOf(1, { lengthMin: 9 }),
      ruleOf(1, { lengthMax: 65 }),
      ruleOf(1, { lengthMin: -2, lengthMax: -1 }),
      ruleOf(1, { lengthMin: 0.5 }),
      ruleOf(1, { lengthMax: Number.NaN }),
    ];
    for (const rule of refused) expect(() => compileGate([rule]), JSON.stringify(rule)).toThrow(RangeError);
    expect(() => compileGate([ruleOf(0x800, { bus: 2, lengthMin: 7 })])).toThrow(
      "bus 2, id 2048, 7 to 8 bytes: no such frame",
    );
    const taken = [
      ruleOf(0),
      ruleOf(0x7ff, { bus: 14 }),
      ruleOf(0, { extended: true }),
      ruleOf(0x800, { extended: true }),
      ruleOf(0x1fff_ffff, { extended: true }),
      ruleOf(0x1fff_ffff, { extended: true, byPgn: true }),
      ruleOf(1, { lengthMin: 0, lengthMax: 0 }),
      ruleOf(2, { lengthMin: 64, lengthMax: 64 }),
    ];
    expect(() => compileGate(taken)).not.toThrow();
  });
});

describe("the length of a message on the bus", () => {
  test("is its own on classic CAN, and the next one that there is on CAN FD", () => {
    const onFd = [0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 12, 12, 12, 16, 16, 16, 16, 20, 20, 20, 20, 24, 24, 24, 24];
    onFd.push(...Array(8).fill(32), ...Array(16).fill(48), ...Array(16).fill(64));
    expect(onFd).toHaveLength(65);
    for (const [lengthBytes, padded] of onFd.entries()) {
      expect(paddedLength(lengthBytes, true)).toBe(padded);
      expect(paddedLength(lengthBytes, false)).toBe(lengthBytes);
    }
    expect(paddedLength(65, true)).toBe(64);
  });
});

describe("the parameter group of an id", () => {
  test("leaves out priority and sender, and the destination of a PDU1 group", () => {
    expect(pgnKey(0x18fe_f121)).toBe(0x00fe_f100);
    expect(pgnKey(0x0cf0_0421)).toBe(0x00f0_0400);
    expect(pgnKey(0x18ef_ff21)).toBe(0x00ef_0000);
    expect(pgnKey(0x1fff_ffff)).toBe(0x03ff_ff00);
    expect(pgnKey(0x1b00_ffff)).toBe(0x0300_0000);
  });
});
