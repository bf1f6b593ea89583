// Plans for tests: messages and an allow-list in, a plan out; and frames, written into a block as a source would write them.
import type { Database, Message, Signal } from "../../src/dbc/database.ts";
import {
  BUS_OFFSET,
  FLAGS_OFFSET,
  FRAME_BYTES,
  FRAME_WORDS,
  type FrameBlock,
  LENGTH_OFFSET,
  PAYLOAD_OFFSET,
} from "../../src/vehicle/frame.ts";
import type { Plan } from "../../src/vehicle/plan.ts";
import { type AllowList, AllowListSchema } from "../../src/vehicle/policy/allowlist.ts";
import { compile } from "../../src/vehicle/policy/compile.ts";
import { type LocatedFile, type Problem, parseYaml } from "../../src/yaml.ts";

export const SIGNAL: Signal = {
  name: "S",
  startBit: 0,
  lengthBits: 8,
  byteOrder: "little",
  signed: false,
  format: "integer",
  factor: 1,
  offset: 0,
  minimum: 0,
  maximum: 0,
  unit: "",
  receivers: [],
  isSelector: false,
  multiplexing: undefined,
  values: new Map(),
  comment: undefined,
};

export const MESSAGE: Message = {
  id: 0x100,
  extended: false,
  name: "M",
  lengthBytes: 8,
  fd: false,
  j1939: false,
  transmitter: undefined,
  cycleMs: undefined,
  signals: [SIGNAL],
  comment: undefined,
};

export type MessagesByBus = Readonly<Record<string, readonly Message[]>>;

export function databaseOf(messages: readonly Message[], file = "test.dbc"): Database {
  return { file, nodes: [], messages };
}

export function databasesOf(buses: MessagesByBus): ReadonlyMap<string, readonly Database[]> {
  return new Map(Object.entries(buses).map(([bus, messages]) => [bus, [databaseOf(messages)]]));
}

/** An allow-list of these entries, for the buses that are named; without a text, so that every place is line 1. */
export function listOf(buses: readonly string[], rest: Omit<AllowList, "version" | "buses">): LocatedFile<AllowList> {
  return {
    file: "list.yaml",
    value: { version: "1", buses: Object.fromEntries(buses.map((bus) => [bus, { dbc: ["test.dbc"] }])), ...rest },
    locate: () => ({ file: "list.yaml", line: 1, column: 1 }),
  };
}

/** The plan, or an error with every reason why there is none. */
export function planOf(list: LocatedFile<AllowList>, databases: ReadonlyMap<string, readonly Database[]>): Plan {
  const { plan, problems } = compile(list, databases);
  if (plan === undefined) throw new Error(problems.map(tell).join("\n"));
  return plan;
}

export function planOfText(text: string, buses: MessagesByBus): Plan {
  return planOf(parseYaml(text, "list.yaml", AllowListSchema, "allow-list"), databasesOf(buses));
}

export function tell({ file, line, column, message }: Problem): string {
  return `${file}:${line}:${column}: ${message}`;
}

export interface TestFrame {
  readonly bus: number;
  /** The id word, flags of the format included. */
  readonly id: number;
  readonly flags: number;
  readonly payload: Uint8Array;
  /** Where it is not the payload's own: what follows it is stale. */
  readonly length?: number;
  /** The byte that the kernel reserves. */
  readonly reserved?: number;
  readonly monotonicUs: number;
}

/** Puts the frames into the block, in place of those before. What is behind a payload stays as it was. */
export function fill(block: FrameBlock, frames: readonly TestFrame[]): void {
  if (frames.length > block.capacity) throw new RangeError(`${frames.length} frames for ${block.capacity} places`);
  for (const [row, frame] of frames.entries()) {
    const record = row * FRAME_BYTES;
    block.words[row * FRAME_WORDS] = frame.id;
    block.bytes[record + LENGTH_OFFSET] = frame.length ?? frame.payload.length;
    block.bytes[record + FLAGS_OFFSET] = frame.flags;
    block.bytes[record + BUS_OFFSET] = frame.bus;
    block.bytes[record + BUS_OFFSET + 1] = frame.reserved ?? 0;
    block.bytes.set(frame.payload, record + PAYLOAD_OFFSET);
    block.monotonicUs[row] = frame.monotonicUs;
    block.capturedAtUs[row] = frame.monotonicUs;
  }
  block.count = frames.length;
}
