// What the tests of the example vehicle share: its databases, its allow-list, and a way to look at its frames.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { Message } from "../../src/dbc/database.ts";
import { compileMessage, type Decoder } from "../../src/dbc/decode.ts";
import { createFrameMaker, type FramesOptions } from "../../src/vehicle/bus/drive/frames.ts";
import type { BusName } from "../../src/vehicle/bus/drive/schedule.ts";
import { EXAMPLE_DIRECTORY, readExampleDatabases } from "../../src/vehicle/bus/example.ts";
import {
  BUS_OFFSET,
  createFrameBlock,
  FRAME_BYTES,
  FRAME_WORDS,
  ID_EXTENDED,
  LENGTH_OFFSET,
  PAYLOAD_OFFSET,
} from "../../src/vehicle/frame.ts";

export const databases = readExampleDatabases();
export const BUSES: readonly BusName[] = ["can0", "can1"];
export const START_US = 1_783_999_800_000_000;

export interface Admission {
  readonly from: string;
}

export function readAllowList(): ReadonlyMap<string, Admission> {
  const document = parse(readFileSync(join(EXAMPLE_DIRECTORY, "allowlist.yaml"), "utf8")) as {
    signals: Record<string, Admission>;
  };
  return new Map(Object.entries(document.signals));
}

export interface SeenFrame {
  readonly bus: BusName;
  readonly message: Message | undefined;
  readonly idWord: number;
  readonly monotonicUs: number;
  readonly capturedAtUs: number;
  readonly payload: Uint8Array;
  readonly decode: Decoder | undefined;
}

type Options = Partial<Omit<FramesOptions, "databases" | "busIndexes">>;

/** The frames of a drive as objects, with their messages; bus indexes are 0 and 1. */
export function* framesOf(options: Options, capacity?: number): Generator<SeenFrame> {
  const known = new Map<string, { message: Message; decode: Decoder }>();
  for (const bus of BUSES) {
    for (const message of databases[bus].messages) {
      const word = (message.extended ? message.id | ID_EXTENDED : message.id) >>> 0;
      known.set(`${bus} ${word}`, { message, decode: compileMessage(message) });
    }
  }
  const block = createFrameBlock(capacity);
  const maker = createFrameMaker({
    startUs: START_US,
    seed: 1,
    databases,
    busIndexes: { can0: 0, can1: 1 },
    ...options,
  });
  while (maker.fill(block)) {
    for (let frame = 0; frame < block.count; frame++) {
      const base = frame * FRAME_BYTES;
      const bus = BUSES[block.bytes[base + BUS_OFFSET] ?? 0] ?? "can0";
      const idWord = block.words[frame * FRAME_WORDS] ?? 0;
      const length = block.bytes[base + LENGTH_OFFSET] ?? 0;
      const found = known.get(`${bus} ${idWord}`);
      yield {
        bus,
        message: found?.message,
        idWord,
        monotonicUs: block.monotonicUs[frame] ?? 0,
        capturedAtUs: block.capturedAtUs[frame] ?? 0,
        payload: block.bytes.slice(base + PAYLOAD_OFFSET, base + PAYLOAD_OFFSET + length),
        decode: found?.decode,
      };
    }
  }
}
