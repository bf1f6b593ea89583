// One line of a `candump -L` log, as bytes, goes in; one row of a frame block comes out. No string and no object is made
// per line, and nothing behind the line's newline is read.
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
import { type BusNames, lookUpBus } from "./bus-names.ts";
import { NEWLINE } from "./line-window.ts";

/** What `parseLine` returns for a line that is no frame. */
export const JUNK = -1;

/** The latest time a log may carry, in seconds (the year 2255): microseconds up to here are exact in a double. */
const SECONDS_MAX = 9_000_000_000;
/** Nanoseconds at most; what is finer than a microsecond is cut off. */
const FRACTION_DIGITS_MAX = 9;
const MICROSECOND_DIGITS = 6;
/** Longest payload, in bytes, of a classic frame. [ISO 11898-1] */
const CLASSIC_BYTES_MAX = 8;
const STANDARD_DIGITS = 3;
const EXTENDED_DIGITS = 8;

const TAB = 0x09;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;
const HASH = 0x23;
const OPENING = 0x28;
const CLOSING = 0x29;
const DOT = 0x2e;
const ZERO = 0x30;
const LETTER_R = 0x52;
const LETTER_T = 0x54;
const UNDERSCORE = 0x5f;
const SMALL_LETTER_R = 0x72;

/** The value of a hexadecimal digit, by its byte; -1 for every other byte. */
const NIBBLES = makeNibbles();
/** 1 at each length that an FD frame can have. [ISO 11898-1] */
const FD_LENGTHS = makeFdLengths();

/**
 * Parses the line at `at` into row `row` of `block`: all of the row but its monotonic time. `text` must have a newline at
 * or behind `at`. Returns where the next line begins, or JUNK; after JUNK the row is garbage.
 */
export function parseLine(text: Uint8Array, at: number, block: FrameBlock, row: number, names: BusNames): number {
  const timeEnd = parseTime(text, at, block, row);
  if (timeEnd === JUNK) return JUNK;
  const busStart = skipBlanks(text, timeEnd);
  let busEnd = busStart;
  while ((text[busEnd] as number) > SPACE) busEnd++;
  const idStart = skipBlanks(text, busEnd);
  if (busStart === timeEnd || idStart === busEnd) return JUNK;
  const bus = lookUpBus(names, text, busStart, busEnd);
  if (bus < 0) return JUNK;
  return parseFrame(text, idStart, block, row, bus);
}

/** `(1700000000.123456)` */
function parseTime(text: Uint8Array, at: number, block: FrameBlock, row: number): number {
  if (text[at] !== OPENING) return JUNK;
  let position = at + 1;
  let seconds = 0;
  let digit = (text[position] as number) - ZERO;
  while (digit >= 0 && digit <= 9) {
    seconds = seconds * 10 + digit;
    digit = (text[++position] as number) - ZERO;
  }
  if (position === at + 1 || seconds > SECONDS_MAX || text[position] !== DOT) return JUNK;
  const fractionStart = ++position;
  let micros = 0;
  digit = (text[position] as number) - ZERO;
  while (digit >= 0 && digit <= 9) {
    if (position - fractionStart < MICROSECOND_DIGITS) micros = micros * 10 + digit;
    digit = (text[++position] as number) - ZERO;
  }
  const digits = position - fractionStart;
  if (digits === 0 || digits > FRACTION_DIGITS_MAX || text[position] !== CLOSING) return JUNK;
  for (let count = digits; count < MICROSECOND_DIGITS; count++) micros *= 10;
  block.capturedAtUs[row] = seconds * 1_000_000 + micros;
  return position + 1;
}

/** `123#1122`, `00000123#`, `123#R8`, `123##1112233`, and what follows it up to the newline. */
function parseFrame(text: Uint8Array, at: number, block: FrameBlock, row: number, bus: number): number {
  let position = at;
  let number = 0;
  let nibble = NIBBLES[text[position] as number] as number;
  while (nibble >= 0) {
    number = (number << 4) | nibble;
    nibble = NIBBLES[text[++position] as number] as number;
  }
  const id = idWord(number, position - at);
  if (id === JUNK || text[position] !== HASH) return JUNK;
  position++;
  const word = row * FRAME_WORDS;
  block.words[word] = id;
  block.words[word + 1] = 0;
  block.words[word + 2] = 0;
  block.words[word + 3] = 0;
  block.bytes[row * FRAME_BYTES + BUS_OFFSET] = bus;
  const kind = text[position];
  if (kind === HASH) return parseFd(text, position + 1, block, row);
  if (kind === LETTER_R || kind === SMALL_LETTER_R) return parseRemote(text, position + 1, block, row);
  const end = parsePayload(text, position, block, row, CLASSIC_BYTES_MAX);
  return end === JUNK ? JUNK : parseEnd(text, skipLengthCode(text, end, block, row));
}

