// `canward decode`: a log and DBC files in, one JSON line for each decoded frame out, and on stderr what became of the others.
import type { Message } from "../dbc/database.ts";
import { createLookup, type MessageIndex } from "../dbc/lookup.ts";
import { OperatingError } from "../errors.ts";
import { type CandumpCounters, openCandump } from "../vehicle/bus/candump.ts";
import {
  BUS_OFFSET,
  createFrameBlock,
  FRAME_BYTES,
  FRAME_WORDS,
  type FrameBlock,
  ID_ERROR,
  ID_EXTENDED,
  ID_MASK_EXTENDED,
  ID_REMOTE,
  LENGTH_OFFSET,
  PAYLOAD_OFFSET,
} from "../vehicle/frame.ts";
import { readDatabase } from "../vehicle/policy/load.ts";
import { createFrameFormat, type FrameFormat } from "./frame-line.ts";
import { createLines, type Lines } from "./lines.ts";
import { exitCodeOf, listenForStop } from "./stop.ts";

/** Buses of one log that are told apart; frames of more have the bus "?". */
const BUSES_SHOWN_MAX = 255;

export interface DecodeOptions {
  /** Each a path, or bus=PATH where it says what one bus means alone. */
  readonly dbc: readonly string[];
  readonly j1939: boolean;
}

/** `log` is a path, or - for the standard input. Interrupted, it says what was read so far. */
export async function decode(log: string, options: DecodeOptions): Promise<void> {
  const stop = listenForStop();
  const files = readFiles(options.dbc);
  if (log === "-" && process.stdin.isTTY) process.stderr.write("reading the log from the terminal; Ctrl-D ends it\n");
  const buses: string[] = [];
  // A name may be asked for again; and here, unlike in a gateway, a bus may have any number that its byte can hold.
  const busIndexOf = (name: string): number => {
    const known = buses.indexOf(name);
    if (known !== -1) return known;
    return buses.length === BUSES_SHOWN_MAX ? BUSES_SHOWN_MAX : buses.push(name) - 1;
  };
  const block = createFrameBlock();
  const source = openCandump({ path: log, block, busIndexOf });
  const decoder = new FrameDecoder(files, options.j1939, buses, createLines(process.stdout));
  const fault = await decoder.readAll(source.receive(stop.signal));
  if (fault === undefined || source.counters.frames > 0) {
    process.stderr.write(summary(decoder, source.counters, options.j1939) + strangers(files, buses));
  }
  if (fault !== undefined) throw fault;
  if (stop.reason !== undefined) process.exitCode = exitCodeOf(stop.reason);
}

interface DbcFile {
  readonly path: string;
  /** The only bus that it is for; undefined where it is for all. */
  readonly bus: string | undefined;
  readonly database: ReturnType<typeof readDatabase>["database"];
}

function readFiles(dbc: readonly string[]): readonly DbcFile[] {
  return dbc.map((argument) => {
    const [, bus, path = argument] = /^([A-Za-z0-9_.-]{1,32})=(.+)$/.exec(argument) ?? [];
    const { database, warnings } = readDatabase(path);
    for (const { file, line, message } of warnings) process.stderr.write(`${file}:${line}: ${message}\n`);
    return { path, bus, database };
  });
}

class FrameDecoder {
  decoded = 0;
  unmatched = 0;
  /** With 29-bit ids: another way of matching might find them. */
  readonly extended = { decoded: 0, unmatched: 0 };
  readonly #files: readonly DbcFile[];
  readonly #j1939: boolean;
  readonly #buses: readonly string[];
  readonly #lines: Lines;
  /** By the bus's index. */
  readonly #known: { readonly json: string; readonly messages: MessageIndex }[] = [];
  readonly #formats = new Map<Message, FrameFormat>();

  constructor(files: readonly DbcFile[], j1939: boolean, buses: readonly string[], lines: Lines) {
    this.#files = files;
    this.#j1939 = j1939;
    this.#buses = buses;
    this.#lines = lines;
  }

  /** To the end of the frames, or to the fault that ends them, which it answers. */
  async readAll(blocks: AsyncIterable<FrameBlock>): Promise<OperatingError | undefined> {
    try {
      for await (const block of blocks) {
        for (let i = 0; i < block.count; i++) this.#add(block, i);
        await this.#lines.flush();
      }
    } catch (error) {
      if (!(error instanceof OperatingError)) throw error;
      return error;
    }
    return undefined;
  }

  #add(block: FrameBlock, i: number): void {
    const at = i * FRAME_BYTES;
    const word = block.words[i * FRAME_WORDS] ?? 0;
    const extended = (word & ID_EXTENDED) !== 0;
    const id = word & ID_MASK_EXTENDED;
    const { json, messages } = this.#busOf(block.bytes[at + BUS_OFFSET] ?? BUSES_SHOWN_MAX);
    // Remote and error frames carry no signals.
    const isData = (word & (ID_REMOTE | ID_ERROR)) === 0;
    const message = isData ? messages.find(id, extended) : undefined;
    if (message === undefined) {
      this.unmatched += 1;
      if (isData && extended) this.extended.unmatched += 1;
      return;
    }
    const start = at + PAYLOAD_OFFSET;
    const payload = block.bytes.subarray(start, start + (block.bytes[at + LENGTH_OFFSET] ?? 0));
    this.#lines.add(this.#formatOf(message)((block.capturedAtUs[i] ?? 0) / 1e6, json, id, payload));
    this.decoded += 1;
    if (extended) this.extended.decoded += 1;
  }

  /** Of each bus its own files, and those that were given for all. */
  #busOf(index: number) {
    const known = this.#known[index];
    if (known !== undefined) return known;
    const name = this.#buses[index] ?? "?";
    const own = this.#files.filter(({ bus }) => bus === undefined || bus === name);
    const messages = createLookup(
      own.map(({ database }) => database),
      { j1939: this.#j1939 },
    );
    const bus = { json: JSON.stringify(name), messages };
    this.#known[index] = bus;
    return bus;
  }

  #formatOf(message: Message): FrameFormat {
    let format = this.#formats.get(message);
    if (format === undefined) {
      format = createFrameFormat(message);
      this.#formats.set(message, format);
    }
    return format;
  }
}

function summary(decoder: FrameDecoder, counters: Readonly<CandumpCounters>, j1939: boolean): string {
  const { frames, junkLines, firstJunkLine } = counters;
  if (frames + junkLines === 0) return "0 frames: the log is empty\n";
  const count = (value: number): string => value.toLocaleString("en");
  const were = junkLines === 1 ? "line was" : "lines were";
  const junk = junkLines === 0 ? "" : `; ${count(junkLines)} ${were} no frame, the first is line ${firstJunkLine}`;
  const { extended } = decoder;
  const hint =
    j1939 || extended.unmatched === 0 || extended.decoded > 0
      ? ""
      : `\n${count(extended.unmatched)} of these have 29-bit ids: if this is J1939, --j1939 matches them by their PGN`;
  return `${count(frames)} frames: ${count(decoder.decoded)} decoded, ${count(decoder.unmatched)} without a matching message${junk}${hint}\n`;
}

/** Files for buses that are not in the log: most likely a name is wrong. */
function strangers(files: readonly DbcFile[], buses: readonly string[]): string {
  const unused = files.filter(({ bus }) => bus !== undefined && !buses.includes(bus));
  return unused
    .map(({ bus, path }) => `no frame of ${bus}, for which ${path} is; the log has ${buses.join(", ")}\n`)
    .join("");
}
