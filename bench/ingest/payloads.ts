// Batches as a vehicle with about 40 signals publishes them: 5 s each, 10 signals at 10 Hz, 20 at 1 Hz, 10 once, in one zstd frame.
// A few are packed, which is dear, and put into as many envelopes as are asked for, which is cheap.
import { randomBytes } from "node:crypto";
import { joinSegments } from "../../src/wire/batch.ts";
import { type BatchHeader, decodeEnvelope, encodeEnvelope } from "../../src/wire/batch-header.ts";
import { createDatapoints } from "../../src/wire/datapoints.ts";
import { packSegment } from "../../src/wire/segment.ts";

const BATCH_MS = 5_000;
const SIGNALS_OF_RATE: readonly (readonly [signals: number, periodMs: number])[] = [
  [10, 100],
  [20, 1_000],
  [10, 5_000],
];
const PACKED = 32;
const UPTIME_MS = 3_600_000;
const FROM_MS = 1_790_000_000_000;

/** `count` batches of `vehicles` vehicles in turn: [vehicle, payload]. */
export function* batches(count: number, vehicles: number): Generator<readonly [vehicle: string, payload: Uint8Array]> {
  const packed = Array.from({ length: PACKED }, (_, seed) => decodeEnvelope(packBatch(seed)));
  const streams = Array.from({ length: vehicles }, () => randomBytes(16));
  for (let index = 0; index < count; index++) {
    const vehicle = index % vehicles;
    const sequence = Math.floor(index / vehicles);
    const { header, compressed } = packed[index % PACKED] ?? decodeEnvelope(packBatch(0));
    const shiftMs = sequence * BATCH_MS;
    const own = {
      ...header,
      stream: streams[vehicle] ?? header.stream,
      firstSequence: 5 * sequence,
      lastSequence: 5 * sequence + 4,
      fromMs: header.fromMs + shiftMs,
      toMs: header.toMs + shiftMs,
      clockOffsetMs: header.clockOffsetMs + shiftMs,
    };
    yield [`car-${vehicle}`, encodeEnvelope(own, compressed)];
  }
}

function packBatch(seed: number): Uint8Array {
  const points = createDatapoints(1_000);
  const groups = Uint16Array.from({ length: 1 << 16 }, (_, alias) => alias >> 2);
  let random = seed + 1;
  let alias = 0;
  for (const [signals, periodMs] of SIGNALS_OF_RATE) {
    for (let signal = 0; signal < signals; signal++, alias++) {
      let value = 1_000;
      for (let atMs = (alias >> 2) * 7; atMs < BATCH_MS; atMs += periodMs) {
        random = (Math.imul(random, 1_103_515_245) + 12_345) >>> 0;
        value += ((random >>> 24) % 9) - 4;
        const row = points.count++;
        points.aliases[row] = alias;
        points.timesMs[row] = UPTIME_MS + atMs;
        points.lows[row] = value;
      }
    }
  }
  const header: Omit<BatchHeader, "datapoints"> = {
    stream: new Uint8Array(16),
    firstSequence: 0,
    lastSequence: 0,
    catalogue: "00000000000000aa",
    fromMs: FROM_MS,
    toMs: FROM_MS + BATCH_MS,
    clockOffsetMs: FROM_MS - UPTIME_MS,
    clockQuality: "synchronized",
    gaps: [],
  };
  return joinSegments([packSegment(points, groups)], header);
}
