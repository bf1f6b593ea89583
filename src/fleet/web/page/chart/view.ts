// The span of time that a chart shows: following the newest, or fixed. In comes a view and a wish (zoom, pan, a link's query), out
// comes a view. Pure.
import type { Span } from "../../types.ts";

export const RANGES = [
  { name: "5m", label: "5 min", spanMs: 5 * 60_000 },
  { name: "1h", label: "1 h", spanMs: 3_600_000 },
  { name: "6h", label: "6 h", spanMs: 6 * 3_600_000 },
  { name: "24h", label: "24 h", spanMs: 24 * 3_600_000 },
  { name: "all", label: "All", spanMs: Number.POSITIVE_INFINITY },
] as const;

export type RangeName = (typeof RANGES)[number]["name"];
export const RANGE_DEFAULT: RangeName = "5m";

/** Following, the right edge is the newest moment; fixed, the view stays where it is. */
export type View = { readonly follow: RangeName } | Span;

/** What the views are relative to. */
export interface Horizon {
  /** The newest moment there is: now while the vehicle is online, else its last datapoint. */
  readonly newestMs: number;
  readonly oldestMs: number | undefined;
}

/** Closer than this there is nothing to see: times are whole milliseconds. */
const SPAN_MS_MIN = 100;
/** The server's bound on a history, with room for what is loaded beside the view. */
const SPAN_MS_MAX = 180 * 86_400_000;
/** Where everything is shown, the first datapoint should not stick to the axis. */
const ALL_SPAN_MS_MIN = 60_000;

export function isFollowing(view: View): view is { readonly follow: RangeName } {
  return "follow" in view;
}

export function windowOf(view: View, horizon: Horizon): Span {
  if (!isFollowing(view)) return view;
  const { spanMs } = RANGES.find(({ name }) => name === view.follow) ?? RANGES[0];
  const { newestMs, oldestMs = newestMs } = horizon;
  const longest = Math.min(SPAN_MS_MAX, Math.max(ALL_SPAN_MS_MIN, newestMs - oldestMs));
  return { fromMs: newestMs - Math.min(spanMs, Number.isFinite(spanMs) ? spanMs : longest), toMs: newestMs };
}

/** `factor` below 1 shows less time; `centre` is the moment that stays in its place. */
export function zoom(span: Span, factor: number, centreMs: number): Span {
  const length = span.toMs - span.fromMs;
  const scale = Math.min(SPAN_MS_MAX, Math.max(SPAN_MS_MIN, length * factor)) / length;
  return { fromMs: centreMs - (centreMs - span.fromMs) * scale, toMs: centreMs + (span.toMs - centreMs) * scale };
}

export function pan(span: Span, byMs: number): Span {
  return { fromMs: span.fromMs + byMs, toMs: span.toMs + byMs };
}

export function viewOf(query: URLSearchParams): View {
  const fromMs = timeOf(query.get("from"));
  const toMs = timeOf(query.get("to"));
  if (fromMs !== undefined && toMs !== undefined && toMs - fromMs >= 1) return { fromMs, toMs };
  const range = RANGES.find(({ name }) => name === query.get("range"));
  return { follow: range?.name ?? RANGE_DEFAULT };
}

export function queryOf(paths: readonly string[], view: View): string {
  const query = new URLSearchParams(paths.map((path) => ["path", path]));
  if (!isFollowing(view)) {
    query.set("from", String(Math.round(view.fromMs)));
    query.set("to", String(Math.max(Math.round(view.toMs), Math.round(view.fromMs) + 1)));
  } else if (view.follow !== RANGE_DEFAULT) {
    query.set("range", view.follow);
  }
  const text = query.toString();
  return text === "" ? "" : `?${text}`;
}

function timeOf(text: string | null): number | undefined {
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
