// What can go wrong with the outbox's file, told to a person. Whatever SQLite throws becomes one of these.
import { OperatingError } from "../../errors.ts";

export type OutboxErrorCode =
  | "OUTBOX_FOREIGN"
  | "OUTBOX_VERSION"
  | "OUTBOX_BUSY"
  | "OUTBOX_CORRUPT"
  | "OUTBOX_DISK_FULL"
  | "OUTBOX_UNREADABLE"
  | "OUTBOX_FAILED";

export class OutboxError extends OperatingError {
  declare readonly code: OutboxErrorCode;
}

interface Fault {
  readonly code: OutboxErrorCode;
  readonly what: string;
  readonly remedy: string;
}

/** By the beginning of SQLite's code. */
const FAULTS: readonly (readonly [prefix: string, fault: Fault])[] = [
  [
    "SQLITE_BUSY",
    {
      code: "OUTBOX_BUSY",
      what: "another process has this outbox open",
      remedy: "Stop the other gateway, or give each gateway its own `outbox.path`.",
    },
  ],
  [
    "SQLITE_FULL",
    {
      code: "OUTBOX_DISK_FULL",
      what: "the disk is full",
      remedy: "Make room on the disk of `outbox.path`, or set a smaller `outbox.bytes_max`.",
    },
  ],
];

const CORRUPT: Fault = {
  code: "OUTBOX_CORRUPT",
  what: "this is not a sound SQLite file",
  remedy: "Move the file away and start again: a new outbox is made, and what the old one held is lost.",
};

/** Turns what was thrown while the file was opened into an error for a person. */
export function openError(path: string, cause: unknown): OutboxError {
  if (cause instanceof OutboxError) return cause;
  return (
    knownError(path, cause) ??
    new OutboxError(`${path}: the outbox cannot be opened (${codeOf(cause) || String(cause)})`, {
      code: "OUTBOX_UNREADABLE",
      remedy: "Check that the folder exists and that this user may write to it.",
      cause,
    })
  );
}

/** Turns what SQLite threw while the file was used into an error for a person; anything else is handed back as it is. */
export function useError(path: string, cause: unknown): unknown {
  if (!codeOf(cause).startsWith("SQLITE_")) return cause;
  return (
    knownError(path, cause) ??
    new OutboxError(`${path}: the outbox failed (${codeOf(cause)})`, {
      code: "OUTBOX_FAILED",
      remedy: "Check the disk that holds it: the system's log says what it answered.",
      cause,
    })
  );
}

function knownError(path: string, cause: unknown): OutboxError | undefined {
  const code = codeOf(cause);
  const isCorrupt = code.startsWith("SQLITE_NOTADB") || code.startsWith("SQLITE_CORRUPT");
  const fault = isCorrupt ? CORRUPT : FAULTS.find(([prefix]) => code.startsWith(prefix))?.[1];
  return fault && new OutboxError(`${path}: ${fault.what}`, { code: fault.code, remedy: fault.remedy, cause });
}

function codeOf(cause: unknown): string {
  return cause instanceof Error && "code" in cause ? String(cause.code) : "";
}
