// From a frame on the bus to its datapoint on disk, in a whole gateway with a broker: `canward run`, whose commits are timed.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { node, Program, send, startReader } from "./programs.ts";
import type { CommitAges } from "./timed-outbox.ts";

export interface CommitFigure extends CommitAges {
  readonly traffic: string;
  readonly flushIntervalMs: number;
  readonly framesSent: number;
}

const FLUSH_INTERVALS_MS = [100, 1000];
const RATE = 8_000;
const BURST_US = 1000;
const START_S = 2;
const WARM_UP_S = 3;
const COUNTED_S = 12;
/** Sparse traffic: a second of it, and a pause that is no multiple of an interval. */
const SPARSE_RATE = 20;
const SPARSE_ROUNDS = 10;
const PAUSE_MS = 1_370;

/** Every frame is of a listed message and has a value that is new: 8,000 datapoints a second, more than any vehicle's. */
export async function measureCommits(
  folder: string,
  interfaceName: string,
  frames: string,
): Promise<readonly CommitFigure[]> {
  await using broker = new Program([process.execPath, join(import.meta.dirname, "..", "broker.ts")]);
  const port = await broker.line();
  const figures: CommitFigure[] = [];
  for (const flushIntervalMs of FLUSH_INTERVALS_MS) {
    const place = mkdtempSync(join(tmpdir(), "canward-bench-"));
    const config = writeConfig(place, folder, interfaceName, flushIntervalMs, port);
    await using gateway = await startReader(node("gateway.ts", config));
    const ages = async (): Promise<CommitAges> => {
      await sleep(2 * flushIntervalMs + 500);
      return await gateway.ask<CommitAges>();
    };
    const shot = { frames, stamped: true, burstUs: BURST_US };
    await sleep(START_S * 1000);
    await send(folder, interfaceName, { ...shot, count: RATE * WARM_UP_S, rate: RATE });
    await ages();
    const { sent } = await send(folder, interfaceName, { ...shot, count: RATE * COUNTED_S, rate: RATE });
    figures.push({ traffic: `${RATE} frames/s`, flushIntervalMs, framesSent: sent, ...(await ages()) });
    for (let round = 0; round < SPARSE_ROUNDS; round++) {
      await send(folder, interfaceName, { ...shot, count: SPARSE_RATE, rate: SPARSE_RATE });
      await sleep(PAUSE_MS);
    }
    const sparse = { traffic: "20 frames/s, with pauses", framesSent: SPARSE_RATE * SPARSE_ROUNDS };
    figures.push({ ...sparse, flushIntervalMs, ...(await ages()) });
    rmSync(place, { recursive: true, force: true });
  }
  for (const { framesSent, datapoints, traffic } of figures) {
    if (datapoints !== framesSent) throw new Error(`${traffic}: ${framesSent} frames, ${datapoints} datapoints`);
  }
  return figures;
}

function writeConfig(place: string, folder: string, interfaceName: string, flushMs: number, port: string): string {
  const file = join(place, "gateway.yaml");
  const lines = [
    "vehicle: bench-1",
    `allowlist: ${join(folder, "allowlist-400.yaml")}`,
    `source: { live: { can0: { interface: ${interfaceName} } } }`,
    `outbox: { path: outbox.db, bytes_max: 64MB, flush_interval: ${flushMs}ms }`,
    `uplink: { url: "mqtt://127.0.0.1:${port}" }`,
    "log_level: warn",
    "",
  ];
  writeFileSync(file, lines.join("\n"));
  return file;
}
