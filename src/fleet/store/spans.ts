// Spans of time and what they leave open: from the spans that are covered and those that were declared evicted,
// the gaps of a view. All spans are closed, in milliseconds since 1970.
import type { History } from "./store.ts";

export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * Neighbouring batches of one stream may leave this much open between them without a gap being told: a batch's span ends with the last block of
 * frames that it saw, and blocks are up to 100 ms long. An absent segment is ten times longer.
 */
export const GAP_MIN_MS = 250;

/** Sorts spans and joins those that overlap or touch. */
export function union(spans: readonly Span[]): Span[] {
  const joined: { fromMs: number; toMs: number }[] = [];
  for (const span of spans.toSorted((a, b) => a.fromMs - b.fromMs)) {
    const last = joined.at(-1);
    if (last !== undefined && span.fromMs <= last.toMs) last.toMs = Math.max(last.toMs, span.toMs);
    else joined.push({ fromMs: span.fromMs, toMs: span.toMs });
  }
  return joined;
}

/** What of `view` no span covers, in order; stretches shorter than `shortestMs` are left out. */
export function uncovered(view: Span, spans: readonly Span[], shortestMs: number): Span[] {
  const open: Span[] = [];
  let coveredToMs = view.fromMs;
  const note = (toMs: number) => {
    if (toMs - coveredToMs >= shortestMs) open.push({ fromMs: coveredToMs, toMs });
  };
  for (const span of union(spans)) {
    if (span.fromMs > view.toMs) break;
    note(span.fromMs);
    coveredToMs = Math.max(coveredToMs, span.toMs);
  }
  note(view.toMs);
  return open;
}

export function intersect(a: Span, b: Span): Span | undefined {
  const fromMs = Math.max(a.fromMs, b.fromMs);
  const toMs = Math.min(a.toMs, b.toMs);
  return fromMs <= toMs ? { fromMs, toMs } : undefined;
}

/**
 * The gaps of `view`, in order of time: declared evictions, and what, between the first and the last moment that is held (`extent`),
 * neither a chunk nor an eviction accounts for.
 */
export function gapsIn(view: Span, extent: Span, chunks: readonly Span[], evicted: readonly Span[]): History["gaps"] {
  const declared = union(evicted).flatMap((span) => intersect(view, span) ?? []);
  const held = intersect(view, extent);
  const missing = held === undefined ? [] : uncovered(held, [...chunks, ...declared], GAP_MIN_MS);
  return [
    ...declared.map((span) => ({ ...span, reason: "evicted" as const })),
    ...missing.map((span) => ({ ...span, reason: "missing" as const })),
  ].sort((a, b) => a.fromMs - b.fromMs);
}
