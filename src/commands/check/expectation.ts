// The expectation: a text file of JSON lines that is committed beside a log. It says which paths may leave, which datapoints
// the log makes of them, and how far these may be off. It is written so that a difference between two versions is readable:
//
//   {"expectation":1}
//   {"tolerance":"Vehicle.Cabin.*","value":0.5,"time":"20ms"}            by people, any number of them; --update keeps them
//   {"leaves":"Vehicle.Speed","unit":"km/h","from":"can0/VCU_Motion/VehicleSpeed"}        one for each path of the plan
//   {"t":1783999800.001,"path":"Vehicle.Speed","value":41.2}                           sorted by path, then by time
//
// Datapoints alone, as `canward replay` prints them, are an expectation too.
import { durationUs } from "../../duration.ts";
import type { Tolerance, Value } from "./tolerance.ts";

/** A path that may leave. */
export interface Leaving {
  readonly path: string;
  readonly unit: string;
  /** `bus/message/signal` */
  readonly from: string;
}

export interface ExpectedDatapoint {
  readonly path: string;
  readonly timeMs: number;
  readonly value: Value;
  readonly text: string | undefined;
}

export type ExpectationLine =
  | { readonly kind: "head" }
  | { readonly kind: "tolerance"; readonly tolerance: Tolerance }
  | { readonly kind: "leaving"; readonly leaving: Leaving }
  | { readonly kind: "datapoint"; readonly datapoint: ExpectedDatapoint };

const FORMAT = 1;
const DURATION = /^(0|[1-9]\d{0,8})(\.\d{1,6})?(us|ms|s|min|h)$/;

/** Null where the text is no line of an expectation. */
export function parseExpectationLine(text: string): ExpectationLine | null {
  const fields = parseFields(text);
  if (fields === null) return null;
  if ("path" in fields) return datapointOf(fields);
  if ("leaves" in fields) return leavingOf(fields);
  if ("tolerance" in fields) return toleranceOf(fields);
  return fields["expectation"] === FORMAT && hasOnly(fields, ["expectation"]) ? { kind: "head" } : null;
}

export function headLine(): string {
  return JSON.stringify({ expectation: FORMAT });
}

export function leavingLine({ path, unit, from }: Leaving): string {
  return JSON.stringify({ leaves: path, unit, from });
}

function parseFields(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === "object" && parsed !== null && !Array.isArray(parsed) ? { ...parsed } : null;
  } catch {
    return null;
  }
}

function datapointOf(fields: Readonly<Record<string, unknown>>): ExpectationLine | null {
  const { t, path, value, text } = fields;
  if (typeof t !== "number" || typeof path !== "string" || !hasOnly(fields, ["t", "path", "value", "text"]))
    return null;
  if (typeof value !== "number" && value !== null && !(typeof value === "string" && /^-?\d+$/.test(value))) return null;
  if (text !== undefined && typeof text !== "string") return null;
  return { kind: "datapoint", datapoint: { path, timeMs: Math.round(t * 1000), value, text } };
}

function leavingOf(fields: Readonly<Record<string, unknown>>): ExpectationLine | null {
  const { leaves: path, unit, from } = fields;
  if (typeof path !== "string" || typeof unit !== "string" || typeof from !== "string") return null;
  return hasOnly(fields, ["leaves", "unit", "from"]) ? { kind: "leaving", leaving: { path, unit, from } } : null;
}

function toleranceOf(fields: Readonly<Record<string, unknown>>): ExpectationLine | null {
  const { tolerance: paths, value = 0, time = "0ms" } = fields;
  if (typeof paths !== "string" || !hasOnly(fields, ["tolerance", "value", "time"])) return null;
  if (typeof value !== "number" || value < 0 || typeof time !== "string" || !DURATION.test(time)) return null;
  return { kind: "tolerance", tolerance: { paths, value, timeMs: durationUs(time) / 1000 } };
}

/** A mistyped key must not be passed over: what was meant would not hold. */
function hasOnly(fields: Readonly<Record<string, unknown>>, keys: readonly string[]): boolean {
  return Object.keys(fields).every((key) => keys.includes(key));
}
