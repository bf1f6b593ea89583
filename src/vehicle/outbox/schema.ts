// The outbox on disk: its tables, and how a file is opened. One process at a time; a foreign, newer or broken file is
// refused and left as it is. The one door to SQLite on the vehicle.
import { randomBytes } from "node:crypto";
import Sqlite, { type Database } from "better-sqlite3";
import { OutboxError, openError } from "./errors.ts";

export type { Database };

/** "cwob" in ASCII: tells an outbox from any other SQLite file. */
const APPLICATION_ID = 0x63776f62;
const SCHEMA_VERSION = 2;
/** The write-ahead log is cut back to this after a checkpoint, so that one long outage does not keep its size for ever. */
const JOURNAL_BYTES_MAX = 8 * 1024 * 1024;
/** SQLite's own cache of pages: a segment is written once and read once, so little is gained by more. In KiB. */
const CACHE_KIB = 1024;
/** How long an opener waits for a process that is about to end. */
const BUSY_TIMEOUT_MS = 1000;

const SCHEMA = `
  -- One row. It is written in the same transaction as the segments, so that nothing has to be counted when a file with a
  -- long outage in it is opened, and so that a number is never used twice, however empty the outbox became.
  CREATE TABLE life (
    stream BLOB NOT NULL CHECK (length(stream) = 16),
    -- How often the outbox was opened. The monotonic clock may begin anew with each.
    runs INTEGER NOT NULL DEFAULT 0,
    next_sequence INTEGER NOT NULL DEFAULT 1,
    -- Of all segments that are there.
    segments INTEGER NOT NULL DEFAULT 0,
    bytes INTEGER NOT NULL DEFAULT 0,
    datapoints INTEGER NOT NULL DEFAULT 0,
    -- Whose the datapoints are, see shares.ts.
    shares TEXT NOT NULL DEFAULT ''
  ) STRICT;
  CREATE TABLE segment (
    sequence INTEGER PRIMARY KEY,
    run INTEGER NOT NULL,
    catalogue TEXT NOT NULL,
    -- What it covers, by the monotonic clock.
    from_ms INTEGER NOT NULL,
    to_ms INTEGER NOT NULL,
    -- Wall clock minus monotonic clock, and how far the wall clock was to be trusted.
    clock_offset_ms INTEGER NOT NULL,
    clock_quality TEXT NOT NULL,
    datapoints INTEGER NOT NULL,
    -- Before the payload, which may fill several pages.
    shares TEXT NOT NULL DEFAULT '',
    payload BLOB NOT NULL
  ) STRICT;
  -- Segments that were joined for a publish which is not acknowledged yet: joined again, they are the same batch.
  CREATE TABLE batch (first_sequence INTEGER PRIMARY KEY, last_sequence INTEGER NOT NULL) STRICT;
  -- Segments that were given up. The batch that tells the fleet of it, once there is one.
  CREATE TABLE gap (
    first_sequence INTEGER PRIMARY KEY,
    last_sequence INTEGER NOT NULL,
    from_ms INTEGER NOT NULL,
    to_ms INTEGER NOT NULL,
    datapoints INTEGER NOT NULL,
    batch INTEGER
  ) STRICT;
  -- No segment from retired_at on cites the catalogue; NULL while it is in force.
  CREATE TABLE catalogue (digest TEXT PRIMARY KEY, birth BLOB NOT NULL, retired_at INTEGER) STRICT, WITHOUT ROWID;
`;

/**
 * Step i takes a file from version i + 1 to i + 2. None rewrites segments, so that a file with a long outage in it opens as fast as
 * any. What an outbox of version 1 holds keeps its place and its number; whose it is was not written down then.
 */
const MIGRATIONS = [
  `ALTER TABLE life ADD COLUMN shares TEXT NOT NULL DEFAULT '';
   ALTER TABLE segment ADD COLUMN shares TEXT NOT NULL DEFAULT '';`,
];

/** Opens the file, and makes it where there is none. Throws an OutboxError that says what to do. */
export function openDatabase(path: string): Database {
  let database: Database | undefined;
  try {
    database = new Sqlite(path, { timeout: BUSY_TIMEOUT_MS });
    // Nobody else writes here, and a lock that is never given up saves the shared memory file.
    database.pragma("locking_mode = EXCLUSIVE");
    const isNew = database.pragma("application_id", { simple: true }) === 0 && isEmpty(database);
    if (!isNew) checkOwn(database, path);
    database.pragma("journal_mode = WAL");
    // A commit is on the disk when it returns: that is what the flush interval promises.
    database.pragma("synchronous = FULL");
    database.pragma(`journal_size_limit = ${JOURNAL_BYTES_MAX}`);
    database.pragma(`cache_size = -${CACHE_KIB}`);
    if (isNew) create(database);
    else migrate(database);
    return database;
  } catch (cause) {
    database?.close();
    throw openError(path, cause);
  }
}

function isEmpty(database: Database): boolean {
  return database.prepare("SELECT count(*) FROM sqlite_schema").pluck().get() === 0;
}

function create(database: Database): void {
  database.transaction(() => {
    database.pragma(`application_id = ${APPLICATION_ID}`);
    database.pragma(`user_version = ${SCHEMA_VERSION}`);
    database.exec(SCHEMA);
    database.prepare("INSERT INTO life (stream) VALUES (?)").run(randomBytes(16));
  })();
}

function migrate(database: Database): void {
  const steps = MIGRATIONS.slice(versionOf(database) - 1);
  if (steps.length === 0) return;
  database.transaction(() => {
    for (const step of steps) database.exec(step);
    database.pragma(`user_version = ${SCHEMA_VERSION}`);
  })();
}

function versionOf(database: Database): number {
  return Number(database.pragma("user_version", { simple: true }));
}

function checkOwn(database: Database, path: string): void {
  const id = database.pragma("application_id", { simple: true });
  if (id !== APPLICATION_ID) {
    throw new OutboxError(`${path}: this SQLite file is not an outbox`, {
      code: "OUTBOX_FOREIGN",
      remedy: "Give another path in `outbox.path`; the file there belongs to something else.",
    });
  }
  const version = versionOf(database);
  if (version < 1 || version > SCHEMA_VERSION) {
    throw new OutboxError(
      `${path}: the outbox has format ${version}, this version of canward reads 1 to ${SCHEMA_VERSION}`,
      {
        code: "OUTBOX_VERSION",
        remedy: "Run the version of canward that wrote it until it is empty, or give another path in `outbox.path`.",
      },
    );
  }
}
