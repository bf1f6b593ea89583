// The store on a real SQLite file: what goes in comes out, once, whatever the order of its arrival, and what is wrong is said.

import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import Sqlite from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { StoreError } from "../../src/fleet/store/errors.ts";
import { openStore } from "../../src/fleet/store/sqlite.ts";
import type { Store } from "../../src/fleet/store/store.ts";
import { INVALID_ROWS_MAX } from "../../src/fleet/store/write.ts";
import { encodeStatus, type Status } from "../../src/wire/status.ts";
import { batchOf, birthOf, EPOCH_MS, entry, type Row, smallBatch, streamOf } from "./batches.ts";
import { healthyBuses, troubledBuses } from "./bus-examples.ts";
import { temporaryFolder, until } from "./processes.ts";

let folder: ReturnType<typeof temporaryFolder>;
let path: string;
let store: Store;

beforeEach(() => {
  folder = temporaryFolder();
  path = join(folder.path, "fleet.db");
  store = openStore(path);
});
afterEach(async () => {
  await store.close();
  folder.remove();
});

const t = (seconds: number) => EPOCH_MS + 1_000 * seconds;
const arrival = (payload: Uint8Array, vehicle = "car") => ({ vehicle, payload, receivedAtMs: t(100) });
const put = (...payloads: Uint8Array[]) => store.putBatches(payloads.map((payload) => arrival(payload)));
const rows = (...values: readonly (readonly [alias: number, seconds: number, raw: bigint])[]): Row[] =>
  values.map(([alias, seconds, raw]) => ({ alias, timeMs: t(seconds), raw }));
const count = (table: string) => {
  const database = new Sqlite(path, { readonly: true });
  const answer = database.prepare(`SELECT count(*) FROM ${table}`).pluck().get();
  database.close();
  return answer;
};

describe("a new store", () => {
  it("can be opened by several workers in the same instant", async () => {
    const flag = new Int32Array(new SharedArrayBuffer(8));
    const openers = Array.from({ length: 3 }, () => {
      return new Worker(join(import.meta.dirname, "opener.ts"), { workerData: flag });
    });
    const answers: unknown[] = [];
    for (let round = 0; round < 50; round++) {
      flag.fill(0);
      const answered = openers.map((opener) => once(opener, "message"));
      for (const opener of openers) opener.postMessage(join(folder.path, `${round}.db`));
      await until(() => Atomics.load(flag, 0) === openers.length);
      Atomics.store(flag, 1, 1);
      answers.push(...(await Promise.all(answered)).flat());
    }
    await Promise.all(openers.map((opener) => opener.terminate()));
    expect(new Set(answers)).toEqual(new Set(["opened"]));
  });
});

describe("duplicates", () => {
  it("a batch is stored once, in the same transaction, later, and after a restart", async () => {
    const batch = smallBatch(streamOf("a"), 1);
    expect(await put(batch, batch)).toEqual(["stored", "duplicate"]);
    expect(await put(batch)).toEqual(["duplicate"]);
    await store.close();
    store = openStore(path);
    expect(await put(batch)).toEqual(["duplicate"]);
    expect(count("chunks")).toBe(1);
  });

  it("vehicle and stream are part of a batch's identity", async () => {
    const batch = smallBatch(streamOf("a"), 1);
    await put(batch);
    expect(await store.putBatches([arrival(batch, "other")])).toEqual(["stored"]);
    expect(await put(smallBatch(streamOf("b"), 1))).toEqual(["stored"]);
  });

  it("a range that lies within a stored one is a duplicate; one that only overlaps is stored", async () => {
    const range = (firstSequence: number, lastSequence: number) =>
      batchOf([], { firstSequence, lastSequence, fromMs: t(firstSequence), toMs: t(lastSequence) });
    expect(await put(range(5, 6))).toEqual(["stored"]);
    expect(await put(range(1, 10))).toEqual(["stored"]);
    expect(await put(range(7, 8), range(1, 3), range(10, 10))).toEqual(["duplicate", "duplicate", "duplicate"]);
    expect(await put(range(10, 11), range(0, 1))).toEqual(["stored", "stored"]);
    expect(await put(range(12, 12))).toEqual(["stored"]);
  });
});

