import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ByteOrder, Message, Multiplexing, NumberFormat, Signal } from "../../src/dbc/database.ts";
import { decodeMessage } from "../../src/dbc/decode.ts";
import { encodeMessage, type RawValue } from "../../src/dbc/encode.ts";
import { BUSES, databases } from "./vehicle.ts";

interface Place {
  readonly name: string;
  readonly startBit: number;
  readonly lengthBits: number;
  readonly byteOrder: ByteOrder;
  readonly signed?: boolean;
  readonly format?: NumberFormat;
  readonly isSelector?: boolean;
  readonly multiplexing?: Multiplexing;
}

function signalAt(place: Place): Signal {
  return {
    signed: false,
    format: "integer",
    factor: 1,
    offset: 0,
    minimum: 0,
    maximum: 0,
    unit: "",
    receivers: [],
    isSelector: false,
    multiplexing: undefined,
    values: new Map(),
    comment: undefined,
    ...place,
  };
}

function messageOf(lengthBytes: number, signals: readonly Signal[]): Message {
  return {
    id: 1,
    extended: false,
    name: "M",
    lengthBytes,
    fd: lengthBytes > 8,
    j1939: false,
    transmitter: undefined,
    cycleMs: undefined,
    signals,
    comment: undefined,
  };
}

/** The payload as text, byte by byte from its most significant bit, as the DBC format draws it. */
function drawBits(payload: Uint8Array): string {
  return Array.from(payload, (byte) => byte.toString(2).padStart(8, "0")).join("");
}

/** An oracle that shares nothing with the encoder: writes the signal into a drawing of the payload, character by character. */
function oracle(before: Uint8Array, { startBit, lengthBits, byteOrder }: Signal, pattern: string): string {
  const drawing = drawBits(before).split("");
  let byte = Math.floor(startBit / 8);
  let bit = startBit % 8;
  const ordered = byteOrder === "big" ? [...pattern] : [...pattern].reverse();
  for (const digit of ordered.slice(0, lengthBits)) {
    drawing[byte * 8 + (7 - bit)] = digit;
    bit += byteOrder === "big" ? -1 : 1;
    if (bit < 0 || bit > 7) {
      bit = byteOrder === "big" ? 7 : 0;
      byte++;
    }
  }
  return drawing.join("");
}

/** A payload, a place in it, and a value that fits. */
const placed = fc
  .record({
    lengthBytes: fc.integer({ min: 1, max: 64 }),
    byteOrder: fc.constantFrom<ByteOrder>("little", "big"),
    signed: fc.boolean(),
    from: fc.nat(),
    bits: fc.integer({ min: 1, max: 64 }),
    value: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    before: fc.uint8Array({ minLength: 64, maxLength: 64 }),
  })
  .map(({ lengthBytes, byteOrder, signed, from, bits, value, before }) => {
    const first = from % (lengthBytes * 8);
    const lengthBits = Math.min(bits, lengthBytes * 8 - first);
    const startBit = byteOrder === "little" ? first : (first & ~7) + 7 - (first & 7);
    const pattern = BigInt.asUintN(lengthBits, value);
    return {
      signal: signalAt({ name: "S", startBit, lengthBits, byteOrder, signed }),
      raw: signed ? BigInt.asIntN(lengthBits, value) : pattern,
      pattern: pattern.toString(2).padStart(lengthBits, "0"),
      before: before.subarray(0, lengthBytes),
    };
  });

