// Rows of segments in; what they cover, what they sum up to, and which of them one batch can carry, out. Pure.
import type { Gap } from "../../wire/batch-header.ts";
import { DATAPOINTS_MAX } from "../../wire/segment.ts";
import type { BatchLimits } from "../segment.ts";
import { addShares, negateShares } from "./shares.ts";
import type { GapRow, SegmentRow, Totals } from "./statements.ts";

export const NOTHING: Totals = { segments: 0, bytes: 0, datapoints: 0, shares: new Map() };

/** The longest run from the first row on that one batch can carry: in sequence, one catalogue, one clock, not too large. */
export function joinable(rows: readonly SegmentRow[], limits: BatchLimits): readonly SegmentRow[] {
  const [first] = rows;
  if (first === undefined) return [];
  let sum = NOTHING;
  const end = rows.findIndex((row, index) => {
    sum = sumOf([sum, row]);
    const isNext =
      row.sequence === first.sequence + index &&
      row.catalogue === first.catalogue &&
      row.run === first.run &&
      row.clock_offset_ms === first.clock_offset_ms &&
      row.clock_quality === first.clock_quality;
    const isTooMuch = sum.bytes > limits.bytesMax || sum.datapoints > Math.min(limits.datapointsMax, DATAPOINTS_MAX);
    return !isNext || (index > 0 && isTooMuch);
  });
  return end === -1 ? rows : rows.slice(0, end);
}

/** On the wall clock, which the wire has begin in 1970. */
export function startMs(row: SegmentRow): number {
  return Math.max(0, row.from_ms + row.clock_offset_ms);
}

export function endMs(row: SegmentRow): number {
  return Math.max(startMs(row), row.to_ms + row.clock_offset_ms);
}

export function sumOf(parts: readonly Totals[]): Totals {
  let { segments, bytes, datapoints, shares } = NOTHING;
  for (const part of parts) {
    segments += part.segments;
    bytes += part.bytes;
    datapoints += part.datapoints;
    shares = addShares(shares, part.shares);
  }
  return { segments, bytes, datapoints, shares };
}

export function difference(more: Totals, less: Totals): Totals {
  return {
    segments: more.segments - less.segments,
    bytes: more.bytes - less.bytes,
    datapoints: more.datapoints - less.datapoints,
    shares: addShares(more.shares, negateShares(less.shares)),
  };
}

export function gapOf(row: GapRow): Gap {
  return {
    firstSequence: row.first_sequence,
    lastSequence: row.last_sequence,
    fromMs: row.from_ms,
    toMs: row.to_ms,
    datapoints: row.datapoints,
    reason: "evicted",
  };
}
