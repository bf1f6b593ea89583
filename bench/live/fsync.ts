// What a commit costs on the disk here, where it waits until the disk has the data: the outbox fed as a gateway feeds it.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openOutbox } from "../../src/vehicle/outbox/outbox.ts";
import { loadPlan } from "../../src/vehicle/policy/load.ts";
import { createDatapoints } from "../../src/wire/datapoints.ts";

const COMMITS = 200;
const DATAPOINTS = 800;
const INTERVAL_MS = 100;

export interface FsyncFigure {
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Of each commit: an interval of 100 ms with 800 datapoints. `allowlist` has 400 signals. */
export function measureFsync(allowlist: string): FsyncFigure {
  const folder = mkdtempSync(join(tmpdir(), "canward-bench-"));
  const outbox = openOutbox(join(folder, "outbox.db"), 64e6);
  try {
    const { plan } = loadPlan(allowlist);
    const points = createDatapoints(DATAPOINTS);
    const timesMs: number[] = [];
    for (let commit = 0; commit < COMMITS; commit++) {
      const fromMs = commit * INTERVAL_MS;
      for (let i = 0; i < DATAPOINTS; i++) {
        points.aliases[i] = i % plan.groups.length;
        points.timesMs[i] = fromMs + Math.floor((i * INTERVAL_MS) / DATAPOINTS);
        points.lows[i] = fromMs * 1000 + i * 125;
      }
      points.count = DATAPOINTS;
      const beginMs = performance.now();
      outbox.commit(points, plan, plan.catalogue.digest, {
        fromMs,
        toMs: fromMs + INTERVAL_MS,
        clockOffsetMs: 0,
        clockQuality: "unknown",
      });
      timesMs.push(performance.now() - beginMs);
    }
    timesMs.sort((a, b) => a - b);
    return { p50Ms: timesMs[COMMITS >> 1] ?? 0, p99Ms: timesMs[Math.floor(COMMITS * 0.99)] ?? 0 };
  } finally {
    outbox.close();
    rmSync(folder, { recursive: true });
  }
}
