// DEV STUB
import type { Catalogue } from "../../wire/catalogue.ts";
import type { Span, Value } from "./types.ts";

export interface BatchReading extends Span {
  readonly latest: readonly Value[];
  readonly series: ReadonlyMap<string, { readonly timesMs: number[]; readonly values: (number | null)[] }>;
}

export function readBatch(
  _catalogue: Catalogue,
  payload: Uint8Array,
  wanted: ReadonlySet<string>,
): BatchReading | undefined {
  const { fromMs, toMs, rows } = JSON.parse(Buffer.from(payload).toString());
  const latest = new Map<string, Value>();
  const series = new Map<string, { timesMs: number[]; values: (number | null)[] }>();
  for (const r of rows) {
    latest.set(r.path, r);
    if (!wanted.has(r.path)) continue;
    let s = series.get(r.path);
    if (!s) series.set(r.path, (s = { timesMs: [], values: [] }));
    s.timesMs.push(r.timeMs);
    s.values.push(r.value);
  }
  for (const path of wanted) if (!series.has(path)) series.set(path, { timesMs: [], values: [] });
  return { fromMs, toMs, latest: [...latest.values()], series };
}
