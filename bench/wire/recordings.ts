// Recorded drives as datapoints: a candump log and its DBC files in; all decodable signals out, with every sample and on change.
import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { Message, Signal } from "../../src/dbc/database.ts";
import { compileMessage, type Decoder } from "../../src/dbc/decode.ts";
import { createLookup, type MessageIndex } from "../../src/dbc/lookup.ts";
import { parseDatabase } from "../../src/dbc/parse.ts";
import { decodeText } from "../../src/dbc/text.ts";
import { createDatapoints, type Datapoints } from "../../src/wire/datapoints.ts";

const repository = join(import.meta.dirname, "..", "..");
const LOGS = join(repository, "..", "shared", "data", "logs");
const EXAMPLE = join(repository, "deploy", "example");

interface Source {
  readonly name: string;
  readonly log: string;
  /** DBC files by bus; under "*" those of every bus. */
  readonly databases: Readonly<Record<string, string>>;
}

const SOURCES: readonly Source[] = [
  {
    name: "css-3BA199E2",
    log: join(LOGS, "css-3BA199E2.log.gz"),
    databases: { "*": join(LOGS, "dbc", "canmod-gps.dbc") },
  },
  {
    name: "kuksa-tesla",
    log: join(LOGS, "kuksa-tesla.log.gz"),
    databases: { "*": join(LOGS, "dbc", "Model3CAN.dbc") },
  },
  {
    name: "example drive",
    log: join(EXAMPLE, "drive.log.gz"),
    databases: { can0: join(EXAMPLE, "powertrain.dbc"), can1: join(EXAMPLE, "body.dbc") },
  },
];

/** Datapoints in order of time, and what each is worth. Times are wall-clock milliseconds. */
export interface Selection {
  readonly points: Datapoints;
  readonly physical: Float64Array;
}

export interface Recording {
  readonly name: string;
  /** Alias to group. */
  readonly groups: Uint16Array;
  readonly everySample: Selection;
  readonly onChange: Selection;
}

/** Those recordings whose files are there, and the names of those which are not. */
export function readRecordings(): { readonly recordings: readonly Recording[]; readonly missing: readonly string[] } {
  const isThere = ({ log, databases }: Source) => [log, ...Object.values(databases)].every(existsSync);
  return {
    recordings: SOURCES.filter(isThere).map(readRecording),
    missing: SOURCES.filter((source) => !isThere(source)).map(({ name }) => name),
  };
}

interface Channel {
  readonly decode: Decoder;
  readonly signals: ReadonlyMap<string, { readonly alias: number; readonly signal: Signal }>;
}

interface Sample {
  readonly alias: number;
  readonly timeMs: number;
  readonly raw: bigint;
  readonly value: number;
}

function readRecording({ name, log, databases }: Source): Recording {
  const lookups = new Map(Object.entries(databases).map(([bus, path]) => [bus, openLookup(path)]));
  const channels = new Map<string, Channel>();
  const groups: number[] = [];
  const all: Sample[] = [];
  const changed: Sample[] = [];
  const last = new Map<number, bigint>();
  for (const frame of framesOf(log)) {
    const message = (lookups.get(frame.bus) ?? lookups.get("*"))?.find(frame.id, frame.extended);
    if (message === undefined) continue;
    const channel = channelOf(`${frame.bus}/${message.name}`, message, channels, groups);
    for (const [signalName, { raw, value }] of channel.decode(frame.payload)) {
      const entry = channel.signals.get(signalName);
      if (entry === undefined) throw new Error(`${message.name}: no signal ${signalName}`);
      const { alias, signal } = entry;
      const sample = { alias, timeMs: frame.timeMs, raw: bitsOf(signal, raw), value: Number(value) };
      all.push(sample);
      if (last.get(alias) === sample.raw) continue;
      last.set(alias, sample.raw);
      changed.push(sample);
    }
  }
  return { name, groups: Uint16Array.from(groups), everySample: select(all), onChange: select(changed) };
}

function openLookup(path: string): MessageIndex {
  return createLookup([parseDatabase(decodeText(readFileSync(path)), basename(path)).database], { j1939: false });
}

/** Aliases are given out message by message, as a plan does. */
function channelOf(key: string, message: Message, channels: Map<string, Channel>, groups: number[]): Channel {
  let channel = channels.get(key);
  if (channel === undefined) {
    const first = groups.length;
    const signals = new Map(message.signals.map((signal, index) => [signal.name, { alias: first + index, signal }]));
    for (const _ of message.signals) groups.push(channels.size);
    channel = { decode: compileMessage(message), signals };
    channels.set(key, channel);
  }
  return channel;
}

function* framesOf(log: string) {
  const line = /^\((\d+)\.(\d{6})\) (\S+) ([0-9A-Fa-f]{3}|[0-9A-Fa-f]{8})#(?:#[0-9A-Fa-f])?((?:[0-9A-Fa-f]{2})*)$/;
  for (const text of gunzipSync(readFileSync(log)).toString("latin1").split("\n")) {
    const [, seconds, micros, bus = "", id = "", payload = ""] = line.exec(text) ?? [];
    if (seconds === undefined) continue;
    const timeMs = Number(seconds) * 1000 + Math.floor(Number(micros) / 1000);
    yield { timeMs, bus, id: Number.parseInt(id, 16), extended: id.length === 8, payload: Buffer.from(payload, "hex") };
  }
}

const bits = new DataView(new ArrayBuffer(8));

/** A raw value as the corridor keeps it: 64 bits, floats as their bit pattern. */
function bitsOf({ format }: Signal, raw: number | bigint): bigint {
  if (format === "integer") return BigInt.asIntN(64, BigInt(raw));
  if (format === "float64") {
    bits.setFloat64(0, Number(raw));
    return bits.getBigInt64(0);
  }
  bits.setFloat32(0, Number(raw));
  return BigInt(bits.getUint32(0));
}

function select(samples: readonly Sample[]): Selection {
  const points = createDatapoints(samples.length);
  for (const { alias, timeMs, raw } of samples) {
    const row = points.count++;
    points.aliases[row] = alias;
    points.timesMs[row] = timeMs;
    points.lows[row] = Number(BigInt.asIntN(32, raw));
    points.highs[row] = Number(BigInt.asIntN(32, raw >> 32n));
  }
  return { points, physical: Float64Array.from(samples, ({ value }) => value) };
}
