// `canward decode`: a log and DBC files in, one JSON line for each decoded frame out.
import type { Message } from "../dbc/database.ts";
import { compileMessage, type Decoder } from "../dbc/decode.ts";
import { createLookup, type MessageIndex } from "../dbc/lookup.ts";
import { openCandump } from "../vehicle/bus/candump.ts";
import {
  createFrameBlock,
  FRAME_BYTES,
  FRAME_WORDS,
  type FrameBlock,
  BUS_OFFSET,
  ID_ERROR,
  ID_EXTENDED,
  ID_MASK_EXTENDED,
  ID_REMOTE,
  LENGTH_OFFSET,
  PAYLOAD_OFFSET,
  BUSES_MAX,
  BUS_UNKNOWN,
} from "../vehicle/frame.ts";
import { readDatabase } from "../vehicle/policy/load.ts";
import { createLines, type Lines } from "./lines.ts";

export interface DecodeOptions {
  readonly dbc: readonly string[];
  readonly j1939: boolean;
}

export async function decode(log: string, options: DecodeOptions): Promise<void> {
  const indexes = readIndexes(options);
  const buses: string[] = [];
  const busIndexOf = (name: string): number => {
    if (buses.length === BUSES_MAX) return BUS_UNKNOWN;
    return buses.push(name) - 1;
  };
  const block = createFrameBlock();
  const source = openCandump({ path: log, block, busIndexOf });
  const lines = createLines(process.stdout);
  const decoders = new Map<Message, Decoder>();
  let unmatched = 0;
  for await (const { count } of source.receive(new AbortController().signal)) {
    for (let i = 0; i < count; i++) if (!addFrame(lines, block, i, buses, indexes, decoders)) unmatched += 1;
    await lines.flush();
  }
  const { frames, junkLines } = source.counters;
  process.stderr.write(
    `${frames} frames: ${frames - unmatched} decoded, ${unmatched} without a matching message; ${junkLines} lines were no frame\n`,
  );
}

/** Of each bus its own files, and those that were given for all. */
function readIndexes({ dbc, j1939 }: DecodeOptions): (bus: string) => MessageIndex {
  const files = dbc.map((argument) => {
    const [, bus, path = argument] = /^([A-Za-z0-9_.-]{1,16})=(.+)$/.exec(argument) ?? [];
    const { database, warnings } = readDatabase(path);
    for (const { file, line, message } of warnings) process.stderr.write(`${file}:${line}: ${message}\n`);
    return { bus, database };
  });
  const indexes = new Map<string, MessageIndex>();
  return (bus) => {
    let index = indexes.get(bus);
    if (index === undefined) {
      const own = files.filter((file) => file.bus === undefined || file.bus === bus);
      index = createLookup(own.map(({ database }) => database), { j1939 });
      indexes.set(bus, index);
    }
    return index;
  };
}

/** False where no message matches the frame: remote and error frames carry no signals. */
function addFrame(
  lines: Lines,
  block: FrameBlock,
  i: number,
  buses: readonly string[],
  indexes: (bus: string) => MessageIndex,
  decoders: Map<Message, Decoder>,
): boolean {
  const word = block.words[i * FRAME_WORDS] ?? 0;
  if ((word & (ID_REMOTE | ID_ERROR)) !== 0) return false;
  const ext = (word & ID_EXTENDED) !== 0;
  const id = word & ID_MASK_EXTENDED;
  const at = i * FRAME_BYTES;
  const bus = buses[block.bytes[at + BUS_OFFSET] ?? BUS_UNKNOWN] ?? "?";
  const message = indexes(bus).find(id, ext);
  if (message === undefined) return false;
  let decoder = decoders.get(message);
  if (decoder === undefined) {
    decoder = compileMessage(message);
    decoders.set(message, decoder);
  }
  const start = at + PAYLOAD_OFFSET;
  const payload = block.bytes.subarray(start, start + (block.bytes[at + LENGTH_OFFSET] ?? 0));
  const signals: Record<string, object> = {};
  for (const [name, { raw, value, text }] of decoder(payload)) {
    signals[name] = { raw: exact(raw), value: exact(value), ...(text !== undefined && { text }) };
  }
  const t = (block.capturedAtUs[i] ?? 0) / 1e6;
  lines.add(JSON.stringify({ t, bus, id, ext, message: message.name, signals }));
  return true;
}

/** Integers that a JSON number cannot carry are decimal strings; so are the numbers that JSON does not have. */
function exact(value: number | bigint): number | string {
  if (typeof value === "bigint") return String(value);
  return Number.isFinite(value) ? value : String(value);
}
