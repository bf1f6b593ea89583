// The envelope of a batch: who, which segments, which span, which clock. Everything that ingest needs, without decompression.
import { canward } from "./canward_pb.js";
import { COLUMNS_BYTES_MAX, DATAPOINTS_MAX, TIME_MS_MAX } from "./columns/limits.ts";
import { bytesFromDigest, digestFromBytes, isDigest } from "./digest.ts";
import { decodeProtobuf, isCount, requireField } from "./wire-error.ts";

/** A payload of a batch: incompressible columns, and a little. */
export const BATCH_BYTES_MAX = COLUMNS_BYTES_MAX + 65_536;
/** Gaps of one batch: a fleet that was told of this many has other worries. */
export const GAPS_MAX = 1024;
/** Length of a stream's name, in bytes. */
export const STREAM_BYTES = 16;

export type ClockQuality = "unknown" | "synchronized" | "recorded";

/** Segments that were given up before they could be sent. */
export interface Gap {
  readonly firstSequence: number;
  readonly lastSequence: number;
  /** Wall clock, milliseconds since 1970, both included. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly datapoints: number;
  readonly reason: "evicted";
}

export interface BatchHeader {
  /** 16 random bytes: one life of an outbox. */
  readonly stream: Uint8Array;
  /** The segments that were joined, both included. */
  readonly firstSequence: number;
  readonly lastSequence: number;
  /** Digest of the catalogue that the aliases belong to: 16 hexadecimal digits. */
  readonly catalogue: string;
  /** What the batch covers, on the wall clock, milliseconds since 1970, both included. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Wall clock minus the vehicle's monotonic clock. */
  readonly clockOffsetMs: number;
  readonly clockQuality: ClockQuality;
  readonly datapoints: number;
  readonly gaps: readonly Gap[];
}

const CLOCK_QUALITIES: readonly ClockQuality[] = ["unknown", "synchronized", "recorded"];

/** Asserts that the header is one that `decodeEnvelope` takes. */
export function encodeEnvelope(header: BatchHeader, compressed: Uint8Array): Uint8Array {
  checkHeader(header);
  const envelope = canward.v1.Batch.encode({
    stream: header.stream,
    firstSequence: header.firstSequence,
    lastSequence: header.lastSequence,
    catalogue: bytesFromDigest(header.catalogue),
    spanFromMs: header.fromMs,
    spanToMs: header.toMs,
    clockOffsetMs: header.clockOffsetMs,
    clockQuality: CLOCK_QUALITIES.indexOf(header.clockQuality),
    datapoints: header.datapoints,
    gaps: header.gaps.map(({ reason: _, ...gap }) => ({ ...gap, reason: canward.v1.GapReason.GAP_REASON_EVICTED })),
    columns: compressed,
  });
  return envelope.finish();
}

/** @throws WireError */
export function decodeEnvelope(payload: Uint8Array): { readonly header: BatchHeader; readonly compressed: Uint8Array } {
  const batch = decodeProtobuf("batch", payload, BATCH_BYTES_MAX, (bytes) => canward.v1.Batch.decode(bytes));
  const header: BatchHeader = {
    stream: batch.stream,
    firstSequence: batch.firstSequence,
    lastSequence: batch.lastSequence,
    catalogue: digestFromBytes(batch.catalogue, "batch"),
    fromMs: batch.spanFromMs,
    toMs: batch.spanToMs,
    clockOffsetMs: batch.clockOffsetMs,
    // A quality that a newer vehicle has and this reader does not know is as good as unknown.
    clockQuality: CLOCK_QUALITIES[batch.clockQuality] ?? "unknown",
    datapoints: batch.datapoints,
    gaps: batch.gaps.map(decodeGap),
  };
  checkHeader(header);
  return { header, compressed: batch.columns };
}

function decodeGap(gap: canward.v1.Gap.$Properties): Gap {
  const { firstSequence, lastSequence, fromMs, toMs, datapoints } = new canward.v1.Gap(gap);
  return { firstSequence, lastSequence, fromMs, toMs, datapoints, reason: "evicted" };
}

function checkHeader(header: BatchHeader): void {
  requireField(header.stream.length === STREAM_BYTES, `batch: a stream of ${header.stream.length} bytes`);
  requireField(isDigest(header.catalogue), `batch: catalogue "${header.catalogue}"`);
  requireField(isCount(header.datapoints, DATAPOINTS_MAX), `batch: ${header.datapoints} datapoints`);
  requireField(
    Math.abs(header.clockOffsetMs) <= TIME_MS_MAX && Number.isInteger(header.clockOffsetMs),
    "batch: clock offset",
  );
  requireField(header.gaps.length <= GAPS_MAX, `batch: ${header.gaps.length} gaps`);
  checkSpan("batch", header);
  for (const gap of header.gaps) {
    checkSpan("gap", gap);
    requireField(isCount(gap.datapoints), `gap: ${gap.datapoints} datapoints`);
  }
}

function checkSpan(name: string, span: Pick<Gap, "firstSequence" | "lastSequence" | "fromMs" | "toMs">): void {
  const { firstSequence, lastSequence, fromMs, toMs } = span;
  requireField(
    isCount(lastSequence) && isCount(firstSequence, lastSequence),
    `${name}: sequence ${firstSequence} to ${lastSequence}`,
  );
  requireField(isCount(toMs, TIME_MS_MAX) && isCount(fromMs, toMs), `${name}: ${fromMs} ms to ${toMs} ms`);
}
