// The write side of the store: arrivals, births and statuses into tables. What cannot be read is kept aside, bounded, and never throws;
// what throws is the disk, and then nothing of the transaction is there.
import { readBatch } from "../../wire/batch.ts";
import { readBirth } from "../../wire/birth.ts";
import { readStatus } from "../../wire/status.ts";
import { BoundedMap } from "./bounded.ts";
import { Commits } from "./commits.ts";
import type { Database } from "./database.ts";
import { toStoreError } from "./errors.ts";
import { packSignalIndex } from "./signalIndex.ts";
import type { Arrival, Reception } from "./store.ts";
import { type Statements, prepareStatements } from "./writeStatements.ts";

/** Keys of vehicles and streams that are kept in memory: ten thousand vehicles with room for their previous streams. */
const KEYS_MAX = 32_768;
/** Invalid arrivals that are kept, the newest ones, and how much of each: enough to find the fault. */
export const INVALID_ROWS_MAX = 1_000;
export const INVALID_PAYLOAD_BYTES_MAX = 64 * 1024;

type Batch = ReturnType<typeof readBatch>;
