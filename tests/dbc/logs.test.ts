// Recorded drives of the shared set: what each frame decodes to, held against cantools.
import { describe, expect, test } from "vitest";
import type { Database } from "../../src/dbc/database.ts";
import { compileMessage } from "../../src/dbc/decode.ts";
import { createLookup, type MessageIndex } from "../../src/dbc/lookup.ts";
import { needs } from "../requirements.ts";
import { isSame, parseShared, readShared, readSharedRows, type SharedNumber } from "./shared-set.ts";

interface ExpectedFrame {
  readonly id: number;
  readonly ext: boolean;
  readonly msg: string;
  readonly raw: Readonly<Record<string, SharedNumber>>;
  readonly phys: Readonly<Record<string, SharedNumber>>;
}

const LOGS = [
  { frames: "css-3BA199E2__canmod-gps", dbc: "canmod-gps", j1939: false },
  { frames: "kuksa-tesla__Model3CAN", dbc: "Model3CAN", j1939: false },
  { frames: "css-FCBF0606__J1939-DEMO-pgn", dbc: "CSS-Electronics-SAE-J1939-DEMO", j1939: true },
];

/** A data frame of a candump log: id, `##` and a digit where FD, payload. */
const DATA_FRAME = /^\(\d+\.\d+\) \S+ ([0-9A-F]+)#(?:#[0-9A-F])?((?:[0-9A-F]{2})*)$/i;

describe("the recorded drives of the shared set", () => {
  needs("sharedData");

  test.for(LOGS)("$frames: each frame decodes to the same names and values", ({ frames, dbc, j1939 }) => {
    const lookup = lookupOf(parseShared(`logs/dbc/${dbc}.dbc`).database, j1939);
    const rows = readSharedRows<ExpectedFrame & { d: string }>(`logs/${frames}.frames.jsonl.gz`);
    expect(rows.length).toBeGreaterThan(100);
    expect(rows.flatMap((row) => differencesOf(lookup, row, Buffer.from(row.d, "hex")))).toEqual([]);
  });

  test("a J1939 log has no frame that is found by its exact id", () => {
    const { messages, ...rest } = parseShared("logs/dbc/CSS-Electronics-SAE-J1939-DEMO.dbc").database;
    const lookup = lookupOf({ ...rest, messages: messages.map((message) => ({ ...message, j1939: false })) }, false);
    const rows = readSharedRows<ExpectedFrame>("logs/css-FCBF0606__J1939-DEMO-pgn.frames.jsonl.gz");
    expect(rows.filter(({ id }) => lookup.find(id, true) !== undefined)).toEqual([]);
  });

  test("the synthetic log with FD frames decodes line for line", () => {
    const lookup = lookupOf(parseShared("dbc/fuzz/fuzz_a_01.dbc").database, false);
    const lines = readShared("logs/synthetic_fuzz_a_01.log.gz").split("\n");
    const rows = readSharedRows<ExpectedFrame & { line: number }>("logs/synthetic_fuzz_a_01.expected.jsonl.gz");
    expect(rows.length).toBeGreaterThan(1000);
    const differences = rows.flatMap((row) => {
      const hex = DATA_FRAME.exec(lines[row.line - 1]?.trim() ?? "")?.[2];
      return hex === undefined
        ? [`line ${row.line} is no data frame`]
        : differencesOf(lookup, row, Buffer.from(hex, "hex"));
    });
    expect(differences).toEqual([]);
  });
});

function lookupOf(database: Database, j1939: boolean): MessageIndex {
  return createLookup([database], { j1939 });
}

function differencesOf(lookup: MessageIndex, expected: ExpectedFrame, payload: Uint8Array): string[] {
  const message = lookup.find(expected.id, expected.ext);
  if (message?.name !== expected.msg) return [`${expected.id} is ${message?.name} instead of ${expected.msg}`];
  const decoded = compileMessage(message)(payload);
  const names = Object.keys(expected.raw);
  const surplus = [...decoded.keys()].filter((name) => !names.includes(name));
  const wrong = names.filter((name) => {
    const signal = decoded.get(name);
    return !isSame(signal?.raw, expected.raw[name] ?? "") || !isSame(signal?.value, expected.phys[name] ?? "");
  });
  return [...surplus, ...wrong].map((name) => `${message.name}/${name}: ${decoded.get(name)?.raw}`);
}
