// Ingest between a real broker and a real store, each worker a process of its own: nothing that was published is missing, and
// nothing is there twice, whoever is killed and whenever.
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import Sqlite from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { openStore } from "../../src/fleet/store/sqlite.ts";
import { encodeStatus } from "../../src/wire/status.ts";
import { batchTopic, birthTopic, statusTopic } from "../../src/wire/topics.ts";
import { needs } from "../requirements.ts";
import { batchOf, birthOf, EPOCH_MS, entry, smallBatch, streamOf } from "./batches.ts";
import {
  type Broker,
  type Script,
  startAedes,
  startMosquitto,
  startScript,
  temporaryFolder,
  until,
} from "./processes.ts";
import { connectPublisher, publishAll } from "./publisher.ts";

// Processes start and end in every test; how long that takes is the machine's affair.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

let folder: ReturnType<typeof temporaryFolder>;
let path: string;
let broker: Broker;
const workers = new Set<Script>();

beforeEach(() => {
  folder = temporaryFolder();
  path = join(folder.path, "fleet.db");
});
afterEach(async () => {
  for (const worker of workers) await worker.end("SIGKILL");
  workers.clear();
  await broker.end();
  folder.remove();
});

async function startWorker(name = "worker", connections = 8): Promise<Script> {
  const options = { broker: { url: broker.url, client_id: name, connections }, path };
  const worker = await startScript("ingest-worker.ts", [JSON.stringify(options)]);
  workers.add(worker);
  return worker;
}

/** Sequences of a stream that are in the store, in order. */
function stored(stream: Uint8Array): number[] {
  const database = new Sqlite(path, { readonly: true });
  const sql = `SELECT first_sequence FROM chunks JOIN streams ON streams.key = chunks.stream
    WHERE streams.stream = ? ORDER BY first_sequence`;
  const sequences = database.prepare<[Uint8Array], number>(sql).pluck().all(stream);
  database.close();
  return sequences;
}

const sequences = (count: number) => Array.from({ length: count }, (_, index) => index);
const batches = (stream: Uint8Array, count: number) => sequences(count).map((index) => smallBatch(stream, index));
const stream = streamOf("ingest");

const brokers = [
  ["aedes", () => startAedes()],
  ["mosquitto", () => startMosquitto(folder.path)],
] as const;

describe.each(brokers)("with %s", (name, start) => {
  if (name === "mosquitto") needs("mosquitto");
  beforeEach(async () => {
    broker = await start();
  });

  it("every batch is stored exactly once, and duplicates are dropped", async () => {
    const worker = await startWorker();
    const publisher = await connectPublisher(broker.url);
    await publishAll(publisher, batchTopic("car"), [...batches(stream, 300), ...batches(stream, 100)]);
    await until(() => stored(stream).length === 300);
    await publishAll(publisher, batchTopic("car"), [smallBatch(stream, 300)]);
    await until(() => stored(stream).length === 301);
    await publisher.endAsync();
    // The duplicates may still be on their way on another connection.
    await sleep(100);
    expect(await worker.stop()).toMatchObject({ stored: 301, duplicates: 100, invalid: 0 });
    expect(stored(stream)).toEqual(sequences(301));
  });

  it("a worker that is killed at any moment loses nothing: what it had not stored it had not acknowledged", async () => {
    let worker = await startWorker();
    const publisher = await connectPublisher(broker.url);
    const count = 3_000;
    const published = publishAll(publisher, batchTopic("car"), batches(stream, count));
    for (let kill = 0; kill < 5; kill++) {
      // At an arbitrary point of its work, which it is made to have begun.
      const held = stored(stream).length;
      await until(() => stored(stream).length > held || held === count);
      await sleep(Math.random() * 30);
      await worker.end("SIGKILL");
      worker = await startWorker();
    }
    await published;
    await until(() => stored(stream).length === count);
    await publisher.endAsync();
    expect(stored(stream)).toEqual(sequences(count));
    await worker.stop();
    expect(stored(stream)).toEqual(sequences(count));
  });

  it("what is published while no worker runs waits at the broker", async () => {
    await (await startWorker()).stop();
    const publisher = await connectPublisher(broker.url);
    await publishAll(publisher, batchTopic("car"), batches(stream, 200));
    const worker = await startWorker();
    await until(() => stored(stream).length === 200);
    await publisher.endAsync();
    await worker.stop();
  });

  it("a birth that was retained before the worker came, a late one, and a status reach the store", async () => {
    const publisher = await connectPublisher(broker.url);
    const early = birthOf([entry(1)], "early");
    const late = birthOf([entry(1)], "late");
    const retained = { qos: 1, retain: true } as const;
    await publisher.publishAsync(birthTopic("a", early.digest), Buffer.from(early.payload), retained);
    const worker = await startWorker();
    const batch = (digest: string) =>
      batchOf([{ alias: 1, timeMs: EPOCH_MS, raw: 5n }], {
        firstSequence: 1,
        fromMs: EPOCH_MS,
        toMs: EPOCH_MS + 5_000,
        catalogue: digest,
      });
    await publishAll(publisher, batchTopic("a"), [batch(early.digest)]);
    await publishAll(publisher, batchTopic("b"), [batch(late.digest)]);
    await publisher.publishAsync(birthTopic("b", late.digest), Buffer.from(late.payload), retained);
    const status = encodeStatus({
      presence: "online",
      softwareVersion: "1",
      catalogue: late.digest,
      policyVersion: "late",
      stream,
      counters: new Map(),
      buses: [],
      backlog: undefined,
      timeMs: EPOCH_MS,
    });
    await publisher.publishAsync(statusTopic("b"), Buffer.from(status), retained);
    const store = openStore(path);
    const isThere = async (vehicle: string) => (await store.latest(vehicle))[0]?.value === 5;
    await until(async () => (await isThere("a")) && (await isThere("b")));
    await until(async () => (await store.vehicle("b"))?.presence.state === "online");
    await store.close();
    await publisher.endAsync();
    await worker.stop();
  });

  it("an invalid message is kept aside and acknowledged, and those behind it arrive", async () => {
    const worker = await startWorker();
    const publisher = await connectPublisher(broker.url);
    await publishAll(publisher, batchTopic("car"), [Buffer.from("nonsense"), smallBatch(stream, 0)]);
    await publisher.publishAsync("canward/v1/not.a.vehicle/batch", Buffer.from(smallBatch(stream, 1)), { qos: 1 });
    await until(() => stored(stream).length === 1);
    await sleep(100);
    expect(await worker.stop()).toMatchObject({ stored: 1, invalid: 1, foreign: 1 });
    const again = await startWorker();
    await publishAll(publisher, batchTopic("car"), [smallBatch(stream, 2)]);
    await until(() => stored(stream).length === 2);
    await publisher.endAsync();
    // Had it not been acknowledged, the broker would have sent it again.
    expect(await again.stop()).toMatchObject({ stored: 1, invalid: 0, foreign: 0 });
  });

  it("comes back by itself when the broker was away", async () => {
    const worker = await startWorker();
    await broker.end();
    broker = await broker.restart();
    const publisher = await connectPublisher(broker.url);
    // A broker that forgot its sessions knows the worker only from its new subscription on.
    await until(async () => {
      await publishAll(publisher, batchTopic("car"), batches(stream, 10));
      await sleep(100);
      return stored(stream).length === 10;
    });
    await publisher.endAsync();
    await worker.stop();
  });
});

