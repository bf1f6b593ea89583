// Numbers, units, bytes and times as a person reads them. Pure; the time zone is the browser's.
import type { Signal, Value } from "../types.ts";

const LOCALE = "en-GB";
const MINUS = "\u2212";
const NARROW_SPACE = "\u202f";

/** Floating point says nothing of its resolution; this many significant digits are shown of it. */
const FLOAT_DIGITS = 6;

const UNITS: Readonly<Record<string, string>> = {
  degC: "°C",
  celsius: "°C",
  C: "°C",
  deg: "°",
  degrees: "°",
  percent: "%",
  "m/s^2": "m/s²",
  Ohm: "Ω",
  kOhm: "kΩ",
};

export function formatUnit(unit: string): string {
  return UNITS[unit] ?? unit;
}

/** The unit as it follows a number: with a space, but for the degree of an angle. */
export function unitAfter(unit: string): string {
  const shown = formatUnit(unit);
  return shown === "" || shown === "°" ? shown : ` ${shown}`;
}

/** The value's name where it has one, else the number, without its unit. "–" where nothing has come. */
export function formatValue(signal: Signal, value: Value["value"], text: string | null): string {
  if (value === null) return "–";
  if (text !== null) return text;
  if (typeof value === "string") return formatInteger(value);
  return signal.names.find((name) => name.value === value)?.text ?? formatNumber(value, signal.decimals);
}

export function formatNumber(value: number, decimals: number | null): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "not a number" : value > 0 ? "∞" : `${MINUS}∞`;
  const places = decimals ?? Math.max(0, FLOAT_DIGITS - 1 - Math.floor(Math.log10(Math.max(1, Math.abs(value)))));
  const text = Math.abs(value).toFixed(Math.min(places, 7));
  const shown = decimals === null && text.includes(".") ? text.replace(/\.?0+$/, "") : text;
  const [whole = "0", fraction] = shown.split(".");
  const sign = value < 0 && Number(shown) !== 0 ? MINUS : "";
  return `${sign}${groupDigits(whole)}${fraction === undefined ? "" : `.${fraction}`}`;
}

function formatInteger(digits: string): string {
  return digits.startsWith("-") ? MINUS + groupDigits(digits.slice(1)) : groupDigits(digits);
}

/** From five digits on, in threes. */
function groupDigits(digits: string): string {
  return digits.length < 5 ? digits : digits.replace(/\B(?=(\d{3})+$)/g, NARROW_SPACE);
}

export function formatCount(count: number): string {
  return formatNumber(count, 0);
}

export function formatBytes(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  const power = Math.min(4, Math.floor(Math.log10(bytes) / 3));
  const scaled = bytes / 1_000 ** power;
  return `${scaled.toFixed(scaled < 10 ? 1 : 0)} ${["B", "kB", "MB", "GB", "TB"][power]}`;
}

/** "4 s", "12 min", "3 h 20 min", "2 d 4 h". */
export function formatDuration(durationMs: number): string {
  const seconds = Math.round(durationMs / 1_000);
  if (durationMs < 1_000) return durationMs <= 0 ? "0 s" : `${Math.round(durationMs)} ms`;
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return withRest(minutes, "min", minutes < 10 ? seconds % 60 : 0, "s");
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return withRest(hours, "h", minutes % 60, "min");
  return withRest(Math.floor(hours / 24), "d", hours % 24, "h");
}

function withRest(whole: number, unit: string, rest: number, restUnit: string): string {
  return rest === 0 ? `${whole} ${unit}` : `${whole} ${unit} ${rest} ${restUnit}`;
}

/** Batches come every few seconds: what is younger than one is as new as can be, and counting it would only flicker. */
const NOW_MS = 3_000;

/** The age of something, in one unit: "now", "4 s ago", "3 h ago". */
export function formatAgo(ageMs: number): string {
  return ageMs < NOW_MS ? "now" : `${formatAge(ageMs)} ago`;
}

/** "now", "4 s", "12 min", "3 h", "5 d". */
export function formatAge(ageMs: number): string {
  if (ageMs < NOW_MS) return "now";
  const seconds = Math.floor(ageMs / 1_000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 48 * 3_600) return `${Math.floor(seconds / 3_600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

const dayFormat = new Intl.DateTimeFormat(LOCALE, { day: "numeric", month: "short" });
const yearFormat = new Intl.DateTimeFormat(LOCALE, { day: "numeric", month: "short", year: "numeric" });
const minuteFormat = new Intl.DateTimeFormat(LOCALE, { hour: "2-digit", minute: "2-digit" });
const secondFormat = new Intl.DateTimeFormat(LOCALE, { hour: "2-digit", minute: "2-digit", second: "2-digit" });

export function formatDay(timeMs: number): string {
  return dayFormat.format(timeMs);
}

export function formatMinute(timeMs: number): string {
  return minuteFormat.format(timeMs);
}

export function formatSecond(timeMs: number): string {
  return secondFormat.format(timeMs);
}

export function formatMillisecond(timeMs: number): string {
  return `${secondFormat.format(timeMs)}.${String(new Date(timeMs).getMilliseconds()).padStart(3, "0")}`;
}

/** "22 Nov 2026, 10:04:32" */
export function formatMoment(timeMs: number): string {
  return `${yearFormat.format(timeMs)}, ${formatSecond(timeMs)}`;
}

/** "India Standard Time, UTC+5:30" */
export function timeZone(): string {
  const parts = new Intl.DateTimeFormat(LOCALE, { timeZoneName: "long" }).formatToParts();
  const name = parts.find(({ type }) => type === "timeZoneName")?.value ?? "";
  const minutes = -new Date().getTimezoneOffset();
  const rest = Math.abs(minutes) % 60;
  const sign = minutes < 0 ? MINUS : "+";
  const offset = `UTC${minutes === 0 ? "" : sign + Math.floor(Math.abs(minutes) / 60)}${rest === 0 ? "" : `:${String(rest).padStart(2, "0")}`}`;
  return name === "" || name.startsWith("GMT") || name === "Coordinated Universal Time" ? offset : `${name}, ${offset}`;
}
