// A candump log (`candump -L`, plain or gzip, a file or the standard input) goes in; blocks of frames come out, in a
// memory that does not grow. Each line of the log is either a frame in a block or counted as junk.
import { basename } from "node:path";
import { BLOCK_SPAN_US_MAX, type Bus, type BusCounters, type FrameBlock } from "../frame.ts";
import { type BusNames, createBusNames } from "./bus-names.ts";
import { JUNK, parseLine } from "./candump-line.ts";
import { CHUNK_BYTES_MAX, createLineWindow, endLines, type LineWindow, pushBytes, skipLine } from "./line-window.ts";
import { readLogBytes, STANDARD_INPUT } from "./log-bytes.ts";
import { noFrameError, readingError } from "./log-error.ts";

/** Longest line, in bytes, without its newline. The longest frame takes about 200. */
export const LINE_BYTES_MAX = 1024;

export interface CandumpOptions {
  /** Of the log, or "-" for the standard input. */
  readonly path: string;
  /** Where the frames are put. It is this log's alone while it is read. */
  readonly block: FrameBlock;
  /** The index of a bus by its name in the log; BUS_UNKNOWN where there is none. Asked once for each name. */
  readonly busIndexOf: (name: string) => number;
  /** A longer line is junk. */
  readonly maxLineBytes?: number;
  /** Where the bytes come from when they are not read from `path`; then it is a name alone. */
  readonly bytes?: (signal: AbortSignal) => AsyncIterable<Uint8Array>;
}

export interface CandumpCounters extends BusCounters {
  /** The number of the first line that is no frame, from 1; 0 while there is none. */
  firstJunkLine: number;
}

export interface CandumpLog extends Bus {
  readonly counters: Readonly<CandumpCounters>;
}

/** What reading a log goes by; one for each reading. */
interface Reading {
  readonly block: FrameBlock;
  readonly names: BusNames;
  readonly window: LineWindow;
  readonly counters: CandumpCounters;
  /** How many lines were read. */
  lineNumber: number;
  /** The monotonic time of the last frame. */
  lastUs: number;
  /** What makes a monotonic time of a capture time: by so much the log has stepped back so far. */
  steppedBackUs: number;
}

/**
 * A log as a bus. Reading throws a `LogError` where there is no such log, where it breaks off, and where none of its lines
 * is a frame. A block also ends with the bytes at hand, so that a live pipe is not held back.
 */
export function openCandump(options: CandumpOptions): CandumpLog {
  const counters: CandumpCounters = { frames: 0, junkLines: 0, firstJunkLine: 0 };
  const place = options.path === STANDARD_INPUT ? "stdin" : options.path;
  return { name: basename(place), counters, receive };

  async function* receive(signal: AbortSignal): AsyncGenerator<FrameBlock, void, undefined> {
    const reading = startReading(options, counters);
    const framesBefore = counters.frames;
    const bytes = options.bytes?.(signal) ?? readLogBytes(options.path, signal);
    for await (const chunk of readChunks(bytes, place, reading)) {
      pushBytes(reading.window, chunk);
      yield* blocks(reading, signal);
      if (signal.aborted) return;
    }
    if (signal.aborted) return;
    endLines(reading.window);
    yield* blocks(reading, signal);
    if (signal.aborted || reading.lineNumber === 0 || counters.frames > framesBefore) return;
    throw noFrameError(place, reading.lineNumber, counters.firstJunkLine);
  }
}

function startReading(options: CandumpOptions, counters: CandumpCounters): Reading {
  return {
    block: options.block,
    names: createBusNames(options.busIndexOf),
    window: createLineWindow(options.maxLineBytes ?? LINE_BYTES_MAX),
    counters,
    lineNumber: 0,
    lastUs: Number.NEGATIVE_INFINITY,
    steppedBackUs: 0,
  };
}

/** The log's bytes in chunks that the window can take. What goes wrong becomes an error for a person. */
async function* readChunks(
  bytes: AsyncIterable<Uint8Array>,
  place: string,
  reading: Reading,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    for await (const chunk of bytes) {
      for (let from = 0; from < chunk.length; from += CHUNK_BYTES_MAX) {
        yield chunk.subarray(from, from + CHUNK_BYTES_MAX);
      }
    }
  } catch (error) {
    throw readingError(place, reading.lineNumber, error);
  }
}

/** The block, again and again, until the lines in the window are used up. */
function* blocks(reading: Reading, signal: AbortSignal): Generator<FrameBlock, void, undefined> {
  while (!signal.aborted && fillBlock(reading)) {
    reading.counters.frames += reading.block.count;
    yield reading.block;
  }
}

/**
 * Fills the block anew from the lines in the window, until it is full, or spans too much time, or there are no more lines.
 * False where that leaves it empty. The line of a frame that does not fit stays in the window, and is parsed again.
 */
function fillBlock(reading: Reading): boolean {
  const { block, names, window } = reading;
  const { text, end, lineBytesMax } = window;
  let count = 0;
  let blockEndUs = Number.POSITIVE_INFINITY;
  while (window.at < end && count < block.capacity) {
    const next = parseLine(text, window.at, block, count, names);
    if (next === JUNK || next - window.at > lineBytesMax + 1) {
      skipJunk(reading);
      continue;
    }
    const monotonicUs = monotonicTime(reading, block.capturedAtUs[count] as number);
    if (monotonicUs >= blockEndUs) break;
    if (count === 0) blockEndUs = monotonicUs + BLOCK_SPAN_US_MAX;
    block.monotonicUs[count++] = monotonicUs;
    reading.lastUs = monotonicUs;
    reading.lineNumber++;
    window.at = next;
  }
  block.count = count;
  return count > 0;
}

/** Where the log steps back, time is held, and goes on from there at the log's pace. */
function monotonicTime(reading: Reading, capturedAtUs: number): number {
  const monotonicUs = capturedAtUs + reading.steppedBackUs;
  if (monotonicUs >= reading.lastUs) return monotonicUs;
  reading.steppedBackUs = reading.lastUs - capturedAtUs;
  return reading.lastUs;
}

function skipJunk(reading: Reading): void {
  const { counters } = reading;
  skipLine(reading.window);
  reading.lineNumber++;
  counters.junkLines++;
  if (counters.firstJunkLine === 0) counters.firstJunkLine = reading.lineNumber;
}
