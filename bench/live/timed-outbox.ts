// The outbox of a gateway whose commits are timed: the real one, and after each commit how old what it holds has become.
// Each datapoint is a number that the sender put into the frame, the time at which it sent it. See gateway.ts.
import { openOutbox as openReal } from "../../src/vehicle/outbox/outbox.ts";
import type { Outbox } from "../../src/vehicle/segment.ts";

export interface CommitAges {
  readonly commits: number;
  readonly datapoints: number;
  /** From the moment before the frame was sent to the moment after the commit, in milliseconds. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** The longest commit itself. */
  readonly commitMsMax: number;
}

let agesMs: number[] = [];
let commits = 0;
let commitMsMax = 0;

export function openOutbox(path: string, bytesMax: number): Outbox {
  const outbox = openReal(path, bytesMax);
  return {
    ...outbox,
    commit: (points, owners, catalogue, span) => {
      const beginMs = performance.now();
      outbox.commit(points, owners, catalogue, span);
      commitMsMax = Math.max(commitMsMax, performance.now() - beginMs);
      // The sender's clock, and its 32 bits of microseconds.
      const nowUs = Number((process.hrtime.bigint() / 1000n) & 0xffff_ffffn);
      for (let i = 0; i < points.count; i++) agesMs.push(((nowUs - (points.lows[i] ?? 0)) >>> 0) / 1000);
      commits += 1;
    },
  };
}

/** How many datapoints were committed since `takeAges` was called last. */
export function committed(): number {
  return agesMs.length;
}

/** Of the commits since the last call. */
export function takeAges(): CommitAges {
  const sorted = agesMs.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  const ages = { commits, datapoints: sorted.length, p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1), commitMsMax };
  agesMs = [];
  commits = 0;
  commitMsMax = 0;
  return ages;
}