describe("births", () => {
  it("a birth that comes after its batches makes them readable", async () => {
    const catalogue = birthOf([entry(3)]);
    const batch = batchOf(rows([3, 1, 7n]), {
      firstSequence: 1,
      fromMs: t(0),
      toMs: t(5),
      catalogue: catalogue.digest,
    });
    await put(batch);
    expect(await store.latest("car")).toEqual([]);
    expect(await store.history("car", "Vehicle.Signal3", t(0), t(5), 100)).toBeUndefined();
    await store.putBirth("car", catalogue.payload, t(200));
    expect(await store.latest("car")).toMatchObject([{ timeMs: t(1), value: 7 }]);
    expect(await store.history("car", "Vehicle.Signal3", t(0), t(5), 100)).toMatchObject({
      values: [7],
      datapoints: 1,
    });
  });

  it("a path keeps its history when a new catalogue gives it another alias, factor and encoding", async () => {
    const old = birthOf([entry(1, { path: "Vehicle.Speed" }), entry(2, { path: "Vehicle.Other" })]);
    const young = birthOf([entry(2, { path: "Vehicle.Speed", factor: 0.5, encoding: "unsigned" })]);
    await store.putBirth("car", old.payload, t(0));
    await store.putBirth("car", young.payload, t(1));
    await put(
      batchOf(rows([1, 1, -10n], [2, 1, 99n]), {
        firstSequence: 1,
        fromMs: t(0),
        toMs: t(2),
        catalogue: old.digest,
      }),
      batchOf(rows([2, 3, 30n]), { firstSequence: 2, fromMs: t(2), toMs: t(4), catalogue: young.digest }),
    );
    expect(await store.history("car", "Vehicle.Speed", t(0), t(4), 100)).toMatchObject({ values: [-10, 15] });
    expect(await store.history("car", "Vehicle.Other", t(0), t(4), 100)).toMatchObject({ values: [99] });
    expect(await store.latest("car")).toMatchObject([{ entry: { path: "Vehicle.Speed" }, value: 15 }]);
    expect((await store.catalogue("car"))?.digest).toBe(young.digest);
    // Back to the old policy: its retained birth is not new, but the vehicle says that it is in force.
    await store.putStatus("car", encodeStatus({ ...status, catalogue: old.digest }), t(5));
    expect((await store.catalogue("car"))?.digest).toBe(old.digest);
  });
});

const status: Status = {
  presence: "online",
  softwareVersion: "1.2.3",
  catalogue: "00000000000000aa",
  policyVersion: "2026.11-1",
  stream: streamOf("a"),
  counters: new Map([["frames", 12]]),
  buses: [],
  backlog: { segments: 2, bytes: 300, oldestMs: t(1) },
  timeMs: t(10),
};

describe("vehicles", () => {
  it("are listed with what they said last, and since when", async () => {
    await store.putStatus("car", encodeStatus(status), t(11));
    await put(batchOf(rows([1, 3, 1n]), { firstSequence: 1, fromMs: t(0), toMs: t(5) }));
    await store.putBatches([arrival(smallBatch(streamOf("z"), 1), "silent")]);
    const [car, silent] = await store.vehicles();
    expect(car).toEqual({
      id: "car",
      presence: { state: "online", sinceMs: t(10) },
      lastDatapointMs: t(3),
      backlog: { segments: 2, bytes: 300, oldestMs: t(1) },
      policyVersion: "2026.11-1",
      softwareVersion: "1.2.3",
      signals: 0,
      buses: undefined,
    });
    expect(silent).toMatchObject({ id: "silent", presence: { state: "unknown", sinceMs: undefined } });
    expect(await store.vehicle("nobody")).toBeUndefined();
    expect(await store.extent("car")).toEqual({ fromMs: t(0), toMs: t(5) });
  });

  it("were lost when the broker said so, and a retained message that comes again changes nothing", async () => {
    const will = encodeStatus({ ...status, presence: "lost", backlog: undefined });
    await store.putStatus("car", will, t(50));
    await store.putStatus("car", will, t(90));
    expect((await store.vehicle("car"))?.presence).toEqual({ state: "lost", sinceMs: t(50) });
  });
});

describe("buses", () => {
  const buses = troubledBuses(t(9));
  const will = encodeStatus({ ...status, presence: "lost", backlog: undefined });
  const report = async (id: string) => (await store.vehicle(id))?.buses;

  it("are those that the vehicle itself said last, though the broker said since that it is lost", async () => {
    await store.putStatus("car", encodeStatus({ ...status, buses: healthyBuses(t(1)), timeMs: t(2) }), t(2));
    await store.putStatus("car", encodeStatus({ ...status, buses, timeMs: t(9) }), t(9));
    expect(await report("car")).toEqual({ saidMs: t(9), statuses: buses });
    await store.putStatus("car", will, t(50));
    expect(await report("car")).toEqual({ saidMs: t(9), statuses: buses });
    expect((await store.vehicle("car"))?.presence.state).toBe("lost");
    await store.putStatus("car", encodeStatus({ ...status, presence: "offline", timeMs: t(60) }), t(60));
    expect(await report("car")).toBeUndefined();
  });

  it("are not known of a vehicle of which there is only a last will", async () => {
    await store.putStatus("car", will, t(50));
    expect(await report("car")).toBeUndefined();
  });

  it("are kept in a store that was made before they were told apart", async () => {
    await store.putStatus("car", encodeStatus({ ...status, buses }), t(9));
    await store.close();
    const before = new Sqlite(path);
    before.exec("ALTER TABLE statuses DROP COLUMN said; PRAGMA user_version = 1");
    before.close();
    store = openStore(path);
    expect(await report("car")).toEqual({ saidMs: t(10), statuses: buses });
    await store.putStatus("car", will, t(50));
    expect(await report("car")).toEqual({ saidMs: t(10), statuses: buses });
  });
});

