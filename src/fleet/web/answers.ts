// From the store's nouns to the JSON that the page reads: undefined becomes null, and a catalogue entry becomes what a table and a
// chart need to know of a signal. Pure.
import type { CatalogueEntry } from "../../wire/catalogue.ts";
import type { History, LatestValue, VehicleSummary } from "../store/store.ts";
import type { BusReport, Signal, SignalHistory, Span, Value, Vehicle } from "./types.ts";

/** Digits that a person can still make use of; the seventh of a degree is a centimetre. */
const DECIMALS_MAX = 7;

export function toVehicle(summary: VehicleSummary): Vehicle {
  const { backlog } = summary;
  return {
    id: summary.id,
    presence: { state: summary.presence.state, sinceMs: summary.presence.sinceMs ?? null },
    lastDatapointMs: summary.lastDatapointMs ?? null,
    backlog:
      backlog === undefined
        ? null
        : { segments: backlog.segments, bytes: backlog.bytes, oldestMs: backlog.oldestMs ?? null },
    policyVersion: summary.policyVersion ?? null,
    softwareVersion: summary.softwareVersion ?? null,
    signals: summary.signals,
  };
}

export function toBuses({ buses }: VehicleSummary): BusReport | null {
  if (buses === undefined) return null;
  return {
    saidMs: buses.saidMs,
    buses: buses.statuses.map(({ isSilent, lastFrameMs, counters, ...status }) => ({
      ...status,
      silent: isSilent,
      lastFrameMs: lastFrameMs ?? null,
      counters: Object.fromEntries(counters),
    })),
  };
}

export function toSignal(entry: CatalogueEntry): Signal {
  const names = [...entry.values]
    .map(([raw, text]) => ({ value: Number(raw) * entry.factor + entry.offset, text }))
    .sort((a, b) => a.value - b.value);
  return {
    path: entry.path,
    unit: entry.unit,
    source: entry.source,
    // A quantity may have names too, for "not available" and the like; then it has a unit or is scaled.
    shape: names.length >= 2 && entry.unit === "" && entry.factor === 1 ? "state" : "quantity",
    decimals: isFloat(entry) ? null : Math.max(decimalsOf(entry.factor), decimalsOf(entry.offset)),
    names,
  };
}

export function toValue(latest: LatestValue): Value {
  return {
    path: latest.entry.path,
    timeMs: latest.timeMs ?? null,
    value: latest.value ?? null,
    text: latest.text ?? null,
  };
}

export function toHistory(history: History, extent: Span | undefined, nowMs: number): SignalHistory {
  const { timesMs, values, datapoints, thinned, gaps, fromMs, toMs } = history;
  return {
    nowMs,
    signal: toSignal(history.entry),
    timesMs,
    values,
    datapoints,
    thinned,
    gaps,
    extent: extent ?? null,
    fromMs,
    toMs,
  };
}

function isFloat(entry: CatalogueEntry): boolean {
  return entry.encoding === "float32" || entry.encoding === "float64";
}

function decimalsOf(factor: number): number {
  for (let decimals = 0; decimals < DECIMALS_MAX; decimals++) {
    const scaled = factor * 10 ** decimals;
    if (Math.abs(scaled - Math.round(scaled)) < 1e-9 * Math.max(1, Math.abs(scaled)) && Math.round(scaled) !== 0) {
      return decimals;
    }
    if (factor === 0) return 0;
  }
  return DECIMALS_MAX;
}
