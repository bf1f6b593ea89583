// The sampler: raw values of admitted frames in, datapoints out. Which ones is a matter of the plan and of the monotonic
// time of the frames alone, so the same frames give the same datapoints however they are cut into blocks. It allocates
// nothing per frame. bench/corridor measures it.
// biome-ignore-all lint/style/noNonNullAssertion: a hot loop over tables whose indexes come from the same plan
import type { Datapoints } from "../../wire/datapoints.ts";
import type { FrameBlock } from "../frame.ts";
import { NOT_MULTIPLEXED, type SampleTables } from "../plan.ts";
import { createState, NEVER, type SamplerState } from "./state.ts";

const NONE = 0;
const LAST = 1;
const MEAN = 2;
const MIN = 3;
const UNSIGNED = 0;
const FLOAT32 = 2;
const FLOAT64 = 3;

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
}

export function createSampler(tables: SampleTables): Sampler {
  const state = createState(tables);
  return {
    state,
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
  const { lastLow, lastHigh, lastAtUs, pending } = state;
  const capacity = out.aliases.length;
  let base = 0;
  let observed = 0;
  let frame = from;
  for (; frame < to; frame++) {
    const entry = admitted[frame]!;
    const rule = entry >>> 16;
    const first = firstSlot[rule]!;
    const end = firstSlot[rule + 1]!;
    // A value makes two datapoints at most: the one that was held back, and its own.
    if (out.count + 2 * (end - first) > capacity) break;
    const nowUs = block.monotonicUs[entry & 0xffff]!;
    for (let slot = first; slot < end; slot++) {
      const present = presence[slot]!;
      if (present !== NOT_MULTIPLEXED && values[base + present]! === 0) continue;
      observed += 1;
      const place = base + word[slot]!;
      const low = values[place]!;
      const high = wide[slot]! === 1 ? values[place + 1]! : low >> 31;
      // Most values are what they were: that is found out first, where nothing else can be due.
      if (aggregate[slot]! === NONE && onChange[slot]! === 1) {
        if (low === lastLow[slot]! && high === lastHigh[slot]! && pending[slot]! === 0) {
          if (nowUs < lastAtUs[slot]! + resendUs[slot]!) continue;
        } else if (everyUs[slot]! === 0 && deltaRaw[slot]! === 0) {
          emit(state, slot, nowUs, low, high, out);
          continue;
        }
      }
      if (aggregate[slot]! === NONE) judge(tables, state, slot, nowUs, low, high, out);
      else gather(tables, state, slot, nowUs, low, high, out);
    }
    base += words[rule]!;
  }
  state.observed += observed;
  return frame;
}

/** A value of a slot without a window: now, later, or not at all. */
function judge(
  tables: SampleTables,
  state: SamplerState,
  slot: number,
  nowUs: number,
  low: number,
  high: number,
  out: Datapoints,
): void {
  release(tables, state, slot, nowUs, out);
  const lastAtUs = state.lastAtUs[slot]!;
  if (lastAtUs === NEVER) {
    emit(state, slot, nowUs, low, high, out);
    return;
  }
  const resendUs = tables.resendUs[slot]!;
  const everyUs = tables.everyUs[slot]!;
  const isWanted =
    tables.onChange[slot]! === 0 || nowUs - lastAtUs >= resendUs || isChange(tables, state, slot, low, high);
  if (!isWanted) {
    // It is what was said last, or near enough: there is nothing to make up for.
    state.pending[slot] = 0;
  } else if (nowUs - lastAtUs >= everyUs) {
    emit(state, slot, nowUs, low, high, out);
  } else if (tables.onChange[slot]! === 1) {
    state.pending[slot] = 1;
    state.pendingLow[slot] = low;
    state.pendingHigh[slot] = high;
  }
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
 * count only where a window has no other.
 */
function gather(
  tables: SampleTables,
  state: SamplerState,
  slot: number,
  nowUs: number,
  low: number,
  high: number,
  out: Datapoints,
): void {
  closeWindow(tables, state, slot, nowUs, Infinity, out);
  const kind = tables.aggregate[slot]!;
  const value = kind === LAST ? 0 : numberOf(tables.encoding[slot]!, low, high);
  if (state.windowEndUs[slot]! === NEVER) {
    const windowUs = tables.windowUs[slot]!;
    // A late value whose window has been told already belongs to the next one: datapoints stay in order of time.
    const atUs = Math.max(nowUs, state.lastAtUs[slot]!);
    state.windowEndUs[slot] = (Math.floor(atUs / windowUs) + 1) * windowUs;
    state.windowCount[slot] = 0;
    state.windowValue[slot] = kind === MEAN ? 0 : Number.NaN;
  }
  const best = state.windowValue[slot]!;
  if (kind === MEAN) {
    if (Number.isNaN(value)) return;
    state.windowValue[slot] = best + value;
    state.windowCount[slot] = state.windowCount[slot]! + 1;
  } else if (kind === LAST || Number.isNaN(best) || (kind === MIN ? value < best : value > best)) {
    state.windowValue[slot] = value;
    state.windowLow[slot] = low;
    state.windowHigh[slot] = high;
  }
}

/** The window's aggregate becomes a datapoint at the window's end, if that is over and its value is wanted. */
function closeWindow(
  tables: SampleTables,
  state: SamplerState,
  slot: number,
  nowUs: number,
  latestUs: number,
  out: Datapoints,
): void {
  const endUs = state.windowEndUs[slot]!;
  if (endUs === NEVER || endUs > nowUs) return;
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
  if (isWanted) emit(state, slot, atUs, low, high, out);
}

function advanceAll(
  tables: SampleTables,
  state: SamplerState,
  nowUs: number,
  latestUs: number,
  out: Datapoints,
): boolean {
  for (const slot of state.timed) {
    if (out.count >= out.aliases.length) return false;
    if (tables.aggregate[slot]! !== NONE) closeWindow(tables, state, slot, nowUs, latestUs, out);
    else if (state.pending[slot]! === 1) {
      const dueUs = Math.min(state.lastAtUs[slot]! + tables.everyUs[slot]!, Math.max(latestUs, state.lastAtUs[slot]!));
      if (dueUs <= nowUs) emit(state, slot, dueUs, state.pendingLow[slot]!, state.pendingHigh[slot]!, out);
    }
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
  state.produced += 1;
}
