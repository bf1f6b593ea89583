// Batches and births for the fleet's tests, made with the vehicle's own codec from plain rows.
import { createHash } from "node:crypto";
import { joinSegments } from "../../src/wire/batch.ts";
import { type BatchHeader, decodeEnvelope, encodeEnvelope } from "../../src/wire/batch-header.ts";
import { catalogueDigest, encodeBirth } from "../../src/wire/birth.ts";
import type { CatalogueEntry } from "../../src/wire/catalogue.ts";
import { createDatapoints } from "../../src/wire/datapoints.ts";
import { packSegment } from "../../src/wire/segment.ts";

/** One datapoint at a wall-clock time. */
export interface Row {
  readonly alias: number;
  readonly timeMs: number;
  readonly raw: bigint;
}

/** Some moment in 2026. */
export const EPOCH_MS = 1_790_000_000_000;

/** 16 bytes that stand for `name`. */
export function streamOf(name: string): Uint8Array {
  return createHash("md5").update(name).digest();
}

export function entry(alias: number, over: Partial<CatalogueEntry> = {}): CatalogueEntry {
  return {
    alias,
    group: alias >> 2,
    path: `Vehicle.Signal${alias}`,
    unit: "",
    factor: 1,
    offset: 0,
    encoding: "signed",
    values: new Map(),
    source: `can0/Message${alias >> 2}/Signal${alias}`,
    ...over,
  };
}

type Header = Partial<BatchHeader> & Pick<BatchHeader, "firstSequence" | "fromMs" | "toMs">;

/** A batch of `rows`, in any order; each alias's rows in order of time. */
export function batchOf(rows: readonly Row[], header: Header): Uint8Array {
  const clockOffsetMs = header.clockOffsetMs ?? EPOCH_MS - 1_000_000;
  const points = createDatapoints(rows.length);
  for (const { alias, timeMs, raw } of rows) {
    points.aliases[points.count] = alias;
    points.timesMs[points.count] = timeMs - clockOffsetMs;
    points.lows[points.count] = Number(BigInt.asIntN(32, raw));
    points.highs[points.count] = Number(BigInt.asIntN(32, raw >> 32n));
    points.count++;
  }
  const groups = Uint16Array.from({ length: 1 << 16 }, (_, alias) => alias >> 2);
  return joinSegments([packSegment(points, groups)], {
    stream: streamOf("a"),
    lastSequence: header.firstSequence,
    catalogue: "00000000000000aa",
    clockOffsetMs,
    clockQuality: "synchronized",
    gaps: [],
    ...header,
  });
}

/** Batch number `sequence` of `stream`: one datapoint, and a span of a second. Cheap to make in thousands. */
export function smallBatch(stream: Uint8Array, sequence: number): Uint8Array {
  smallColumns ??= columnsOf(
    batchOf([{ alias: 1, timeMs: EPOCH_MS, raw: 7n }], { firstSequence: 0, fromMs: 0, toMs: 0 }),
  );
  const clockOffsetMs = EPOCH_MS - 1_000_000 + sequence * 1_000;
  return encodeEnvelope(
    {
      stream,
      firstSequence: sequence,
      lastSequence: sequence,
      catalogue: "00000000000000aa",
      fromMs: EPOCH_MS + sequence * 1_000,
      toMs: EPOCH_MS + sequence * 1_000 + 999,
      clockOffsetMs,
      clockQuality: "synchronized",
      datapoints: 1,
      gaps: [],
    },
    smallColumns,
  );
}
let smallColumns: Uint8Array | undefined;

/** The compressed columns of a batch, for other envelopes. */
function columnsOf(payload: Uint8Array): Uint8Array {
  return decodeEnvelope(payload).compressed;
}

/** A catalogue with its birth message. */
export function birthOf(
  entries: readonly CatalogueEntry[],
  policyVersion = "1",
): { readonly digest: string; readonly payload: Uint8Array } {
  const digest = catalogueDigest(entries, policyVersion);
  const catalogue = { digest, policyVersion, entries };
  const payload = encodeBirth({ catalogue, softwareVersion: "1.2.3", stream: streamOf("a"), createdAtMs: EPOCH_MS });
  return { digest, payload };
}
