// Frames through gate and decoder, and what the decoder left in the memory as values by path.
import type { Message } from "../../src/dbc/database.ts";
import { createDecoder } from "../../src/vehicle/decode/decode.ts";
import type { FrameBlock } from "../../src/vehicle/frame.ts";
import { createGate } from "../../src/vehicle/gate/gate.ts";
import { type CorridorMemory, createMemory, takeBlock } from "../../src/vehicle/memory.ts";
import { NOT_MULTIPLEXED, type Plan } from "../../src/vehicle/plan.ts";
import { fill, type TestFrame } from "../policy/plans.ts";

export interface DecodedValue {
  readonly slot: number;
  readonly low: number;
  readonly high: number;
}

/** By path; undefined where the frame was denied. A path that is not there is one whose signal is not in the payload. */
export type DecodedFrame = ReadonlyMap<string, DecodedValue> | undefined;

export interface Bench {
  readonly memory: CorridorMemory;
  readonly block: FrameBlock;
}

/** One memory for many plans, as in a gateway that swaps them: what an earlier plan left must not matter. */
export function createBench(): Bench {
  const memory = createMemory();
  return { memory, block: takeBlock(memory) };
}

/** Passes the frames, a block at a time. */
export function decodeFrames({ memory, block }: Bench, plan: Plan, frames: readonly TestFrame[]): DecodedFrame[] {
  const gate = createGate(memory, plan.gate);
  const decode = createDecoder(memory, plan.decode);
  const decoded = new Array<DecodedFrame>(frames.length).fill(undefined);
  for (let start = 0; start < frames.length; start += block.capacity) {
    fill(block, frames.slice(start, start + block.capacity));
    const admitted = gate(block);
    for (let from = 0; from < admitted; ) {
      const to = decode(block, from, admitted);
      let base = 0;
      for (let at = from; at < to; at++) {
        const entry = memory.admitted[at] ?? 0;
        decoded[start + (entry & 0xffff)] = valuesOf(plan, entry >>> 16, base, memory.values);
        base += plan.sample.words[entry >>> 16] ?? 0;
      }
      from = to;
    }
  }
  return decoded;
}

function valuesOf({ sample, catalogue }: Plan, rule: number, base: number, values: Int32Array) {
  const found = new Map<string, DecodedValue>();
  for (let slot = sample.firstSlot[rule] ?? 0; slot < (sample.firstSlot[rule + 1] ?? 0); slot++) {
    const presence = sample.presence[slot] ?? 0;
    if (presence !== NOT_MULTIPLEXED && values[base + presence] === 0) continue;
    const at = base + (sample.word[slot] ?? 0);
    const low = values[at] ?? 0;
    const high = sample.wide[slot] === 1 ? (values[at + 1] ?? 0) : low >> 31;
    found.set(catalogue.entries[slot]?.path ?? "", { slot, low, high });
  }
  return found;
}

/** The 64 bits of a decoded value, as a signed number. */
export function bits64({ low, high }: DecodedValue): bigint {
  return (BigInt(high) << 32n) | BigInt(low >>> 0);
}

/** The same message with floats as their bit patterns, so that a reference's answer can be compared bit by bit. */
export function withPatterns(message: Message): Message {
  const signals = message.signals.map((signal) =>
    signal.format === "integer" ? signal : { ...signal, format: "integer" as const, signed: false },
  );
  return { ...message, signals };
}
