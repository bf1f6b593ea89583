// The API's inputs, checked: a parameter or query comes in as strings, and goes out typed and within bounds, or is refused with a
// sentence that names the parameter. TypeBox checks by walking the schema; no code is made from it.
import { type Static, type TSchema, Type } from "typebox";
import { Value } from "typebox/value";
import { Refusal } from "./problems.ts";

/** A chart on the widest screen asks for fewer; more would only be overdrawn. */
export const HISTORY_POINTS_MAX = 5_000;
export const HISTORY_POINTS_DEFAULT = 1_500;
/** Somewhat more than a year: a season can be compared with the last. */
export const HISTORY_SPAN_MS_MAX = 400 * 86_400_000;
/** Paths whose datapoints one event stream carries in full: more than one chart shows. */
export const STREAM_PATHS_MAX = 4;
/** The end of ECMAScript's time range. */
const TIME_MS_MAX = 8.64e15;

const VEHICLE = Type.String({ pattern: "^[A-Za-z0-9_-]{1,64}$" });
// A VSS path; the vehicle's allow-list is not checked against VSS, hence the wide alphabet.
const PATH = Type.String({ pattern: "^[A-Za-z0-9_.:-]{1,256}$" });
const TIME = Type.String({ pattern: "^-?[0-9]{1,16}$" });
const POINTS = Type.String({ pattern: "^[0-9]{1,5}$" });

const strict = { additionalProperties: false } as const;
const VehicleParameters = Type.Object({ id: VEHICLE }, strict);
const HistoryQuery = Type.Object({ path: PATH, from: TIME, to: TIME, points: Type.Optional(POINTS) }, strict);
const StreamQuery = Type.Object(
  { path: Type.Optional(Type.Union([PATH, Type.Array(PATH, { maxItems: STREAM_PATHS_MAX })])) },
  strict,
);
const NoQuery = Type.Object({}, strict);

const EXPECTED: Readonly<Record<string, string>> = {
  id: "a vehicle id of 1 to 64 letters, digits, _ and -",
  path: `a signal's path, such as Vehicle.Speed (at most ${STREAM_PATHS_MAX} on an event stream, one elsewhere)`,
  from: "a time in milliseconds since 1970",
  to: "a time in milliseconds since 1970",
  points: `a whole number from 2 to ${HISTORY_POINTS_MAX}`,
};

export interface HistoryRequest {
  readonly path: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly points: number;
}

export function checkVehicle(parameters: unknown): string {
  return check(VehicleParameters, parameters).id;
}

export function checkNoQuery(query: unknown): void {
  check(NoQuery, query);
}

export function checkStream(query: unknown): readonly string[] {
  const { path } = check(StreamQuery, query);
  return path === undefined ? [] : typeof path === "string" ? [path] : [...new Set(path)];
}

export function checkHistory(query: unknown): HistoryRequest {
  const { path, from, to, points } = check(HistoryQuery, query);
  const fromMs = Number(from);
  const toMs = Number(to);
  const pointsMax = points === undefined ? HISTORY_POINTS_DEFAULT : Number(points);
  if (Math.abs(fromMs) > TIME_MS_MAX) throw expected("from");
  if (Math.abs(toMs) > TIME_MS_MAX) throw expected("to");
  if (fromMs >= toMs) throw new Refusal(400, "WEB_BAD_SPAN", "'from' must be before 'to'.");
  if (toMs - fromMs > HISTORY_SPAN_MS_MAX) {
    throw new Refusal(400, "WEB_SPAN_TOO_LONG", "The span is longer than 400 days. Ask for a shorter one.");
  }
  if (pointsMax < 2 || pointsMax > HISTORY_POINTS_MAX) throw expected("points");
  return { path, fromMs, toMs, points: pointsMax };
}

function check<Schema extends TSchema>(schema: Schema, input: unknown): Static<Schema> {
  // Fastify's query object has no prototype, and TypeBox takes it as an object all the same; a copy keeps both honest.
  const copy: unknown = typeof input === "object" && input !== null ? { ...input } : input;
  if (Value.Check(schema, copy)) return copy;
  const names = Object.keys("properties" in schema ? (schema.properties as object) : {});
  const given = new Set(Object.keys(copy as object));
  const unknown = [...given].find((name) => !names.includes(name));
  if (unknown !== undefined) throw unknownParameter(unknown, names);
  const [error] = Value.Errors(schema, copy);
  const missing = names.find((name) => !given.has(name) && name !== "points");
  throw expected(error?.instancePath.split("/")[1] || (missing ?? "path"));
}

function expected(name: string): Refusal {
  return new Refusal(400, "WEB_BAD_PARAMETER", `'${name}' must be ${EXPECTED[name] ?? "given as documented"}.`);
}

function unknownParameter(name: string, known: readonly string[]): Refusal {
  const list = known.length === 0 ? "This address takes none." : `Known are: ${known.join(", ")}.`;
  return new Refusal(400, "WEB_UNKNOWN_PARAMETER", `There is no parameter '${name.slice(0, 40)}'. ${list}`);
}
