// The reference decoder: a message and one payload in, the values of its signals out, exact. It is written to be read; the
// corridor's tables are held against it. Physical value = raw × factor + offset, without clamping.
import type { Message, Range, Signal } from "./database.ts";
import { spanOf } from "./layout.ts";

export interface DecodedSignal {
  /** A bigint only beyond ±(2^53 − 1). */
  readonly raw: number | bigint;
  /** Exact where raw, factor and offset are whole numbers, and then a bigint only beyond ±(2^53 − 1); else an IEEE double. */
  readonly value: number | bigint;
  /** The name that the file gives to the raw value. */
  readonly text: string | undefined;
}

/** Decodes payloads of one message; made once, used for each frame. */
export type Decoder = (payload: Uint8Array) => ReadonlyMap<string, DecodedSignal>;

/** A signal, prepared: how to read it, and what must have been read before. */
interface Field {
  readonly signal: Signal;
  /** It is in payloads of at least this many bytes. */
  readonly bytesNeeded: number;
  readonly read: (payload: Uint8Array) => number | bigint;
  readonly scale: (raw: number | bigint) => number | bigint;
  readonly texts: ReadonlyMap<number | bigint, string>;
  /** The field that says whether this one is in the payload; it may hang on another one. */
  selector: Field | undefined;
  readonly ranges: readonly Range[];
}

/**
 * What is in the payload, by signal name, in the order of the message: signals whose bits are all there and whose selector is
 * there too and chooses them. Bytes behind the message's length are not looked at.
 */
export function decodeMessage(message: Message, payload: Uint8Array): ReadonlyMap<string, DecodedSignal> {
  return compileMessage(message)(payload);
}

/** The same as decodeMessage, with all that does not depend on the payload done beforehand. */
export function compileMessage(message: Message): Decoder {
  const fields = message.signals.map(compileSignal);
  const byName = new Map(fields.map((field) => [field.signal.name, field]));
  for (const field of fields) {
    const { multiplexing } = field.signal;
    if (multiplexing !== undefined) field.selector = byName.get(multiplexing.selector);
  }
  return (payload) => {
    const decoded = new Map<string, DecodedSignal>();
    for (const field of fields) {
      if (!isIn(payload, field)) continue;
      const raw = field.read(payload);
      decoded.set(field.signal.name, { raw, value: field.scale(raw), text: field.texts.get(raw) });
    }
    return decoded;
  };
}

function compileSignal(signal: Signal): Field {
  return {
    signal,
    bytesNeeded: spanOf(signal).lastByte + 1,
    read: readerOf(signal),
    scale: scaleOf(signal),
    texts: new Map([...signal.values].map(([raw, text]) => [asNumberWhereSafe(raw), text])),
    selector: undefined,
    ranges: signal.multiplexing?.ranges ?? [],
  };
}

/** Follows the selectors up to the one that is in every payload. */
function isIn(payload: Uint8Array, field: Field): boolean {
  for (let at: Field | undefined = field; at !== undefined; at = at.selector) {
    if (payload.length < at.bytesNeeded) return false;
    if (at.signal.multiplexing === undefined) return true;
    if (at.selector === undefined || payload.length < at.selector.bytesNeeded) return false;
    const chosen = at.selector.read(payload);
    if (!at.ranges.some(({ from, to }) => from <= chosen && chosen <= to)) return false;
  }
  return true;
}

/** Bytes of which a double holds every value, with the shift and the sign done by exact arithmetic. */
const DOUBLE_BYTES_MAX = 6;

function readerOf(signal: Signal): Field["read"] {
  if (signal.format !== "integer") return floatReaderOf(signal);
  const { firstByte, lastByte } = spanOf(signal);
  return lastByte - firstByte < DOUBLE_BYTES_MAX ? shortReaderOf(signal) : wideReaderOf(signal);
}

function shortReaderOf(signal: Signal): (payload: Uint8Array) => number {
  const { firstByte, lastByte, shift } = spanOf(signal);
  const isLittle = signal.byteOrder === "little";
  const unit = 2 ** shift;
  const values = 2 ** signal.lengthBits;
  const firstNegative = signal.signed ? values / 2 : values;
  return (payload) => {
    let word = 0;
    if (isLittle) for (let byte = lastByte; byte >= firstByte; byte--) word = word * 256 + (payload[byte] ?? 0);
    else for (let byte = firstByte; byte <= lastByte; byte++) word = word * 256 + (payload[byte] ?? 0);
    const bits = Math.floor(word / unit) % values;
    return bits >= firstNegative ? bits - values : bits;
  };
}

function wideReaderOf(signal: Signal): (payload: Uint8Array) => number | bigint {
  const read = bitsReaderOf(signal);
  const cut = signal.signed ? BigInt.asIntN : BigInt.asUintN;
  return (payload) => asNumberWhereSafe(cut(signal.lengthBits, read(payload)));
}

function floatReaderOf(signal: Signal): (payload: Uint8Array) => number {
  const read = bitsReaderOf(signal);
  const view = new DataView(new ArrayBuffer(8));
  return (payload) => {
    view.setBigUint64(0, read(payload));
    return signal.format === "float64" ? view.getFloat64(0) : view.getFloat32(4);
  };
}

/** The signal's bits as an unsigned number, whatever their length. */
function bitsReaderOf(signal: Signal): (payload: Uint8Array) => bigint {
  const { firstByte, lastByte, shift } = spanOf(signal);
  const isLittle = signal.byteOrder === "little";
  return (payload) => {
    let word = 0n;
    for (let index = 0; index <= lastByte - firstByte; index++) {
      const byte = payload[isLittle ? lastByte - index : firstByte + index] ?? 0;
      word = (word << 8n) | BigInt(byte);
    }
    return BigInt.asUintN(signal.lengthBits, word >> BigInt(shift));
  };
}

function scaleOf({ factor, offset, format }: Signal): Field["scale"] {
  const isWhole = format === "integer" && Number.isInteger(factor) && Number.isInteger(offset);
  if (!isWhole) return (raw) => Number(raw) * factor + offset;
  const [wideFactor, wideOffset] = [BigInt(factor), BigInt(offset)];
  return (raw) => {
    if (typeof raw === "number") {
      const product = raw * factor;
      if (Number.isSafeInteger(product) && Number.isSafeInteger(product + offset)) return product + offset;
    }
    return asNumberWhereSafe(BigInt(raw) * wideFactor + wideOffset);
  };
}

function asNumberWhereSafe(value: bigint): number | bigint {
  const isSafe = BigInt(Number.MIN_SAFE_INTEGER) <= value && value <= BigInt(Number.MAX_SAFE_INTEGER);
  return isSafe ? Number(value) : value;
}
