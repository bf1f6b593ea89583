// A gate on trial: frames come in with the verdict that each must get, and go through the real gate in full blocks. The first
// difference in the admitted list, a counter or any other byte of the memory throws.
import { BLOCK_FRAMES_MAX, FRAME_BYTES, FRAME_WORDS, type FrameBlock } from "../../src/vehicle/frame.ts";
import { createGate, type Gate } from "../../src/vehicle/gate/gate.ts";
import {
  type CorridorMemory,
  createMemory,
  DENIALS,
  type Denial,
  REGION,
  takeBlock,
} from "../../src/vehicle/memory.ts";
import type { GateTables } from "../../src/vehicle/plan.ts";
import type { Frame, Verdict } from "./model.ts";

export interface TrialOptions {
  /** The kernel's bytes; the shipped kernel where undefined. */
  readonly kernel?: Uint8Array<ArrayBuffer> | undefined;
  /** How many blocks pass for each one around which the whole memory is compared. */
  readonly blocksPerComparison?: number;
}

export class Trial {
  readonly #memory: CorridorMemory = createMemory();
  readonly #block: FrameBlock;
  readonly #gate: Gate;
  readonly #blocksPerComparison: number;
  readonly #verdicts: Verdict[] = [];
  readonly #denied = Object.fromEntries(DENIALS.map((denial) => [denial, 0])) as Record<Denial, number>;
  #blocks = 0;
  /** Frames that were admitted in all blocks so far. */
  admitted = 0;

  constructor(tables: GateTables, { kernel, blocksPerComparison = 1 }: TrialOptions = {}) {
    // Not the first block, so that what is written before and behind it shows; and counters that are about to wrap.
    takeBlock(this.#memory);
    this.#block = takeBlock(this.#memory);
    this.#memory.denials.fill(0xffff_fff0);
    this.#gate = createGate(this.#memory, tables, kernel);
    this.#blocksPerComparison = blocksPerComparison;
  }

  /** Adds a frame; `noise` fills the reserved byte and the payload's first word, which must not matter. */
  put({ idWord, lengthBytes, flags, bus }: Frame, verdict: Verdict, noise = 0): void {
    const at = this.#verdicts.length * FRAME_WORDS;
    this.#block.words[at] = idWord;
    this.#block.words[at + 1] = lengthBytes | (flags << 8) | (bus << 16) | (noise << 24);
    this.#block.words[at + 2] = noise;
    this.#verdicts.push(verdict);
    if (this.#verdicts.length === BLOCK_FRAMES_MAX) this.flush();
  }

  /** Judges the frames so far. What follows them in the block is left of earlier ones and must not be looked at. */
  flush(): void {
    const { length } = this.#verdicts;
    this.#block.count = length;
    this.#memory.admitted.fill(-1);
    const isCompared = this.#blocks % this.#blocksPerComparison === 0;
    const before = isCompared ? Buffer.from(this.#memory.memory.buffer.slice(0)) : undefined;
    const admitted = this.#gate(this.#block);
    this.#checkVerdicts(admitted);
    this.#checkDenials();
    if (before !== undefined) this.#checkBytes(before, admitted);
    this.#verdicts.length = 0;
    this.#blocks += 1;
    this.admitted += admitted;
  }

  #checkVerdicts(admitted: number): void {
    let next = 0;
    for (const [i, verdict] of this.#verdicts.entries()) {
      if (typeof verdict !== "number") this.#denied[verdict] += 1;
      else {
        const expected = (verdict << 16) | i;
        const actual = this.#memory.admitted[next];
        if (actual !== expected) throw this.#difference(i, `word ${next} of the admitted list is ${actual}`);
        next += 1;
      }
    }
    if (admitted !== next) throw new Error(`${admitted} frames were admitted instead of ${next}`);
  }

  #checkDenials(): void {
    for (const [i, denial] of DENIALS.entries()) {
      const actual = ((this.#memory.denials[i] ?? 0) - 0xffff_fff0) >>> 0;
      const expected = this.#denied[denial] >>> 0;
      if (actual !== expected) throw new Error(`${actual} frames were denied as ${denial} instead of ${expected}`);
    }
  }

  /** Nothing but the counters and as many words of the list as there are admitted frames may have changed. */
  #checkBytes(before: Buffer, admitted: number): void {
    const after = Buffer.from(this.#memory.memory.buffer);
    for (const [from, bytes] of [
      [REGION.denials, DENIALS.length * 4],
      [REGION.admitted, admitted * 4],
    ] as const) {
      after.copy(before, from, from, from + bytes);
    }
    if (before.equals(after)) return;
    throw new Error(`byte ${before.findIndex((byte, i) => byte !== after[i])} of the memory was changed`);
  }

  #difference(i: number, what: string): Error {
    const at = i * FRAME_BYTES;
    const head = Buffer.from(this.#block.bytes.slice(at, at + 8));
    const frame = `id word ${head.readUInt32LE().toString(16)}, ${head[4]} bytes, flags ${head[5]}, bus ${head[6]}`;
    return new Error(`frame ${i} (${frame}) must get ${this.#verdicts[i]}, but ${what}`);
  }
}
