// The gate works on raw memory: whatever bytes a block has, it reads within the memory and writes its two lists alone, and it
// takes blocks of its own memory only.
import { describe, expect, test } from "vitest";
import { BLOCK_FRAMES_MAX, createFrameBlock, FRAME_BYTES, type FrameBlock } from "../../src/vehicle/frame.ts";
import { createGate } from "../../src/vehicle/gate/gate.ts";
import { createMemory, DENIAL_ROW_WORDS, DENIAL_ROWS, REGION, takeBlock } from "../../src/vehicle/memory.ts";
import { compileGate } from "../../src/vehicle/policy/rules.ts";
import { createRandom } from "./frames.ts";
import { createModel } from "./model.ts";
import { extendedSets, ruleOf, standardSets } from "./rule-sets.ts";

const blocks = Math.ceil(1_000_000 / BLOCK_FRAMES_MAX);

describe("a million frames of random bytes", () => {
  test("never trap, and change nothing but the counters and as much of the list as was admitted", {
    timeout: 60_000,
  }, () => {
    const random = createRandom(7);
    const rules = [...(extendedSets["all kinds of rules"] ?? []), ...(standardSets["one rule"] ?? [])].slice(-2048);
    const memory = createMemory();
    const gate = createGate(memory, compileGate(rules));
    const model = createModel(rules);
    const all = Buffer.from(memory.memory.buffer);
    const handedOut = Array.from({ length: 15 }, () => takeBlock(memory));
    const before = Buffer.alloc(all.length);
    let admitted = 0;
    for (let i = 0; i < blocks; i++) {
      const block = handedOut[i % handedOut.length] ?? takeBlock(memory);
      scribble(random, block);
      all.copy(before);
      const count = gate(block);
      const expected = verdicts(block).filter((verdict) => verdict !== undefined);
      expect(Array.from(memory.admitted.subarray(0, count))).toEqual(expected);
      all.copy(before, REGION.denials, REGION.denials, REGION.denials + DENIAL_ROWS * DENIAL_ROW_WORDS * 4);
      all.copy(before, REGION.admitted, REGION.admitted, REGION.admitted + count * 4);
      expect(before.equals(all)).toBe(true);
      admitted += count;
    }
    expect(admitted).toBeGreaterThan(100);

    function verdicts(block: FrameBlock): readonly (number | undefined)[] {
      return Array.from({ length: block.count }, (_, i) => {
        const [b0 = 0, b1 = 0, b2 = 0, b3 = 0, lengthBytes = 0, flags = 0, bus = 0] = block.bytes.subarray(
          i * FRAME_BYTES,
        );
        const verdict = model.judge({
          idWord: b0 + b1 * 2 ** 8 + b2 * 2 ** 16 + b3 * 2 ** 24,
          lengthBytes,
          flags,
          bus,
        });
        return typeof verdict === "number" ? (verdict << 16) | i : undefined;
      });
    }
  });
});

/** Fills the whole block with random bytes; every second frame gets an id, a bus and a length that a rule could be for. */
function scribble(random: (n: number) => number, block: FrameBlock): void {
  for (let word = 0; word < block.words.length; word++) block.words[word] = random(2 ** 32);
  block.count = random(8) === 0 ? random(BLOCK_FRAMES_MAX + 1) : BLOCK_FRAMES_MAX;
  for (let i = 0; i < block.count; i += 2) {
    block.bytes[i * FRAME_BYTES + 4] = random(66);
    block.bytes[i * FRAME_BYTES + 6] = random(16);
    const id = random(2048);
    if (random(4) > 0) block.words[i * (FRAME_BYTES / 4)] = id;
  }
}

describe("a block", () => {
  const rules = [ruleOf(5)];

  test("of another memory is refused, and so is one of no corridor's memory", () => {
    const memory = createMemory();
    const gate = createGate(memory, compileGate(rules));
    const refusal = new RangeError("the block does not lie in the corridor's memory");
    expect(() => gate(takeBlock(createMemory()))).toThrow(refusal);
    expect(() => gate(createFrameBlock())).toThrow(refusal);
    expect(gate(takeBlock(memory))).toBe(0);
  });

  test("that says it has more frames than it holds, or than the list of admitted ones holds, is refused", () => {
    const memory = createMemory();
    const gate = createGate(memory, compileGate(rules));
    const small = createFrameBlock(2, memory.memory.buffer, REGION.blocks);
    const large = createFrameBlock(BLOCK_FRAMES_MAX + 1, memory.memory.buffer, REGION.blocks);
    const counted = (block: FrameBlock, count: number): FrameBlock => ({ ...block, count });
    for (const [block, count] of [
      [small, 3],
      [small, -1],
      [small, Number.NaN],
      [large, BLOCK_FRAMES_MAX + 1],
    ] as const) {
      expect(() => gate(counted(block, count))).toThrow(new RangeError(`a block of ${count} frames`));
    }
    small.words.set([5, 8], 0);
    small.words.set([5, 8], FRAME_BYTES / 4);
    for (const count of [0, 1, 2]) expect(gate(counted(small, count))).toBe(count);
    expect(gate(counted(large, BLOCK_FRAMES_MAX))).toBe(2);
  });
});

describe("a new plan", () => {
  test("takes the place of the one before as a whole", () => {
    const memory = createMemory();
    const block = takeBlock(memory);
    block.count = 4;
    const ids = [5, 6, 0x8000_0005, 0x98fe_f121];
    for (const [i, id] of ids.entries()) block.words.set([id, 8], (i * FRAME_BYTES) / 4);
    const all = [ruleOf(5), ruleOf(5, { extended: true }), ruleOf(0x18fe_f100, { extended: true, byPgn: true })];
    expect(createGate(memory, compileGate(all))(block)).toBe(3);
    expect([...memory.admitted.subarray(0, 3)]).toEqual([0, (1 << 16) | 2, (2 << 16) | 3]);
    expect(createGate(memory, compileGate([ruleOf(6)]))(block)).toBe(1);
    expect([...memory.admitted.subarray(0, 1)]).toEqual([1]);
    expect(createGate(memory, compileGate([]))(block)).toBe(0);
    expect([...memory.denials.subarray(0, DENIAL_ROW_WORDS)]).toEqual([8, 0, 0, 0, 0, 0, 0, 0]);
    expect(memory.denials.subarray(DENIAL_ROW_WORDS).every((count) => count === 0)).toBe(true);
  });

  test("says lengths anew", () => {
    const memory = createMemory();
    const block = takeBlock(memory);
    block.count = 1;
    block.words.set([5, 7], 0);
    expect(createGate(memory, compileGate([ruleOf(5, { lengthMin: 6 })]))(block)).toBe(1);
    expect(createGate(memory, compileGate([ruleOf(5)]))(block)).toBe(0);
  });
});
