// The store's tables. The schema only grows: each step is applied once, in order, and `user_version` says how far a file is.

/** "cnwf": marks the file as a fleet store of canward. */
export const APPLICATION_ID = 0x636e_7766;

/**
 * Step `i` takes a file from `user_version` i to i + 1. Times are milliseconds since 1970; digests are 16 hexadecimal digits.
 *
 * A digest is over the whole catalogue, so vehicles with the same policy share one row of `catalogues`; a chunk may be there before it.
 * `span_max_ms` and `width_max` are the longest span and the widest range of sequences that ever came: with them a search
 * for what overlaps or contains a given range is bounded on both sides of an ordinary index.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE vehicles (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    from_ms INTEGER,
    to_ms INTEGER,
    datapoint_ms INTEGER,
    span_max_ms INTEGER NOT NULL DEFAULT 0
  ) STRICT;

  CREATE TABLE streams (
    key INTEGER PRIMARY KEY,
    vehicle INTEGER NOT NULL REFERENCES vehicles (key),
    stream BLOB NOT NULL,
    width_max INTEGER NOT NULL DEFAULT 0,
    UNIQUE (vehicle, stream)
  ) STRICT;

  CREATE TABLE chunks (
    key INTEGER PRIMARY KEY,
    vehicle INTEGER NOT NULL REFERENCES vehicles (key),
    stream INTEGER NOT NULL REFERENCES streams (key),
    first_sequence INTEGER NOT NULL,
    last_sequence INTEGER NOT NULL,
    catalogue TEXT NOT NULL,
    from_ms INTEGER NOT NULL,
    to_ms INTEGER NOT NULL,
    datapoints INTEGER NOT NULL,
    received_ms INTEGER NOT NULL,
    aliases BLOB NOT NULL,
    payload BLOB NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX chunk_identity ON chunks (stream, first_sequence, last_sequence);
  CREATE INDEX chunk_span ON chunks (vehicle, from_ms);

  CREATE TABLE gaps (
    key INTEGER PRIMARY KEY,
    vehicle INTEGER NOT NULL REFERENCES vehicles (key),
    stream INTEGER NOT NULL REFERENCES streams (key),
    first_sequence INTEGER NOT NULL,
    last_sequence INTEGER NOT NULL,
    from_ms INTEGER NOT NULL,
    to_ms INTEGER NOT NULL,
    datapoints INTEGER NOT NULL,
    reason TEXT NOT NULL,
    UNIQUE (stream, first_sequence, last_sequence, reason)
  ) STRICT;
  CREATE INDEX gap_span ON gaps (vehicle, from_ms);

  CREATE TABLE catalogues (
    digest TEXT PRIMARY KEY,
    birth BLOB NOT NULL
  ) STRICT;

  CREATE TABLE births (
    key INTEGER PRIMARY KEY,
    vehicle INTEGER NOT NULL REFERENCES vehicles (key),
    catalogue TEXT NOT NULL REFERENCES catalogues (digest),
    received_ms INTEGER NOT NULL,
    UNIQUE (vehicle, catalogue)
  ) STRICT;

  CREATE TABLE statuses (
    vehicle INTEGER PRIMARY KEY REFERENCES vehicles (key),
    received_ms INTEGER NOT NULL,
    payload BLOB NOT NULL
  ) STRICT;

  CREATE TABLE invalid (
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    vehicle TEXT NOT NULL,
    kind TEXT NOT NULL,
    reason TEXT NOT NULL,
    received_ms INTEGER NOT NULL,
    length_bytes INTEGER NOT NULL,
    payload BLOB NOT NULL
  ) STRICT;
  `,
  // The last status that the vehicle said itself: the last will takes its place in `payload`, and knows nothing of buses.
  "ALTER TABLE statuses ADD COLUMN said BLOB",
];
