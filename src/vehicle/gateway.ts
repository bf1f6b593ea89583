// The gateway: bus → gate → decode → sample → outbox → uplink. The one file that knows that order.
import type { Logger } from "pino";
import { VERSION } from "../version.ts";
import { encodeBirth } from "../wire/birth.ts";
import { openSource } from "./bus/source.ts";
import { type Clock, systemClock } from "./clock.ts";
import type { GatewayConfig } from "./config.ts";
import { createCorridor } from "./corridor.ts";
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
  outbox.keepCatalogue(
    catalogue.digest,
    encodeBirth({
      catalogue,
      softwareVersion: VERSION,
      stream: outbox.stream,
      createdAtMs: Math.floor(clock.wallUs() / 1000),
    }),
  );
  const wall = new WallClock();
  const clockQuality = config.source.restamp ? "unknown" : "recorded";
  const corridor = createCorridor(plan, memory, config.outbox.flushIntervalUs, (points, fromUs, toUs) => {
    const span = {
      fromMs: Math.floor(fromUs / 1000),
      toMs: Math.floor(toUs / 1000),
      clockOffsetMs: wall.offsetMs,
      clockQuality,
    } as const;
    outbox.commit(points, groups, catalogue.digest, span);
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

  const stopping = new AbortController();
  // Between frames, time goes on: what is due when nothing comes is found by this timer.
  const pace = paceOf(config.source);
  let lastUs = Number.NaN;
  let hasAdmitted = false;
  let passedAtUs = 0;
  const failed = Promise.withResolvers<never>();
  const timer = setInterval(() => {
    try {
      if (pace > 0 && !Number.isNaN(lastUs)) corridor.advance(lastUs + (clock.nowUs() - passedAtUs) * pace);
    } catch (cause) {
      failed.reject(cause);
    }
  }, config.outbox.flushIntervalUs / 4000);

  const received = (async () => {
    const source = await openSource(config.source, takeBlock(memory), plan.buses, clock);
    for await (const block of source.receive(stopping.signal)) {
      wall.learn(block);
      corridor.pass(block);
      lastUs = block.monotonicUs[block.count - 1] ?? lastUs;
      passedAtUs = clock.nowUs();
      if (!hasAdmitted && corridor.counters().framesAdmitted > 0) {
        hasAdmitted = true;
        log.info({ sinceStartMs: Math.round(performance.now()) }, "first frame admitted");
      }
    }
  })();
  // The uplink ends by itself only where the outbox failed.
  const ended = Promise.race([received, failed.promise, uplink.ended]);
  return {
    ended,
    counters,
    stop: async () => {
      stopping.abort();
      // Whoever waits for `ended` is told why.
      ended.catch(() => undefined);
      await received.catch(() => undefined);
      clearInterval(timer);
      try {
        corridor.finish();
      } finally {
        await uplink.stop();
        outbox.close();
      }
    },
  };
}

/** How fast the frames' monotonic time runs against the clock. At "max" it passes with the frames alone. */
function paceOf({ speed, restamp }: GatewayConfig["source"]): number {
  if (speed === "max") return 0;
  return restamp ? 1 : speed;
}
