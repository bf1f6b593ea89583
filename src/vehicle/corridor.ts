// The stages that know no disk and no network, in their order: gate, decode, sample. Blocks of frames in; the datapoints of
// each flush interval out, to a sink: the outbox in a gateway, a list in `canward replay`.
import { createDatapoints, type Datapoints } from "../wire/datapoints.ts";
import { createDecoder } from "./decode/decode.ts";
import type { FrameBlock } from "./frame.ts";
import { createGate } from "./gate/gate.ts";
import { type CorridorMemory, DENIALS, type Denial } from "./memory.ts";
import type { Plan } from "./plan.ts";
import { createSampler } from "./sample/sample.ts";

/** Datapoints of a segment; a fuller interval makes several segments. 20 bytes each here, about one each on disk. */
const SEGMENT_DATAPOINTS_MAX = 65_536;

/** Takes the datapoints of one interval, which covers `fromUs` to `toUs` by the monotonic clock; they are gone after. */
export type Sink = (points: Datapoints, fromUs: number, toUs: number) => void;

export interface CorridorCounters {
  readonly framesReceived: number;
  readonly framesAdmitted: number;
  readonly framesDenied: Readonly<Record<Denial, number>>;
  /** Values of admitted frames that the sampler looked at. */
  readonly valuesObserved: number;
  readonly datapointsProduced: number;
}

export interface Corridor {
  /** Passes a block through all stages. Frames that are late by the clock of `advance` are taken as they come. */
  pass(block: FrameBlock): void;
  /** Says that it is `nowUs` by the monotonic clock: what is due is sampled, and the interval is flushed if it is over. */
  advance(nowUs: number): void;
  /** There will be no more frames: everything that is held back goes out. */
  finish(): void;
  counters(): CorridorCounters;
}

export function createCorridor(plan: Plan, memory: CorridorMemory, flushIntervalUs: number, sink: Sink): Corridor {
  const gate = createGate(memory, plan.gate);
  const decode = createDecoder(memory, plan.decode);
  const sampler = createSampler(plan.sample);
  const points = createDatapoints(SEGMENT_DATAPOINTS_MAX);
  const denials = new DenialCounter(memory);
  let framesReceived = 0;
  let framesAdmitted = 0;
  let fromUs = Number.NaN;
  let nowUs = Number.NaN;

  const flush = (): void => {
    if (Number.isNaN(nowUs)) return;
    sink(points, fromUs, nowUs);
    points.count = 0;
    fromUs = nowUs;
  };
  const advance = (toUs: number): void => {
    if (Number.isNaN(fromUs)) fromUs = toUs;
    nowUs = laterOf(nowUs, toUs);
    while (!sampler.advance(nowUs, points)) flush();
    if (nowUs - fromUs >= flushIntervalUs) flush();
  };
  const timeOfAdmitted = (block: FrameBlock, index: number): number =>
    block.monotonicUs[(memory.admitted[index] ?? 0) & 0xffff] ?? Number.NaN;
  const pass = (block: FrameBlock): void => {
    if (block.count === 0) return;
    const firstUs = block.monotonicUs[0] ?? 0;
    // The clock of `advance` may have run ahead of frames that were on their way: their interval covers them all the same.
    fromUs = Number.isNaN(fromUs) ? firstUs : Math.min(fromUs, firstUs);
    const admitted = gate(block);
    denials.read();
    framesReceived += block.count;
    framesAdmitted += admitted;
    for (let from = 0; from < admitted; ) {
      const decoded = decode(block, from, admitted);
      const sampled = sampler.sample(block, memory.admitted, from, decoded, memory.values, points);
      if (sampled < decoded) {
        nowUs = laterOf(nowUs, timeOfAdmitted(block, sampled - 1));
        flush();
      }
      from = sampled;
    }
    advance(block.monotonicUs[block.count - 1] ?? 0);
  };
  const finish = (): void => {
    if (Number.isNaN(nowUs)) return;
    while (!sampler.finish(nowUs, points)) flush();
    flush();
  };
  const counters = (): CorridorCounters => ({
    framesReceived,
    framesAdmitted,
    framesDenied: denials.totals(),
    valuesObserved: sampler.state.observed,
    datapointsProduced: sampler.state.produced,
  });
  return { pass, advance, finish, counters };
}

/** NaN is no time yet. */
function laterOf(a: number, b: number): number {
  return Number.isNaN(a) || b > a ? b : a;
}

/** The kernel's counters wrap at 2^32; these do not. */
class DenialCounter {
  readonly #memory: CorridorMemory;
  readonly #before = new Uint32Array(DENIALS.length);
  readonly #totals = new Float64Array(DENIALS.length);

  constructor(memory: CorridorMemory) {
    this.#memory = memory;
    this.#before.set(memory.denials);
  }

  read(): void {
    for (let i = 0; i < DENIALS.length; i++) {
      const now = this.#memory.denials[i] ?? 0;
      this.#totals[i] = (this.#totals[i] ?? 0) + ((now - (this.#before[i] ?? 0)) >>> 0);
      this.#before[i] = now;
    }
  }

  totals(): Record<Denial, number> {
    const [not_listed = 0, length = 0, format = 0, remote = 0, error = 0] = this.#totals;
    return { not_listed, length, format, remote, error };
  }
}
