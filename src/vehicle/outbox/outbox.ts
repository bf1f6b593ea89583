// The outbox: datapoints go in as segments and are on disk when `commit` returns; they leave as batches and are deleted
// when a batch is acknowledged, never before. It is bounded in bytes: where that is not enough the oldest segments are
// evicted, and the gap is told to the fleet.
import type { Outbox } from "../segment.ts";
import { openError, useError } from "./errors.ts";
import { openDatabase } from "./schema.ts";
import { SqliteOutbox } from "./sqlite.ts";

/** Throws an OutboxError where the file cannot be used; so do all methods. */
export function openOutbox(path: string, bytesMax: number): Outbox {
  const database = openDatabase(path);
  try {
    return guard(path, new SqliteOutbox(database, bytesMax));
  } catch (cause) {
    database.close();
    throw openError(path, cause);
  }
}

/** Has every method throw OutboxErrors in the place of SQLite's. */
function guard(path: string, outbox: SqliteOutbox): Outbox {
  const guarded =
    <A extends unknown[], R>(method: (this: SqliteOutbox, ...args: A) => R) =>
    (...args: A): R => {
      try {
        return method.apply(outbox, args);
      } catch (cause) {
        throw useError(path, cause);
      }
    };
  return {
    stream: outbox.stream,
    counters: outbox.counters,
    nextSequence: guarded(outbox.nextSequence),
    keepCatalogue: guarded(outbox.keepCatalogue),
    catalogues: guarded(outbox.catalogues),
    commit: guarded(outbox.commit),
    take: guarded(outbox.take),
    giveBack: guarded(outbox.giveBack),
    acknowledge: guarded(outbox.acknowledge),
    backlog: guarded(outbox.backlog),
    close: guarded(outbox.close),
  };
}
