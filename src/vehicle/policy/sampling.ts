// The sampling tables: how each slot's values become datapoints. Comes from the allow-list's words; goes to the sampler.
import type { Signal } from "../../dbc/database.ts";
import { durationUs } from "../../duration.ts";
import type { Encoding } from "../../wire/catalogue.ts";
import { AGGREGATES, ENCODINGS, type SampleTables } from "../plan.ts";
import type { Defaults, Sampling } from "./allowlist.ts";
import type { RuleLayout, ValuePlace } from "./layout.ts";

/** What is wrong with a signal's sampling; undefined where nothing is. */
export function samplingFault(sampling: Sampling, signal: Signal): { key: string; message: string } | undefined {
  const { aggregate, window, every } = sampling;
  if (aggregate !== undefined && window === undefined)
    return { key: "aggregate", message: "`aggregate` needs a `window`" };
  if (window !== undefined && aggregate === undefined)
    return { key: "window", message: "`window` needs an `aggregate`" };
  if (window !== undefined && durationUs(window) === 0)
    return { key: "window", message: "`window` must be longer than zero" };
  if (aggregate !== undefined && every !== undefined) {
    return { key: "every", message: "`every` and `aggregate` are alternatives: the window is the interval" };
  }
  if (swallowsStates(sampling, signal)) {
    return {
      key: "minimum_delta",
      message:
        "a `minimum_delta` of more than one state would swallow states of this signal; say `minimum_delta: 0` for it",
    };
  }
  if (aggregate === undefined || aggregate === "last") return undefined;
  if (signal.values.size > 0) {
    return {
      key: "aggregate",
      message: `\`aggregate: ${aggregate}\` means nothing for a signal with named values; use last`,
    };
  }
  if (signal.lengthBits > 53 && signal.format === "integer") {
    return {
      key: "aggregate",
      message: `\`aggregate: ${aggregate}\` is not exact for ${signal.lengthBits} bits; use last`,
    };
  }
  return undefined;
}

/** Of a boolean, and of an enumeration (named values without unit or scale), every state counts. */
function swallowsStates({ minimum_delta: delta = 0 }: Sampling, signal: Signal): boolean {
  const { lengthBits, format, values, unit, factor, offset } = signal;
  const isEnumeration = values.size >= 2 && unit === "" && Math.abs(factor) === 1 && offset === 0;
  return format === "integer" && (lengthBits === 1 || isEnumeration) && delta > Math.abs(factor);
}

/** What is in force for a signal: its own words before the defaults. */
export function effectiveSampling(own: Sampling, defaults: Defaults): Sampling {
  const { every, ...others } = defaults;
  const inherited = own.aggregate === undefined && every !== undefined ? { ...others, every } : others;
  return { on_change: true, ...inherited, ...own };
}

export function encodingOf(signal: Signal, sampling: Sampling): Encoding {
  if (sampling.aggregate === "mean") return "float64";
  if (signal.format !== "integer") return signal.format;
  return signal.signed ? "signed" : "unsigned";
}

/** Of float32 signals the sampler reads the pattern, of a mean it makes one: the two differ in `encodingOf`. */
function readAs(signal: Signal): Encoding {
  return signal.format !== "integer" ? signal.format : signal.signed ? "signed" : "unsigned";
}

export interface Slot {
  readonly place: ValuePlace;
  readonly sampling: Sampling;
}

export function compileSampling(layouts: readonly RuleLayout[], slots: readonly Slot[]): SampleTables {
  const firstSlot = new Uint16Array(layouts.length + 1);
  layouts.forEach((layout, i) => {
    firstSlot[i + 1] = (firstSlot[i] ?? 0) + layout.places.length;
  });
  return {
    firstSlot,
    words: Uint16Array.from(layouts, ({ words }) => words),
    word: Uint16Array.from(slots, ({ place }) => place.word),
    wide: Uint8Array.from(slots, ({ place }) => Number(place.wide)),
    presence: Uint16Array.from(slots, ({ place }) => place.presence),
    encoding: Uint8Array.from(slots, ({ place }) => ENCODINGS.indexOf(readAs(place.signal))),
    onChange: Uint8Array.from(slots, ({ sampling }) => Number(sampling.on_change !== false)),
    deltaRaw: Float64Array.from(slots, deltaRaw),
    everyUs: Float64Array.from(slots, ({ sampling }) => microseconds(sampling.every)),
    resendUs: Float64Array.from(slots, ({ sampling }) => microseconds(sampling.resend) || Infinity),
    windowUs: Float64Array.from(slots, ({ sampling }) => microseconds(sampling.window)),
    aggregate: Uint8Array.from(slots, aggregateIndex),
  };
}

function microseconds(duration: string | undefined): number {
  return duration === undefined ? 0 : durationUs(duration);
}

/** A little less than delta / factor, so that a step of just the delta counts although neither is exact in binary. */
function deltaRaw({ place, sampling }: Slot): number {
  const { minimum_delta: delta = 0 } = sampling;
  return delta === 0 ? 0 : (delta / Math.abs(place.signal.factor)) * (1 - 1e-9);
}

/** Where the factor is negative, the least raw value is the greatest physical one. */
function aggregateIndex({ place, sampling }: Slot): number {
  const { aggregate = "none" } = sampling;
  const swapped = aggregate === "min" ? "max" : aggregate === "max" ? "min" : aggregate;
  return AGGREGATES.indexOf(place.signal.factor < 0 ? swapped : aggregate);
}
