// The sampler: raw values of admitted frames in, datapoints out. Which ones is a matter of the plan and of the monotonic
// time of the frames alone, so the same frames give the same datapoints however they are cut into blocks. It allocates
// nothing per frame. bench/corridor measures it.
// biome-ignore-all lint/style/noNonNullAssertion: a hot loop over tables whose indexes come from the same plan
import type { Datapoints } from "../../wire/datapoints.ts";
import { BUSES_MAX, type FrameBlock } from "../frame.ts";
import { NOT_MULTIPLEXED, type SampleTables } from "../plan.ts";
import { createState, NEVER, type SamplerCounts, type SamplerState } from "./state.ts";

const NONE = 0;
const LAST = 1;
const MEAN = 2;
const MIN = 3;
const UNSIGNED = 0;
const FLOAT32 = 2;
const FLOAT64 = 3;

/** Before the first frame. */
const NO_BUS = -1;

/** For reading bit patterns as numbers, and back. */
const pattern = new Int32Array(2);
const asFloat32 = new Float32Array(pattern.buffer);
const asFloat64 = new Float64Array(pattern.buffer);

export interface Sampler {
  readonly state: Readonly<SamplerState>;
  /**
   * Looks at the values of the admitted frames `from` … `to - 1`, which start at the first word of `values`. Returns the
   * first frame for which `out` had no room: `to`, unless it is full. It has room for at least one frame if it is empty.
   */
  sample(
    block: FrameBlock,
    admitted: Int32Array,
    from: number,
    to: number,
    values: Int32Array,
    out: Datapoints,
  ): number;
  /**
   * Says that it is `nowUs` by the monotonic clock: held-back states whose interval is over, and windows that have ended,
   * become datapoints. Returns false where `out` had no room for all of them; then call it again.
   */
  advance(nowUs: number, out: Datapoints): boolean;
  /** As `advance` at the end of time: windows end now, held-back states go out now. For when there will be no more frames. */
  finish(nowUs: number, out: Datapoints): boolean;
  /** By bus, how many values wait for the end of an interval or a window: the values of a window are one, the others are held back. */
  inHand(): Float64Array;
}

/** `buses` is the index of each slot's bus. */
export function createSampler(tables: SampleTables, buses: Uint8Array): Sampler {
  const state = createState(tables, buses);
  return {
    state,
    inHand: () => countInHand(state),
    sample: (block, admitted, from, to, values, out) =>
      sampleFrames(tables, state, block, admitted, from, to, values, out),
    advance: (nowUs, out) => advanceAll(tables, state, nowUs, Infinity, out),
    finish: (nowUs, out) => advanceAll(tables, state, Infinity, nowUs, out),
  };
}

function sampleFrames(
  tables: SampleTables,
  state: SamplerState,
  block: FrameBlock,
  admitted: Int32Array,
  from: number,
  to: number,
  values: Int32Array,
  out: Datapoints,
): number {
  const { firstSlot, words, word, wide, presence, onChange, deltaRaw, everyUs, resendUs, aggregate } = tables;
  const { lastLow, lastHigh, lastAtUs, pending, buses, counts } = state;
  const capacity = out.aliases.length;
  let base = 0;
  // Frames come in runs of one bus: what they lead to is added to the bus's counts once for a run.
  let bus = NO_BUS;
  let first = from;
  let before = out.count;
  let observed = 0;
  let heldBack = 0;
  let frame = from;
  for (; frame < to; frame++) {
    const entry = admitted[frame]!;
    const rule = entry >>> 16;
    const start = firstSlot[rule]!;
    const end = firstSlot[rule + 1]!;
    // A value makes two datapoints at most: the one that was held back, and its own.
    if (out.count + 2 * (end - start) > capacity) break;
    if (buses[start]! !== bus) {
      count(counts, bus, frame - first, observed, heldBack, out.count - before);
      bus = buses[start]!;
      first = frame;
      before = out.count;
      observed = 0;
      heldBack = 0;
    }
    const nowUs = block.monotonicUs[entry & 0xffff]!;
    for (let slot = start; slot < end; slot++) {
      const present = presence[slot]!;
      if (present !== NOT_MULTIPLEXED && values[base + present]! === 0) continue;
      observed += 1;
      const place = base + word[slot]!;
      const low = values[place]!;
      const high = wide[slot]! === 1 ? values[place + 1]! : low >> 31;
      // Most values are what they were: that is found out first, where nothing else can be due.
      if (aggregate[slot]! === NONE && onChange[slot]! === 1) {
        if (low === lastLow[slot]! && high === lastHigh[slot]! && pending[slot]! === 0) {
          if (nowUs < lastAtUs[slot]! + resendUs[slot]!) {
            heldBack += 1;
            continue;
          }
        } else if (everyUs[slot]! === 0 && deltaRaw[slot]! === 0) {
          emit(state, slot, nowUs, low, high, out);
          continue;
        }
      }
      heldBack +=
        aggregate[slot]! === NONE
          ? judge(tables, state, slot, nowUs, low, high, out)
          : gather(tables, state, slot, nowUs, low, high, out);
    }
    base += words[rule]!;
  }
  count(counts, bus, frame - first, observed, heldBack, out.count - before);
  return frame;
}

