// Which message a frame belongs to: by its exact id, else by its PGN.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Database } from "../../src/dbc/database.ts";
import { createLookup, pgnOf } from "../../src/dbc/lookup.ts";
import { parseDatabase } from "../../src/dbc/parse.ts";

/** `id` of 29 bits, as it is written in a file. */
const written = (id: number) => id + 0x8000_0000;

function databaseOf(text: string): Database {
  return parseDatabase(text, "test.dbc").database;
}

const ENGINE = `BO_ ${written(0x0cf00400)} Engine: 8 X\nBO_ ${written(0x0cf00427)} EngineOfAnother: 8 X\n`;

describe("the PGN of an id", () => {
  test("leaves out the destination of a PDU1 format, and keeps the group extension of a PDU2 format", () => {
    expect(pgnOf(0x0cf00403)).toBe(0xf004);
    expect(pgnOf(0x18ef2a55)).toBe(0xef00);
    expect(pgnOf(0x18feca00)).toBe(0xfeca);
  });

  test("keeps both data pages", () => {
    expect(pgnOf(0x1bf00400)).toBe(0x3f004);
    expect(pgnOf(0x01000000)).toBe(0x10000);
  });

  test("does not depend on priority and source", () => {
    fc.assert(
      fc.property(fc.nat(0x1fff_ffff), fc.nat(7), fc.nat(255), (id, priority, source) => {
        const other = ((priority << 26) | (id & 0x03ff_ff00) | source) >>> 0;
        expect(pgnOf(other)).toBe(pgnOf(id));
      }),
    );
  });
});

describe("a lookup", () => {
  test("keeps 11 and 29 bits apart", () => {
    const lookup = createLookup([databaseOf(`BO_ 1 Short: 8 X\nBO_ ${written(1)} Long: 8 X\n`)], { j1939: false });
    expect(lookup.find(1, false)?.name).toBe("Short");
    expect(lookup.find(1, true)?.name).toBe("Long");
    expect(lookup.find(2, true)).toBeUndefined();
  });

  test("matches by PGN where it is told to, the exact id first", () => {
    const lookup = createLookup([databaseOf(ENGINE)], { j1939: true });
    expect(lookup.find(0x0cf00427, true)?.name).toBe("EngineOfAnother");
    expect(lookup.find(0x18f00455, true)?.name).toBe("Engine");
    expect(lookup.find(0x18f00555, true)).toBeUndefined();
    expect(createLookup([databaseOf(ENGINE)], { j1939: false }).find(0x18f00455, true)).toBeUndefined();
  });

  test("matches by PGN where the message says so itself", () => {
    const marked = `${ENGINE}BA_ "VFrameFormat" BO_ ${written(0x0cf00400)} 3;\n`;
    const lookup = createLookup([databaseOf(marked)], { j1939: false });
    expect(lookup.find(0x18f00455, true)?.name).toBe("Engine");
  });

  test("never matches an 11-bit id by PGN", () => {
    const lookup = createLookup([databaseOf(`BO_ 1 Short: 8 X\nBO_ ${written(0x100)} Long: 8 X\n`)], { j1939: true });
    expect(lookup.find(0x1ff, false)).toBeUndefined();
    expect(lookup.find(0x1ff, true)?.name).toBe("Long");
  });

  test("takes the message of the first database", () => {
    const databases = ["First", "Second"].map((name) => databaseOf(`BO_ 1 ${name}: 8 X\n`));
    expect(createLookup(databases, { j1939: false }).find(1, false)?.name).toBe("First");
  });
});
