// Datapoints of one flush interval in, the bytes that the outbox keeps out, and back: exact, compact, not compressed.
import { canward } from "./canward_pb.js";
import { FOR_STORING } from "./columns/cost.ts";
import { COLUMNS_BYTES_MAX, DATAPOINTS_MAX } from "./columns/limits.ts";
import { packColumns } from "./columns/pack.ts";
import { unpackColumns } from "./columns/unpack.ts";
import { createDatapoints, type Datapoints } from "./datapoints.ts";
import { decodeProtobuf, isCount, requireField } from "./wire-error.ts";

export { DATAPOINTS_MAX } from "./columns/limits.ts";

/**
 * Packs datapoints; `groups[alias]` is the group of each alias. Rows may come in any order, but those of one alias in
 * order of time. Times are whole milliseconds from 0 on, on the vehicle's monotonic clock.
 */
export function packSegment(points: Datapoints, groups: Uint16Array): Uint8Array {
  return canward.v1.Segment.encode({
    datapoints: points.count,
    columns: packColumns(points, groups, FOR_STORING),
  }).finish();
}

/**
 * The datapoints of a segment, those of one alias together; times on the monotonic clock.
 * @throws WireError
 */
export function unpackSegment(bytes: Uint8Array): Datapoints {
  const segment = readSegment(bytes);
  const points = createDatapoints(segment.datapoints);
  unpackColumns(segment.columns, segment.datapoints, points);
  return points;
}

export interface SegmentColumns {
  readonly datapoints: number;
  readonly columns: canward.v1.Columns;
}

/** A segment's envelope, its columns still packed. */
export function readSegment(bytes: Uint8Array): SegmentColumns {
  const segment = decodeProtobuf("segment", bytes, COLUMNS_BYTES_MAX, (payload) => canward.v1.Segment.decode(payload));
  const { datapoints, columns } = segment;
  requireField(isCount(datapoints, DATAPOINTS_MAX), `segment: ${datapoints} datapoints`);
  requireField(columns instanceof canward.v1.Columns, "segment: no columns");
  return { datapoints, columns };
}
