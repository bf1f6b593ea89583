// A gate on trial: frames come in with the verdict that each must get, and go through the real gate in full blocks. The first
// difference in the admitted list, a counter or any other byte of the memory throws.
import { BLOCK_FRAMES_MAX, BUS_OFFSET, FRAME_BYTES, FRAME_WORDS, type FrameBlock } from "../../src/vehicle/frame.ts";
import { createGate, type Gate } from "../../src/vehicle/gate/gate.ts";
import {
  type CorridorMemory,
  createMemory,
  DENIAL_ROW_WORDS,
  DENIAL_ROWS,
  DENIALS,
  type Denial,
  REGION,
  takeBlock,
} from "../../src/vehicle/memory.ts";
import type { GateTables } from "../../src/vehicle/plan.ts";
import type { Frame, Verdict } from "./model.ts";

/** What the counters stand at when a trial begins: they are about to wrap. */
const BEFORE = 0xffff_fff0;

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
  /** Laid out as the memory's own. */
  readonly #denied = new Uint32Array(DENIAL_ROWS * DENIAL_ROW_WORDS).fill(BEFORE);
  #blocks = 0;
  /** Frames that were admitted in all blocks so far. */
  admitted = 0;

  constructor(tables: GateTables, { kernel, blocksPerComparison = 1 }: TrialOptions = {}) {
    // Not the first block, so that what is written before and behind it shows.
    takeBlock(this.#memory);
    this.#block = takeBlock(this.#memory);
    this.#memory.denials.fill(BEFORE);
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
      if (typeof verdict !== "number") this.#count(i, verdict);
      else {
        const expected = (verdict << 16) | i;
        const actual = this.#memory.admitted[next];
        if (actual !== expected) throw this.#difference(i, `word ${next} of the admitted list is ${actual}`);
        next += 1;
      }
    }
    if (admitted !== next) throw new Error(`${admitted} frames were admitted instead of ${next}`);
  }

  #count(i: number, denial: Denial): void {
    const place = this.#busOf(i) * DENIAL_ROW_WORDS + DENIALS.indexOf(denial);
    this.#denied[place] = (this.#denied[place] ?? 0) + 1;
  }

  #busOf(i: number): number {
    return this.#block.bytes[i * FRAME_BYTES + BUS_OFFSET] ?? 0;
  }

  /** Every row, those of buses that there cannot be as well. */
  #checkDenials(): void {
    const { denials } = this.#memory;
    const place = denials.findIndex((count, i) => count !== this.#denied[i]);
    if (place < 0) return;
    const [bus, reason] = [Math.floor(place / DENIAL_ROW_WORDS), DENIALS[place % DENIAL_ROW_WORDS]];
    const [actual, expected] = [denials, this.#denied].map((counts) => ((counts[place] ?? 0) - BEFORE) >>> 0);
    throw new Error(`bus ${bus}: ${actual} frames were denied as ${reason} instead of ${expected}`);
  }

  /** Nothing but the counters and as many words of the list as there are admitted frames may have changed. */
  #checkBytes(before: Buffer, admitted: number): void {
    const after = Buffer.from(this.#memory.memory.buffer);
    for (const [from, bytes] of [
      [REGION.denials, DENIAL_ROWS * DENIAL_ROW_WORDS * 4],
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
