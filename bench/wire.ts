// Bytes per datapoint on the wire, in batches of 5 seconds: canward's whole MQTT payload against FleetWise's VehicleData with
// Snappy, on the same datapoints of recorded drives; decoded back and compared, every one of them.
// Run it: node bench/wire.ts
import { joinSegments, readBatch } from "../src/wire/batch.ts";
import type { BatchHeader } from "../src/wire/batch-header.ts";
import type { Datapoints } from "../src/wire/datapoints.ts";
import { packSegment } from "../src/wire/segment.ts";
import { fleetWiseBytes } from "./wire/fleetwise.ts";
import { readRecordings, type Selection } from "./wire/recordings.ts";

const BATCH_MS = 5000;
const SEGMENT_MS = 1000;
/** How long the vehicle had been running when the log began: its monotonic clock. */
const UPTIME_MS = 3_600_000;

export interface WireRow {
  readonly recording: string;
  readonly datapoints: "on change" | "every sample";
  readonly count: number;
  readonly batches: number;
  /** Bytes per datapoint. */
  readonly fleetWise: number;
  readonly segments: number;
  readonly canward: number;
  /** How many times smaller than FleetWise. */
  readonly ratio: number;
  /** Every datapoint came back with its alias, time and raw value. */
  readonly exact: boolean;
  /** Medians, for one batch. */
  readonly joinMs: number;
  readonly readMs: number;
}

export interface WireFigures {
  readonly rows: readonly WireRow[];
  /** Recordings whose files are not there. */
  readonly missing: readonly string[];
}

export function measureWire(): WireFigures {
  const { recordings, missing } = readRecordings();
  const rows = recordings.flatMap(({ name, groups, onChange, everySample }) => [
    measure(name, "on change", onChange, groups),
    measure(name, "every sample", everySample, groups),
  ]);
  return { rows, missing };
}

function measure(
  recording: string,
  datapoints: WireRow["datapoints"],
  selection: Selection,
  groups: Uint16Array,
): WireRow {
  const { points } = selection;
  const sums = { batches: 0, fleetWise: 0, segments: 0, canward: 0, inexact: 0 };
  const joinMs: number[] = [];
  const readMs: number[] = [];
  const bootedAtMs = (points.timesMs[0] ?? 0) - UPTIME_MS;
  for (const [from, to] of spans(points, 0, points.count, BATCH_MS)) {
    const segments = spans(points, from, to, SEGMENT_MS).map((span) =>
      packSegment(cut(points, ...span, bootedAtMs), groups),
    );
    const header = headerOf(sums.batches * 5, segments.length, points.timesMs[from] ?? 0, bootedAtMs);
    const startMs = performance.now();
    const payload = joinSegments(segments, header);
    const joinedMs = performance.now();
    const batch = readBatch(payload);
    readMs.push(performance.now() - joinedMs);
    joinMs.push(joinedMs - startMs);
    if (!isSame(batch.points, cut(points, from, to, 0))) sums.inexact += 1;
    sums.batches += 1;
    sums.canward += payload.length;
    sums.segments += segments.reduce((sum, segment) => sum + segment.length, 0);
    sums.fleetWise += fleetWiseBytes(selection, from, to);
  }
  const { batches } = sums;
  return {
    ...{ recording, datapoints, count: points.count, batches, exact: sums.inexact === 0 },
    fleetWise: sums.fleetWise / points.count,
    segments: sums.segments / points.count,
    canward: sums.canward / points.count,
    ratio: sums.fleetWise / sums.canward,
    joinMs: median(joinMs),
    readMs: median(readMs),
  };
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? 0;
}

/** Rows `from` to `to`, cut where another interval of `lengthMs` begins. */
function spans({ timesMs }: Datapoints, from: number, to: number, lengthMs: number): [from: number, to: number][] {
  const cuts: [number, number][] = [];
  const startMs = timesMs[from] ?? 0;
  const intervalOf = (row: number) => Math.floor(((timesMs[row] ?? 0) - startMs) / lengthMs);
  for (let first = from, row = from + 1; row <= to; row += 1) {
    if (row < to && intervalOf(row) === intervalOf(first)) continue;
    cuts.push([first, row]);
    first = row;
  }
  return cuts;
}

function cut(points: Datapoints, from: number, to: number, offsetMs: number): Datapoints {
  return {
    count: to - from,
    aliases: points.aliases.slice(from, to),
    timesMs: points.timesMs.slice(from, to).map((timeMs) => timeMs - offsetMs),
    lows: points.lows.slice(from, to),
    highs: points.highs.slice(from, to),
  };
}

function headerOf(
  sequence: number,
  segments: number,
  fromMs: number,
  bootedAtMs: number,
): Omit<BatchHeader, "datapoints"> {
  return {
    stream: Buffer.from("6f1c9a3e5b7d20488e11c4f2a96d03b7", "hex"),
    ...{ firstSequence: 100_000 + sequence, lastSequence: 100_000 + sequence + segments - 1 },
    ...{ catalogue: "8d2f61c09be47a35", fromMs, toMs: fromMs + BATCH_MS - 1, clockOffsetMs: bootedAtMs },
    ...{ clockQuality: "synchronized", gaps: [] },
  };
}

/** The same datapoints, alias by alias and in the same order within each. */
function isSame(left: Datapoints, right: Datapoints): boolean {
  const leftRows = rowsByAlias(left);
  const rightRows = rowsByAlias(right);
  return (
    left.count === right.count &&
    leftRows.every((row, index) => {
      const other = rightRows[index] ?? -1;
      const sameKey = left.aliases[row] === right.aliases[other] && left.timesMs[row] === right.timesMs[other];
      return sameKey && left.lows[row] === right.lows[other] && left.highs[row] === right.highs[other];
    })
  );
}

function rowsByAlias({ count, aliases }: Datapoints): readonly number[] {
  const rows = Array.from({ length: count }, (_, row) => row);
  return rows.sort((a, b) => (aliases[a] ?? 0) - (aliases[b] ?? 0) || a - b);
}

function format({ rows, missing }: WireFigures): string {
  const head = [
    "recording",
    "datapoints",
    "count",
    "FleetWise+Snappy",
    "segments",
    "canward",
    "ratio",
    "exact",
    "join",
    "read",
  ];
  const table = rows.map((row) => [
    ...[row.recording, row.datapoints, String(row.count), row.fleetWise.toFixed(2), row.segments.toFixed(2)],
    ...[row.canward.toFixed(3), `${row.ratio.toFixed(1)} x`, row.exact ? "yes" : "NO"],
    ...[`${row.joinMs.toFixed(2)} ms`, `${row.readMs.toFixed(2)} ms`],
  ]);
  const widths = head.map((title, column) =>
    Math.max(title.length, ...table.map((cells) => cells[column]?.length ?? 0)),
  );
  const lines = [head, ...table].map((cells) =>
    cells
      .map((cell, column) => (column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join("  "),
  );
  return [...lines, ...missing.map((name) => `not measured, its files are missing: ${name}`), ""].join("\n");
}

if (import.meta.main) process.stdout.write(format(measureWire()));
