// What the gateway says of itself: how many frames and datapoints each stage has seen, in all and of each bus, how each bus is,
// and the status message made of it.
import { VERSION } from "../version.ts";
import type { BusStatus } from "../wire/bus-status.ts";
import type { Status } from "../wire/status.ts";
import type { Clock } from "./clock.ts";
import { type BusCounters, type CorridorCounters, OTHER_BUS, sumBuses } from "./counters.ts";
import { DENIALS } from "./memory.ts";
import type { Plan } from "./plan.ts";
import type { DatapointCounters, Outbox, OutboxCounters } from "./segment.ts";
import type { UplinkCounters } from "./uplink/options.ts";

/**
 * Since the process started, by name, in the order of the corridor. Received = admitted + the denied of all reasons; observed =
 * held back + in hand + produced; produced = committed, but for what the interval under way holds; found + committed = acknowledged +
 * evicted + waiting. So it is of each bus, too, and the sums over the buses are the numbers of the whole.
 */
export type GatewayCounters = ReadonlyMap<string, number>;

/** What the stages have counted, and what a live source says of its buses. */
export interface Counted {
  readonly corridor: CorridorCounters;
  readonly outbox: Readonly<OutboxCounters>;
  readonly uplink: Readonly<UplinkCounters>;
  readonly sources: readonly BusStatus[];
  /** Whether there are live buses, though the source may not be open yet. */
  readonly isLive: boolean;
}

export function countersOf({ corridor, outbox, uplink, sources }: Counted): GatewayCounters {
  const bySources = sumCounters(sources.map(({ counters }) => counters));
  const datapoints = {
    found: outbox.datapointsFound,
    committed: outbox.datapointsCommitted,
    evicted: outbox.datapointsEvicted,
    acknowledged: outbox.datapointsAcknowledged,
    waiting: outbox.datapointsWaiting,
  };
  return new Map([
    ...bySources,
    ...ofStages(corridor, datapoints, uplink.datapointsPublished),
    ["batches_acknowledged", uplink.batchesAcknowledged],
    ["bytes_acknowledged", uplink.bytesAcknowledged],
    ["uplink_connections", uplink.connections],
  ]);
}

/** The buses of the plan and of the source; then, if there was anything, what is of none of them. */
export function busesOf({ buses }: Plan, counted: Counted): readonly BusStatus[] {
  const { corridor, outbox, uplink, sources, isLive } = counted;
  const live = new Map(sources.map((status) => [status.name, status]));
  const names = [...new Set([...buses, ...live.keys()])];
  const isListed = (name: string): boolean => names.includes(name);
  const statusOfBus = (name: string, owns: (bus: string) => boolean): BusStatus => {
    const status = live.get(name) ?? (isLive ? UNCONNECTED : REPLAYED);
    const frames = sumBuses(owned(corridor.buses, owns));
    const published = owned(uplink.sharesPublished, owns).reduce((sum, share) => sum + share, 0);
    const own = ofStages(frames, sumDatapoints(owned(outbox.buses, owns)), published);
    return { ...status, name, counters: new Map([...status.counters, ...own]) };
  };
  const other = statusOfBus(OTHER_BUS, (bus) => !isListed(bus));
  return [
    ...names.map((name) => statusOfBus(name, (bus) => bus === name)),
    ...([...other.counters.values()].some((count) => count > 0) ? [other] : []),
  ];
}

/** A last will cannot know what was counted and what waits, since the broker keeps it until it is needed. */
export function statusOf(
  presence: Status["presence"],
  plan: Plan,
  outbox: Outbox,
  counted: () => Counted,
  clock: Clock,
): Status {
  const said = presence === "lost" ? undefined : counted();
  return {
    presence,
    softwareVersion: VERSION,
    catalogue: plan.catalogue.digest,
    policyVersion: plan.catalogue.policyVersion,
    stream: outbox.stream,
    counters: said === undefined ? new Map() : countersOf(said),
    buses: said === undefined ? [] : busesOf(plan, said),
    backlog: said === undefined ? undefined : outbox.backlog(),
    timeMs: Math.floor(clock.wallUs() / 1000),
  };
}

/** A bus of a recording or of the generator: nothing can be lost on it, and nothing could send. */
const REPLAYED: BusStatus = {
  ...{ name: "", interface: "", state: "replay", isSilent: false, controller: "unknown", listenOnly: "virtual" },
  ...{ bitRate: 0, reader: "replay", timestamps: "recorded", countsLosses: true, receiveBufferBytes: 0 },
  ...{ silenceLimitMs: 0, lastFrameMs: undefined, counters: new Map() },
};
/** A bus of the plan for which a live gateway has no interface. */
const UNCONNECTED: BusStatus = { ...REPLAYED, state: "absent", listenOnly: "unknown", reader: "", timestamps: "none" };

function ofStages(
  frames: BusCounters,
  datapoints: DatapointCounters,
  published: number,
): readonly (readonly [string, number])[] {
  return [
    ["frames_received", frames.framesReceived],
    ...DENIALS.map((reason) => [`frames_denied_${reason}`, frames.framesDenied[reason]] as const),
    ["frames_admitted", frames.framesAdmitted],
    ["values_observed", frames.valuesObserved],
    ["values_held_back", frames.valuesHeldBack],
    ["values_in_hand", frames.valuesInHand],
    ["datapoints_produced", frames.datapointsProduced],
    ["datapoints_found", datapoints.found],
    ["datapoints_committed", datapoints.committed],
    ["datapoints_evicted", datapoints.evicted],
    ["datapoints_published", published],
    ["datapoints_acknowledged", datapoints.acknowledged],
    ["datapoints_waiting", datapoints.waiting],
  ];
}

function owned<T>(byBus: ReadonlyMap<string, T>, owns: (bus: string) => boolean): readonly T[] {
  return [...byBus].flatMap(([bus, counted]) => (owns(bus) ? [counted] : []));
}

function sumDatapoints(parts: readonly Readonly<DatapointCounters>[]): DatapointCounters {
  const sum = { found: 0, committed: 0, evicted: 0, acknowledged: 0, waiting: 0 };
  for (const part of parts) {
    sum.found += part.found;
    sum.committed += part.committed;
    sum.evicted += part.evicted;
    sum.acknowledged += part.acknowledged;
    sum.waiting += part.waiting;
  }
  return sum;
}

function sumCounters(parts: readonly GatewayCounters[]): GatewayCounters {
  const sum = new Map<string, number>();
  for (const part of parts) for (const [name, count] of part) sum.set(name, (sum.get(name) ?? 0) + count);
  return sum;
}
