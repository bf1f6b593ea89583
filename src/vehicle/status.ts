// What the gateway says of itself: how many frames and datapoints each stage has seen, and the status message made of it.
import { VERSION } from "../version.ts";
import type { Status } from "../wire/status.ts";
import type { Clock } from "./clock.ts";
import type { CorridorCounters } from "./corridor.ts";
import { DENIALS } from "./memory.ts";
import type { Plan } from "./plan.ts";
import type { Outbox, OutboxCounters } from "./segment.ts";
import type { UplinkCounters } from "./uplink/options.ts";

/**
 * Since the process started, by name, in the order of the corridor. Received = admitted + the denied of all reasons; produced =
 * committed, but for what the interval under way holds; found + committed = acknowledged + evicted + waiting.
 */
export type GatewayCounters = ReadonlyMap<string, number>;

export function countersOf(
  corridor: CorridorCounters,
  outbox: Readonly<OutboxCounters>,
  uplink: Readonly<UplinkCounters>,
): GatewayCounters {
  return new Map([
    ["frames_received", corridor.framesReceived],
    ...DENIALS.map((reason) => [`frames_denied_${reason}`, corridor.framesDenied[reason]] as const),
    ["frames_admitted", corridor.framesAdmitted],
    ["values_observed", corridor.valuesObserved],
    ["datapoints_produced", corridor.datapointsProduced],
    ["datapoints_found", outbox.datapointsFound],
    ["datapoints_committed", outbox.datapointsCommitted],
    ["datapoints_evicted", outbox.datapointsEvicted],
    ["datapoints_published", uplink.datapointsPublished],
    ["datapoints_acknowledged", outbox.datapointsAcknowledged],
    ["datapoints_waiting", outbox.datapointsWaiting],
    ["batches_acknowledged", uplink.batchesAcknowledged],
    ["bytes_acknowledged", uplink.bytesAcknowledged],
    ["uplink_connections", uplink.connections],
  ]);
}

/** A last will cannot know the backlog, since the broker keeps it until it is needed. */
export function statusOf(
  presence: Status["presence"],
  plan: Plan,
  outbox: Outbox,
  counters: () => GatewayCounters,
  clock: Clock,
): Status {
  const isWill = presence === "lost";
  return {
    presence,
    softwareVersion: VERSION,
    catalogue: plan.catalogue.digest,
    policyVersion: plan.catalogue.policyVersion,
    stream: outbox.stream,
    counters: isWill ? new Map() : counters(),
    backlog: isWill ? undefined : outbox.backlog(),
    timeMs: Math.floor(clock.wallUs() / 1000),
  };
}
