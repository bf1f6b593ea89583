// Segments in, the MQTT payload of one batch out; and on the fleet's side the payload in, its header or its datapoints out.
// What a batch holds is exactly what its segments held. A payload may be hostile: reading is bounded, and throws nothing
// but WireError.
import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import type { BatchHeader } from "./batch-header.ts";
import { decodeEnvelope, encodeEnvelope } from "./batch-header.ts";
import { canward } from "./canward_pb.js";
import { FOR_COMPRESSION } from "./columns/cost.ts";
import { ALIASES_MAX, COLUMNS_BYTES_MAX, DATAPOINTS_MAX, TIME_MS_MAX } from "./columns/limits.ts";
import { packColumns } from "./columns/pack.ts";
import { unpackColumns } from "./columns/unpack.ts";
import { createDatapoints, type Datapoints } from "./datapoints.ts";
import { readSegment } from "./segment.ts";
import { decodeProtobuf, requireColumns, WireError } from "./wire-error.ts";

/** Level 16 is where noise stops shrinking: 0.6 ms for 5 s of 100 Hz inertial data; level 3 makes 9 % more bytes of it. */
const ZSTD_LEVEL = 16;
/** A frame that asks for a larger window than the columns can fill is refused before memory is taken. */
const ZSTD_WINDOW_LOG_MAX = Math.log2(COLUMNS_BYTES_MAX);

const groups = new Uint16Array(ALIASES_MAX);

/**
 * One batch of consecutive segments of one catalogue and one clock offset, DATAPOINTS_MAX together at most.
 * `header.datapoints` is counted here.
 * @throws WireError where a segment is not what `packSegment` made, or where the header is one that no reader would take
 */
export function joinSegments(segments: readonly Uint8Array[], header: Omit<BatchHeader, "datapoints">): Uint8Array {
  const parts = segments.map(readSegment);
  const datapoints = parts.reduce((sum, part) => sum + part.datapoints, 0);
  if (datapoints > DATAPOINTS_MAX)
    throw new RangeError(`${datapoints} datapoints, where ${DATAPOINTS_MAX} are allowed`);
  const points = createDatapoints(datapoints);
  for (const part of parts) unpackColumns(part.columns, part.datapoints, points, groups);
  const columns = canward.v1.Columns.encode(packColumns(points, groups, FOR_COMPRESSION)).finish();
  return encodeEnvelope({ ...header, datapoints }, compress(columns));
}

/**
 * What the batch says of itself; nothing is decompressed.
 * @throws WireError
 */
export function readHeader(payload: Uint8Array): BatchHeader {
  return decodeEnvelope(payload).header;
}

export interface Batch {
  readonly header: BatchHeader;
  /** The rows of an alias stand together, in order of time; times on the wall clock. */
  readonly points: Datapoints;
  /** Which aliases there are, in the order in which they stand. */
  readonly aliases: readonly number[];
}

/**
 * The whole batch.
 * @throws WireError
 */
export function readBatch(payload: Uint8Array): Batch {
  const { header, compressed } = decodeEnvelope(payload);
  const bytes = decompress(compressed);
  const columns = decodeProtobuf("columns", bytes, COLUMNS_BYTES_MAX, (plain) => canward.v1.Columns.decode(plain));
  const points = createDatapoints(header.datapoints);
  unpackColumns(columns, header.datapoints, points);
  moveToWallClock(points, header.clockOffsetMs);
  return { header, points, aliases: listAliases(points) };
}

function moveToWallClock({ count, timesMs }: Datapoints, offsetMs: number): void {
  for (let row = 0; row < count; row += 1) {
    const timeMs = (timesMs[row] as number) + offsetMs;
    // The message is made only where it is needed: this is done for every datapoint that the fleet takes in.
    if (!(timeMs >= 0 && timeMs <= TIME_MS_MAX)) requireColumns(false, `a time of ${timeMs} ms`);
    timesMs[row] = timeMs;
  }
}

function listAliases({ count, aliases }: Datapoints): readonly number[] {
  const list: number[] = [];
  for (let row = 0; row < count; row += 1) {
    if (row === 0 || aliases[row] !== aliases[row - 1]) list.push(aliases[row] as number);
  }
  return list;
}

function compress(bytes: Uint8Array): Uint8Array {
  return zstdCompressSync(bytes, {
    pledgedSrcSize: bytes.length,
    params: { [constants.ZSTD_c_compressionLevel]: ZSTD_LEVEL, [constants.ZSTD_c_checksumFlag]: 0 },
  });
}

function decompress(compressed: Uint8Array): Uint8Array {
  try {
    return zstdDecompressSync(compressed, {
      maxOutputLength: COLUMNS_BYTES_MAX,
      params: { [constants.ZSTD_d_windowLogMax]: ZSTD_WINDOW_LOG_MAX },
    });
  } catch (cause) {
    const code = cause instanceof RangeError ? "WIRE_TOO_LARGE" : "WIRE_COMPRESSION";
    throw new WireError(
      code,
      `columns: ${compressed.length} bytes are not one zstd frame of at most ${COLUMNS_BYTES_MAX} bytes`,
      cause,
    );
  }
}
