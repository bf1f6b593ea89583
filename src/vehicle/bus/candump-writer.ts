// Blocks of frames in, lines of a candump log out, as `candump -L` writes them: `(1700000000.123456) can0 123#11223344`.
// What a reader of such logs needs to make the same frames again is in the line, and nothing else.
import {
  BUS_OFFSET,
  FLAG_BIT_RATE_SWITCH,
  FLAG_ERROR_STATE,
  FLAG_FD,
  FLAGS_OFFSET,
  FRAME_BYTES,
  FRAME_WORDS,
  type FrameBlock,
  ID_ERROR,
  ID_EXTENDED,
  ID_MASK_EXTENDED,
  ID_MASK_STANDARD,
  ID_REMOTE,
  LENGTH_OFFSET,
  PAYLOAD_BYTES_MAX,
  PAYLOAD_OFFSET,
} from "../frame.ts";

export interface CandumpWriter {
  /** The block's lines. The bytes are valid until the next call. */
  write(block: FrameBlock): Buffer;
}

const HEX = Uint8Array.from("0123456789ABCDEF", (digit) => digit.charCodeAt(0));
const [ZERO, SPACE, HASH, OPEN, CLOSE, POINT, LINE_END, REMOTE] = Array.from("0 #().\nR", (sign) =>
  sign.charCodeAt(0),
) as [number, number, number, number, number, number, number, number];
/** Time 20, two blanks, id 8, marks 3, payload, line end; rounded up. The name of the bus comes on top. */
const LINE_BYTES_MAX = 40 + 2 * PAYLOAD_BYTES_MAX;
const SECONDS_DIGITS = 10;
const MICROSECONDS_DIGITS = 6;

/** `busNames[n]` is the name of the interface whose frames say bus `n`; a bus without a name is written as `can?`. */
export function createCandumpWriter(busNames: readonly string[]): CandumpWriter {
  const names = Array.from({ length: 256 }, (_, bus) => Buffer.from(busNames[bus] ?? "can?", "latin1"));
  const nameBytesMax = Math.max(...names.map((name) => name.length));
  let out = Buffer.alloc(0);
  return {
    write(block) {
      const needed = block.count * (LINE_BYTES_MAX + nameBytesMax);
      if (out.length < needed) out = Buffer.alloc(needed);
      let at = 0;
      for (let frame = 0; frame < block.count; frame++) at = writeLine(block, frame, names, out, at);
      return out.subarray(0, at);
    },
  };
}

function writeLine(block: FrameBlock, frame: number, names: readonly Buffer[], out: Buffer, start: number): number {
  let at = writeTime(out, start, block.capturedAtUs[frame] ?? 0);
  const name = names[block.bytes[frame * FRAME_BYTES + BUS_OFFSET] ?? 0];
  if (name !== undefined) {
    out.set(name, at);
    at += name.length;
  }
  out[at++] = SPACE;
  at = writeId(out, at, block.words[frame * FRAME_WORDS] ?? 0);
  out[at++] = HASH;
  at = writePayload(block, frame, out, at);
  out[at++] = LINE_END;
  return at;
}

function writeTime(out: Buffer, start: number, capturedAtUs: number): number {
  const seconds = Math.floor(capturedAtUs / 1_000_000);
  let at = start;
  out[at++] = OPEN;
  at = writeDecimal(out, at, seconds, SECONDS_DIGITS);
  out[at++] = POINT;
  at = writeDecimal(out, at, capturedAtUs - seconds * 1_000_000, MICROSECONDS_DIGITS);
  out[at++] = CLOSE;
  out[at++] = SPACE;
  return at;
}

function writeDecimal(out: Buffer, start: number, value: number, digits: number): number {
  let rest = Math.floor(value);
  for (let at = start + digits - 1; at >= start; at--) {
    const higher = Math.floor(rest / 10);
    out[at] = ZERO + rest - higher * 10;
    rest = higher;
  }
  return start + digits;
}

/** Three digits for a standard id, eight for an extended one and for an error frame, as can-utils has it. */
function writeId(out: Buffer, start: number, word: number): number {
  const isError = (word & ID_ERROR) !== 0;
  const isLong = isError || (word & ID_EXTENDED) !== 0;
  const id = isError ? word & (ID_MASK_EXTENDED | ID_ERROR) : word & (isLong ? ID_MASK_EXTENDED : ID_MASK_STANDARD);
  const digits = isLong ? 8 : 3;
  for (let digit = 0; digit < digits; digit++)
    out[start + digit] = HEX[(id >>> (4 * (digits - 1 - digit))) & 15] ?? ZERO;
  return start + digits;
}

function writePayload(block: FrameBlock, frame: number, out: Buffer, start: number): number {
  const base = frame * FRAME_BYTES;
  const length = block.bytes[base + LENGTH_OFFSET] ?? 0;
  const flags = block.bytes[base + FLAGS_OFFSET] ?? 0;
  let at = start;
  if (flags & FLAG_FD) {
    out[at++] = HASH;
    out[at++] = HEX[flags & (FLAG_BIT_RATE_SWITCH | FLAG_ERROR_STATE)] ?? ZERO;
  } else if ((block.words[frame * FRAME_WORDS] ?? 0) & ID_REMOTE) {
    out[at++] = REMOTE;
    if (length > 0) out[at++] = HEX[length & 15] ?? ZERO;
    return at;
  }
  for (let index = base + PAYLOAD_OFFSET; index < base + PAYLOAD_OFFSET + length; index++) {
    const byte = block.bytes[index] ?? 0;
    out[at++] = HEX[byte >> 4] ?? ZERO;
    out[at++] = HEX[byte & 15] ?? ZERO;
  }
  return at;
}
