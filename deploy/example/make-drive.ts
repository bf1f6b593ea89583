// Writes a drive of the example vehicle as a candump log. Without options it makes the committed `drive.log.gz`: a minute in
// which the vehicle stops at a light in the rain, turns into the charging park and begins to charge. The same options give the same log.
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { Readable, type Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { parseArgs } from "node:util";
import { createGzip } from "node:zlib";
import { createCandumpWriter } from "../../src/vehicle/bus/candump-writer.ts";
import { readExampleDatabases } from "../../src/vehicle/bus/example.ts";
import { createGenerator } from "../../src/vehicle/bus/generator.ts";
import { createFrameBlock } from "../../src/vehicle/frame.ts";

export interface DriveLogOptions {
  readonly seed: number;
  /** Wall clock of the log's first moment, microseconds since 1970. */
  readonly startUs: number;
  /** How far into the drive the log begins. */
  readonly fromS: number;
  readonly durationS: number;
  readonly backgroundFramesPerSecond: number;
}

/** The committed log. It begins at 09:00 in Pune, on a rainy 14 July 2026. */
export const COMMITTED: DriveLogOptions = {
  seed: 22,
  startUs: 1_783_999_800_000_000,
  fromS: 996,
  durationS: 60,
  backgroundFramesPerSecond: 0,
};

const USAGE = `Usage: node deploy/example/make-drive.ts [OPTIONS] [FILE]
Writes a drive of the example vehicle as a candump log, to FILE (compressed where it ends in .gz; - is standard output).
Without FILE and options: deploy/example/drive.log.gz, as it is committed.
  --seconds N      length of the log (${COMMITTED.durationS})
  --from N         how far into the drive it begins, in seconds (${COMMITTED.fromS})
  --seed N         which drive it is (${COMMITTED.seed})
  --background N   frames a second that no DBC file names, to be added (${COMMITTED.backgroundFramesPerSecond})
`;

/** The text of a log, piece by piece. */
export async function* driveLog(options: DriveLogOptions): AsyncGenerator<Buffer> {
  const writer = createCandumpWriter(["can0", "can1"]);
  const bus = createGenerator({
    ...options,
    block: createFrameBlock(),
    databases: readExampleDatabases(),
    busIndexes: { can0: 0, can1: 1 },
  });
  for await (const block of bus.receive(new AbortController().signal)) yield Buffer.from(writer.write(block));
}

function readOptions(args: readonly string[]): { options: DriveLogOptions; file: string } {
  const text = { type: "string" } as const;
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { seconds: text, from: text, seed: text, background: text },
  });
  const options: DriveLogOptions = {
    ...COMMITTED,
    seed: wholeNumber("--seed", values.seed, COMMITTED.seed),
    fromS: wholeNumber("--from", values.from, COMMITTED.fromS),
    durationS: wholeNumber("--seconds", values.seconds, COMMITTED.durationS),
    backgroundFramesPerSecond: wholeNumber("--background", values.background, COMMITTED.backgroundFramesPerSecond),
  };
  if (positionals.length > 1) throw new RangeError("one FILE at most");
  return { options, file: positionals[0] ?? join(import.meta.dirname, "drive.log.gz") };
}

function wholeNumber(option: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  if (!/^\d{1,9}$/.test(text)) throw new RangeError(`${option} needs a whole number, not ${JSON.stringify(text)}`);
  return Number(text);
}

async function main(args: readonly string[]): Promise<void> {
  const { options, file } = readOptions(args);
  const lines = Readable.from(driveLog(options));
  const out: Writable = file === "-" ? process.stdout : createWriteStream(file);
  if (file.endsWith(".gz")) await pipeline(lines, createGzip({ level: 9 }), out);
  else await pipeline(lines, out);
}

if (import.meta.main) {
  try {
    await main(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    process.exitCode = 1;
  }
}
