// Frames of a test as plain objects, their candump text, and what a bus brought: what goes into a log and what comes out
// of it can be compared with toEqual.
import fc from "fast-check";
import { type CandumpLog, openCandump } from "../../src/vehicle/bus/candump.ts";
import {
  BUS_OFFSET,
  BUS_UNKNOWN,
  type Bus,
  createFrameBlock,
  FLAG_FD,
  FLAGS_OFFSET,
  FRAME_BYTES,
  FRAME_WORDS,
  type FrameBlock,
  ID_ERROR,
  ID_EXTENDED,
  ID_REMOTE,
  LENGTH_OFFSET,
  PAYLOAD_OFFSET,
} from "../../src/vehicle/frame.ts";

export interface TestFrame {
  readonly capturedAtUs: number;
  readonly bus: number;
  /** With the flags of the id word. */
  readonly id: number;
  readonly flags: number;
  readonly length: number;
  /** In hexadecimal, `length` bytes; empty for a remote frame. */
  readonly payload: string;
}

export const BUS_NAMES = ["can0", "can1", "vcan0", "can10"] as const;

export function busIndexOf(name: string): number {
  const index = BUS_NAMES.indexOf(name as (typeof BUS_NAMES)[number]);
  return index < 0 ? BUS_UNKNOWN : index;
}

/** A log of this text, or of these chunks of bytes. */
export function logOf(text: string | readonly Uint8Array[], block: FrameBlock = createFrameBlock(16)): CandumpLog {
  const chunks = typeof text === "string" ? [Buffer.from(text, "latin1")] : text;
  return openCandump({ path: "test.log", block, busIndexOf, bytes: () => asyncOf(chunks) });
}

export async function* asyncOf(chunks: Iterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  yield* chunks;
}

export function frameAt(block: FrameBlock, row: number): TestFrame {
  const record = row * FRAME_BYTES;
  const id = block.words[row * FRAME_WORDS] ?? Number.NaN;
  const length = block.bytes[record + LENGTH_OFFSET] ?? Number.NaN;
  const payload = block.bytes.subarray(record + PAYLOAD_OFFSET, record + PAYLOAD_OFFSET + length);
  return {
    capturedAtUs: block.capturedAtUs[row] ?? Number.NaN,
    bus: block.bytes[record + BUS_OFFSET] ?? Number.NaN,
    id,
    flags: block.bytes[record + FLAGS_OFFSET] ?? Number.NaN,
    length,
    payload: (id & ID_REMOTE) === 0 ? Buffer.from(payload).toString("hex") : "",
  };
}

export async function collectFrames(bus: Bus, signal = new AbortController().signal): Promise<TestFrame[]> {
  const frames: TestFrame[] = [];
  for await (const block of bus.receive(signal)) {
    for (let row = 0; row < block.count; row++) frames.push(frameAt(block, row));
  }
  return frames;
}

/** The line that candump writes for a frame, without its newline. */
export function candumpLine(frame: TestFrame): string {
  const seconds = Math.floor(frame.capturedAtUs / 1e6);
  const micros = frame.capturedAtUs - seconds * 1e6;
  const number = (frame.id & 0x3fff_ffff & ~(frame.id >= ID_EXTENDED ? ID_ERROR : 0)) >>> 0;
  const isLong = frame.id >= ID_EXTENDED || (frame.id & ID_ERROR) !== 0;
  const id = number
    .toString(16)
    .toUpperCase()
    .padStart(isLong ? 8 : 3, "0");
  const time = `(${String(seconds).padStart(10, "0")}.${String(micros).padStart(6, "0")})`;
  return `${time} ${BUS_NAMES[frame.bus] ?? "other"} ${id}#${candumpPayload(frame)}`;
}

function candumpPayload(frame: TestFrame): string {
  if ((frame.id & ID_REMOTE) !== 0) return frame.length === 0 ? "R" : `R${frame.length}`;
  const payload = frame.payload.toUpperCase();
  return (frame.flags & FLAG_FD) === 0 ? payload : `#${(frame.flags & 3).toString(16)}${payload}`;
}

const hexOf = (lengths: fc.Arbitrary<number>): fc.Arbitrary<string> =>
  lengths
    .chain((length) => fc.uint8Array({ minLength: length, maxLength: length }))
    .map((bytes) => Buffer.from(bytes).toString("hex"));
const shortPayload = hexOf(fc.integer({ min: 0, max: 8 }));
const fdPayload = hexOf(fc.constantFrom(0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 20, 24, 32, 48, 64));
const dataId = fc.oneof(
  fc.integer({ min: 0, max: 0x7ff }),
  fc.integer({ min: 0, max: 0x1fff_ffff }).map((id) => id + ID_EXTENDED),
);

/** A frame of any kind but its time and bus. */
const contents = fc.oneof(
  fc.record({ id: dataId, flags: fc.constant(0), payload: shortPayload }),
  fc.record({ id: dataId, flags: fc.integer({ min: 0, max: 3 }).map((flags) => flags | FLAG_FD), payload: fdPayload }),
  fc.record({
    id: fc.integer({ min: 0, max: 0x1ff }).map((id) => id + ID_ERROR),
    flags: fc.constant(0),
    payload: fc.constant("0011223344556677"),
  }),
  fc.record({
    id: dataId.map((id) => id + ID_REMOTE),
    flags: fc.constant(0),
    payload: fc.constant(""),
    length: fc.integer({ min: 0, max: 8 }),
  }),
);

/** Any frame that a log can hold, at any time. */
export const anyFrame: fc.Arbitrary<TestFrame> = fc
  .record({
    capturedAtUs: fc.integer({ min: 0, max: 4_000_000_000_000_000 }),
    bus: fc.constantFrom(0, 1, 2, 3, BUS_UNKNOWN),
    contents,
  })
  .map(({ contents: content, ...rest }) => ({ length: content.payload.length / 2, ...rest, ...content }));