describe("encodeMessage", () => {
  test("writes the bits that a drawing of the payload shows, and leaves every other bit alone", () => {
    fc.assert(
      fc.property(placed, ({ signal, raw, pattern, before }) => {
        const payload = before.slice();
        encodeMessage(messageOf(before.length, [signal]), new Map([["S", raw]]), payload);
        expect(drawBits(payload)).toBe(oracle(before, signal, pattern));
      }),
      { numRuns: 2000 },
    );
  });

  test("takes a value up to either end of the range, and refuses the next one", () => {
    fc.assert(
      fc.property(placed, ({ signal, before }) => {
        const message = messageOf(before.length, [signal]);
        const span = 1n << BigInt(signal.lengthBits);
        const [lowest, highest] = signal.signed ? [-span / 2n, span / 2n - 1n] : [0n, span - 1n];
        const encode = (raw: bigint) => () => encodeMessage(message, new Map([["S", raw]]), before.slice());
        expect(encode(lowest)).not.toThrow();
        expect(encode(highest)).not.toThrow();
        expect(encode(lowest - 1n)).toThrow(RangeError);
        expect(encode(highest + 1n)).toThrow(RangeError);
      }),
    );
  });

  test("is undone by decodeMessage on every message of the example, whatever the values", () => {
    const all = BUSES.flatMap((bus) => databases[bus].messages);
    fc.assert(
      fc.property(
        fc.constantFrom(...all),
        fc.array(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), { minLength: 40, maxLength: 40 }),
        (message, seeds) => {
          const values = new Map(
            message.signals.map((signal, index) => [signal.name, someRaw(signal, seeds[index] ?? 0n)]),
          );
          const payload = new Uint8Array(message.lengthBytes);
          encodeMessage(message, values, payload);
          const decoded = decodeMessage(message, payload);
          expect(decoded.size).toBeGreaterThan(0);
          for (const [name, { raw }] of decoded) expect(raw, name).toEqual(values.get(name));
        },
      ),
      { numRuns: 500 },
    );
  });

  test("writes of multiplexed signals only those that are selected, through every level", () => {
    const [level, deep] = [
      signalAt({ name: "A", startBit: 0, lengthBits: 8, byteOrder: "little", isSelector: true }),
      signalAt({
        name: "B",
        startBit: 8,
        lengthBits: 8,
        byteOrder: "little",
        isSelector: true,
        multiplexing: { selector: "A", ranges: [{ from: 2n, to: 3n }] },
      }),
    ];
    const leaf = signalAt({
      name: "C",
      startBit: 16,
      lengthBits: 8,
      byteOrder: "little",
      multiplexing: { selector: "B", ranges: [{ from: 7n, to: 7n }] },
    });
    const encode = (values: Record<string, RawValue>) => {
      const payload = new Uint8Array(3);
      encodeMessage(messageOf(3, [leaf, deep, level]), new Map(Object.entries(values)), payload);
      return [...payload];
    };
    expect(encode({ A: 1, B: 7, C: 9 })).toEqual([1, 0, 0]);
    expect(encode({ A: 3, B: 6, C: 9 })).toEqual([3, 6, 0]);
    expect(encode({ A: 3, B: 7, C: 9 })).toEqual([3, 7, 9]);
    expect(() => encode({ A: 3, B: 7 })).toThrow("M.C has no value");
  });

  test("refuses what would be written wrong: a short payload, a fraction, an inexact or too large number", () => {
    const wide = signalAt({ name: "S", startBit: 0, lengthBits: 64, byteOrder: "little" });
    const float = signalAt({ name: "S", startBit: 0, lengthBits: 32, byteOrder: "little", format: "float32" });
    const encode = (signal: Signal, raw: RawValue, bytes = 8) => {
      return () => encodeMessage(messageOf(8, [signal]), new Map([["S", raw]]), new Uint8Array(bytes));
    };
    expect(encode(wide, 1, 7)).toThrow("needs 8 bytes");
    expect(encode(wide, 1.5)).toThrow("is not an integer");
    expect(encode(wide, Number.NaN)).toThrow("is not an integer");
    expect(encode(wide, 2 ** 53)).toThrow("give it as a bigint");
    expect(encode(float, 1e39)).toThrow("beyond a 32-bit float");
    expect(encode(float, Number.POSITIVE_INFINITY)).not.toThrow();
    expect(encode(float, 0x1_0000_0000n)).toThrow("is not in 0 to");
  });
});

/** A raw value that fits the signal. Selectors get small ones, so that something is selected. */
function someRaw(signal: Signal, seed: bigint): number {
  if (signal.isSelector) return Number(seed % 4n);
  if (signal.format === "float32") return Math.fround(Number(BigInt.asIntN(40, seed)) / 1000);
  const bits = BigInt.asUintN(signal.lengthBits, seed);
  return Number(signal.signed ? BigInt.asIntN(signal.lengthBits, bits) : bits);
}
