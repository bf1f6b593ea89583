// `canward replay`: a log through gate, decode and sample, as the gateway would pass it; one JSON line for each datapoint,
// and on stderr what became of every frame, and what it would cost on the wire.
import { randomBytes } from "node:crypto";
import { openSource } from "../vehicle/bus/source.ts";
import { readGatewayConfig } from "../vehicle/config.ts";
import { type Corridor, createCorridor } from "../vehicle/corridor.ts";
import { createMemory, DENIALS, takeBlock } from "../vehicle/memory.ts";
import { loadPlan } from "../vehicle/policy/load.ts";
import type { Plan } from "../vehicle/plan.ts";
import { joinSegments } from "../wire/batch.ts";
import type { Datapoints } from "../wire/datapoints.ts";
import { packSegment } from "../wire/segment.ts";
import { createFormat } from "./datapoint-line.ts";
import { createLines } from "./lines.ts";

export async function replay(log: string, options: { readonly config: string; readonly speed: number | "max" }): Promise<void> {
  const config = readGatewayConfig(options.config);
  const { plan, warnings } = loadPlan(config.allowlist);
  for (const { file, line, message } of warnings) process.stderr.write(`${file}:${line}: ${message}\n`);
  const lines = createLines(process.stdout);
  const tally = new Tally(plan, config.uplink.batchIntervalMs);
  const memory = createMemory();
  const format = createFormat(plan.catalogue.entries);
  const corridor = createCorridor(plan, memory, config.outbox.flushIntervalUs, (points, fromUs, toUs) => {
    for (let row = 0; row < points.count; row++) lines.add(format(points, row));
    tally.add(points, fromUs, toUs);
  });
  const source = await openSource(
    { ...config.source, log, generator: undefined, speed: options.speed, loop: false, restamp: false },
    takeBlock(memory),
    plan.buses,
  );
  const progress = showProgress(source.counters);
  try {
    for await (const block of source.receive(new AbortController().signal)) {
      corridor.pass(block);
      await lines.flush();
    }
  } finally {
    progress.end();
  }
  corridor.finish();
  await lines.flush();
  process.stderr.write(summary(corridor, tally, plan, source.counters.junkLines));
}

/** What the datapoints cost, in batches as the uplink would make them. */
class Tally {
  readonly datapointsBySlot: Float64Array;
  readonly #plan: Plan;
  readonly #intervalMs: number;
  readonly #stream = randomBytes(16);
  #segments: Uint8Array[] = [];
  #fromMs = 0;
  #sequence = 1;
  batches = 0;
  bytes = 0;
  datapoints = 0;

  constructor(plan: Plan, batchIntervalMs: number) {
    this.#plan = plan;
    this.#intervalMs = batchIntervalMs;
    this.datapointsBySlot = new Float64Array(plan.catalogue.entries.length);
  }

  add(points: Datapoints, fromUs: number, toUs: number): void {
    if (this.#segments.length === 0) this.#fromMs = Math.floor(fromUs / 1000);
    this.datapoints += points.count;
    for (let row = 0; row < points.count; row++) {
      const slot = points.aliases[row] ?? 0;
      this.datapointsBySlot[slot] = (this.datapointsBySlot[slot] ?? 0) + 1;
    }
    this.#segments.push(packSegment(points, this.#plan.groups));
    const toMs = Math.floor(toUs / 1000);
    if (toMs - this.#fromMs >= this.#intervalMs) this.#send(toMs);
  }

  /** Makes a batch of what is left. */
  end(): void {
    if (this.#segments.length > 0) this.#send(this.#fromMs);
  }

  #send(toMs: number): void {
    const { length } = this.#segments;
    const payload = joinSegments(this.#segments, {
      stream: this.#stream,
      firstSequence: this.#sequence,
      lastSequence: this.#sequence + length - 1,
      catalogue: this.#plan.catalogue.digest,
      fromMs: Math.max(0, this.#fromMs),
      toMs: Math.max(0, toMs),
      clockOffsetMs: 0,
      clockQuality: "recorded",
      gaps: [],
    });
    this.#sequence += length;
    this.#segments = [];
    this.batches += 1;
    this.bytes += payload.length;
  }
}

/** On a terminal, a line that says how far it has come; it must not mix with datapoints on the same terminal. */
function showProgress(counters: { readonly frames: number }): { end(): void } {
  if (!process.stderr.isTTY || process.stdout.isTTY) return { end: () => undefined };
  const timer = setInterval(() => process.stderr.write(`\r${counters.frames.toLocaleString("en")} frames`), 500);
  return {
    end: () => {
      clearInterval(timer);
      process.stderr.write("\r\x1b[K");
    },
  };
}

function summary(corridor: Corridor, tally: Tally, plan: Plan, junkLines: number): string {
  tally.end();
  const { framesReceived, framesAdmitted, framesDenied, valuesObserved, datapointsProduced } = corridor.counters();
  const number = (value: number): string => value.toLocaleString("en").padStart(12);
  const perDatapoint = tally.datapoints === 0 ? "-" : (tally.bytes / tally.datapoints).toFixed(2);
  const rows = [
    `${number(framesReceived)}  frames seen`,
    ...DENIALS.map((reason) => `${number(framesDenied[reason])}  denied: ${reason.replace("_", " ")}`),
    `${number(framesAdmitted)}  admitted`,
    `${number(junkLines)}  lines that are no frame`,
    `${number(valuesObserved)}  values of listed signals`,
    `${number(datapointsProduced)}  datapoints`,
    ...plan.catalogue.entries.map(({ path, alias }) => `${number(tally.datapointsBySlot[alias] ?? 0)}    ${path}`),
    `${number(tally.bytes)}  bytes on the wire, in ${tally.batches} batches`,
    `${perDatapoint.padStart(12)}  bytes per datapoint`,
  ];
  return `${rows.join("\n")}\n`;
}
