// The benchmarks by name, each as a function from nothing to rows. A trial is one of them, run once in a process of its own.

import { measureCandump } from "./candump.ts";
import { benchCorridor } from "./corridor.ts";
import { benchDecode } from "./decode.ts";
import { benchGateway } from "./gateway.ts";
import { measureIngest } from "./ingest.ts";
import { benchLive } from "./live.ts";
import { benchPace } from "./pace.ts";
import { benchReplay } from "./replay.ts";
import type { Row } from "./report.ts";
import { measureWire } from "./wire.ts";

export interface Benchmark {
  /** How many processes; the median of them is reported. */
  readonly trials: number;
  run(minutes: number): readonly Row[] | Promise<readonly Row[]>;
}

export const SUITE: Readonly<Record<string, Benchmark>> = {
  decode: { trials: 5, run: () => benchDecode() },
  corridor: { trials: 5, run: () => benchCorridor() },
  candump: { trials: 3, run: candumpRows },
  replay: { trials: 5, run: () => benchReplay() },
  wire: { trials: 1, run: wireRows },
  ingest: { trials: 3, run: ingestRows },
  live: { trials: 3, run: () => benchLive() },
  pace: { trials: 3, run: () => benchPace() },
  gateway: { trials: 1, run: (minutes) => benchGateway(minutes) },
};

async function candumpRows(): Promise<readonly Row[]> {
  const figures = await measureCandump(1_000_000, 1);
  return Object.entries(figures)
    .filter(([name]) => name.endsWith("PerSecond"))
    .map(
      ([name, value]) =>
        ({
          what: `candump log to blocks, ${name}`,
          value: Number(value) / 1e6,
          unit: "M lines/s",
          better: "higher",
        }) as const,
    );
}

function wireRows(): readonly Row[] {
  const { rows, missing } = measureWire();
  for (const name of missing) process.stderr.write(`left out, its files are not there: ${name}\n`);
  return rows.map(({ recording, datapoints, ratio, fleetWise, canward, exact, count }) => {
    if (!exact) throw new Error(`${recording}: not decoded back exactly`);
    const detail = `${canward.toFixed(3)} bytes a datapoint; FleetWise + Snappy ${fleetWise.toFixed(2)}; ${count} datapoints, decoded back exactly`;
    return {
      what: `bytes on the wire, ${recording}, ${datapoints}`,
      value: ratio,
      unit: "times smaller",
      reach: 8,
      better: "higher",
      detail,
    };
  });
}

async function ingestRows(): Promise<readonly Row[]> {
  const { batchesPerSecond, batchBytes, datapointsPerBatch, workerMicrosPerBatch, batchesPerCommit } =
    await measureIngest("mosquitto", undefined, 1);
  const detail = `${batchBytes} bytes and ${datapointsPerBatch} datapoints a batch; ${workerMicrosPerBatch.toFixed(0)} µs of CPU a batch, ${batchesPerCommit.toFixed(0)} batches a commit; broker mosquitto`;
  return [
    {
      what: "ingest, one worker, SQLite",
      value: batchesPerSecond,
      unit: "batches/s",
      reach: 5_000,
      better: "higher",
      detail,
    },
  ];
}

// As a trial: prints its rows as JSON.
if (import.meta.main) {
  const [name = "", minutes = "1"] = process.argv.slice(2);
  const rows = await SUITE[name]?.run(Number(minutes));
  process.stdout.write(`${JSON.stringify(rows)}\n`);
}
