// The table-driven kernel, held against the reference decoder: the same raw values and the same presence, bit by bit.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Message } from "../../src/dbc/database.ts";
import { compileMessage } from "../../src/dbc/decode.ts";
import { parseDatabase } from "../../src/dbc/parse.ts";
import { FLAG_BIT_RATE_SWITCH, FLAG_ERROR_STATE, FLAG_FD } from "../../src/vehicle/frame.ts";
import { rawOf } from "../../src/wire/physical.ts";
import { anyBytes, anyMessage } from "../policy/arbitraries.ts";
import { databasesOf, listOf, MESSAGE, planOf, SIGNAL, type TestFrame } from "../policy/plans.ts";
import { bits64, createBench, decodeFrames, withPatterns } from "./decoded.ts";

const bench = createBench();

interface Case {
  readonly messages: readonly Message[];
  /** Of each message, which signals are listed, perhaps one of them twice. */
  readonly wanted: readonly (readonly number[])[];
  readonly frames: readonly { readonly message: number; readonly bytes: Uint8Array; readonly junk: number }[];
}

const anyCase: fc.Arbitrary<Case> = fc.array(anyMessage(40), { minLength: 1, maxLength: 3 }).chain((drafts) => {
  const messages = drafts.map((message, index) => ({ ...message, name: `M${index}`, id: 0x100 + index }));
  const anyFrame = fc
    .nat(messages.length - 1)
    .chain((message) => fc.record({ message: fc.constant(message), bytes: anyBytes(64), junk: fc.nat(255) }));
  return fc.record({
    messages: fc.constant(messages),
    wanted: fc.tuple(...messages.map(({ signals }) => fc.array(fc.nat(signals.length - 1), { maxLength: 40 }))),
    frames: fc.array(anyFrame, { minLength: 1, maxLength: 6 }),
  });
});

function planOfCase({ messages, wanted }: Case) {
  const signals = Object.fromEntries(
    wanted.flatMap((list, m) => list.map((s, n) => [`V.m${m}.s${s}.n${n}`, { from: `can0/M${m}/S${s}` }])),
  );
  return planOf(listOf(["can0"], { signals }), databasesOf({ can0: messages }));
}

/** All 64 bytes of the record are written; the payload is as long as the message, what follows is stale. */
function framesOf({ messages, frames }: Case, stale: (byte: number) => number): TestFrame[] {
  return frames.map(({ message, bytes, junk }) => {
    const { id, fd, lengthBytes } = messages[message] ?? { id: 0, fd: false, lengthBytes: 0 };
    const payload = bytes.map((byte, index) => (index < lengthBytes ? byte : stale(byte)));
    const noise = fd ? junk & (FLAG_BIT_RATE_SWITCH | FLAG_ERROR_STATE) : 0;
    return { bus: 0, id, flags: (fd ? FLAG_FD : 0) | noise, payload, length: lengthBytes, monotonicUs: 0 };
  });
}

