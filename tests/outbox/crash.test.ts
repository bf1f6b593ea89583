// The outbox when its process ends without a warning, or the disk forgets what was written last.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openOutbox } from "../../src/vehicle/outbox/outbox.ts";
import { temporaryFolder } from "../fleet/processes.ts";
import { commitSecond, sequencesOf, tagsOf, takeAll } from "./segments.ts";

let folder: ReturnType<typeof temporaryFolder>;
let path: string;
beforeEach(() => {
  folder = temporaryFolder();
  path = join(folder.path, "outbox.db");
});
afterEach(() => folder.remove());

interface Report {
  readonly committed: Set<number>;
  readonly acknowledging: Set<number>;
  readonly acknowledged: Set<number>;
}

/** Lets a process work on the file, kills it after it has said `lines` things, and adds all that it said. */
async function workUntilKilled(lines: number, seed: number, report: Report): Promise<void> {
  const script = join(import.meta.dirname, "committer.ts");
  const child = spawn(process.execPath, [script, path, String(seed)], { stdio: ["ignore", "pipe", "inherit"] });
  const gone = once(child, "exit");
  let said = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    const event: { committed?: number; acknowledging?: object; acknowledged?: object } = JSON.parse(line);
    if (event.committed !== undefined) report.committed.add(event.committed);
    for (const kind of ["acknowledging", "acknowledged"] as const) {
      const span = event[kind] as { firstSequence: number; lastSequence: number } | undefined;
      for (const sequence of span === undefined ? [] : sequencesOf(span)) report[kind].add(sequence);
    }
    if (++said === lines) child.kill("SIGKILL");
  }
  await gone;
}

describe("a process that is killed", () => {
  it("leaves every segment that it was told is committed, and none that it was told is acknowledged", async () => {
    const report: Report = { committed: new Set(), acknowledging: new Set(), acknowledged: new Set() };
    // Each works on what the one before has left.
    for (const [index, lines] of [1, 23, 60, 147, 300].entries()) await workUntilKilled(lines, index + 1, report);
    const outbox = openOutbox(path, 1e9);
    const there = new Set(takeAll(outbox).flatMap(sequencesOf));
    expect(Array.from(report.acknowledged).filter((sequence) => there.has(sequence))).toEqual([]);
    const owed = Array.from(report.committed).filter((sequence) => !report.acknowledging.has(sequence));
    expect(owed.length).toBeGreaterThan(100);
    expect(owed.filter((sequence) => !there.has(sequence))).toEqual([]);
    expect(outbox.nextSequence()).toBeGreaterThan(Math.max(...report.committed));
    outbox.close();
  });
});

describe("a journal of which the end is missing", () => {
  it("leaves the segments up to some point, whole, and an outbox that goes on from there", () => {
    const outbox = openOutbox(path, 1e9);
    for (let segment = 0; segment < 20; segment++) commitSecond(outbox, 100);
    const journal = readFileSync(`${path}-wal`);
    let longest = 0;
    for (let step = 0; step <= 12; step++) {
      const torn = join(folder.path, `torn-${step}.db`);
      copyFileSync(path, torn);
      writeFileSync(`${torn}-wal`, journal.subarray(0, Math.floor((journal.length * step) / 12)));
      const after = openOutbox(torn, 1e9);
      const next = commitSecond(after, 100);
      const batches = takeAll(after);
      expect(batches.flatMap(sequencesOf)).toEqual(Array.from({ length: next }, (_, index) => index + 1));
      for (const batch of batches) {
        expect(tagsOf(batch)).toEqual(new Map(sequencesOf(batch).map((sequence) => [sequence, 100])));
      }
      expect(next).toBeGreaterThan(longest > 0 ? longest - 1 : 0);
      longest = next;
      after.close();
    }
    expect(longest).toBe(21);
    outbox.close();
  });

  it("is cut back when the outage is over", () => {
    const outbox = openOutbox(path, 1e9);
    for (let segment = 0; segment < 400; segment++) commitSecond(outbox, 1_000);
    for (const batch of takeAll(outbox)) outbox.acknowledge(batch);
    expect(statSync(`${path}-wal`).size).toBeLessThan(9e6);
    outbox.close();
  });
});
