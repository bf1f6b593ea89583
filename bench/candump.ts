// How fast a candump log is read: a file of generated lines goes in, lines a second come out, from the file to blocks.
// Run it: node bench/candump.ts
import { createReadStream } from "node:fs";
import { mkdtemp, open, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { openCandump } from "../src/vehicle/bus/candump.ts";
import { createFrameBlock } from "../src/vehicle/frame.ts";

const LINES = 1_000_000;
const TRIALS = 5;
const LINES_PER_WRITE = 10_000;

export interface CandumpFigures {
  readonly lines: number;
  readonly fileBytes: number;
  /** Medians of the trials. */
  readonly plainLinesPerSecond: number;
  readonly gzipLinesPerSecond: number;
  /** Of the time to read the plain log, the part that reading its bytes takes alone. */
  readonly bareReadShare: number;
}

/** Measures with a log of two buses, a quarter of its ids of 29 bits, and 8 bytes a frame, in a temporary folder. */
export async function measureCandump(lines: number = LINES, trials: number = TRIALS): Promise<CandumpFigures> {
  const folder = await mkdtemp(join(tmpdir(), "canward-bench-"));
  try {
    const plain = join(folder, "drive.log");
    const packed = join(folder, "drive.log.gz");
    await writeLog(plain, lines);
    await writeFile(packed, gzipSync(await readFile(plain)));
    await readFrames(plain, lines); // warms up
    const plainMs = await medianMs(trials, () => readFrames(plain, lines));
    const gzipMs = await medianMs(trials, () => readFrames(packed, lines));
    const bareMs = await medianMs(trials, () => readBytes(plain));
    return {
      lines,
      fileBytes: (await stat(plain)).size,
      plainLinesPerSecond: (lines / plainMs) * 1000,
      gzipLinesPerSecond: (lines / gzipMs) * 1000,
      bareReadShare: bareMs / plainMs,
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function writeLog(path: string, lines: number): Promise<void> {
  await using file = await open(path, "w");
  let random = 1;
  for (let from = 0; from < lines; from += LINES_PER_WRITE) {
    let text = "";
    for (let line = from; line < Math.min(lines, from + LINES_PER_WRITE); line++) {
      random = (Math.imul(random, 1_103_515_245) + 12_345) >>> 0;
      const micros = (line * 125) % 1_000_000;
      const seconds = 1_700_000_000 + Math.floor((line * 125) / 1_000_000);
      const id = line % 4 === 0 ? hex(0x18fe_0000 + (line % 60), 8) : hex(0x100 + (line % 60), 3);
      const payload = hex(random, 8) + hex(line, 8);
      text += `(${seconds}.${micros.toString().padStart(6, "0")}) can${line % 3 === 0 ? 1 : 0} ${id}#${payload}\n`;
    }
    await file.write(text);
  }
}

function hex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, "0");
}

async function readFrames(path: string, expected: number): Promise<void> {
  const busIndexOf = (name: string): number => (name === "can0" ? 0 : 1);
  const log = openCandump({ path, block: createFrameBlock(), busIndexOf });
  let frames = 0;
  for await (const block of log.receive(new AbortController().signal)) frames += block.count;
  if (frames !== expected) throw new Error(`${frames} frames read where ${expected} were written`);
}

async function readBytes(path: string): Promise<void> {
  let bytes = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 })) bytes += (chunk as Buffer).length;
  if (bytes === 0) throw new Error("no bytes were read");
}

async function medianMs(trials: number, run: () => Promise<void>): Promise<number> {
  const durations: number[] = [];
  for (let trial = 0; trial < trials; trial++) {
    const start = performance.now();
    await run();
    durations.push(performance.now() - start);
  }
  durations.sort((a, b) => a - b);
  return durations[Math.floor(trials / 2)] ?? Number.NaN;
}

if (import.meta.main) {
  const figures = await measureCandump();
  const millions = (count: number): string => `${(count / 1e6).toFixed(2)} M lines/s`;
  process.stdout.write(
    `candump, ${figures.lines} lines, ${(figures.fileBytes / 1e6).toFixed(0)} MB\n` +
      `  plain  ${millions(figures.plainLinesPerSecond)} (${(figures.bareReadShare * 100).toFixed(0)} % of it reading bytes)\n` +
      `  gzip   ${millions(figures.gzipLinesPerSecond)}\n`,
  );
}
