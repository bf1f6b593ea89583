// The reference decoder, held against an oracle that walks the bits one by one as the DBC format numbers them.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Message, Signal } from "../../src/dbc/database.ts";
import { compileMessage, decodeMessage } from "../../src/dbc/decode.ts";
import { parseDatabase } from "../../src/dbc/parse.ts";

const SIGNAL: Signal = {
  name: "S",
  startBit: 0,
  lengthBits: 8,
  byteOrder: "little",
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
};

const MESSAGE: Message = {
  id: 1,
  extended: false,
  name: "M",
  lengthBytes: 64,
  fd: true,
  j1939: false,
  transmitter: undefined,
  cycleMs: undefined,
  signals: [],
  comment: undefined,
};

function decodeOne(signal: Signal, payload: Uint8Array) {
  return decodeMessage({ ...MESSAGE, signals: [signal] }, payload).get("S");
}

function messageOf(text: string): Message {
  const [message] = parseDatabase(text, "test.dbc").database.messages;
  if (message === undefined) throw new Error("no message");
  return message;
}

/** The numbers of the signal's bits, the most significant one first; undefined where one is not in the payload. */
function walk({ startBit, lengthBits, byteOrder }: Signal, payload: Uint8Array): bigint | undefined {
  const positions: number[] = [];
  if (byteOrder === "little") {
    for (let bit = startBit + lengthBits - 1; bit >= startBit; bit--) positions.push(bit);
  } else {
    let bit = startBit;
    for (let count = 0; count < lengthBits; count++) {
      positions.push(bit);
      bit = bit % 8 === 0 ? bit + 15 : bit - 1;
    }
  }
  let digits = "";
  for (const bit of positions) {
    const byte = payload[Math.floor(bit / 8)];
    if (byte === undefined) return undefined;
    digits += byte
      .toString(2)
      .padStart(8, "0")
      .charAt(7 - (bit % 8));
  }
  return BigInt(`0b${digits}`);
}

function isSafe(value: bigint): boolean {
  return value >= -(2n ** 53n - 1n) && value <= 2n ** 53n - 1n;
}

/** A number where that is exact, else the bigint: what raw and whole physical values have to be. */
function narrow(value: bigint): number | bigint {
  return isSafe(value) ? Number(value) : value;
}

const anySignal = fc
  .record({
    startBit: fc.nat(511),
    lengthBits: fc.integer({ min: 1, max: 64 }),
    byteOrder: fc.constantFrom("little" as const, "big" as const),
    signed: fc.boolean(),
  })
  .map((place): Signal => ({ ...SIGNAL, ...place }));

/** Payloads of all lengths, with many bytes of 0 and 255, where signs and carries go wrong. */
const anyPayload = fc
  .array(fc.oneof(fc.nat(255), fc.constantFrom(0, 255)), { maxLength: 64 })
  .map((bytes) => Uint8Array.from(bytes));

