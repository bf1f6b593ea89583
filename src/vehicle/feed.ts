// The feed: a source's blocks go into the corridor as they come, and between them time goes on, so that what is due when
// no frame comes is found all the same.
import type { Logger } from "pino";
import type { BusStatus } from "../wire/bus-status.ts";
import type { Source } from "./bus/source.ts";
import type { Clock } from "./clock.ts";
import type { Corridor } from "./corridor.ts";
import type { Plan } from "./plan.ts";
import type { WallClock } from "./wall-clock.ts";

/** How often time is told to the corridor at least, for what is due within an interval. */
const TICK_MS_MAX = 250;

export interface FeedOptions {
  /** `untilDueMs` says when the interval under way has to be committed. */
  readonly open: (untilDueMs: () => number) => Promise<Source>;
  /** The corridor in force, asked for each block: another plan has another. */
  readonly corridor: () => Corridor;
  readonly wall: WallClock;
  /** How fast the frames' monotonic time runs against the clock; 0 where it passes with the frames alone. */
  readonly pace: number;
  /** How far the corridor's time runs behind the clock, for frames that are on their way. */
  readonly lagUs: number;
  /** How long after its end an interval is committed: less, where the source fetches all that belongs to it. */
  readonly dueLagUs: number;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface Feed {
  /** Resolves when the source has ended or `stop` was called; rejects when the source or the corridor's sink failed. */
  readonly ended: Promise<void>;
  /** How the live buses are. */
  statuses(): readonly BusStatus[];
  /** Goes by another plan from the next frame on. Throws an OperatingError where the source cannot. */
  follow(plan: Plan): void;
  stop(): Promise<void>;
}

export function startFeed({ open, corridor, wall, pace, lagUs, dueLagUs, clock, log }: FeedOptions): Feed {
  const stopping = new AbortController();
  const failed = Promise.withResolvers<never>();
  let lastUs = Number.NaN;
  let passedAtUs = 0;
  let hasAdmitted = false;
  let source: Source | undefined;

  /** The frames' time now, by the clock. */
  const timeNow = (): number => lastUs + Math.max(0, (clock.nowUs() - passedAtUs) * pace);
  const untilDueMs = (): number => (corridor().dueUs() - timeNow()) / pace / 1000;
  const tell = (): void => {
    try {
      if (pace > 0 && !Number.isNaN(lastUs)) corridor().advance(timeToTell());
      const tellMs = untilDueMs() + dueLagUs / pace / 1000;
      timer = setTimeout(tell, tellMs < TICK_MS_MAX ? Math.max(1, Math.ceil(tellMs)) : TICK_MS_MAX);
    } catch (cause) {
      failed.reject(cause);
    }
  };
  const timeToTell = (): number => {
    const [nowUs, dueUs] = [timeNow(), corridor().dueUs()];
    return Math.max(lastUs, nowUs - lagUs, nowUs - dueLagUs >= dueUs ? dueUs : lastUs);
  };
  let timer = setTimeout(tell, TICK_MS_MAX);

  const received = (async () => {
    source = await open(untilDueMs);
    for await (const block of source.receive(stopping.signal)) {
      wall.learn(block);
      corridor().pass(block);
      lastUs = block.monotonicUs[block.count - 1] ?? lastUs;
      passedAtUs = clock.nowUs();
      if (hasAdmitted || corridor().counters().framesAdmitted === 0) continue;
      hasAdmitted = true;
      log.info({ sinceStartMs: Math.round(performance.now()) }, "first frame admitted");
    }
  })();
  const ended = Promise.race([received, failed.promise]);
  return {
    ended,
    statuses: () => source?.statuses() ?? [],
    follow: (plan) => source?.follow(plan),
    stop: async () => {
      stopping.abort();
      // Whoever waits for `ended` is told why.
      ended.catch(() => undefined);
      await received.catch(() => undefined);
      clearTimeout(timer);
    },
  };
}
