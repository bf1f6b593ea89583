// Texts that someone broke: whatever is in them, the parser ends, and throws nothing but its own error.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeMessage } from "../../src/dbc/decode.ts";
import { DbcError } from "../../src/dbc/errors.ts";
import { type ParseResult, parseDatabase } from "../../src/dbc/parse.ts";

const VALID = `VERSION "1"
NS_ :
\tCM_
\tVAL_
BS_: 500 : 1,2
BU_: A B
VAL_TABLE_ T 0 "off" 1 "on" ;
BO_ 100 Plain: 8 A
 SG_ Little : 0|12@1- (0.5,-40) [-40|100] "degC" B
 SG_ Big : 23|16@0+ (1,0) [0|65535] "" A,B
 SG_ Wide : 0|64@1+ (1,0) [0|0] "" Vector__XXX
BO_ 2566844743 Selected: 16 B
 SG_ Sel M : 0|8@1+ (1,0) [0|0] "" A
 SG_ Sub m1M : 8|8@1+ (1,0) [0|0] "" A
 SG_ Deep m2 : 16|32@1- (1,0) [0|0] "" A
CM_ BO_ 100 "first line
second \\"line\\"";
BA_DEF_ BO_ "VFrameFormat" ENUM "StandardCAN","ExtendedCAN","reserved","J1939PG";
BA_DEF_DEF_ "VFrameFormat" "StandardCAN";
BA_ "VFrameFormat" BO_ 2566844743 3;
BA_ "SystemSignalLongSymbol" SG_ 2566844743 Sub "SubSelector";
VAL_ 100 Little 0 "zero" -1 "minus one" ;
VAL_ 100 Big T ;
SIG_VALTYPE_ 2566844743 Deep : 1;
SG_MUL_VAL_ 2566844743 Sub Sel 1-1;
SG_MUL_VAL_ 2566844743 Deep Sub 2-2, 4-9;
`;

const TOKENS =
  'BO_ SG_ CM_ VAL_ SG_MUL_VAL_ BA_ NS_ : ; " \\" | @ ( ) [ ] , - + M m0M 0 -1 1e999 4294967295 \n \r \u0000 é'
    .split(" ")
    .filter((token) => token !== "");

interface Mutation {
  readonly at: number;
  readonly removed: number;
  readonly inserted: string;
  /** Also puts in a piece of the text from here. */
  readonly copiedFrom: number;
}

const anyMutation: fc.Arbitrary<Mutation> = fc.record({
  at: fc.nat(VALID.length),
  removed: fc.oneof(fc.constant(0), fc.nat(4), fc.nat(200)),
  inserted: fc.oneof(fc.constantFrom("", ...TOKENS), fc.string({ maxLength: 8, unit: "binary" })),
  copiedFrom: fc.nat(VALID.length * 4),
});

function mutate(text: string, { at, removed, inserted, copiedFrom }: Mutation): string {
  const copied = text.slice(copiedFrom, copiedFrom + 60);
  return text.slice(0, at) + inserted + copied + text.slice(at + removed);
}

/** Undefined where not one message could be read. */
function parseOrRefuse(text: string): ParseResult | undefined {
  try {
    return parseDatabase(text, "mutant.dbc");
  } catch (error) {
    if (error instanceof DbcError && error.code === "DBC_NO_MESSAGE") return undefined;
    throw error;
  }
}

describe("a text that was broken", () => {
  test("has warnings within its lines, and signals that decode within their message, or is refused", () => {
    fc.assert(
      fc.property(fc.array(anyMutation, { minLength: 1, maxLength: 6 }), (mutations) => {
        const text = mutations.reduce(mutate, VALID);
        const lines = text.split(/\r\n?|\n/).length;
        const result = parseOrRefuse(text);
        for (const { line } of result?.warnings ?? []) expect(line >= 1 && line <= lines).toBe(true);
        for (const message of result?.database.messages ?? []) {
          const names = new Set(message.signals.map(({ name }) => name));
          expect(names.size).toBe(message.signals.length);
          const decoded = decodeMessage(message, new Uint8Array(message.lengthBytes).fill(1));
          for (const signal of message.signals) {
            if (signal.multiplexing === undefined) expect(decoded.has(signal.name)).toBe(true);
            else expect(names.has(signal.multiplexing.selector)).toBe(true);
          }
        }
      }),
      { numRuns: 1000 },
    );
  });

  test("of any characters is refused or read", () => {
    fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 500 }), (text) => void parseOrRefuse(text)));
  });

  /** Each of these took time by the square of its length in some parser. They end within the test's time because ours is linear. */
  const repeated: Record<string, (times: number) => string> = {
    "opened quotes": (times) => 'CM_ "a\n'.repeat(times),
    "escaped quotes": (times) => `CM_ "${'\\"\nCM_ '.repeat(times)}`,
    "statements within a quote": (times) => `CM_ "${"x\nVAL_ ".repeat(times)}`,
    "bare keywords": (times) => "BO_\nSG_\n".repeat(times),
    junk: (times) => "x ) ( \n".repeat(times),
    "white space": (times) => `BO_ 1 A${" ".repeat(times)}\n`,
    digits: (times) => `VAL_ 1 S ${"9".repeat(times)} "x";\n`,
    "signals on the same bits": (times) =>
      `BO_ 2 B: 8 A\n${Array.from({ length: times / 10 }, (_, index) => ` SG_ S${index} : 0|64@1+ (1,0) [0|0] "" X\n`).join("")}`,
    "empty messages of great length": (times) =>
      Array.from({ length: times / 10 }, (_, index) => `BO_ ${0x8000_0000 + index} A: 4095 X\n`).join(""),
    "ranges of a selector": (times) =>
      `BO_ 2 B: 8 A\n SG_ S M : 0|8@1+ (1,0) [0|0] "" X\n SG_ T m1 : 8|8@1+ (1,0) [0|0] "" X\n SG_ U m1 : 8|8@1+ (1,0) [0|0] "" X\nSG_MUL_VAL_ 2 T S 1-1${", 1-1".repeat(times)};\nSG_MUL_VAL_ 2 U S 2-2${", 2-2".repeat(times)};\n`,
    "selectors above one another": (times) =>
      `BO_ 2 B: 8 A\n SG_ S0 M : 0|8@1+ (1,0) [0|0] "" X\n${Array.from(
        { length: times / 10 },
        (_, index) => ` SG_ S${index + 1} m1M : 0|8@1+ (1,0) [0|0] "" X\nSG_MUL_VAL_ 2 S${index + 1} S${index} 1-1;\n`,
      ).join("")}`,
  };

  test.for(Object.keys(repeated))("of many %s is read to its end", (name) => {
    const text = `${VALID}\n${repeated[name]?.(100_000)}\nBO_ 101 Last: 8 A\n`;
    expect(parseOrRefuse(text)?.database.messages.some((message) => message.name === "Plain")).toBe(true);
  });
});