describe("the reference decoder", () => {
  test("reads any place, length, order and sign as the bits say, and nothing that is not wholly in the payload", () => {
    fc.assert(
      fc.property(anySignal, anyPayload, (signal, payload) => {
        const bits = walk(signal, payload);
        const expected =
          bits === undefined ? undefined : narrow(signal.signed ? BigInt.asIntN(signal.lengthBits, bits) : bits);
        expect(decodeOne(signal, payload)?.raw).toBe(expected);
      }),
      { numRuns: 3000 },
    );
  });

  test("scales whole numbers exactly, however large", () => {
    const whole = fc.oneof(fc.integer({ min: -1000, max: 1000 }), fc.maxSafeInteger());
    fc.assert(
      fc.property(anySignal, anyPayload, whole, whole, (signal, payload, factor, offset) => {
        const decoded = decodeOne({ ...signal, factor, offset }, payload);
        if (decoded === undefined) return;
        expect(decoded.value).toBe(narrow(BigInt(decoded.raw) * BigInt(factor) + BigInt(offset)));
      }),
      { numRuns: 1000 },
    );
  });

  test("scales by an IEEE double where factor or offset is no whole number", () => {
    const broken = fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Number.isInteger(value));
    fc.assert(
      fc.property(anySignal, anyPayload, broken, (signal, payload, factor) => {
        const decoded = decodeOne({ ...signal, factor, offset: 3 }, payload);
        if (decoded !== undefined) expect(decoded.value).toBe(Number(decoded.raw) * factor + 3);
      }),
      { numRuns: 500 },
    );
  });

  test("reads float and double at any bit", () => {
    const formats = fc.constantFrom(["float32", 32] as const, ["float64", 64] as const);
    fc.assert(
      fc.property(anySignal, anyPayload, formats, (place, payload, [format, lengthBits]) => {
        const signal = { ...place, format, lengthBits };
        const bits = walk(signal, payload);
        const view = new DataView(new ArrayBuffer(8));
        if (format === "float32") view.setUint32(0, Number(bits ?? 0n));
        else view.setBigUint64(0, bits ?? 0n);
        const expected = format === "float32" ? view.getFloat32(0) : view.getFloat64(0);
        expect(decodeOne(signal, payload)?.raw).toBe(bits === undefined ? undefined : expected);
      }),
      { numRuns: 1000 },
    );
  });

  test("keeps NaN and the infinities of a float", () => {
    const single = { ...SIGNAL, format: "float32" as const, lengthBits: 32 };
    expect(decodeOne(single, new Uint8Array([0, 0, 0xc0, 0x7f]))?.value).toBeNaN();
    expect(decodeOne(single, new Uint8Array([0, 0, 0x80, 0xff]))?.value).toBe(-Infinity);
  });

  test("gives a bigint only beyond what a double holds exactly", () => {
    const wide = { ...SIGNAL, lengthBits: 64 };
    expect(decodeOne(wide, new Uint8Array([255, 255, 255, 255, 255, 255, 31, 0]))?.raw).toBe(Number.MAX_SAFE_INTEGER);
    expect(decodeOne(wide, new Uint8Array([0, 0, 0, 0, 0, 0, 32, 0]))?.raw).toBe(2n ** 53n);
    expect(decodeOne({ ...wide, signed: true }, new Uint8Array(8).fill(255))?.raw).toBe(-1);
    expect(decodeOne({ ...SIGNAL, factor: Number.MAX_SAFE_INTEGER }, new Uint8Array([2]))?.value).toBe(2n ** 54n - 2n);
  });

  test("names raw values, those of 64 bits and negative ones too", () => {
    const values = new Map([
      [-1n, "none"],
      [2n, "two"],
      [0xffff_ffff_ffff_fffen, "invalid"],
    ]);
    const signed = { ...SIGNAL, signed: true, values };
    expect(decodeOne(signed, new Uint8Array([255]))?.text).toBe("none");
    expect(decodeOne(signed, new Uint8Array([2]))?.text).toBe("two");
    expect(decodeOne(signed, new Uint8Array([3]))?.text).toBeUndefined();
    const wide = { ...SIGNAL, lengthBits: 64, values };
    expect(decodeOne(wide, new Uint8Array([254, ...new Array<number>(7).fill(255)]))?.text).toBe("invalid");
  });
});

describe("a multiplexed message", () => {
  const PLAIN = '(1,0) [0|0] "" X';
  const message = messageOf(`BO_ 1 M: 8 X
 SG_ Deep m3 : 16|8@1+ ${PLAIN}
 SG_ Sub m1M : 8|8@1+ ${PLAIN}
 SG_ Sel M : 0|8@1+ ${PLAIN}
 SG_ Flat m2 : 8|16@1+ ${PLAIN}
 SG_ Always : 32|8@1+ ${PLAIN}
SG_MUL_VAL_ 1 Sub Sel 1-1;
SG_MUL_VAL_ 1 Flat Sel 2-4;
SG_MUL_VAL_ 1 Deep Sub 3-3, 10-20;
`);
  const decode = compileMessage(message);
  const names = (...bytes: number[]) => [...decode(Uint8Array.from(bytes)).keys()];

  test("reports what is selected, through selectors below selectors, in the order of the message", () => {
    expect(names(1, 3, 9, 0, 0, 0, 0, 0)).toEqual(["Deep", "Sub", "Sel", "Always"]);
    expect(names(1, 15, 9, 0, 0, 0, 0, 0)).toEqual(["Deep", "Sub", "Sel", "Always"]);
    expect(names(1, 4, 9, 0, 0, 0, 0, 0)).toEqual(["Sub", "Sel", "Always"]);
    expect(names(3, 3, 9, 0, 0, 0, 0, 0)).toEqual(["Sel", "Flat", "Always"]);
  });

  test("reports selector and plain signals where the selector's value is unknown", () => {
    expect(names(99, 3, 9, 0, 0, 0, 0, 0)).toEqual(["Sel", "Always"]);
  });

  test("reports of a short payload what is wholly in it, and nothing whose selector is missing", () => {
    expect(names(1, 3, 9)).toEqual(["Deep", "Sub", "Sel"]);
    expect(names(2, 3)).toEqual(["Sel"]);
    expect(names(1)).toEqual(["Sel"]);
    expect(names()).toEqual([]);
    const late = messageOf(`BO_ 1 M: 8 X\n SG_ Sel M : 56|8@1+ ${PLAIN}\n SG_ Val m0 : 0|8@1+ ${PLAIN}\n`);
    expect([...decodeMessage(late, new Uint8Array(7)).keys()]).toEqual([]);
  });

  test("does not look behind its length", () => {
    expect(names(99, 0, 0, 0, 0, 0, 0, 0, 255)).toEqual(["Sel", "Always"]);
  });
});