describe("gaps", () => {
  it("are where no batch covers the time, and where the vehicle declared an eviction", async () => {
    const catalogue = birthOf([entry(1)]);
    await store.putBirth("car", catalogue.payload, t(0));
    const batch = (sequence: number, from: number, to: number, gaps: Parameters<typeof batchOf>[1]["gaps"] = []) =>
      batchOf([], { firstSequence: sequence, fromMs: t(from), toMs: t(to), catalogue: catalogue.digest, gaps });
    const evicted = {
      firstSequence: 3,
      lastSequence: 4,
      fromMs: t(20),
      toMs: t(25),
      datapoints: 9,
      reason: "evicted",
    } as const;
    await put(batch(1, 0, 5), batch(2, 5, 10), batch(6, 30, 40, [evicted]), batch(7, 40, 50, [evicted]));
    const history = await store.history("car", "Vehicle.Signal1", t(-100), t(100), 100);
    expect(history?.gaps).toEqual([
      { fromMs: t(10), toMs: t(20), reason: "missing" },
      { fromMs: t(20), toMs: t(25), reason: "evicted" },
      { fromMs: t(25), toMs: t(30), reason: "missing" },
    ]);
    expect(count("gaps")).toBe(1);
  });
});

describe("what is invalid", () => {
  it("is kept aside with its reason, next to the good ones of the same transaction", async () => {
    const good = smallBatch(streamOf("a"), 1);
    expect(await put(Buffer.from("nonsense"), good, new Uint8Array(), good.subarray(0, good.length - 3))).toEqual([
      "invalid",
      "stored",
      "invalid",
      "invalid",
    ]);
    await store.putBirth("car", Buffer.from("x"), t(0));
    await store.putStatus("car", new Uint8Array(), t(0));
    expect(count("invalid")).toBe(5);
  });

  it("cannot fill the disk: only the newest are kept", async () => {
    const nonsense = Array.from({ length: INVALID_ROWS_MAX + 50 }, () => Buffer.from("nonsense"));
    await put(...nonsense);
    expect(count("invalid")).toBe(INVALID_ROWS_MAX);
  });
});

describe("latest", () => {
  it("finds what is as old as its chunk, exact at 64 bits, with its name; what never came is undefined", async () => {
    const catalogue = birthOf([
      entry(1, { values: new Map([["2", "Charging"]]) }),
      entry(2, { encoding: "unsigned" }),
      entry(3),
    ]);
    await store.putBirth("car", catalogue.payload, t(0));
    const wide = (1n << 64n) - 1n;
    const batches = Array.from({ length: 200 }, (_, index) =>
      batchOf(index === 0 ? rows([2, 1, wide], [1, 1, 1n]) : rows([1, index * 5, 2n]), {
        firstSequence: index,
        fromMs: t(index * 5),
        toMs: t(index * 5 + 5),
        catalogue: catalogue.digest,
      }),
    );
    await put(...batches.toReversed());
    expect(await store.latest("car")).toMatchObject([
      { timeMs: t(995), value: 2, text: "Charging" },
      { timeMs: t(1), value: wide.toString() },
      { timeMs: undefined, value: undefined },
    ]);
  });
});

describe("the file", () => {
  const failure = (open: () => unknown) => {
    try {
      open();
    } catch (error) {
      return error;
    }
    return undefined;
  };

  it.each([
    [
      "another program's database",
      "STORE_FOREIGN",
      (file: string) => void new Sqlite(file).exec("CREATE TABLE a (b)").close(),
    ],
    ["no database at all", "STORE_FOREIGN", (file: string) => writeFileSync(file, "a".repeat(10_000))],
    [
      "one of a newer version",
      "STORE_NEWER",
      (file: string) => {
        void openStore(file).close();
        new Sqlite(file).exec("PRAGMA user_version = 99").close();
      },
    ],
  ])("that is %s is refused with a remedy, and stays as it was", (_, code, make) => {
    const file = join(folder.path, "other.db");
    make(file);
    const before = readFileSync(file);
    const error = failure(() => openStore(file));
    expect(error).toBeInstanceOf(StoreError);
    expect(error).toMatchObject({ code, message: expect.stringContaining(file), remedy: expect.stringMatching(/\.$/) });
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it("in a folder that is not there is refused with a remedy", () => {
    const error = failure(() => openStore(join(folder.path, "absent", "fleet.db")));
    expect(error).toMatchObject({ code: "STORE_UNREACHABLE" });
  });
});
