// `canward replay`: a log through gate, decode and sample, as the gateway would pass it; one JSON line for each datapoint,
// and on stderr what became of every frame, and what it would cost on the wire.
import { OperatingError } from "../errors.ts";
import { openRecording } from "../vehicle/bus/recording.ts";
import { readGatewayConfig } from "../vehicle/config.ts";
import { type Corridor, createCorridor } from "../vehicle/corridor.ts";
import type { CorridorCounters } from "../vehicle/counters.ts";
import type { Bus } from "../vehicle/frame.ts";
import { createMemory, DENIALS, takeBlock } from "../vehicle/memory.ts";
import type { Plan } from "../vehicle/plan.ts";
import { loadPlan } from "../vehicle/policy/load.ts";
import { createFormat } from "./datapoint-line.ts";
import { createLines, type Lines } from "./lines.ts";
import { showProgress } from "./playback/progress.ts";
import { exitCodeOf, listenForStop } from "./stop.ts";
import { Tally } from "./tally.ts";

export interface ReplayOptions {
  /** The gateway's configuration file. */
  readonly config: string;
  readonly speed: number | "max";
}

/** `log` is a path, or - for the standard input. Interrupted, it says what came of the frames so far. */
export async function replay(log: string, options: ReplayOptions): Promise<void> {
  const stop = listenForStop();
  const config = readGatewayConfig(options.config, { needsBroker: false });
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
  const source = await openRecording(
    { ...config.source, log, generator: undefined, speed: options.speed, loop: false, restamp: false },
    takeBlock(memory),
    plan.buses,
  );
  if (log === "-" && process.stdin.isTTY) process.stderr.write("reading the log from the terminal; Ctrl-D ends it\n");
  const fault = await passAll(source, corridor, lines, stop.signal);
  tally.end();
  if (fault === undefined || source.counters.frames > 0) {
    process.stderr.write(summary(corridor.counters(), tally, plan, source.counters.junkLines));
  }
  if (fault !== undefined) throw fault;
  if (stop.reason !== undefined) process.exitCode = exitCodeOf(stop.reason);
}

/** To the end of the frames, or to the fault that ends them, which it answers. What is held back goes out either way. */
async function passAll(
  source: Bus,
  corridor: Corridor,
  lines: Lines,
  signal: AbortSignal,
): Promise<OperatingError | undefined> {
  // It must not mix with datapoints on the same terminal.
  const progress = showProgress(() => `${source.counters.frames.toLocaleString("en")} frames`, !process.stdout.isTTY);
  let fault: OperatingError | undefined;
  try {
    for await (const block of source.receive(signal)) {
      corridor.pass(block);
      await lines.flush();
    }
  } catch (error) {
    if (!(error instanceof OperatingError)) throw error;
    fault = error;
  } finally {
    progress.end();
  }
  corridor.finish();
  await lines.flush();
  return fault;
}

function summary(counters: CorridorCounters, tally: Tally, plan: Plan, junkLines: number): string {
  const { framesReceived, framesAdmitted, framesDenied, valuesObserved, valuesHeldBack, datapointsProduced } = counters;
  const { entries } = plan.catalogue;
  const number = (value: number): string => value.toLocaleString("en").padStart(12);
  const perDatapoint = tally.datapoints === 0 ? "-" : (tally.bytes / tally.datapoints).toFixed(2);
  const rows = [
    `${number(framesReceived)}  frames seen`,
    ...DENIALS.map((reason) => `${number(framesDenied[reason])}  denied: ${reason.replace("_", " ")}`),
    `${number(framesAdmitted)}  admitted`,
    `${number(junkLines)}  lines that are no frame`,
    `${number(valuesObserved)}  values of listed signals`,
    `${number(valuesHeldBack)}  held back by sampling`,
    `${number(datapointsProduced)}  datapoints`,
    ...entries.map(({ path, alias }) => `${number(tally.datapointsBySlot[alias] ?? 0)}    ${path}`),
    `${number(tally.bytes)}  bytes on the wire, in ${tally.batches} ${tally.batches === 1 ? "batch" : "batches"}`,
    `${perDatapoint.padStart(12)}  bytes per datapoint`,
    ...(entries.length === 0 ? ["the allow-list names no signal: nothing leaves the vehicle"] : []),
  ];
  return `${rows.join("\n")}\n`;
}
