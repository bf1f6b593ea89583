// The gateway: bus → gate → decode → sample → outbox → uplink. The one file that knows that order; corridor.ts has its middle,
// and passage.ts which plan is in force.
import type { Logger } from "pino";
import type { BusStatus } from "../wire/bus-status.ts";
import { openSource } from "./bus/source.ts";
import { type Clock, systemClock } from "./clock.ts";
import type { GatewayConfig } from "./config.ts";
import { startFeed } from "./feed.ts";
import { createMemory, takeBlock } from "./memory.ts";
import { openOutbox } from "./outbox/outbox.ts";
import { Passage } from "./passage.ts";
import type { Plan } from "./plan.ts";
import { busesOf, type Counted, countersOf, type GatewayCounters, statusOf } from "./status.ts";
import { startUplink } from "./uplink/uplink.ts";
import { WallClock } from "./wall-clock.ts";

export interface Gateway {
  /** Resolves when the source has ended or `stop` was called; rejects when the source or the outbox failed. */
  readonly ended: Promise<void>;
  counters(): GatewayCounters;
  /** How each bus is, and what was counted of it. */
  buses(): readonly BusStatus[];
  /** Puts another plan in force, whole, from the next block of frames on. Throws an OperatingError where the source cannot follow. */
  enact(plan: Plan): void;
  /** Commits what is in hand, sends what it can, says goodbye, and closes everything. */
  stop(): Promise<void>;
}

export function startGateway(config: GatewayConfig, plan: Plan, log: Logger, clock: Clock = systemClock): Gateway {
  const memory = createMemory();
  const outbox = openOutbox(config.outbox.path, config.outbox.bytesMax);
  const wall = new WallClock();
  const clockQuality = config.source.restamp ? "unknown" : "recorded";
  const { flushIntervalUs } = config.outbox;
  const passage = new Passage(plan, { memory, outbox, wall, clock, clockQuality, flushIntervalUs });
  const feed = startFeed({
    open: (untilDueMs) =>
      openSource(config.source, { plan: passage.plan, block: takeBlock(memory), clock, log, untilDueMs }),
    corridor: () => passage.corridor,
    wall,
    pace: paceOf(config.source),
    ...(config.source.live === undefined ? RECORDING_LAG : LIVE_LAG),
    clock,
    log,
  });
  const counted = (): Counted => ({
    corridor: passage.counters(),
    outbox: outbox.counters,
    uplink: uplink.counters,
    sources: feed.statuses(),
    isLive: config.source.live !== undefined,
  });
  const uplink = startUplink({
    ...config.uplink,
    vehicle: config.vehicle,
    outbox,
    status: (presence) => statusOf(presence, passage.plan, outbox, counted, clock),
    clock,
    log,
  });
  // The uplink ends by itself only where the outbox failed.
  const ended = Promise.race([feed.ended, uplink.ended]);
  return {
    ended,
    counters: () => countersOf(counted()),
    buses: () => busesOf(passage.plan, counted()),
    enact: (next) => {
      // First, so that what only the new plan lists is not kept out when it is wanted.
      feed.follow(next);
      try {
        passage.enact(next);
      } catch (cause) {
        feed.follow(passage.plan);
        throw cause;
      }
      uplink.announce();
    },
    stop: async () => {
      // Whoever waits for `ended` is told why.
      ended.catch(() => undefined);
      await feed.stop();
      try {
        passage.corridor.finish();
      } finally {
        await uplink.stop();
        outbox.close();
      }
    },
  };
}

/** The corridor's time runs this far behind the clock, since frames reach it a little after they were captured. */
const RECORDING_LAG = { lagUs: 100_000, dueLagUs: 100_000 };
/** Frames of a live bus gather for 50 ms at most, and are fetched when an interval ends. */
const LIVE_LAG = { lagUs: 60_000, dueLagUs: 10_000 };

/**
 * How fast the frames' monotonic time runs against the clock. A recording at "max" has no time but that of its frames; what
 * comes in by the standard input may be a live bus, for which time goes on when it falls silent.
 */
function paceOf({ live, speed, restamp, log }: GatewayConfig["source"]): number {
  if (live !== undefined) return 1;
  if (speed === "max") return log === "-" ? 1 : 0;
  return restamp ? 1 : speed;
}
