// How many batches one ingest worker stores a second: from a broker, with a backlog that waits for the worker, into SQLite with every
// commit flushed. Publisher, broker and worker are processes of their own. Then, in this process, where the time goes.
// Run it: node bench/ingest.ts [mosquitto|aedes]
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import Sqlite from "better-sqlite3";
import { openStore } from "../src/fleet/store/sqlite.ts";
import { readBatch } from "../src/wire/batch.ts";
import { type Broker, startAedes, startMosquitto, startScript, temporaryFolder } from "../tests/fleet/processes.ts";
import { MOSQUITTO } from "../tests/requirements.ts";
import { batches } from "./ingest/payloads.ts";

const BATCHES = 40_000;
const VEHICLES = 500;
const CONNECTIONS = 32;
const TRIALS = 3;

export interface IngestFigures {
  readonly broker: "mosquitto" | "aedes";
  readonly batches: number;
  readonly batchBytes: number;
  readonly datapointsPerBatch: number;
  /** Median of the trials, between a tenth and nine tenths of the batches. */
  readonly batchesPerSecond: number;
  /** CPU time of the worker for each batch, start included. */
  readonly workerMicrosPerBatch: number;
  readonly batchesPerCommit: number;
}

export interface StoreFigures {
  /** Microseconds a batch: the check that it can be read; all of putBatches, which includes that; and the same for single commits. */
  readonly readMicros: number;
  readonly putMicros: number;
  readonly putSingleMicros: number;
}

/** Broker, publisher and worker, end to end. */
export async function measureIngest(
  broker: IngestFigures["broker"],
  count: number = BATCHES,
  trials: number = TRIALS,
): Promise<IngestFigures> {
  const results = [];
  for (let trial = 0; trial < trials; trial++) results.push(await trialOf(broker, count));
  const [sample] = [...batches(1, 1)];
  const payload = sample?.[1] ?? new Uint8Array();
  return {
    broker,
    batches: count,
    batchBytes: payload.length,
    datapointsPerBatch: readBatch(payload).header.datapoints,
    batchesPerSecond: median(results.map((result) => result.batchesPerSecond)),
    workerMicrosPerBatch: median(results.map((result) => result.workerMicrosPerBatch)),
    batchesPerCommit: median(results.map((result) => result.batchesPerCommit)),
  };
}

/** The store alone, in this process: groups of one batch a connection, as ingest hands them in, and single ones. */
export async function measureStore(count: number = 10_000): Promise<StoreFigures> {
  const payloads = [...batches(count, VEHICLES)];
  const arrivals = payloads.map(([vehicle, payload]) => ({ vehicle, payload, receivedAtMs: Date.now() }));
  for (const { payload } of arrivals.slice(0, 2_000)) readBatch(payload);
  const readMicros = await microsEach(count, async () => {
    for (const { payload } of arrivals) readBatch(payload);
  });
  const put = (group: number) =>
    withFolder(async (folder) => {
      const store = openStore(join(folder, "fleet.db"));
      const micros = await microsEach(count, async () => {
        for (let from = 0; from < count; from += group) await store.putBatches(arrivals.slice(from, from + group));
      });
      await store.close();
      return micros;
    });
  return { readMicros, putMicros: await put(CONNECTIONS), putSingleMicros: await put(1) };
}

async function trialOf(name: IngestFigures["broker"], count: number) {
  return withFolder(async (folder) => {
    const broker = name === "aedes" ? await startAedes() : await startMosquitto(folder);
    try {
      return await drain(broker, join(folder, "fleet.db"), count);
    } finally {
      await broker.end("SIGKILL");
    }
  });
}

async function drain(broker: Broker, path: string, count: number) {
  const options = JSON.stringify({ broker: { url: broker.url, client_id: "bench", connections: CONNECTIONS }, path });
  // The first worker leaves its sessions behind, in which the batches then wait.
  await (await startScript("ingest-worker.ts", [options])).end();
  const script = join(import.meta.dirname, "ingest", "publish.ts");
  const publisher = spawn(process.execPath, [script, broker.url, String(count), String(VEHICLES)], {
    stdio: "inherit",
  });
  const [code] = await once(publisher, "exit");
  if (code !== 0) throw new Error(`the publisher ended with ${code}`);

  const database = new Sqlite(path, { readonly: true });
  const held = database.prepare<[], number>("SELECT ifnull(max(key), 0) FROM chunks").pluck();
  const reached = async (share: number) => {
    while ((held.get() ?? 0) < share * count) await sleep(5);
    return { stored: held.get() ?? 0, atMs: performance.now() };
  };
  const worker = await startScript("ingest-worker.ts", [options]);
  const from = await reached(0.1);
  const to = await reached(0.9);
  await reached(1);
  database.close();
  const counters = await worker.stop();
  return {
    batchesPerSecond: ((to.stored - from.stored) / (to.atMs - from.atMs)) * 1_000,
    workerMicrosPerBatch: (counters["cpuMicros"] ?? 0) / count,
    batchesPerCommit: (counters["stored"] ?? 0) / (counters["turns"] ?? 1),
  };
}

async function withFolder<T>(run: (folder: string) => Promise<T>): Promise<T> {
  const folder = temporaryFolder();
  try {
    return await run(folder.path);
  } finally {
    folder.remove();
  }
}

async function microsEach(count: number, run: () => Promise<void>): Promise<number> {
  const startMs = performance.now();
  await run();
  return ((performance.now() - startMs) * 1_000) / count;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

if (import.meta.main) {
  const print = (line: unknown) => process.stdout.write(`${JSON.stringify(line)}\n`);
  const [only] = process.argv.slice(2);
  print(await measureStore());
  if (existsSync(MOSQUITTO) && only !== "aedes") print(await measureIngest("mosquitto"));
  if (only !== "mosquitto") print(await measureIngest("aedes"));
}
