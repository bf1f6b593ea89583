// Opening: what is refused, with which code and which remedy, and what must then be as it was. And that a long outage in
// the file does not make any statement slow.
import { mkdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { OperatingError } from "../../src/errors.ts";
import { useError } from "../../src/vehicle/outbox/errors.ts";
import { openOutbox } from "../../src/vehicle/outbox/outbox.ts";
import { openDatabase } from "../../src/vehicle/outbox/schema.ts";
import { BUS_NAMES_MAX, readShares } from "../../src/vehicle/outbox/shares.ts";
import { SqliteOutbox } from "../../src/vehicle/outbox/sqlite.ts";
import { prepareStatements } from "../../src/vehicle/outbox/statements.ts";
import type { DatapointCounters, Outbox } from "../../src/vehicle/segment.ts";
import { temporaryFolder } from "../fleet/processes.ts";
import { CATALOGUE, commitSecond, OWNERS, pointsOf, sequencesOf, sharesOf, spanOf, takeAll } from "./segments.ts";

let folder: ReturnType<typeof temporaryFolder>;
let path: string;
beforeEach(() => {
  folder = temporaryFolder();
  path = join(folder.path, "outbox.db");
});
afterEach(() => folder.remove());

function errorOf(action: () => unknown): OperatingError {
  try {
    action();
  } catch (error) {
    if (error instanceof OperatingError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

/** Opens what is there, and is refused; the message names the file, and the file is as it was. */
function expectRefusal(code: string, remedy: RegExp): void {
  const error = errorOf(() => openOutbox(path, 1e6));
  expect(error).toMatchObject({ code, message: expect.stringContaining(path) });
  expect(error.remedy).toMatch(remedy);
}

function busCounters(over: Partial<DatapointCounters>): DatapointCounters {
  return { found: 0, committed: 0, evicted: 0, acknowledged: 0, waiting: 0, ...over };
}

/** Three segments of five datapoints in an outbox as version 1 of its schema had it, made by taking away what was added. */
function writeFirstFormat(path: string): void {
  const outbox = openOutbox(path, 1e9);
  for (let segment = 0; segment < 3; segment++) commitSecond(outbox, 5);
  outbox.close();
  const file = new Sqlite(path);
  file.exec(`UPDATE life SET bytes = bytes - (SELECT sum(length(shares)) FROM segment);
    ALTER TABLE life DROP COLUMN shares; ALTER TABLE segment DROP COLUMN shares; PRAGMA user_version = 1`);
  file.close();
}

describe("an outbox is not opened", () => {
  it("where the file is a database of something else, which is left as it was", () => {
    const other = new Sqlite(path);
    other.exec("CREATE TABLE mine (a); INSERT INTO mine VALUES (1)");
    other.close();
    const before = readFileSync(path);
    expectRefusal("OUTBOX_FOREIGN", /another path/);
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it("where the file is no database", () => {
    writeFileSync(path, "hello ".repeat(1_000));
    expectRefusal("OUTBOX_CORRUPT", /Move the file away/);
  });

  it("where the file was cut off", () => {
    const outbox = openOutbox(path, 1e9);
    for (let segment = 0; segment < 100; segment++) commitSecond(outbox, 500);
    outbox.close();
    truncateSync(path, 8_192);
    expectRefusal("OUTBOX_CORRUPT", /Move the file away/);
  });

  it("where a newer version wrote the file", () => {
    openOutbox(path, 1e6).close();
    const newer = new Sqlite(path);
    newer.pragma("user_version = 99");
    newer.close();
    expectRefusal("OUTBOX_VERSION", /version of canward that wrote it/);
  });

  it("where the folder is missing, or is a file's name", () => {
    path = join(folder.path, "missing", "outbox.db");
    expectRefusal("OUTBOX_UNREADABLE", /folder exists/);
    path = join(folder.path, "folder.db");
    mkdirSync(path);
    expectRefusal("OUTBOX_UNREADABLE", /folder exists/);
  });

  it("twice at a time, and is after the first was closed", () => {
    const first = openOutbox(path, 1e6);
    expectRefusal("OUTBOX_BUSY", /Stop the other gateway/);
    commitSecond(first, 5);
    first.close();
    const second = openOutbox(path, 1e6);
    expect(second.backlog().segments).toBe(1);
    second.close();
  });
});

describe("an outbox", () => {
  it("is made where the file is empty, and keeps its stream for life", () => {
    writeFileSync(path, "");
    const first = openOutbox(path, 1e6);
    const { stream } = first;
    first.close();
    const again = openOutbox(path, 1e6);
    expect(again.stream).toEqual(stream);
    expect(stream).toHaveLength(16);
    again.close();
  });

  it("does not use a number again, though it was emptied and reopened", () => {
    let outbox: Outbox = openOutbox(path, 1e6);
    const used: number[] = [];
    for (let round = 0; round < 3; round++) {
      used.push(commitSecond(outbox, 5), commitSecond(outbox, 5));
      for (const batch of takeAll(outbox)) outbox.acknowledge(batch);
      expect(outbox.backlog()).toEqual({ segments: 0, bytes: 0, oldestMs: undefined });
      outbox.close();
      outbox = openOutbox(path, 1e6);
    }
    outbox.close();
    expect(used).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it("whose disk is full says so, keeps what it had, and counts nothing that is not there", () => {
    const database = openDatabase(path);
    const outbox = new SqliteOutbox(database, 1e9);
    commitSecond(outbox, 5);
    // SQLite's own limit stands for the disk's: the answer is the same.
    database.pragma(`max_page_count = ${String(database.pragma("page_count", { simple: true }))}`);
    const before = [outbox.nextSequence(), { ...outbox.counters }, outbox.backlog()];
    let cause: unknown;
    try {
      commitSecond(outbox, 1_000);
    } catch (error) {
      cause = error;
    }
    expect(useError(path, cause)).toMatchObject({
      code: "OUTBOX_DISK_FULL",
      message: expect.stringContaining(path),
      remedy: expect.stringMatching(/Make room/),
    });
    expect([outbox.nextSequence(), outbox.counters, outbox.backlog()]).toEqual(before);
    database.pragma("max_page_count = 1000000");
    expect(commitSecond(outbox, 1_000)).toBe(2);
    outbox.close();
  });

  it("of the first format is taken over with all that waits, which is then of no known bus; new datapoints have theirs", () => {
    writeFirstFormat(path);
    let outbox = openOutbox(path, 1e9);
    const { segments, bytes } = outbox.backlog();
    expect({ segments, waiting: outbox.counters.datapointsWaiting }).toEqual({ segments: 3, waiting: 15 });
    expect(outbox.counters.buses).toEqual(new Map([["", busCounters({ found: 15, waiting: 15 })]]));
    commitSecond(outbox, 6);
    expect(outbox.backlog().bytes).toBeGreaterThan(bytes);
    outbox.close();
    // The second time there is nothing to do.
    outbox = openOutbox(path, 1e9);
    const shares = new Map(
      [...sharesOf(6)].map(([bus, share]) => [bus, busCounters({ found: share, waiting: share })]),
    );
    expect(outbox.counters.buses).toEqual(shares.set("", busCounters({ found: 15, waiting: 15 })));
    const batches = takeAll(outbox);
    expect(batches.flatMap(sequencesOf)).toEqual([1, 2, 3, 4]);
    for (const batch of batches) outbox.acknowledge(batch);
    expect(outbox.backlog()).toEqual({ segments: 0, bytes: 0, oldestMs: undefined });
    for (const { found, acknowledged, waiting } of outbox.counters.buses.values())
      expect({ acknowledged, waiting }).toEqual({ acknowledged: found, waiting: 0 });
    outbox.close();
  });

  it("in which the note of whose datapoints a segment has is damaged still has the datapoints", () => {
    for (const [note, shares] of [
      ["{", { "": 5 }],
      ["[1]", { "": 5 }],
      ["7", { "": 5 }],
      ['{"can0":"x","can1":2}', { can1: 2, "": 3 }],
      ['{"can0":-2,"can1":9}', { "": 5 }],
    ] as const) {
      expect(readShares(note, 5)).toEqual(new Map(Object.entries(shares)));
    }
  });

  it("tells so many buses apart and no more, so that its row stays small; what is of others is of no known bus", () => {
    const outbox = openOutbox(path, 1e9);
    for (let round = 0; round < BUS_NAMES_MAX; round++) {
      const buses = ["can0", `bus-${round}`, "__proto__"];
      outbox.commit(pointsOf(6, 0, 0), { ...OWNERS, buses }, CATALOGUE, spanOf(round, round));
    }
    const { buses } = outbox.counters;
    expect(buses.size).toBe(BUS_NAMES_MAX + 1);
    expect(buses.get("__proto__")?.committed).toBe(2 * BUS_NAMES_MAX);
    expect(buses.get("")?.committed).toBe(4);
    outbox.close();
    const again = openOutbox(path, 1e9);
    for (const [bus, { committed }] of buses) expect(again.counters.buses.get(bus)?.found).toBe(committed);
    again.close();
  });

  it("finds its segments by their number: no statement walks through a backlog", () => {
    const database = openDatabase(path);
    const walks = Object.values(prepareStatements(database))
      .map(({ source }) => source)
      .filter((source) => {
        const names = Array.from(source.matchAll(/@(\w+)/g), ([, name]) => [name, null]);
        const plan = database.prepare(`EXPLAIN QUERY PLAN ${source}`).all(Object.fromEntries(names));
        return plan.some((step) => /SCAN segment/.test((step as { readonly detail: string }).detail));
      });
    expect(walks).toEqual([]);
    database.close();
  });
});
