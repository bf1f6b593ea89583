// The write side of the store: arrivals, births and statuses into tables. What cannot be read is kept aside, bounded, and throws
// nothing; what throws is the disk, and then nothing of the transaction is there.
import { type Batch, readBatch } from "../../wire/batch.ts";
import { readBirth } from "../../wire/birth.ts";
import { readStatus } from "../../wire/status.ts";
import { WireError } from "../../wire/wire-error.ts";
import { BoundedMap } from "./bounded.ts";
import { Commits } from "./commits.ts";
import type { Database } from "./database.ts";
import { toStoreError } from "./errors.ts";
import { packSignalIndex } from "./signal-index.ts";
import type { Arrival, Reception } from "./store.ts";
import { prepareStatements } from "./write-statements.ts";

/** Keys of vehicles and of streams that are kept in memory: ten thousand vehicles, with room for the streams they had before. */
const KEYS_MAX = 32_768;
/** Invalid arrivals that are kept, the newest ones, and how much of each: enough to find the fault. */
export const INVALID_ROWS_MAX = 1_000;
export const INVALID_PAYLOAD_BYTES_MAX = 64 * 1024;

interface Stream {
  readonly key: number;
  widthMax: number;
}

export class Writer {
  readonly #statements;
  readonly #commits: Commits;
  readonly #vehicles = new BoundedMap<string, number>(KEYS_MAX);
  readonly #streams = new BoundedMap<string, Stream>(KEYS_MAX);

  constructor(database: Database, path: string) {
    this.#statements = prepareStatements(database);
    this.#commits = new Commits(database, (error) => {
      // Their rows may have gone with the transaction.
      this.#vehicles.clear();
      this.#streams.clear();
      return toStoreError(path, error);
    });
  }

  /** The whole of a batch is read before it is taken, so that everything in the store can be read again. */
  putBatches(arrivals: readonly Arrival[]): Promise<readonly Reception[]> {
    const batches = arrivals.map(({ payload }) => attempt(() => readBatch(payload)));
    return this.#commits.run(() =>
      arrivals.map((arrival, index) => {
        const batch = batches[index];
        if (batch !== undefined && !(batch instanceof WireError)) return this.#putBatch(arrival, batch);
        this.#putInvalid("batch", arrival, batch);
        return "invalid";
      }),
    );
  }

  putBirth(arrival: Arrival): Promise<void> {
    const birth = attempt(() => readBirth(arrival.payload));
    return this.#commits.run(() => {
      if (birth instanceof WireError) return this.#putInvalid("birth", arrival, birth);
      const { digest } = birth.catalogue;
      this.#statements.addCatalogue.run(digest, arrival.payload);
      this.#statements.addBirth.run(this.#vehicle(arrival.vehicle), digest, arrival.receivedAtMs);
    });
  }

  putStatus(arrival: Arrival): Promise<void> {
    const status = attempt(() => readStatus(arrival.payload));
    return this.#commits.run(() => {
      if (status instanceof WireError) return this.#putInvalid("status", arrival, status);
      const { vehicle, receivedAtMs, payload } = arrival;
      const said = status.presence === "lost" ? null : payload;
      this.#statements.putStatus.run(this.#vehicle(vehicle), receivedAtMs, payload, said);
    });
  }

  #putBatch({ vehicle: id, payload, receivedAtMs }: Arrival, { header, points, aliases }: Batch): Reception {
    const { firstSequence: first, lastSequence: last } = header;
    const vehicle = this.#vehicle(id);
    const stream = this.#stream(vehicle, header.stream);
    // Who contains it begins at most the widest range before its end.
    const lowest = last - Math.max(stream.widthMax, last - first);
    if (this.#statements.container.get(stream.key, lowest, first, last) !== undefined) return "duplicate";

    const held = spanOf(points);
    const fromMs = Math.min(header.fromMs, held?.fromMs ?? header.fromMs);
    const toMs = Math.max(header.toMs, held?.toMs ?? header.toMs);
    this.#statements.addChunk.run(
      vehicle,
      stream.key,
      first,
      last,
      header.catalogue,
      fromMs,
      toMs,
      header.datapoints,
      receivedAtMs,
      packSignalIndex(aliases),
      payload,
    );
    this.#statements.widen.run({ vehicle, fromMs, toMs, datapointMs: held?.toMs ?? null, spanMs: toMs - fromMs });
    if (last - first > stream.widthMax) {
      stream.widthMax = last - first;
      this.#statements.widenStream.run(stream.widthMax, stream.key);
    }
    this.#putGaps(vehicle, stream, header.gaps);
    return "stored";
  }

  #putGaps(vehicle: number, stream: Stream, gaps: Batch["header"]["gaps"]): void {
    for (const { firstSequence, lastSequence, fromMs, toMs, datapoints, reason } of gaps) {
      this.#statements.addGap.run(vehicle, stream.key, firstSequence, lastSequence, fromMs, toMs, datapoints, reason);
    }
  }

  #putInvalid(kind: string, { vehicle, payload, receivedAtMs }: Arrival, error: WireError | undefined): void {
    const reason = error?.message ?? "unknown";
    const kept = payload.subarray(0, INVALID_PAYLOAD_BYTES_MAX);
    const { lastInsertRowid } = this.#statements.addInvalid.run(
      vehicle,
      kind,
      reason,
      receivedAtMs,
      payload.length,
      kept,
    );
    this.#statements.trimInvalid.run(Number(lastInsertRowid) - INVALID_ROWS_MAX);
  }

  #vehicle(id: string): number {
    const known = this.#vehicles.get(id);
    if (known !== undefined) return known;
    const key = this.#statements.vehicleKey.get(id)?.key ?? Number(this.#statements.addVehicle.run(id).lastInsertRowid);
    this.#vehicles.set(id, key);
    return key;
  }

  #stream(vehicle: number, bytes: Uint8Array): Stream {
    const name = `${vehicle}/${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1")}`;
    const known = this.#streams.get(name);
    if (known !== undefined) return known;
    const { stream: find, addStream } = this.#statements;
    const row = find.get(vehicle, bytes);
    const stream = row ?? { key: Number(addStream.run(vehicle, bytes).lastInsertRowid), widthMax: 0 };
    this.#streams.set(name, stream);
    return stream;
  }
}

/** First and last time of the points; they may lie beside what the header says, and are looked for by what the row says. */
function spanOf({ count, timesMs }: Batch["points"]): { readonly fromMs: number; readonly toMs: number } | undefined {
  if (count === 0) return undefined;
  let fromMs = Infinity;
  let toMs = -Infinity;
  for (let row = 0; row < count; row++) {
    const timeMs = timesMs[row] ?? 0;
    if (timeMs < fromMs) fromMs = timeMs;
    if (timeMs > toMs) toMs = timeMs;
  }
  return { fromMs, toMs };
}

/** What a reader of the wire answers, or the one error it throws for what came from outside. */
function attempt<T>(read: () => T): T | WireError {
  try {
    return read();
  } catch (error) {
    if (error instanceof WireError) return error;
    throw error;
  }
}
