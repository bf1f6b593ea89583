// What can be wrong with a log as a whole, told to a person: which file, how far it was read, and what to do.
import { OperatingError } from "../../errors.ts";

export type LogErrorCode =
  | "LOG_MISSING"
  | "LOG_DIRECTORY"
  | "LOG_DENIED"
  | "LOG_TRUNCATED"
  | "LOG_CORRUPT"
  | "LOG_UNREADABLE"
  | "LOG_NO_FRAME";

export class LogError extends OperatingError {
  declare readonly code: LogErrorCode;
}

interface Fault {
  readonly code: LogErrorCode;
  readonly what: string;
  readonly remedy: string;
}

const MISSING: Fault = { code: "LOG_MISSING", what: "there is no such file", remedy: "Check the path of the log." };
const DENIED: Fault = {
  code: "LOG_DENIED",
  what: "reading is not permitted",
  remedy: "Give this user read permission for the log and its folder, or run as a user who has it.",
};

/** By the code of the system's or of zlib's error. */
const FAULTS: Readonly<Record<string, Fault>> = {
  ENOENT: MISSING,
  ENOTDIR: MISSING,
  EACCES: DENIED,
  EPERM: DENIED,
  EISDIR: {
    code: "LOG_DIRECTORY",
    what: "this is a folder, not a log",
    remedy: "Name one log file in it.",
  },
  Z_BUF_ERROR: {
    code: "LOG_TRUNCATED",
    what: "the gzip file ends too early",
    remedy: "Copy the log again. What stands before the break was read.",
  },
  Z_DATA_ERROR: {
    code: "LOG_CORRUPT",
    what: "the gzip file is damaged",
    remedy: "Copy the log again, and test it with `gzip -t`. What stands before the damage was read.",
  },
};

/** Turns an error of reading the log `path`, of which `lineNumber` lines were read, into one for a person. */
export function readingError(path: string, lineNumber: number, cause: unknown): LogError {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  const fault = FAULTS[code] ?? {
    code: "LOG_UNREADABLE",
    what: `it cannot be read (${cause instanceof Error ? cause.message : String(cause)})`,
    remedy: "Check the disk or the pipe that the log comes from.",
  };
  const place = lineNumber > 0 ? `${path}: after line ${lineNumber}` : path;
  return new LogError(`${place}: ${fault.what}`, { code: fault.code, remedy: fault.remedy, cause });
}

/** For a log that has lines, of which not one is a frame. */
export function noFrameError(path: string, lineNumber: number, firstJunkLine: number): LogError {
  const lines = lineNumber === 1 ? "its only line is not one" : `none of its ${lineNumber} lines is one`;
  return new LogError(`${path}:${firstJunkLine}: no CAN frame in this log: ${lines}`, {
    code: "LOG_NO_FRAME",
    remedy:
      "Give a log as `candump -L` writes it, plain or gzip. A line looks like this: (1700000000.123456) can0 123#1122",
  });
}
