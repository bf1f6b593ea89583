// What the corridor counts of each bus: frames by the gate's verdict, values and datapoints by what sampling made of them. What
// several plans counted one after the other adds up by the buses' names.
import { type CorridorMemory, DENIAL_ROW_WORDS, DENIALS, type Denial } from "./memory.ts";

/** Since the start. Received = admitted + denied; observed = produced + held back + in hand. */
export interface BusCounters {
  readonly framesReceived: number;
  readonly framesAdmitted: number;
  readonly framesDenied: Readonly<Record<Denial, number>>;
  /** Values of admitted frames that the sampler looked at. */
  readonly valuesObserved: number;
  /** Values that ended without becoming a datapoint: no change, too fast, or merged with others. */
  readonly valuesHeldBack: number;
  /** Values that wait for the end of an interval or a window. */
  readonly valuesInHand: number;
  readonly datapointsProduced: number;
}

export interface CorridorCounters extends BusCounters {
  /** By the bus's name; under OTHER_BUS, the frames of buses that the plan does not have. */
  readonly buses: ReadonlyMap<string, BusCounters>;
}

/** The name under which stands what is of no bus of the plan, or of none that is known any more. */
export const OTHER_BUS = "";

const NOTHING: BusCounters = {
  ...{ framesReceived: 0, framesAdmitted: 0, valuesObserved: 0, valuesHeldBack: 0, valuesInHand: 0 },
  ...{ framesDenied: { not_listed: 0, length: 0, format: 0, remote: 0, error: 0 }, datapointsProduced: 0 },
};

/** What corridors counted that were in force one after the other. */
export function sumCorridors(parts: readonly CorridorCounters[]): CorridorCounters {
  const buses = new Map<string, BusCounters>();
  for (const part of parts) {
    for (const [name, counters] of part.buses) buses.set(name, sumBuses([buses.get(name) ?? NOTHING, counters]));
  }
  return { ...sumBuses(parts), buses };
}

export function sumBuses(parts: Iterable<BusCounters>): BusCounters {
  let sum = NOTHING;
  for (const part of parts) {
    sum = {
      framesReceived: sum.framesReceived + part.framesReceived,
      framesAdmitted: sum.framesAdmitted + part.framesAdmitted,
      framesDenied: sumDenied(sum.framesDenied, part.framesDenied),
      valuesObserved: sum.valuesObserved + part.valuesObserved,
      valuesHeldBack: sum.valuesHeldBack + part.valuesHeldBack,
      valuesInHand: sum.valuesInHand + part.valuesInHand,
      datapointsProduced: sum.datapointsProduced + part.datapointsProduced,
    };
  }
  return sum;
}

function sumDenied(a: BusCounters["framesDenied"], b: BusCounters["framesDenied"]): Record<Denial, number> {
  return {
    not_listed: a.not_listed + b.not_listed,
    length: a.length + b.length,
    format: a.format + b.format,
    remote: a.remote + b.remote,
    error: a.error + b.error,
  };
}

export function sumOfDenied(denied: BusCounters["framesDenied"]): number {
  return DENIALS.reduce((sum, reason) => sum + denied[reason], 0);
}

/** Frames after which the kernel's counters are read, so that none of them wraps unseen at 2^32. */
const UNREAD_FRAMES_MAX = 2 ** 31;

/** The kernel's counters wrap at 2^32; these do not. */
export class DenialCounter {
  readonly #memory: CorridorMemory;
  readonly #before: Uint32Array;
  readonly #totals: Float64Array;
  #unread = 0;

  constructor(memory: CorridorMemory) {
    this.#memory = memory;
    this.#before = Uint32Array.from(memory.denials);
    this.#totals = new Float64Array(memory.denials.length);
  }

  passed(frames: number): void {
    this.#unread += frames;
    if (this.#unread >= UNREAD_FRAMES_MAX) this.read();
  }

  read(): void {
    this.#unread = 0;
    for (const [i, now] of this.#memory.denials.entries()) {
      this.#totals[i] = (this.#totals[i] ?? 0) + ((now - (this.#before[i] ?? 0)) >>> 0);
      this.#before[i] = now;
    }
  }

  /** Of the buses `from` to `to - 1`. */
  totals(from: number, to: number): Record<Denial, number> {
    const denied = { ...NOTHING.framesDenied };
    for (const [i, reason] of DENIALS.entries()) {
      for (let bus = from; bus < to; bus++) denied[reason] += this.#totals[bus * DENIAL_ROW_WORDS + i] ?? 0;
    }
    return denied;
  }
}
