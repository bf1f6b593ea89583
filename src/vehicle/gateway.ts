// The gateway: bus → gate → decode → sample → outbox → uplink. The one file that knows that order; corridor.ts has its middle.
import type { Logger } from "pino";
import { VERSION } from "../version.ts";
import { encodeBirth } from "../wire/birth.ts";
import { openSource } from "./bus/source.ts";
import { type Clock, systemClock } from "./clock.ts";
import type { GatewayConfig } from "./config.ts";
import { createCorridor } from "./corridor.ts";
import { startFeed } from "./feed.ts";
import { createMemory, takeBlock } from "./memory.ts";
import { openOutbox } from "./outbox/outbox.ts";
import type { Plan } from "./plan.ts";
import { countersOf, type GatewayCounters, statusOf } from "./status.ts";
import { startUplink } from "./uplink/uplink.ts";
import { WallClock } from "./wall-clock.ts";

export interface Gateway {
  /** Resolves when the source has ended or `stop` was called; rejects when the source or the outbox failed. */
  readonly ended: Promise<void>;
  counters(): GatewayCounters;
  /** Commits what is in hand, sends what it can, says goodbye, and closes everything. */
  stop(): Promise<void>;
}

export function startGateway(config: GatewayConfig, plan: Plan, log: Logger, clock: Clock = systemClock): Gateway {
  const memory = createMemory();
  const outbox = openOutbox(config.outbox.path, config.outbox.bytesMax);
  const { catalogue, groups } = plan;
  const createdAtMs = Math.floor(clock.wallUs() / 1000);
  const { stream } = outbox;
  outbox.keepCatalogue(catalogue.digest, encodeBirth({ catalogue, softwareVersion: VERSION, stream, createdAtMs }));
  const wall = new WallClock();
  const clockQuality = config.source.restamp ? "unknown" : "recorded";
  const corridor = createCorridor(plan, memory, config.outbox.flushIntervalUs, (points, fromUs, toUs) => {
    const [fromMs, toMs] = [Math.floor(fromUs / 1000), Math.floor(toUs / 1000)];
    outbox.commit(points, groups, catalogue.digest, { fromMs, toMs, clockOffsetMs: wall.offsetMs, clockQuality });
  });
  const counters = (): GatewayCounters => countersOf(corridor.counters(), outbox.counters, uplink.counters);
  const uplink = startUplink({
    ...config.uplink,
    vehicle: config.vehicle,
    outbox,
    status: (presence) => statusOf(presence, plan, outbox, counters, clock),
    clock,
    log,
  });

  const feed = startFeed({
    open: () => openSource(config.source, takeBlock(memory), plan.buses, clock),
    corridor,
    wall,
    pace: paceOf(config.source),
    tickMs: config.outbox.flushIntervalUs / 4000,
    clock,
    log,
  });
  // The uplink ends by itself only where the outbox failed.
  const ended = Promise.race([feed.ended, uplink.ended]);
  return {
    ended,
    counters,
    stop: async () => {
      // Whoever waits for `ended` is told why.
      ended.catch(() => undefined);
      await feed.stop();
      try {
        corridor.finish();
      } finally {
        await uplink.stop();
        outbox.close();
      }
    },
  };
}

/**
 * How fast the frames' monotonic time runs against the clock. A recording at "max" has no time but that of its frames; what
 * comes in by the standard input may be a live bus, for which time goes on when it falls silent.
 */
function paceOf({ speed, restamp, log }: GatewayConfig["source"]): number {
  if (speed === "max") return log === "-" ? 1 : 0;
  return restamp ? 1 : speed;
}
