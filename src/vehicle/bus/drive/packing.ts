// A message's definition in; out comes what packs physical values into its payload as the control unit would: rounded to
// the signal's step, held at the ends of its range, with alive counter and checksum. Allocates nothing per frame.
import type { Message, Signal } from "../../../dbc/database.ts";
import { crc8 } from "./checksum.ts";
import type { Reading } from "./reading.ts";
import type { DriveState } from "./state.ts";

/** Writes the payload of one frame at `offset`, whose bytes are 0 before. */
export type Packer = (state: DriveState, sent: number, bytes: Uint8Array, offset: number) => void;

interface Field {
  readonly reading: Reading;
  readonly factor: number;
  readonly offset: number;
  readonly lowest: number;
  readonly highest: number;
  readonly isFloat: boolean;
  /** 2 to the power of the length: what a negative number is lifted by. */
  readonly wrap: number;
  readonly lengthBits: number;
  /** Where the least significant bit is: byte, and bit in it. */
  readonly firstByte: number;
  readonly firstBit: number;
  /** Which way the next byte is. */
  readonly direction: 1 | -1;
  /** Field that selects this one, or −1; and the raw values of it that do. */
  readonly selector: number;
  readonly selectFrom: number;
  readonly selectTo: number;
}

const ALIVE = "AliveCounter";
const CHECKSUM = "Checksum";

/** @throws Error where the message has a signal that nobody reads, or somebody reads a signal that it has not. */
export function createPacker(message: Message, readings: Readonly<Record<string, Reading>>): Packer {
  // Selectors before what they select, so that one pass suffices.
  const signals = [...message.signals].sort((one, other) => depth(message, one) - depth(message, other));
  const fields = signals
    .filter(({ name }) => name !== CHECKSUM)
    .map((signal) => fieldOf(message, signals, signal, readings));
  const unknown = Object.keys(readings).find((name) => !signals.some((signal) => signal.name === name));
  if (unknown !== undefined) throw new Error(`${message.name} has no signal ${unknown}`);
  const raws = new Float64Array(fields.length);
  const checksum = signals.find(({ name }) => name === CHECKSUM);
  // All checksums of the example are whole bytes at the end of their payload.
  const checksumByte = checksum === undefined ? -1 : message.lengthBytes - 1;
  const checksumSeed = message.id & 0xff;
  return (state, sent, bytes, offset) => {
    packFields(fields, raws, state, sent, bytes, offset);
    if (checksumByte >= 0) bytes[offset + checksumByte] = crc8(checksumSeed, bytes, offset, offset + checksumByte);
  };
}

function packFields(
  fields: readonly Field[],
  raws: Float64Array,
  state: DriveState,
  sent: number,
  bytes: Uint8Array,
  offset: number,
): void {
  for (let index = 0; index < fields.length; index++) {
    const field = fields[index];
    if (field === undefined) break;
    raws[index] = NOT_SENT;
    if (field.selector >= 0) {
      const selected = raws[field.selector] ?? NOT_SENT;
      if (selected < field.selectFrom || selected > field.selectTo) continue;
    }
    const raw = field.isFloat ? floatBits(field.reading(state, sent)) : quantise(field, field.reading(state, sent));
    raws[index] = raw;
    writeRaw(field, raw, bytes, offset);
  }
}

/** Raw value of a selector that is itself not selected; selects nothing, since selectors are not negative. */
const NOT_SENT = -1;

function quantise(field: Field, value: number): number {
  const raw = Math.round((value - field.offset) / field.factor);
  return Math.min(Math.max(raw, field.lowest), field.highest);
}

const floats = new Float32Array(1);
const floatWords = new Uint32Array(floats.buffer);

function floatBits(value: number): number {
  floats[0] = value;
  return floatWords[0] ?? 0;
}

/** Byte by byte from the least significant one. Division, not shifts: a signal may be wider than 32 bits. */
function writeRaw(field: Field, raw: number, bytes: Uint8Array, offset: number): void {
  let rest = raw < 0 ? raw + field.wrap : raw;
  let byte = offset + field.firstByte;
  let bit = field.firstBit;
  for (let left = field.lengthBits; left > 0; ) {
    const bits = Math.min(8 - bit, left);
    const room = 1 << bits;
    const higher = Math.floor(rest / room);
    bytes[byte] = (bytes[byte] ?? 0) | ((rest - higher * room) << bit);
    rest = higher;
    left -= bits;
    byte += field.direction;
    bit = 0;
  }
}

function fieldOf(
  message: Message,
  signals: readonly Signal[],
  signal: Signal,
  readings: Readonly<Record<string, Reading>>,
): Field {
  const reading = signal.name === ALIVE ? (_: DriveState, sent: number) => sent % 16 : readings[signal.name];
  if (reading === undefined) throw new Error(`nothing reads ${message.name}.${signal.name}`);
  const wrap = 2 ** signal.lengthBits;
  const { firstByte, firstBit } = leastSignificant(signal);
  const range = signal.multiplexing?.ranges[0];
  return {
    reading,
    factor: signal.factor,
    offset: signal.offset,
    lowest: signal.signed ? -wrap / 2 : 0,
    highest: signal.signed ? wrap / 2 - 1 : wrap - 1,
    isFloat: signal.format === "float32",
    wrap,
    lengthBits: signal.lengthBits,
    firstByte,
    firstBit,
    direction: signal.byteOrder === "little" ? 1 : -1,
    selector: signals.findIndex(({ name }) => name === signal.multiplexing?.selector),
    selectFrom: Number(range?.from ?? 0n),
    selectTo: Number(range?.to ?? 0n),
  };
}

function leastSignificant({ startBit, lengthBits, byteOrder }: Signal): { firstByte: number; firstBit: number } {
  if (byteOrder === "little") return { firstByte: startBit >> 3, firstBit: startBit & 7 };
  // Bits counted from the top of the first byte run on through the payload.
  const last = (startBit & ~7) + (7 - (startBit & 7)) + lengthBits - 1;
  return { firstByte: last >> 3, firstBit: 7 - (last & 7) };
}

/** How many selectors are above a signal. */
function depth(message: Message, signal: Signal): number {
  const selector = message.signals.find(({ name }) => name === signal.multiplexing?.selector);
  return selector === undefined ? 0 : 1 + depth(message, selector);
}
