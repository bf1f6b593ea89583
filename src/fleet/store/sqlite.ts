// The store on SQLite: one file, a connection that writes and one that reads.
import { openForReading, openForWriting } from "./database.ts";
import { toStoreError } from "./errors.ts";
import { Reader } from "./read.ts";
import type { Store } from "./store.ts";
import { Writer } from "./write.ts";

/** Opens the store at `path`, and creates it where there is none. Throws StoreError. */
export function openStore(path: string): Store {
  const writing = openForWriting(path);
  const reading = openForReading(path);
  const writer = new Writer(writing, path);
  const reader = new Reader(reading);
  const ask = async <T>(question: () => T | Promise<T>): Promise<T> => {
    try {
      return await question();
    } catch (error) {
      throw toStoreError(path, error);
    }
  };
  return {
    putBatches: (arrivals) => writer.putBatches(arrivals),
    putBirth: (vehicle, payload, receivedAtMs) => writer.putBirth({ vehicle, payload, receivedAtMs }),
    putStatus: (vehicle, payload, receivedAtMs) => writer.putStatus({ vehicle, payload, receivedAtMs }),
    vehicles: () => ask(() => reader.vehicles()),
    vehicle: (id) => ask(() => reader.vehicle(id)),
    catalogue: (vehicle) => ask(() => reader.catalogue(vehicle)),
    latest: (vehicle) => ask(() => reader.latest(vehicle)),
    history: (vehicle, ...rest) => ask(() => reader.history(vehicle, ...rest)),
    extent: (vehicle) => ask(() => reader.extent(vehicle)),
    close: async () => {
      reading.close();
      // Last, so that the write-ahead log is copied back and removed.
      writing.close();
    },
  };
}
