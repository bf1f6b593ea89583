// The frames' source that a configuration names: live buses, or a recording. What a plan changes it follows.
import type { Logger } from "pino";
import { OperatingError } from "../../errors.ts";
import type { BusStatus } from "../../wire/bus-status.ts";
import { type Clock, systemClock } from "../clock.ts";
import type { SourceConfig } from "../config.ts";
import type { Bus, FrameBlock } from "../frame.ts";
import type { Plan } from "../plan.ts";
import { openRecording } from "./recording.ts";

export interface Source extends Bus {
  /** How the live buses are; none where frames come from a recording. */
  statuses(): readonly BusStatus[];
  /** Goes by another plan from the next frame on. Throws an OperatingError where the source cannot. */
  follow(plan: Plan): void;
}

export interface SourceOptions {
  readonly plan: Plan;
  /** Lies in the corridor's memory. */
  readonly block: FrameBlock;
  readonly clock?: Clock;
  readonly log: Logger;
  /** Until the interval under way has to be committed. */
  readonly untilDueMs: () => number;
}

export async function openSource(source: SourceConfig, options: SourceOptions): Promise<Source> {
  const { plan, block, clock = systemClock, log, untilDueMs } = options;
  if (source.live !== undefined) {
    const { createLive } = await import("./live/live.ts");
    return await createLive({ buses: source.live, plan, block, clock, log, untilDueMs });
  }
  const bus = await openRecording(source, block, plan.buses, clock);
  return {
    name: bus.name,
    counters: bus.counters,
    receive: (signal) => bus.receive(signal),
    statuses: () => [],
    follow: (next) => {
      if (next.buses.join() === plan.buses.join()) return;
      throw new OperatingError("a recording goes on with the buses that it was started with", {
        code: "SOURCE_BUSES",
        remedy: "Start the gateway again to replay with other buses.",
      });
    },
  };
}