function count(
  counts: SamplerCounts,
  bus: number,
  frames: number,
  observed: number,
  heldBack: number,
  produced: number,
): void {
  if (bus === NO_BUS) return;
  counts.frames[bus]! += frames;
  counts.observed[bus]! += observed;
  counts.heldBack[bus]! += heldBack;
  counts.produced[bus]! += produced;
}

/** A value of a slot without a window: now, later, or not at all. Returns how many values ended without becoming a datapoint. */
function judge(
  tables: SampleTables,
  state: SamplerState,
  slot: number,
  nowUs: number,
  low: number,
  high: number,
  out: Datapoints,
): number {
  release(tables, state, slot, nowUs, out);
  const lastAtUs = state.lastAtUs[slot]!;
  if (lastAtUs === NEVER) {
    emit(state, slot, nowUs, low, high, out);
    return 0;
  }
  const resendUs = tables.resendUs[slot]!;
  const everyUs = tables.everyUs[slot]!;
  const isWanted =
    tables.onChange[slot]! === 0 || nowUs - lastAtUs >= resendUs || isChange(tables, state, slot, low, high);
  const waiting = state.pending[slot]!;
  if (!isWanted) {
    // It is what was said last, or near enough: there is nothing to make up for, nor for a state that waits.
    state.pending[slot] = 0;
    return 1 + waiting;
  }
  if (nowUs - lastAtUs >= everyUs) {
    emit(state, slot, nowUs, low, high, out);
    return waiting;
  }
  if (tables.onChange[slot]! === 0) return 1;
  // The newest waits, in the place of the one before.
  state.pending[slot] = 1;
  state.pendingLow[slot] = low;
  state.pendingHigh[slot] = high;
  return waiting;
}

/** A held-back state goes out at the end of the minimum interval, if that is over: it was the state at that time. */
function release(tables: SampleTables, state: SamplerState, slot: number, nowUs: number, out: Datapoints): void {
  if (state.pending[slot]! === 0) return;
  const dueUs = state.lastAtUs[slot]! + tables.everyUs[slot]!;
  if (dueUs > nowUs) return;
  emit(state, slot, dueUs, state.pendingLow[slot]!, state.pendingHigh[slot]!, out);
}

/**
 * A value of a slot with a window: ends the window before, if it is over, and adds to its own. Values that are no number
 * count only where a window has no other. Returns how many values ended without becoming a datapoint: of all in a window, at most
 * one does.
 */
function gather(
  tables: SampleTables,
  state: SamplerState,
  slot: number,
  nowUs: number,
  low: number,
  high: number,
  out: Datapoints,
): number {
  let heldBack = closeWindow(tables, state, slot, nowUs, Infinity, out);
  const kind = tables.aggregate[slot]!;
  const value = kind === LAST ? 0 : numberOf(tables.encoding[slot]!, low, high);
  if (state.windowEndUs[slot]! === NEVER) {
    const windowUs = tables.windowUs[slot]!;
    // A late value whose window has been told already belongs to the next one: datapoints stay in order of time.
    const atUs = Math.max(nowUs, state.lastAtUs[slot]!);
    state.windowEndUs[slot] = (Math.floor(atUs / windowUs) + 1) * windowUs;
    state.windowCount[slot] = 0;
    state.windowValue[slot] = kind === MEAN ? 0 : Number.NaN;
  } else {
    heldBack += 1;
  }
  const best = state.windowValue[slot]!;
  if (kind === MEAN) {
    if (Number.isNaN(value)) return heldBack;
    state.windowValue[slot] = best + value;
    state.windowCount[slot] = state.windowCount[slot]! + 1;
  } else if (kind === LAST || Number.isNaN(best) || (kind === MIN ? value < best : value > best)) {
    state.windowValue[slot] = value;
    state.windowLow[slot] = low;
    state.windowHigh[slot] = high;
  }
  return heldBack;
}

/**
 * The window's aggregate becomes a datapoint at the window's end, if that is over and its value is wanted. Returns 1 where it is over and
 * its value is not.
 */
