// The status message, to bytes and back: presence, versions, counters and what waits. As the last will it is made before
// it is known to be needed.
import { STREAM_BYTES } from "./batch-header.ts";
import { type BusStatus, readBusStatuses, toBusMessage } from "./bus-status.ts";
import { canward } from "./canward_pb.js";
import { TIME_MS_MAX } from "./columns/limits.ts";
import { bytesFromDigest, digestFromBytes } from "./digest.ts";
import { decodeProtobuf, isCount, requireField } from "./wire-error.ts";

/** A thousand counters with long names, and as much of the buses; usual is 3 KiB. */
const STATUS_BYTES_MAX = 128 * 1024;
const COUNTERS_MAX = 1024;

export interface Status {
  readonly presence: "online" | "offline" | "lost";
  readonly softwareVersion: string;
  /** Digest of the catalogue in force: 16 hexadecimal digits. */
  readonly catalogue: string;
  readonly policyVersion: string;
  /** 16 random bytes: one life of an outbox. */
  readonly stream: Uint8Array;
  /** Since the process started, by name. */
  readonly counters: ReadonlyMap<string, number>;
  /** Each of the vehicle's buses; none in a last will. */
  readonly buses: readonly BusStatus[];
  /** What waits in the outbox; undefined in a last will. */
  readonly backlog: Backlog | undefined;
  /** Wall clock, milliseconds since 1970; of a last will, when the connection was made. */
  readonly timeMs: number;
}

export interface Backlog {
  readonly segments: number;
  readonly bytes: number;
  /** Wall clock, milliseconds since 1970; undefined where nothing waits. */
  readonly oldestMs: number | undefined;
}

/** The numbers of the wire are the places in this list; 0 is none. */
const PRESENCES: readonly (Status["presence"] | undefined)[] = [undefined, "online", "offline", "lost"];

export function encodeStatus(status: Status): Uint8Array {
  const { backlog } = status;
  const message = canward.v1.Status.encode({
    presence: PRESENCES.indexOf(status.presence),
    softwareVersion: status.softwareVersion,
    catalogue: bytesFromDigest(status.catalogue),
    policyVersion: status.policyVersion,
    stream: status.stream,
    counters: Object.fromEntries(status.counters),
    backlog: backlog === undefined ? null : { ...backlog, oldestMs: backlog.oldestMs ?? null },
    timeMs: status.timeMs,
    buses: status.buses.map(toBusMessage),
  });
  return message.finish();
}

/** @throws WireError */
export function readStatus(payload: Uint8Array): Status {
  const status = decodeProtobuf("status", payload, STATUS_BYTES_MAX, (bytes) => canward.v1.Status.decode(bytes));
  const { softwareVersion, policyVersion, stream, timeMs } = status;
  const presence = PRESENCES[status.presence];
  requireField(presence !== undefined, `status: presence ${status.presence}`);
  requireField(stream.length === STREAM_BYTES, `status: a stream of ${stream.length} bytes`);
  requireField(isCount(timeMs, TIME_MS_MAX), `status: said at ${timeMs} ms`);
  const catalogue = digestFromBytes(status.catalogue, "status");
  const counters = readCounters(status.counters);
  return {
    presence,
    softwareVersion,
    catalogue,
    policyVersion,
    stream,
    counters,
    buses: readBusStatuses(status.buses),
    backlog: readBacklog(status),
    timeMs,
  };
}

function readCounters(record: Readonly<Record<string, number>>): ReadonlyMap<string, number> {
  const counters = new Map(Object.entries(record));
  requireField(counters.size <= COUNTERS_MAX, `status: ${counters.size} counters`);
  for (const [name, value] of counters) requireField(isCount(value), `status: counter ${name} is ${value}`);
  return counters;
}

function readBacklog(status: canward.v1.Status): Backlog | undefined {
  if (status.backlog == null) return undefined;
  const { segments, bytes, oldestMs } = new canward.v1.Backlog(status.backlog);
  requireField(isCount(segments) && isCount(bytes), `status: a backlog of ${segments} segments, ${bytes} bytes`);
  requireField(oldestMs == null || isCount(oldestMs, TIME_MS_MAX), `status: oldest at ${oldestMs} ms`);
  return { segments, bytes, oldestMs: oldestMs ?? undefined };
}