/**
 * The id word, as a signed number, for an id of `digits` digits, or JUNK, which is no id word. candump writes 3 digits for
 * 11 bits, and 8 for 29 bits and for error frames. Signed, since V8 makes no object of a number below 2^31.
 */
function idWord(number: number, digits: number): number {
  if (digits === STANDARD_DIGITS) return number <= ID_MASK_STANDARD ? number : JUNK;
  if (digits !== EXTENDED_DIGITS || number < 0 || number >= ID_REMOTE) return JUNK;
  return number <= ID_MASK_EXTENDED ? number | ID_EXTENDED : number; // above the mask, ID_ERROR is set
}

/** Flags and payload behind `##`. Flags that an FD frame does not have are left out. */
function parseFd(text: Uint8Array, at: number, block: FrameBlock, row: number): number {
  const flags = NIBBLES[text[at] as number] as number;
  if (flags < 0) return JUNK;
  const word = row * FRAME_WORDS;
  for (let index = word + 4; index < word + FRAME_WORDS; index++) block.words[index] = 0;
  const end = parsePayload(text, at + 1, block, row, PAYLOAD_BYTES_MAX);
  const record = row * FRAME_BYTES;
  if (end === JUNK || FD_LENGTHS[block.bytes[record + LENGTH_OFFSET] as number] === 0) return JUNK;
  block.bytes[record + FLAGS_OFFSET] = (flags & (FLAG_BIT_RATE_SWITCH | FLAG_ERROR_STATE)) | FLAG_FD;
  return parseEnd(text, end);
}

/** The length behind `R`, which may be left out for 0. A remote frame says a length and has no payload. */
function parseRemote(text: Uint8Array, at: number, block: FrameBlock, row: number): number {
  const word = row * FRAME_WORDS;
  const id = block.words[word] as number;
  if ((id & ID_ERROR) !== 0) return JUNK; // an error frame is never remote
  block.words[word] = id | ID_REMOTE;
  const length = (text[at] as number) - ZERO;
  if (length < 0 || length > CLASSIC_BYTES_MAX) return parseEnd(text, at);
  block.bytes[row * FRAME_BYTES + LENGTH_OFFSET] = length;
  return parseEnd(text, skipLengthCode(text, at + 1, block, row));
}

function parsePayload(text: Uint8Array, at: number, block: FrameBlock, row: number, lengthMax: number): number {
  const { bytes } = block;
  const record = row * FRAME_BYTES;
  const payload = record + PAYLOAD_OFFSET;
  let position = at;
  let length = 0;
  let high = NIBBLES[text[position] as number] as number;
  while (high >= 0) {
    const low = NIBBLES[text[position + 1] as number] as number;
    if (low < 0 || length === lengthMax) return JUNK;
    bytes[payload + length++] = (high << 4) | low;
    position += 2;
    high = NIBBLES[text[position] as number] as number;
  }
  bytes[record + LENGTH_OFFSET] = length;
  return position;
}

/** Skips `_9` to `_F`: the length code of a classic frame of 8 bytes, where the controller saw one above 8. */
function skipLengthCode(text: Uint8Array, at: number, block: FrameBlock, row: number): number {
  if (text[at] !== UNDERSCORE || block.bytes[row * FRAME_BYTES + LENGTH_OFFSET] !== CLASSIC_BYTES_MAX) return at;
  return (NIBBLES[text[at + 1] as number] as number) > CLASSIC_BYTES_MAX ? at + 2 : at;
}

/** The end of the line, before which the direction may stand: received or transmitted. */
function parseEnd(text: Uint8Array, at: number): number {
  let position = skipBlanks(text, at);
  const letter = text[position];
  if (position > at && (letter === LETTER_R || letter === LETTER_T)) position = skipBlanks(text, position + 1);
  if (text[position] === CARRIAGE_RETURN) position++;
  return text[position] === NEWLINE ? position + 1 : JUNK;
}

function skipBlanks(text: Uint8Array, at: number): number {
  let position = at;
  while (text[position] === SPACE || text[position] === TAB) position++;
  return position;
}

function makeNibbles(): Int8Array {
  const nibbles = new Int8Array(256).fill(-1);
  for (const digits of ["0123456789abcdef", "0123456789ABCDEF"]) {
    for (let value = 0; value < digits.length; value++) nibbles[digits.charCodeAt(value)] = value;
  }
  return nibbles;
}

function makeFdLengths(): Uint8Array {
  const lengths = new Uint8Array(PAYLOAD_BYTES_MAX + 1);
  for (const length of [0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 20, 24, 32, 48, 64]) lengths[length] = 1;
  return lengths;
}
