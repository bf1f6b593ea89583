// The reference: the same datapoints as AWS IoT FleetWise's edge agent would send them, a `VehicleData` message [edgeToCloud/
// vehicle_data.proto of aws-iot-fleetwise-edge] with Snappy. Only the sizes matter here.
import protobuf from "protobufjs/minimal.js";
import { compressSync } from "snappy";
import type { Selection } from "./recordings.ts";

/** Field numbers of VehicleData, and of the CapturedSignal in it. */
const CAMPAIGN_SYNC_ID = 1;
const DECODER_SYNC_ID = 2;
const COLLECTION_EVENT_ID = 3;
const COLLECTION_EVENT_TIME_MS_EPOCH = 4;
const CAPTURED_SIGNALS = 5;
const RELATIVE_TIME_MS = 1;
const SIGNAL_ID = 2;
const DOUBLE_VALUE = 3;

/** Protobuf wire types. */
const VARINT = 0;
const FIXED64 = 1;
const LENGTH_DELIMITED = 2;

/** Bytes of rows `from` to `to` in one message. The smaller one of both orders that an agent may choose counts: by time, or by signal. */
export function fleetWiseBytes(selection: Selection, from: number, to: number): number {
  const byTime = Array.from({ length: to - from }, (_, index) => from + index);
  const { aliases } = selection.points;
  const bySignal = byTime.toSorted((a, b) => (aliases[a] ?? 0) - (aliases[b] ?? 0) || a - b);
  const sizes = [byTime, bySignal].map((rows) => compressSync(encodeVehicleData(selection, rows)).length);
  return Math.min(...sizes);
}

function encodeVehicleData({ points, physical }: Selection, rows: readonly number[]): Buffer {
  const eventMs = points.timesMs[Math.max(...rows.slice(-1), rows[0] ?? 0)] ?? 0;
  // Real ones are resource names of about 80 bytes; short ones are in the reference's favour.
  const writer = new protobuf.BufferWriter();
  writer.uint32(tag(CAMPAIGN_SYNC_ID, LENGTH_DELIMITED)).string("campaign");
  writer.uint32(tag(DECODER_SYNC_ID, LENGTH_DELIMITED)).string("decoder");
  writer.uint32(tag(COLLECTION_EVENT_ID, VARINT)).uint32(1);
  writer.uint32(tag(COLLECTION_EVENT_TIME_MS_EPOCH, VARINT)).uint64(eventMs);
  for (const row of rows) {
    writer.uint32(tag(CAPTURED_SIGNALS, LENGTH_DELIMITED)).fork();
    const relativeMs = (points.timesMs[row] ?? 0) - eventMs;
    if (relativeMs !== 0) writer.uint32(tag(RELATIVE_TIME_MS, VARINT)).sint64(relativeMs);
    writer.uint32(tag(SIGNAL_ID, VARINT)).uint32((points.aliases[row] ?? 0) + 1);
    writer.uint32(tag(DOUBLE_VALUE, FIXED64)).double(physical[row] ?? 0);
    writer.ldelim();
  }
  return Buffer.from(writer.finish());
}

function tag(field: number, wireType: number): number {
  return field * 8 + wireType;
}
