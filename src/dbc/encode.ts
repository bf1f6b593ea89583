// A message's definition and raw values in, bits of a payload out. Exact for every length, both byte orders and
// multiplexing; a value that does not fit its signal is a programmer's error and throws. Made for tests, examples and
// tools, so that clearness goes before speed.
import type { Message, Signal } from "./database.ts";

/** An integer as it is, or a float's value; a bigint given for a float signal is its bit pattern. */
export type RawValue = number | bigint;

/**
 * Writes the signals of `message` into `payload`, and no other bit of it. A multiplexed signal is written only where its
 * selector is written and selects it, so a value given for one that is not selected is ignored.
 * @throws RangeError where the payload is shorter than the message, or a signal that is to be written has no value, or one
 *   that does not fit.
 */
export function encodeMessage(message: Message, values: ReadonlyMap<string, RawValue>, payload: Uint8Array): void {
  if (payload.length < message.lengthBytes) {
    throw new RangeError(`${message.name} needs ${message.lengthBytes} bytes, the payload has ${payload.length}`);
  }
  for (const signal of selectedSignals(message, values)) {
    const value = values.get(signal.name);
    if (value === undefined) throw new RangeError(`${message.name}.${signal.name} has no value`);
    writeBits(signal, bitsOf(message, signal, value), payload);
  }
}

/** The signals that a payload with these selector values holds, in the order of the message. */
function selectedSignals(message: Message, values: ReadonlyMap<string, RawValue>): Signal[] {
  const byName = new Map(message.signals.map((signal) => [signal.name, signal]));
  const isSelected = (signal: Signal, depth: number): boolean => {
    if (signal.multiplexing === undefined) return true;
    const selector = byName.get(signal.multiplexing.selector);
    const value = values.get(signal.multiplexing.selector);
    // A ring of selectors selects nothing; no chain can be longer than the message has signals.
    if (selector === undefined || value === undefined || depth > message.signals.length) return false;
    const raw = BigInt(value);
    return (
      signal.multiplexing.ranges.some(({ from, to }) => from <= raw && raw <= to) && isSelected(selector, depth + 1)
    );
  };
  return message.signals.filter((signal) => isSelected(signal, 0));
}

/** The value as the signal's bits, right-aligned. */
function bitsOf(message: Message, signal: Signal, value: RawValue): bigint {
  const unfit = (why: string) => new RangeError(`${message.name}.${signal.name}: ${value} ${why}`);
  const length = BigInt(signal.lengthBits);
  if (signal.format !== "integer" && typeof value === "number") return floatBits(signal, value, unfit);
  if (typeof value === "number" && !Number.isInteger(value)) throw unfit("is not an integer");
  if (typeof value === "number" && !Number.isSafeInteger(value)) throw unfit("is not exact; give it as a bigint");
  const raw = BigInt(value);
  const signed = signal.signed && signal.format === "integer";
  const lowest = signed ? -(1n << (length - 1n)) : 0n;
  const highest = signed ? (1n << (length - 1n)) - 1n : (1n << length) - 1n;
  if (raw < lowest || raw > highest) throw unfit(`is not in ${lowest} to ${highest}`);
  return BigInt.asUintN(signal.lengthBits, raw);
}

function floatBits(signal: Signal, value: number, unfit: (why: string) => RangeError): bigint {
  const view = new DataView(new ArrayBuffer(8));
  if (signal.format === "float64") {
    view.setFloat64(0, value);
    return view.getBigUint64(0);
  }
  if (Number.isFinite(value) && !Number.isFinite(Math.fround(value))) throw unfit("is beyond a 32-bit float");
  view.setFloat32(0, value);
  return BigInt(view.getUint32(0));
}

/** Bit by bit from the least significant one; big-endian walks towards the most significant bit of the byte before. */
function writeBits(signal: Signal, bits: bigint, payload: Uint8Array): void {
  const { lengthBits, startBit } = signal;
  for (let index = 0; index < lengthBits; index++) {
    const position = signal.byteOrder === "little" ? startBit + index : sawtooth(startBit, lengthBits - 1 - index);
    const byte = position >> 3;
    const old = payload[byte];
    if (old === undefined) throw new RangeError(`${signal.name} reaches beyond the payload`);
    const mask = 1 << (position & 7);
    payload[byte] = (bits >> BigInt(index)) & 1n ? old | mask : old & ~mask;
  }
}

/** The bit `steps` behind the most significant bit of a big-endian signal: down within a byte, then the next byte's top. */
function sawtooth(startBit: number, steps: number): number {
  const fromTop = (startBit & ~7) + (7 - (startBit & 7)) + steps;
  return (fromTop & ~7) + (7 - (fromTop & 7));
}
