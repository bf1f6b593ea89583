// The expectation's file: its lines are read one by one, and a new version is put in its place whole or not at all.
import { createHash, type Hash, randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { access, constants, type FileHandle, open, realpath, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { OperatingError } from "../../errors.ts";

/** A line has some 200 bytes; a file without line ends must not fill the memory. */
const LINE_LENGTH_MAX = 65_536;
const CHUNK_LENGTH = 256 * 1024;

export type ExpectationErrorCode =
  | "EXPECTATION_MISSING"
  | "EXPECTATION_UNREADABLE"
  | "EXPECTATION_INVALID"
  | "EXPECTATION_UNWRITABLE";

export class ExpectationError extends OperatingError {
  declare readonly code: ExpectationErrorCode;

  constructor(message: string, code: ExpectationErrorCode, remedy: string, cause?: unknown) {
    super(message, { code, remedy, cause });
  }
}

export interface NumberedLine {
  /** From 1. */
  readonly number: number;
  readonly text: string;
}

/** To be told at once, and not when a long log has been read. */
export async function demandReadable(path: string): Promise<void> {
  await access(path, constants.R_OK).catch((cause: unknown) => {
    throw readError(path, cause);
  });
}

/** The file's lines that are not blank. All that is read goes through `digest` too. */
export async function* readLines(path: string, digest: Hash): AsyncGenerator<NumberedLine, void, undefined> {
  let number = 0;
  let rest = "";
  try {
    for await (const chunk of createReadStream(path, { encoding: "utf8", highWaterMark: CHUNK_LENGTH })) {
      digest.update(chunk);
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      for (const text of lines) {
        number += 1;
        if (text.trim() !== "") yield { number, text };
      }
      if (rest.length > LINE_LENGTH_MAX) throw invalidError(path, number + 1, "this line has no end");
    }
  } catch (cause) {
    throw cause instanceof OperatingError ? cause : readError(path, cause);
  }
  if (rest.trim() !== "") yield { number: number + 1, text: rest };
}

/** Puts the lines into the place of the file. False where it has the same content already: then it is left alone. */
export async function replaceFile(path: string, lines: Iterable<string>, before: string): Promise<boolean> {
  // What a link points to is replaced, not the link.
  const target = await realpath(path).catch(() => path);
  const next = join(dirname(target), `.${basename(target)}.${randomUUID()}`);
  try {
    await using file = await open(next, "wx");
    const digest = createHash("sha256");
    await writeLines(file, lines, digest);
    if (digest.digest("hex") === before) return false;
    await file.sync();
    await rename(next, target);
    return true;
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
    throw new ExpectationError(
      `${path}: the expectation cannot be written (${code})`,
      "EXPECTATION_UNWRITABLE",
      "See that its folder exists and is writable for this user, and that the disk has room. The file is as it was.",
      cause,
    );
  } finally {
    await rm(next, { force: true });
  }
}

async function writeLines(file: FileHandle, lines: Iterable<string>, digest: Hash): Promise<void> {
  let text = "";
  const write = async (): Promise<void> => {
    digest.update(text);
    await file.writeFile(text);
    text = "";
  };
  for (const line of lines) {
    text += `${line}\n`;
    if (text.length >= CHUNK_LENGTH) await write();
  }
  await write();
}

export function invalidError(path: string, line: number, what: string): ExpectationError {
  return new ExpectationError(
    `${path}:${line}: ${what}`,
    "EXPECTATION_INVALID",
    "Correct the line, or have the file written anew with --update: it keeps tolerances that stand before the datapoints.",
  );
}

function readError(path: string, cause: unknown): ExpectationError {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
  if (code === "ENOENT") {
    return new ExpectationError(
      `${path}: there is no such expectation`,
      "EXPECTATION_MISSING",
      "Check the path; or have it written with --update, look at it, and commit it.",
      cause,
    );
  }
  return new ExpectationError(
    `${path}: the expectation cannot be read (${code})`,
    "EXPECTATION_UNREADABLE",
    "Name a file that this user may read.",
    cause,
  );
}
