// The stages that know no disk and no network, in their order: gate, decode, sample. Blocks of frames in; the datapoints of
// each flush interval out, to a sink: the outbox in a gateway, a list in `canward replay`.
import { createDatapoints, type Datapoints } from "../wire/datapoints.ts";
import {
  type BusCounters,
  type CorridorCounters,
  DenialCounter,
  OTHER_BUS,
  sumBuses,
  sumOfDenied,
} from "./counters.ts";
import { createDecoder } from "./decode/decode.ts";
import type { FrameBlock } from "./frame.ts";
import { createGate } from "./gate/gate.ts";
import { type CorridorMemory, DENIAL_ROWS } from "./memory.ts";
import type { Plan } from "./plan.ts";
import { createSampler } from "./sample/sample.ts";

/** Datapoints of a segment; a fuller interval makes several segments. 20 bytes each here, about one each on disk. */
const SEGMENT_DATAPOINTS_MAX = 65_536;

/** Takes the datapoints of one interval, which covers `fromUs` to `toUs` by the monotonic clock; they are gone after. */
export type Sink = (points: Datapoints, fromUs: number, toUs: number) => void;

export interface Corridor {
  /** Passes a block through all stages. Frames that are late by the clock of `advance` are taken as they come. */
  pass(block: FrameBlock): void;
  /** Says that it is `nowUs` by the monotonic clock: what is due is sampled, and the interval is flushed if it is over. */
  advance(nowUs: number): void;
  /** When the interval under way ends, by the monotonic clock; NaN before the first frame. */
  dueUs(): number;
  /** There will be no more frames: everything that is held back goes out. */
  finish(): void;
  counters(): CorridorCounters;
}

export function createCorridor(plan: Plan, memory: CorridorMemory, flushIntervalUs: number, sink: Sink): Corridor {
  const gate = createGate(memory, plan.gate);
  const decode = createDecoder(memory, plan.decode);
  const sampler = createSampler(plan.sample, plan.slotBuses);
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
    framesReceived += block.count;
    denials.passed(block.count);
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
  const counters = (): CorridorCounters => {
    denials.read();
    const inHand = sampler.inHand();
    const countersOfBus = (bus: number, next = bus + 1): BusCounters => {
      const { frames, observed, heldBack, produced } = sampler.state.counts;
      const framesDenied = denials.totals(bus, next);
      const admitted = frames[bus] ?? 0;
      return {
        framesReceived: admitted + sumOfDenied(framesDenied),
        framesAdmitted: admitted,
        framesDenied,
        valuesObserved: observed[bus] ?? 0,
        valuesHeldBack: heldBack[bus] ?? 0,
        valuesInHand: inHand[bus] ?? 0,
        datapointsProduced: produced[bus] ?? 0,
      };
    };
    const buses = new Map(plan.buses.map((name, bus) => [name, countersOfBus(bus)]));
    // Nothing is admitted of a bus that the plan does not have.
    buses.set(OTHER_BUS, countersOfBus(plan.buses.length, DENIAL_ROWS));
    // What comes in and what is admitted is counted apart from the buses: a frame that they lost would show.
    return { ...sumBuses(buses.values()), framesReceived, framesAdmitted, buses };
  };
  return { pass, advance, dueUs: () => fromUs + flushIntervalUs, finish, counters };
}

/** NaN is no time yet. */
function laterOf(a: number, b: number): number {
  return Number.isNaN(a) || b > a ? b : a;
}