function closeWindow(
  tables: SampleTables,
  state: SamplerState,
  slot: number,
  nowUs: number,
  latestUs: number,
  out: Datapoints,
): number {
  const endUs = state.windowEndUs[slot]!;
  if (endUs === NEVER || endUs > nowUs) return 0;
  state.windowEndUs[slot] = NEVER;
  let low = state.windowLow[slot]!;
  let high = state.windowHigh[slot]!;
  if (tables.aggregate[slot]! === MEAN) {
    const mean = state.windowValue[slot]! / state.windowCount[slot]!;
    asFloat64[0] = mean;
    // Which of its many patterns a computed NaN has is the processor's choice.
    low = Number.isNaN(mean) ? 0 : pattern[0]!;
    high = Number.isNaN(mean) ? 0x7ff8_0000 : pattern[1]!;
  }
  const atUs = Math.min(endUs, latestUs);
  const lastAtUs = state.lastAtUs[slot]!;
  const isWanted =
    lastAtUs === NEVER ||
    tables.onChange[slot]! === 0 ||
    atUs - lastAtUs >= tables.resendUs[slot]! ||
    isChange(tables, state, slot, low, high);
  if (!isWanted) return 1;
  emit(state, slot, atUs, low, high, out);
  return 0;
}

function advanceAll(
  tables: SampleTables,
  state: SamplerState,
  nowUs: number,
  latestUs: number,
  out: Datapoints,
): boolean {
  for (const slot of state.timed) {
    const before = out.count;
    if (before >= out.aliases.length) return false;
    let heldBack = 0;
    if (tables.aggregate[slot]! !== NONE) heldBack = closeWindow(tables, state, slot, nowUs, latestUs, out);
    else if (state.pending[slot]! === 1) {
      const dueUs = Math.min(state.lastAtUs[slot]! + tables.everyUs[slot]!, Math.max(latestUs, state.lastAtUs[slot]!));
      if (dueUs <= nowUs) emit(state, slot, dueUs, state.pendingLow[slot]!, state.pendingHigh[slot]!, out);
    }
    if (heldBack + out.count > before) count(state.counts, state.buses[slot]!, 0, 0, heldBack, out.count - before);
  }
  return true;
}

/** Whether a value differs from the last datapoint by as much as counts. */
function isChange(tables: SampleTables, state: SamplerState, slot: number, low: number, high: number): boolean {
  const lastLow = state.lastLow[slot]!;
  const lastHigh = state.lastHigh[slot]!;
  if (low === lastLow && high === lastHigh) return false;
  const delta = tables.deltaRaw[slot]!;
  if (delta === 0) return true;
  const encoding = tables.aggregate[slot]! === MEAN ? FLOAT64 : tables.encoding[slot]!;
  if (encoding >= FLOAT32) {
    const distance = Math.abs(numberOf(encoding, low, high) - numberOf(encoding, lastLow, lastHigh));
    // To or from a value that is no number is a change however large the delta.
    return !(distance < delta);
  }
  // Halves apart: the difference of two 64-bit integers is exact as long as it is below 2^53, and huge above.
  const highs = encoding === UNSIGNED ? (high >>> 0) - (lastHigh >>> 0) : high - lastHigh;
  return Math.abs(highs * 4294967296 + ((low >>> 0) - (lastLow >>> 0))) >= delta;
}

function numberOf(encoding: number, low: number, high: number): number {
  if (encoding === UNSIGNED) return (high >>> 0) * 4294967296 + (low >>> 0);
  pattern[0] = low;
  pattern[1] = high;
  if (encoding === FLOAT32) return asFloat32[0]!;
  if (encoding === FLOAT64) return asFloat64[0]!;
  return high * 4294967296 + (low >>> 0);
}

function countInHand(state: SamplerState): Float64Array {
  const inHand = new Float64Array(BUSES_MAX);
  for (const [slot, bus] of state.buses.entries()) {
    inHand[bus]! += state.pending[slot]! + (state.windowEndUs[slot]! === NEVER ? 0 : 1);
  }
  return inHand;
}

function emit(state: SamplerState, slot: number, atUs: number, low: number, high: number, out: Datapoints): void {
  const { count } = out;
  out.aliases[count] = slot;
  out.timesMs[count] = Math.floor(atUs / 1000);
  out.lows[count] = low;
  out.highs[count] = high;
  out.count = count + 1;
  state.lastLow[slot] = low;
  state.lastHigh[slot] = high;
  state.lastAtUs[slot] = atUs;
  state.pending[slot] = 0;
}