describe("the decoder's kernel", { timeout: 60_000 }, () => {
  test("gives the reference's raw values and presence, for any signals of any message and any choice of them", () => {
    fc.assert(
      fc.property(anyCase, (given) => {
        const plan = planOfCase(given);
        const decoded = decodeFrames(
          bench,
          plan,
          framesOf(given, (byte) => byte),
        );
        for (const [index, { message: m, bytes }] of given.frames.entries()) {
          const message = given.messages[m] as Message;
          const payload = bytes.subarray(0, message.lengthBytes);
          const values = compileMessage(message)(payload);
          const patterns = compileMessage(withPatterns(message))(payload);
          const wanted = given.wanted[m] ?? [];
          if (wanted.length === 0) {
            expect(decoded[index]).toBeUndefined();
            continue;
          }
          const expected = new Map<string, bigint>();
          for (const [n, s] of wanted.entries()) {
            const raw = patterns.get(`S${s}`)?.raw;
            if (raw !== undefined) expected.set(`V.m${m}.s${s}.n${n}`, BigInt.asIntN(64, BigInt(raw)));
          }
          const actual = decoded[index] ?? new Map();
          expect(new Map([...actual].map(([path, value]) => [path, bits64(value)]))).toEqual(expected);
          for (const [path, { slot, low, high }] of actual) {
            const entry = plan.catalogue.entries[slot];
            const name = path.split(".")[2]?.replace("s", "S") ?? "";
            expect(entry && rawOf(entry, low, high)).toBe(values.get(name)?.raw);
          }
        }
      }),
      { numRuns: 2500 },
    );
  });

  test("is not moved by bytes beyond the payload, in the record or in the next one", () => {
    fc.assert(
      fc.property(anyCase, fc.nat(255), (given, flip) => {
        const plan = planOfCase(given);
        const calm = decodeFrames(
          bench,
          plan,
          framesOf(given, () => 0),
        );
        const noisy = decodeFrames(
          bench,
          plan,
          framesOf(given, (byte) => byte ^ flip),
        );
        expect(noisy).toEqual(calm);
      }),
      { numRuns: 500 },
    );
  });

  test("decodes a block whose values do not fit at once in turns, and loses none", () => {
    const signals = Array.from({ length: 200 }, (_, index) => ({
      ...SIGNAL,
      name: `S${index}`,
      startBit: index,
      lengthBits: 25,
    }));
    const message: Message = {
      ...({ id: 1, extended: false, name: "M", lengthBytes: 64, fd: true, j1939: false, signals } as const),
      transmitter: undefined,
      cycleMs: undefined,
      comment: undefined,
    };
    const entries = Object.fromEntries(signals.map(({ name }) => [`V.${name}`, { from: `can0/M/${name}` }]));
    const plan = planOf(listOf(["can0"], { signals: entries }), databasesOf({ can0: [message] }));
    const frames = Array.from({ length: 1024 }, (_, index) => ({
      ...{ bus: 0, id: 1, flags: FLAG_FD, monotonicUs: 0 },
      payload: Uint8Array.from({ length: 64 }, (_, byte) => (index * 31 + byte * 7) & 255),
    }));
    const decode = compileMessage(message);
    for (const [index, values] of decodeFrames(bench, plan, frames).entries()) {
      const expected = decode(frames[index]?.payload ?? new Uint8Array());
      expect(values?.size).toBe(200);
      for (const [path, value] of values ?? [])
        expect(bits64(value)).toBe(BigInt(expected.get(path.slice(2))?.raw ?? -1));
    }
  });

  test("compares selectors of 64 bits as what they are, unsigned or signed", () => {
    const { database } = parseDatabase(
      `BO_ 1 U: 8 X
 SG_ Sel M : 0|64@1+ (1,0) [0|0] "" X
 SG_ Low m0 : 0|8@1+ (1,0) [0|0] "" X
 SG_ Across m0 : 0|8@1+ (1,0) [0|0] "" X
 SG_ High m0 : 0|8@1+ (1,0) [0|0] "" X
BO_ 2 S: 8 X
 SG_ Sel M : 0|64@1- (1,0) [0|0] "" X
 SG_ High m9999999999999999999 : 0|8@1+ (1,0) [0|0] "" X
SG_MUL_VAL_ 1 Low Sel 0-5;
SG_MUL_VAL_ 1 Across Sel 9223372036854775806-9223372036854775809;
SG_MUL_VAL_ 1 High Sel 9999999999999999999-9999999999999999999;
`,
      "test.dbc",
    );
    const from = ["U/Low", "U/Across", "U/High", "S/High"];
    const signals = Object.fromEntries(from.map((name) => [`V.${name.replace("/", "")}`, { from: `can0/${name}` }]));
    const plan = planOf(listOf(["can0"], { signals }), databasesOf({ can0: database.messages }));
    const selected = (id: number, selector: bigint): string[] => {
      const payload = new Uint8Array(8);
      new DataView(payload.buffer).setBigUint64(0, BigInt.asUintN(64, selector), true);
      const [values] = decodeFrames(bench, plan, [{ bus: 0, id, flags: 0, payload, monotonicUs: 0 }]);
      return [...(values ?? []).keys()] as string[];
    };
    expect(selected(1, 5n)).toEqual(["V.ULow"]);
    expect(selected(1, 6n)).toEqual([]);
    expect(selected(1, 2n ** 63n - 2n)).toEqual(["V.UAcross"]);
    expect(selected(1, 2n ** 63n)).toEqual(["V.UAcross"]);
    expect(selected(1, 2n ** 63n + 2n)).toEqual([]);
    expect(selected(1, 9999999999999999999n)).toEqual(["V.UHigh"]);
    expect(selected(2, 9999999999999999999n)).toEqual([]);
  });

  test("finds no signal whose selector is not in the message", () => {
    const lost = { ...SIGNAL, multiplexing: { selector: "Nobody", ranges: [{ from: 0n, to: 255n }] } };
    const signals = { "V.S": { from: "can0/M/S" } };
    const message = { ...MESSAGE, signals: [lost, { ...SIGNAL, name: "T" }] };
    const plan = planOf(listOf(["can0"], { signals }), databasesOf({ can0: [message] }));
    const frame = { bus: 0, id: MESSAGE.id, flags: 0, payload: new Uint8Array(8), monotonicUs: 0 };
    expect(decodeFrames(bench, plan, [frame])).toEqual([new Map()]);
  });

  test("keeps conditions apart however selectors are named", () => {
    const one = { from: 1n, to: 1n };
    const message: Message = {
      ...({ id: 1, extended: false, name: "M", lengthBytes: 8, fd: false, j1939: false } as const),
      ...{ transmitter: undefined, cycleMs: undefined, comment: undefined },
      signals: [
        { ...SIGNAL, name: "A", startBit: 0 },
        { ...SIGNAL, name: "B", startBit: 8, multiplexing: { selector: "A", ranges: [one] } },
        { ...SIGNAL, name: "B=1 1&A", startBit: 16 },
        { ...SIGNAL, name: "X", startBit: 24, multiplexing: { selector: "B", ranges: [one] } },
        { ...SIGNAL, name: "Y", startBit: 32, multiplexing: { selector: "B=1 1&A", ranges: [one] } },
      ],
    };
    const signals = { "V.X": { from: "can0/M/X" }, "V.Y": { from: "can0/M/Y" } };
    const plan = planOf(listOf(["can0"], { signals }), databasesOf({ can0: [message] }));
    const frame = (payload: Uint8Array) => ({ bus: 0, id: 1, flags: 0, payload, monotonicUs: 0 });
    const decoded = decodeFrames(bench, plan, [
      frame(Uint8Array.of(1, 1, 0, 7, 8, 0, 0, 0)),
      frame(Uint8Array.of(0, 1, 1, 7, 8, 0, 0, 0)),
    ]);
    expect(decoded.map((values) => [...(values ?? []).keys()])).toEqual([["V.X"], ["V.Y"]]);
  });
});
