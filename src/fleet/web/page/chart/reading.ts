// What the crosshair reads: the moment it stands at, and for each signal the datapoint that holds there, or why there is none. Pure.
import type { Gap, Signal } from "../../types.ts";
import { rowAt, type Track } from "./track.ts";

export interface Reading {
  readonly timeMs: number;
  readonly gap: Gap | undefined;
  readonly values: readonly {
    readonly signal: Signal;
    /** When the value that holds was taken; undefined where none is known. */
    readonly takenMs: number | undefined;
    readonly value: number | null;
  }[];
}

/** `gaps` are those that are drawn, by path. */
export function readAt(
  timeMs: number,
  signals: readonly Signal[],
  tracks: ReadonlyMap<string, Track>,
  gaps: ReadonlyMap<string, readonly Gap[]>,
): Reading {
  let gapHere: Gap | undefined;
  const values = signals.map((signal) => {
    const own = gaps.get(signal.path) ?? [];
    gapHere ??= own.find(({ fromMs, toMs }) => timeMs >= fromMs && timeMs < toMs);
    const track = tracks.get(signal.path);
    const row = track === undefined ? -1 : rowAt(track.timesMs, timeMs);
    const takenMs = track?.timesMs[row];
    const isKnown = takenMs !== undefined && !own.some(({ fromMs }) => fromMs >= takenMs && fromMs <= timeMs);
    return isKnown
      ? { signal, takenMs, value: track?.values[row] ?? null }
      : { signal, takenMs: undefined, value: null };
  });
  return { timeMs, gap: gapHere, values };
}
