// The passage: the corridor of the plan in force. Another plan takes its place whole, between two blocks of frames: what the
// old one held goes out under the old catalogue, and not one frame is judged by half of each.
import { VERSION } from "../version.ts";
import { encodeBirth } from "../wire/birth.ts";
import type { Clock } from "./clock.ts";
import { type Corridor, createCorridor } from "./corridor.ts";
import { type CorridorCounters, sumCorridors } from "./counters.ts";
import type { CorridorMemory } from "./memory.ts";
import type { Plan } from "./plan.ts";
import type { Outbox, Span } from "./segment.ts";
import type { WallClock } from "./wall-clock.ts";

export interface PassageOptions {
  readonly memory: CorridorMemory;
  readonly outbox: Outbox;
  readonly wall: WallClock;
  readonly clock: Clock;
  readonly clockQuality: Span["clockQuality"];
  readonly flushIntervalUs: number;
}

export class Passage {
  readonly #options: PassageOptions;
  #plan: Plan;
  #corridor: Corridor;
  /** Of the corridors before. */
  #before: CorridorCounters | undefined;

  constructor(plan: Plan, options: PassageOptions) {
    this.#options = options;
    this.#plan = plan;
    this.#corridor = this.#lay(plan);
  }

  get plan(): Plan {
    return this.#plan;
  }

  get corridor(): Corridor {
    return this.#corridor;
  }

  /** Puts `plan` in force. Throws where the outbox fails, and then the old one stays. */
  enact(plan: Plan): void {
    this.#corridor.finish();
    const counted = this.counters();
    this.#corridor = this.#lay(plan);
    this.#plan = plan;
    this.#before = counted;
  }

  /** Since the start, of all plans. */
  counters(): CorridorCounters {
    const counters = this.#corridor.counters();
    return this.#before === undefined ? counters : sumCorridors([this.#before, counters]);
  }

  #lay(plan: Plan): Corridor {
    const { memory, outbox, wall, clock, clockQuality, flushIntervalUs } = this.#options;
    const { catalogue } = plan;
    const createdAtMs = Math.floor(clock.wallUs() / 1000);
    const birth = encodeBirth({ catalogue, softwareVersion: VERSION, stream: outbox.stream, createdAtMs });
    outbox.keepCatalogue(catalogue.digest, birth);
    return createCorridor(plan, memory, flushIntervalUs, (points, fromUs, toUs) => {
      const [fromMs, toMs] = [Math.floor(fromUs / 1000), Math.floor(toUs / 1000)];
      outbox.commit(points, plan, catalogue.digest, { fromMs, toMs, clockOffsetMs: wall.offsetMs, clockQuality });
    });
  }
}
