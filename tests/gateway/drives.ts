// The example vehicle's gateway for these tests, and the oracle: what the corridor alone makes of the same frames.
import { join } from "node:path";
import { pino } from "pino";
import { openRecording } from "../../src/vehicle/bus/recording.ts";
import type { GatewayConfig, SourceConfig } from "../../src/vehicle/config.ts";
import { createCorridor } from "../../src/vehicle/corridor.ts";
import { type Gateway, startGateway } from "../../src/vehicle/gateway.ts";
import { createMemory, takeBlock } from "../../src/vehicle/memory.ts";
import { loadPlan } from "../../src/vehicle/policy/load.ts";
import type { Datapoints } from "../../src/wire/datapoints.ts";
import { VEHICLE } from "../uplink/vehicle.ts";

const EXAMPLE = join(import.meta.dirname, "..", "..", "deploy", "example");
export const ALLOW_LIST = join(EXAMPLE, "allowlist.yaml");
export const LOG = join(EXAMPLE, "drive.log.gz");
const FLUSH_INTERVAL_US = 1e6;

const { plan } = loadPlan(ALLOW_LIST);

/** The recorded minute, as fast as it can be read, with its own times. */
export const RECORDED: SourceConfig = {
  ...{ live: undefined, log: LOG, generator: undefined, speed: "max", loop: false, restamp: false, catchUpUs: 0 },
};

export function drive(url: string, outboxPath: string, source: SourceConfig, bytesMax = 1e9): Gateway {
  const config: GatewayConfig = {
    ...{ vehicle: VEHICLE, allowlist: ALLOW_LIST, source, logLevel: "fatal" },
    outbox: { path: outboxPath, bytesMax, flushIntervalUs: FLUSH_INTERVAL_US },
    uplink: { url, credentials: {}, batchIntervalMs: 100, statusIntervalMs: 1_000, inFlightMax: 4 },
  };
  return startGateway(config, plan, pino({ level: "silent" }));
}

/** Datapoints, counted by what they say. */
export class Tally {
  readonly counts = new Map<string, number>();
  total = 0;

  add({ count, aliases, timesMs, lows, highs }: Datapoints): void {
    this.total += count;
    for (let row = 0; row < count; row++) {
      const key = `${aliases[row]} at ${timesMs[row]}: ${highs[row]} ${lows[row]}`;
      this.counts.set(key, (this.counts.get(key) ?? 0) + 1);
    }
  }
}

/** Adds to `tally` what the corridor makes of the first `frames` frames of the source; times on the wall clock. */
export async function addExpected(tally: Tally, source: SourceConfig, frames: number): Promise<void> {
  const memory = createMemory();
  const corridor = createCorridor(plan, memory, FLUSH_INTERVAL_US, (points) => tally.add(points));
  const bus = await openRecording(source, takeBlock(memory), plan.buses);
  let left = frames;
  for await (const block of bus.receive(new AbortController().signal)) {
    block.count = Math.min(block.count, left);
    // The log's monotonic time is that of its own clock, which never stepped.
    if (block.capturedAtUs[0] !== block.monotonicUs[0]) throw new Error("the log's clock has stepped");
    corridor.pass(block);
    left -= block.count;
    if (left === 0) break;
  }
  corridor.finish();
}

/** What must hold of the counters of a gateway that has stopped: of the whole, of each bus, and of the buses together. */
export function sumsOf(gateway: Gateway): Readonly<Record<string, readonly [number, number]>> {
  const whole = gateway.counters();
  const buses = gateway.buses();
  const sums = { ...sumsOfCounters("", whole) };
  for (const { name, counters } of buses) Object.assign(sums, sumsOfCounters(`${name}: `, counters));
  for (const name of buses[0]?.counters.keys() ?? []) {
    const sum = buses.reduce((total, { counters }) => total + (counters.get(name) ?? Number.NaN), 0);
    sums[`${name} of all buses`] = [sum, whole.get(name) ?? Number.NaN];
  }
  return sums;
}

function sumsOfCounters(
  whose: string,
  counters: ReadonlyMap<string, number>,
): Record<string, readonly [number, number]> {
  const of = (...names: string[]): number => names.reduce((sum, name) => sum + (counters.get(name) ?? Number.NaN), 0);
  const denied = Array.from(counters.keys()).filter((name) => name.startsWith("frames_denied_"));
  return {
    [`${whose}frames`]: [of("frames_received"), of("frames_admitted", ...denied)],
    [`${whose}values`]: [of("values_observed"), of("values_held_back", "datapoints_produced")],
    [`${whose}datapoints`]: [of("datapoints_produced"), of("datapoints_committed")],
    [`${whose}outbox`]: [
      of("datapoints_found", "datapoints_committed"),
      of("datapoints_acknowledged", "datapoints_evicted", "datapoints_waiting"),
    ],
  };
}
