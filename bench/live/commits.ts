// From a frame on the bus to its datapoint on disk, in a whole gateway with a broker: `canward run`, whose commits are timed.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { STAND_IN_INTERFACE, standInWords } from "./native.ts";
import { MESSAGES } from "./plans.ts";
import { node, Program, send, senderWords, startReader } from "./programs.ts";
import type { CommitAges } from "./timed-outbox.ts";

export interface CommitFigure extends CommitAges {
  readonly traffic: string;
  readonly flushIntervalMs: number;
}

const FLUSH_INTERVALS_MS = [100, 1000];
const RATE = 8_000;
const BURST_US = 1000;
/** Until the gateway is there; natively it is the sender's first frames that wait for it. */
const START_S = 2;
const WARM_UP_S = 5;
const COUNTED_S = 12;
/** Sparse traffic: a second of it, and a pause that is no multiple of an interval. */
const SPARSE_RATE = 20;
const SPARSE_ROUNDS = 10;
const PAUSE_MS = 1_370;
/** A tenth of the frames is listed, as on many a bus, or all are: 8,000 datapoints a second, more than any vehicle sends. */
const LISTED = [MESSAGES / 10, MESSAGES];

/** In a kernel with CAN. Every frame of a listed message has a value that is new, so that each is a datapoint. */
export async function measureCommits(
  folder: string,
  interfaceName: string,
  frames: string,
): Promise<readonly CommitFigure[]> {
  await using broker = startBroker();
  const port = await broker.line();
  const figures: CommitFigure[] = [];
  const shot = { frames, stamped: true, burstUs: BURST_US };
  for (const flushIntervalMs of FLUSH_INTERVALS_MS) {
    for (const listed of LISTED) {
      using place = makePlace();
      const config = writeConfig(place.path, folder, { interfaceName, flushIntervalMs, port, listed });
      await using gateway = await startReader(node("gateway.ts", config));
      const measure = async (traffic: string, datapoints: number): Promise<CommitFigure> => {
        const ages = await gateway.answer<CommitAges>(`${datapoints}`);
        if (ages.datapoints === datapoints) return { traffic, flushIntervalMs, ...ages };
        await gateway.terminate();
        throw new Error(`${traffic}: ${ages.datapoints} datapoints of ${datapoints}; ${gateway.lastLog}`);
      };
      const share = listed / MESSAGES;
      await sleep(START_S * 1000);
      await send(folder, interfaceName, { ...shot, count: RATE * WARM_UP_S, rate: RATE });
      await measure("warm-up", RATE * WARM_UP_S * share);
      await send(folder, interfaceName, { ...shot, count: RATE * COUNTED_S, rate: RATE });
      figures.push(await measure(`${RATE} frames/s, ${percent(share)} listed`, RATE * COUNTED_S * share));
      if (listed < MESSAGES) continue;
      for (let round = 0; round < SPARSE_ROUNDS; round++) {
        await send(folder, interfaceName, { ...shot, count: SPARSE_RATE, rate: SPARSE_RATE });
        await sleep(PAUSE_MS);
      }
      figures.push(await measure(`${SPARSE_RATE} frames/s with pauses`, SPARSE_RATE * SPARSE_ROUNDS));
    }
  }
  return figures;
}

/** Natively, on a stand-in for the bus, with the outbox on the disk here: all frames listed. */
export async function measureNativeCommits(folder: string, frames: string): Promise<readonly CommitFigure[]> {
  await using broker = startBroker();
  const port = await broker.line();
  const figures: CommitFigure[] = [];
  for (const flushIntervalMs of FLUSH_INTERVALS_MS) {
    using place = makePlace();
    const bus = { interfaceName: STAND_IN_INTERFACE, flushIntervalMs, port, listed: MESSAGES };
    const config = writeConfig(place.path, folder, bus);
    const seconds = START_S + WARM_UP_S + COUNTED_S + 1;
    const shot = { frames, count: RATE * seconds, rate: RATE, burstUs: BURST_US, stamped: true };
    const command = standInWords(folder, "udp", node("gateway.ts", config));
    await using gateway = await startReader([...senderWords(folder, shot), ...command]);
    await sleep(START_S * 1000);
    gateway.begin();
    await sleep(WARM_UP_S * 1000);
    await gateway.answer<CommitAges>("0");
    await sleep(COUNTED_S * 1000);
    const ages = await gateway.answer<CommitAges>("0");
    figures.push({ traffic: `${RATE} frames/s, ${percent(1)} listed`, flushIntervalMs, ...ages });
  }
  return figures;
}

function startBroker(): Program {
  return new Program([process.execPath, join(import.meta.dirname, "..", "broker.ts")]);
}

function makePlace(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), "canward-bench-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

interface GatewayOptions {
  readonly interfaceName: string;
  readonly flushIntervalMs: number;
  readonly port: string;
  readonly listed: number;
}

function writeConfig(place: string, folder: string, options: GatewayOptions): string {
  const { interfaceName, flushIntervalMs, port, listed } = options;
  const file = join(place, "gateway.yaml");
  const lines = [
    "vehicle: bench-1",
    `allowlist: ${join(folder, `allowlist-${listed}.yaml`)}`,
    `source: { live: { can0: { interface: ${interfaceName} } } }`,
    `outbox: { path: outbox.db, bytes_max: 64MB, flush_interval: ${flushIntervalMs}ms }`,
    `uplink: { url: "mqtt://127.0.0.1:${port}" }`,
    "",
  ];
  writeFileSync(file, lines.join("\n"));
  return file;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
