// A vehicle as far as its broker can see it: a real outbox and a real uplink in this process. And someone who listens to it.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { connectAsync } from "mqtt";
import { type Logger, pino } from "pino";
import type { Credentials } from "../../src/broker.ts";
import { type Clock, systemClock } from "../../src/vehicle/clock.ts";
import { openOutbox } from "../../src/vehicle/outbox/outbox.ts";
import type { Outbox } from "../../src/vehicle/segment.ts";
import type { UplinkOptions } from "../../src/vehicle/uplink/options.ts";
import { startUplink, type Uplink } from "../../src/vehicle/uplink/uplink.ts";
import { readBatch } from "../../src/wire/batch.ts";
import { readStatus, type Status } from "../../src/wire/status.ts";
import { batchTopic, parseTopic, statusTopic } from "../../src/wire/topics.ts";
import { CATALOGUE } from "../outbox/segments.ts";

export const VEHICLE = "car-1";

export interface Vehicle {
  readonly outbox: Outbox;
  readonly uplink: Uplink;
  /** What it logged, one object a line. */
  readonly lines: readonly Record<string, unknown>[];
  /** Stops the uplink and closes the outbox. */
  stop(): Promise<void>;
}

interface VehicleOptions extends Partial<Pick<UplinkOptions, "batchIntervalMs" | "statusIntervalMs" | "inFlightMax">> {
  readonly url: string;
  readonly folder: string;
  readonly credentials?: Credentials;
  readonly clock?: Clock;
  /** Done with the outbox before the uplink starts. */
  readonly before?: (outbox: Outbox) => void;
}

export function startVehicle({
  url,
  folder,
  credentials = {},
  clock = systemClock,
  before,
  ...over
}: VehicleOptions): Vehicle {
  mkdirSync(folder, { recursive: true });
  const outbox = openOutbox(join(folder, "outbox.db"), 1e9);
  outbox.keepCatalogue(CATALOGUE, Buffer.from("birth"));
  before?.(outbox);
  const lines: Record<string, unknown>[] = [];
  const log: Logger = pino({ level: "debug" }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const uplink = startUplink({
    ...{ url, vehicle: VEHICLE, credentials, batchIntervalMs: 50, statusIntervalMs: 200, inFlightMax: 8 },
    ...{ outbox, status: (presence) => statusOf(presence, outbox), clock, log },
    ...over,
  });
  let isStopped = false;
  const stop = async (): Promise<void> => {
    if (isStopped) return;
    isStopped = true;
    await uplink.stop();
    outbox.close();
  };
  return { outbox, uplink, lines, stop };
}

function statusOf(presence: Status["presence"], outbox: Outbox): Status {
  return {
    ...{ presence, softwareVersion: "1", catalogue: CATALOGUE, policyVersion: "1", stream: outbox.stream },
    ...{ counters: new Map([["waiting", outbox.counters.datapointsWaiting]]), timeMs: 1 },
    buses: [],
    backlog: presence === "lost" ? undefined : outbox.backlog(),
  };
}

export interface Listener {
  /** All batches, as often as they came. */
  readonly batches: readonly ReturnType<typeof readBatch>[];
  /** Their sequences, each once. */
  sequences(): number[];
  /** By topic, what the broker retains: received again by a new subscriber. */
  readonly retained: ReadonlyMap<string, Buffer>;
  readonly statuses: readonly Status[];
  /** What the newest of them says. */
  presence(): Status["presence"] | undefined;
  end(): Promise<void>;
}

/** Subscribes to all that the vehicle publishes; its session outlives a loss of the connection, and a restart of mosquitto. */
export async function listen(
  url: string,
  login: { username?: string; password?: string; ca?: Buffer } = {},
): Promise<Listener> {
  const client = await connectAsync(url, {
    ...{ protocolVersion: 4, clean: false, clientId: `listener-${Math.random()}`, reconnectPeriod: 50 },
    ...login,
  });
  const batches: ReturnType<typeof readBatch>[] = [];
  const statuses: Status[] = [];
  const retained = new Map<string, Buffer>();
  client.on("message", (topic, payload, packet) => {
    if (packet.retain) retained.set(topic, payload);
    const kind = parseTopic(topic)?.kind;
    if (kind === "batch") batches.push(readBatch(payload));
    if (kind === "status") statuses.push(readStatus(payload));
  });
  await client.subscribeAsync([batchTopic(VEHICLE), statusTopic(VEHICLE), `canward/v1/${VEHICLE}/birth/+`], { qos: 1 });
  return {
    batches,
    sequences: () => {
      const all = batches.flatMap(({ header }) =>
        Array.from(
          { length: header.lastSequence - header.firstSequence + 1 },
          (_, index) => header.firstSequence + index,
        ),
      );
      return Array.from(new Set(all)).sort((a, b) => a - b);
    },
    retained,
    statuses,
    presence: () => statuses.at(-1)?.presence,
    end: () => client.endAsync(true),
  };
}

/** 1 to `count`. */
export function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}
