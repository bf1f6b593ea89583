// The fleet's door to SQLite: opens the store's file for writing or for reading, and brings it to the current schema.
// A file that is not ours, is newer than this program, or is damaged is refused before anything is written to it.
import Sqlite from "better-sqlite3";
import { StoreError, toStoreError } from "./errors.ts";
import { APPLICATION_ID, MIGRATIONS } from "./schema.ts";

export type Database = Sqlite.Database;
export type Statement<Parameters extends unknown[], Row = unknown> = Sqlite.Statement<Parameters, Row>;

/** How long a writer waits for another worker's transaction on the same file. */
const BUSY_TIMEOUT_MS = 10_000;
const BUSY_PAUSE_MS = 10;
/** Pages of the write-ahead log before it is copied back: 16 MiB, so that at full speed a checkpoint comes every second or two. */
const CHECKPOINT_PAGES = 4096;
/** The write-ahead log is cut back to this after a checkpoint. */
const WAL_BYTES_MAX = 64 * 1024 * 1024;
/** Page cache of each connection. */
const CACHE_KIB = 16 * 1024;

/** Opens or creates the store at `path` for writing. Throws StoreError. */
export function openForWriting(path: string): Database {
  return open(path, {}, (database) => {
    turnOnWal(database);
    // In WAL mode FULL flushes the log at every commit: what was committed survives a power cut.
    database.pragma("synchronous = FULL");
    database.pragma("foreign_keys = ON");
    database.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
    database.pragma(`journal_size_limit = ${WAL_BYTES_MAX}`);
    migrate(database, path);
  });
}

/** Opens the store at `path`, which a writer has made, for reading beside that writer. Throws StoreError. */
export function openForReading(path: string): Database {
  return open(path, { readonly: true, fileMustExist: true }, () => undefined);
}

function open(path: string, options: Sqlite.Options, prepare: (database: Database) => void): Database {
  let database: Database | undefined;
  try {
    const opened = new Sqlite(path, { ...options, timeout: BUSY_TIMEOUT_MS });
    database = opened;
    // One snapshot: between two questions another worker may have made the tables.
    database.transaction(() => refuseForeign(opened, path)).deferred();
    database.pragma(`cache_size = -${CACHE_KIB}`);
    prepare(database);
    return database;
  } catch (error) {
    database?.close();
    throw toStoreError(path, error);
  }
}

/** SQLite does not wait by its own timeout where two connections change a new file's journal mode at the same time. */
function turnOnWal(database: Database): void {
  const sleeper = new Int32Array(new SharedArrayBuffer(4));
  for (let waitedMs = 0; ; waitedMs += BUSY_PAUSE_MS) {
    try {
      database.pragma("journal_mode = WAL");
      return;
    } catch (error) {
      if (!(error instanceof Sqlite.SqliteError) || !error.code.startsWith("SQLITE_BUSY")) throw error;
      if (waitedMs >= BUSY_TIMEOUT_MS) throw error;
      Atomics.wait(sleeper, 0, 0, BUSY_PAUSE_MS);
    }
  }
}

function refuseForeign(database: Database, path: string): void {
  const applicationId = database.pragma("application_id", { simple: true });
  const version = Number(database.pragma("user_version", { simple: true }));
  const tables = Number(database.prepare("SELECT count(*) FROM sqlite_schema").pluck().get());
  if (applicationId !== APPLICATION_ID && (applicationId !== 0 || tables > 0)) {
    throw new StoreError(`store ${path}: it is a database of another program`, {
      code: "STORE_FOREIGN",
      remedy: "Point store.path at a file that this service made, or at one that does not exist yet.",
    });
  }
  if (version > MIGRATIONS.length) {
    throw new StoreError(`store ${path}: it has schema ${version}, and this program knows up to ${MIGRATIONS.length}`, {
      code: "STORE_NEWER",
      remedy: "Run the version of canward that wrote the file, or a newer one.",
    });
  }
}

function migrate(database: Database, path: string): void {
  const step = database.transaction(() => {
    // Read again under the write lock: another worker may have been faster.
    const version = Number(database.pragma("user_version", { simple: true }));
    for (const sql of MIGRATIONS.slice(version)) database.exec(sql);
    database.pragma(`application_id = ${APPLICATION_ID}`);
    database.pragma(`user_version = ${MIGRATIONS.length}`);
  });
  if (Number(database.pragma("user_version", { simple: true })) === MIGRATIONS.length) return;
  step.immediate();
  refuseForeign(database, path);
}
