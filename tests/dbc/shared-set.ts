// The shared set of DBC files, vectors, models and logs, as its README describes it; read only where it is present.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { Database } from "../../src/dbc/database.ts";
import { DbcError } from "../../src/dbc/errors.ts";
import { type ParseResult, parseDatabase } from "../../src/dbc/parse.ts";
import { decodeText } from "../../src/dbc/text.ts";
import { isMet, SHARED_DATA } from "../requirements.ts";

interface Manifest {
  readonly files: readonly { readonly file: string }[];
}

/** A number, a decimal string for an integer beyond ±(2^53 − 1), or "NaN", "Infinity", "-Infinity". */
export type SharedNumber = number | string;

/** Names of the set's DBC files; none where the set is absent. */
export function sharedFiles(): string[] {
  if (!isMet("sharedData")) return [];
  const manifest: Manifest = JSON.parse(readFileSync(join(SHARED_DATA, "manifest.json"), "utf8"));
  return manifest.files.map(({ file }) => file);
}

/** `file` relative to the set's folder. */
export function parseShared(file: string): ParseResult {
  return parseDatabase(decodeText(readFileSync(join(SHARED_DATA, file))), file);
}

/** The same, where a file in which there is no message gives an empty database. */
export function messagesOfShared(file: string): Database["messages"] {
  try {
    return parseShared(file).database.messages;
  } catch (error) {
    if (error instanceof DbcError && error.code === "DBC_NO_MESSAGE") return [];
    throw error;
  }
}

export function readShared(file: string): string {
  const bytes = readFileSync(join(SHARED_DATA, file));
  return (file.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
}

/** The lines of a `.jsonl.gz`, each of them a `Row`. */
export function readSharedRows<Row>(file: string): Row[] {
  return readShared(file)
    .split("\n")
    .filter((line) => line !== "")
    .map((line): Row => JSON.parse(line));
}

/** Exactly the same number, and of the type that its size asks for. */
export function isSame(actual: number | bigint | undefined, expected: SharedNumber): boolean {
  if (typeof expected === "number") return actual === expected;
  if (expected === "NaN") return Number.isNaN(actual);
  if (expected.endsWith("Infinity")) return actual === Number(expected);
  return typeof actual === "bigint" && actual === BigInt(expected);
}
