// What a replay would cost on the wire: datapoints in, counted by path and packed into batches as the uplink would make them.
import { randomBytes } from "node:crypto";
import type { Plan } from "../vehicle/plan.ts";
import { BATCH_LIMITS } from "../vehicle/segment.ts";
import { joinSegments } from "../wire/batch.ts";
import type { Datapoints } from "../wire/datapoints.ts";
import { packSegment } from "../wire/segment.ts";

export class Tally {
  readonly datapointsBySlot: Float64Array;
  datapoints = 0;
  batches = 0;
  bytes = 0;
  readonly #plan: Plan;
  readonly #intervalMs: number;
  readonly #stream = randomBytes(16);
  #segments: Uint8Array[] = [];
  #segmentBytes = 0;
  #segmentDatapoints = 0;
  #fromMs = 0;
  #toMs = 0;
  #sequence = 1;

  constructor(plan: Plan, batchIntervalMs: number) {
    this.#plan = plan;
    this.#intervalMs = batchIntervalMs;
    this.datapointsBySlot = new Float64Array(plan.catalogue.entries.length);
  }

  add(points: Datapoints, fromUs: number, toUs: number): void {
    const segment = packSegment(points, this.#plan.groups);
    if (this.#isFull(segment, points.count)) this.#send();
    if (this.#segments.length === 0) this.#fromMs = Math.max(0, Math.floor(fromUs / 1000));
    this.#toMs = Math.max(this.#fromMs, Math.floor(toUs / 1000));
    this.datapoints += points.count;
    for (let row = 0; row < points.count; row++) {
      const slot = points.aliases[row] ?? 0;
      this.datapointsBySlot[slot] = (this.datapointsBySlot[slot] ?? 0) + 1;
    }
    this.#segments.push(segment);
    this.#segmentBytes += segment.length;
    this.#segmentDatapoints += points.count;
    if (this.#toMs - this.#fromMs >= this.#intervalMs) this.#send();
  }

  /** Whether the segment would be one too many for the batch; one segment alone goes however large it is. */
  #isFull(segment: Uint8Array, datapoints: number): boolean {
    const { segmentsMax, bytesMax, datapointsMax } = BATCH_LIMITS;
    return (
      this.#segments.length > 0 &&
      (this.#segments.length === segmentsMax ||
        this.#segmentBytes + segment.length > bytesMax ||
        this.#segmentDatapoints + datapoints > datapointsMax)
    );
  }

  /** Makes a batch of what is left. */
  end(): void {
    if (this.#segments.length > 0) this.#send();
  }

  #send(): void {
    const { length } = this.#segments;
    const payload = joinSegments(this.#segments, {
      stream: this.#stream,
      firstSequence: this.#sequence,
      lastSequence: this.#sequence + length - 1,
      catalogue: this.#plan.catalogue.digest,
      fromMs: this.#fromMs,
      toMs: this.#toMs,
      clockOffsetMs: 0,
      clockQuality: "recorded",
      gaps: [],
    });
    this.#sequence += length;
    this.#segments = [];
    this.#segmentBytes = 0;
    this.#segmentDatapoints = 0;
    this.batches += 1;
    this.bytes += payload.length;
  }
}
