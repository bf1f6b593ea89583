// Frames in, and out every byte that a gateway would publish because of them: batches, birth and status, as MQTT carries them.
import { createCorridor } from "../../src/vehicle/corridor.ts";
import type { FrameBlock } from "../../src/vehicle/frame.ts";
import type { CorridorMemory } from "../../src/vehicle/memory.ts";
import type { Plan } from "../../src/vehicle/plan.ts";
import type { OutboxCounters } from "../../src/vehicle/segment.ts";
import { busesOf, countersOf } from "../../src/vehicle/status.ts";
import type { UplinkCounters } from "../../src/vehicle/uplink/options.ts";
import { joinSegments } from "../../src/wire/batch.ts";
import { encodeBirth } from "../../src/wire/birth.ts";
import { packSegment } from "../../src/wire/segment.ts";
import { encodeStatus } from "../../src/wire/status.ts";
import { fill, type TestFrame } from "../policy/plans.ts";

export interface Published {
  readonly batches: readonly Uint8Array[];
  readonly birth: Uint8Array;
  readonly status: Uint8Array;
}

const STREAM = new Uint8Array(16).fill(7);
const SEGMENTS_OF_BATCH = 3;
/** What the outbox and the uplink count has nothing to do with what is in a frame. */
const OUTBOX: OutboxCounters = {
  ...{ segmentsCommitted: 0, datapointsFound: 0, datapointsCommitted: 0 },
  ...{ datapointsEvicted: 0, datapointsAcknowledged: 0, datapointsWaiting: 0, buses: new Map() },
};
const UPLINK: UplinkCounters = {
  ...{ connections: 1, batchesPublished: 0, datapointsPublished: 0 },
  ...{ batchesAcknowledged: 0, bytesAcknowledged: 0, sharesPublished: new Map() },
};

export function publish(
  plan: Plan,
  memory: CorridorMemory,
  block: FrameBlock,
  frames: readonly TestFrame[],
  blockFrames: number,
): Published {
  const { catalogue, groups } = plan;
  const segments: { readonly bytes: Uint8Array; readonly fromMs: number; readonly toMs: number }[] = [];
  const corridor = createCorridor(plan, memory, 200_000, (points, fromUs, toUs) => {
    const span = { fromMs: Math.floor(fromUs / 1000), toMs: Math.floor(toUs / 1000) };
    segments.push({ bytes: packSegment(points, groups), ...span });
  });
  for (let from = 0; from < frames.length; from += blockFrames) {
    fill(block, frames.slice(from, from + blockFrames));
    corridor.pass(block);
  }
  corridor.finish();
  const batches: Uint8Array[] = [];
  for (let from = 0; from < segments.length; from += SEGMENTS_OF_BATCH) {
    const joined = segments.slice(from, from + SEGMENTS_OF_BATCH);
    const header = {
      ...{ stream: STREAM, firstSequence: from + 1, lastSequence: from + joined.length, catalogue: catalogue.digest },
      ...{ fromMs: joined[0]?.fromMs ?? 0, toMs: joined.at(-1)?.toMs ?? 0, clockOffsetMs: 0 },
      ...{ clockQuality: "recorded" as const, gaps: [] },
    };
    batches.push(
      joinSegments(
        joined.map(({ bytes }) => bytes),
        header,
      ),
    );
  }
  const birth = encodeBirth({ catalogue, softwareVersion: "1.0.0", stream: STREAM, createdAtMs: 5000 });
  const counted = { corridor: corridor.counters(), outbox: OUTBOX, uplink: UPLINK, sources: [], isLive: false };
  const status = encodeStatus({
    ...{ presence: "online", softwareVersion: "1.0.0", catalogue: catalogue.digest, stream: STREAM, timeMs: 5000 },
    ...{ policyVersion: catalogue.policyVersion, backlog: { segments: 0, bytes: 0, oldestMs: undefined } },
    counters: countersOf(counted),
    buses: busesOf(plan, counted),
  });
  return { batches, birth, status };
}
