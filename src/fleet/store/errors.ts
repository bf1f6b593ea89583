// What can go wrong with the store's file, told with a remedy: from SQLite's result codes to operating errors.
import { OperatingError } from "../../errors.ts";

/** The store's file cannot be used as it is, or cannot take more for now. */
export class StoreError extends OperatingError {}

/** A result code of SQLite with what it means here; extended codes (`SQLITE_IOERR_WRITE`) match by their beginning. */
const MEANINGS: readonly (readonly [prefix: string, code: string, what: string, remedy: string])[] = [
  [
    "SQLITE_FULL",
    "STORE_FULL",
    "the disk is full",
    "Free space on the store's disk. Nothing is lost meanwhile: what is not stored is not acknowledged.",
  ],
  [
    "SQLITE_NOTADB",
    "STORE_FOREIGN",
    "it is not an SQLite file",
    "Point store.path at a file that this service made, or at one that does not exist yet.",
  ],
  [
    "SQLITE_CORRUPT",
    "STORE_CORRUPT",
    "the file is damaged",
    "Stop the service, keep a copy of the file, and restore it from a backup or with `sqlite3 FILE .recover`.",
  ],
  [
    "SQLITE_BUSY",
    "STORE_BUSY",
    "another process holds it",
    "Find the process that keeps the file locked, and end it; several workers share a file without this.",
  ],
  [
    "SQLITE_READONLY",
    "STORE_READ_ONLY",
    "it cannot be written",
    "Give the service's user write access to the file and to its folder.",
  ],
  [
    "SQLITE_CANTOPEN",
    "STORE_UNREACHABLE",
    "it cannot be opened",
    "Create the folder of store.path, and give the service's user write access to it.",
  ],
  [
    "SQLITE_IOERR",
    "STORE_IO",
    "the disk reports an error",
    "Look at the kernel's log for the disk, and at the free space.",
  ],
];

/** An error of SQLite as an operating error; anything else is a programmer's error and comes back as it is. */
export function toStoreError(path: string, error: unknown): unknown {
  const sqliteCode = codeOf(error);
  if (sqliteCode === undefined) return error;
  const meaning = MEANINGS.find(([prefix]) => sqliteCode.startsWith(prefix));
  if (meaning === undefined) return error;
  const [, code, what, remedy] = meaning;
  return new StoreError(`store ${path}: ${what} (${sqliteCode})`, { code, remedy, cause: error });
}

function codeOf(error: unknown): string | undefined {
  // better-sqlite3 finds out about a missing folder before SQLite does, and gives no code.
  if (error instanceof TypeError && error.message.includes("directory does not exist")) return "SQLITE_CANTOPEN";
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