describe("with a disk that is full for a while", () => {
  needs("prlimit");
  beforeEach(async () => {
    broker = await startAedes();
  });

  it("nothing is acknowledged meanwhile, and everything is stored once when there is space again", async () => {
    const worker = await startWorker();
    const publisher = await connectPublisher(broker.url);
    await publishAll(publisher, batchTopic("car"), batches(stream, 10));
    await until(() => stored(stream).length === 10);
    // From here on the kernel refuses the worker every write to a file.
    limitFiles(worker, "1:");
    await publishAll(publisher, batchTopic("car"), batches(stream, 60));
    await sleep(500);
    expect(stored(stream)).toEqual(sequences(10));
    limitFiles(worker, "unlimited:");
    await until(() => stored(stream).length === 60);
    await publisher.endAsync();
    expect(await worker.stop()).toMatchObject({ stored: 60, invalid: 0 });
    expect(stored(stream)).toEqual(sequences(60));
  });

  it("a worker that is stopped meanwhile ends, and the next one stores everything once", async () => {
    const worker = await startWorker();
    const publisher = await connectPublisher(broker.url);
    limitFiles(worker, "1:");
    await publishAll(publisher, batchTopic("car"), batches(stream, 20));
    await sleep(300);
    expect(await worker.stop()).toMatchObject({ stored: 0 });
    const next = await startWorker();
    await until(() => stored(stream).length === 20);
    await publisher.endAsync();
    expect(await next.stop()).toMatchObject({ stored: 20, duplicates: 0 });
  });
});

/** `limit` is the largest file that the worker may write, as prlimit takes it. */
function limitFiles({ child }: Script, limit: string): void {
  execFileSync("prlimit", ["--pid", String(child.pid), `--fsize=${limit}`]);
}

describe("with mosquitto, which shares subscriptions", () => {
  needs("mosquitto");
  beforeEach(async () => {
    broker = await startMosquitto(folder.path);
  });

  it("two workers share the load, and together they store everything once", async () => {
    const [one, two] = await Promise.all([startWorker("one"), startWorker("two")]);
    const publisher = await connectPublisher(broker.url);
    await publishAll(publisher, batchTopic("car"), batches(stream, 400));
    await until(() => stored(stream).length === 400);
    await publisher.endAsync();
    const [first, second] = [await one.stop(), await two.stop()];
    expect(first["stored"]).toBeGreaterThan(100);
    expect(second["stored"]).toBeGreaterThan(100);
    expect((first["stored"] ?? 0) + (second["stored"] ?? 0)).toBe(400);
  });

  it("batches of several connections are committed together", async () => {
    const worker = await startWorker("group", 8);
    const publisher = await connectPublisher(broker.url);
    await publishAll(publisher, batchTopic("car"), batches(stream, 800));
    await until(() => stored(stream).length === 800);
    await publisher.endAsync();
    const { stored: batchesStored = 0, turns = Infinity } = await worker.stop();
    expect(batchesStored / turns).toBeGreaterThan(1.5);
  });

  it("a broker that restarts with its state on disk loses nothing that it took", async () => {
    const worker = await startWorker();
    const publisher = await connectPublisher(broker.url);
    await publishAll(publisher, batchTopic("car"), batches(stream, 500));
    await broker.end();
    broker = await broker.restart();
    await until(() => stored(stream).length === 500);
    await publisher.endAsync();
    await worker.stop();
    expect(stored(stream)).toEqual(sequences(500));
  });
});
