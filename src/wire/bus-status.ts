// What the gateway says of one of its buses: how the interface is, how frames are received from it, and what was counted. To
// protobuf and back, within bounds.
import { canward } from "./canward_pb.js";
import { TIME_MS_MAX } from "./columns/limits.ts";
import { isCount, requireField } from "./wire-error.ts";

export const BUS_STATES = ["replay", "absent", "down", "no_carrier", "up"] as const;
export const CONTROLLER_STATES = ["unknown", "active", "warning", "passive", "bus_off"] as const;
export const LISTEN_ONLY = ["unknown", "yes", "no", "virtual"] as const;
export const TIMESTAMPS = ["none", "recorded", "arrival", "kernel", "hardware"] as const;

export interface BusStatus {
  /** The bus as the allow-list calls it. */
  readonly name: string;
  /** The Linux interface it is received from; empty where frames come from a recording or the generator. */
  readonly interface: string;
  /** "no_carrier": up, but the controller is not on the bus, as after bus-off. */
  readonly state: (typeof BUS_STATES)[number];
  /** Up, but no frame came for longer than `silenceLimitMs`. */
  readonly isSilent: boolean;
  /** The controller's error state, from error frames. [ISO 11898-1] */
  readonly controller: (typeof CONTROLLER_STATES)[number];
  /** Whether the controller is in listen-only mode; "virtual" where there is no controller that could send. */
  readonly listenOnly: (typeof LISTEN_ONLY)[number];
  /** Of the controller, in bit/s; of CAN FD the arbitration phase. 0 where there is none or it is not known. */
  readonly bitRate: number;
  /** What receives: `canward` (its own reader), `socketcan` (the fallback), `replay`. */
  readonly reader: string;
  /** Where the frames' times come from. */
  readonly timestamps: (typeof TIMESTAMPS)[number];
  /** Whether frames that the kernel drops are counted; the fallback reader cannot. */
  readonly countsLosses: boolean;
  /** Size of the kernel's receive buffer as the kernel reports it; 0 where there is none. */
  readonly receiveBufferBytes: number;
  /** 0 where silence is not watched. */
  readonly silenceLimitMs: number;
  /** When the last frame was captured: wall clock, milliseconds since 1970. */
  readonly lastFrameMs: number | undefined;
  /** Since the process started, by name. Received = admitted + denied of all reasons. */
  readonly counters: ReadonlyMap<string, number>;
}

/** The buses of an allow-list, those that are received and not in it, and what is of none: at most 31. */
export const BUS_STATUSES_MAX = 32;
/** The usual ones are 28. */
const BUS_COUNTERS_MAX = 64;
/** Of a bus's, an interface's, a reader's and a counter's name. */
const NAME_LENGTH_MAX = 64;

/** As protobuf has it. The numbers of the wire are places in the lists above, from 1 on; 0 is none. */
export function toBusMessage(status: BusStatus): canward.v1.BusStatus.$Properties {
  return {
    name: status.name,
    interface: status.interface,
    state: BUS_STATES.indexOf(status.state) + 1,
    silent: status.isSilent,
    controller: CONTROLLER_STATES.indexOf(status.controller) + 1,
    listenOnly: LISTEN_ONLY.indexOf(status.listenOnly) + 1,
    reader: status.reader,
    timestamps: TIMESTAMPS.indexOf(status.timestamps) + 1,
    countsLosses: status.countsLosses,
    receiveBufferBytes: status.receiveBufferBytes,
    silenceLimitMs: status.silenceLimitMs,
    lastFrameMs: status.lastFrameMs ?? null,
    counters: Object.fromEntries(status.counters),
    bitRate: status.bitRate,
  };
}

/** @throws WireError */
export function readBusStatuses(messages: readonly canward.v1.BusStatus.$Properties[]): readonly BusStatus[] {
  requireField(messages.length <= BUS_STATUSES_MAX, `status: ${messages.length} buses`);
  const statuses = messages.map((message) => readBusStatus(new canward.v1.BusStatus(message)));
  requireField(new Set(statuses.map(({ name }) => name)).size === statuses.length, "status: a bus twice");
  return statuses;
}

function readBusStatus(message: canward.v1.BusStatus): BusStatus {
  const { name, reader, bitRate, receiveBufferBytes, silenceLimitMs, lastFrameMs } = message;
  for (const text of [name, message.interface, reader])
    requireField(text.length <= NAME_LENGTH_MAX, `status: a name of ${text.length} characters`);
  requireField(isCount(bitRate), `status: bus ${name} has ${bitRate} bit/s`);
  requireField(isCount(receiveBufferBytes), `status: bus ${name} has a buffer of ${receiveBufferBytes} bytes`);
  requireField(isCount(silenceLimitMs, TIME_MS_MAX), `status: bus ${name} may be silent for ${silenceLimitMs} ms`);
  requireField(lastFrameMs == null || isCount(lastFrameMs, TIME_MS_MAX), `status: a last frame at ${lastFrameMs} ms`);
  return {
    name,
    interface: message.interface,
    state: readEnum(BUS_STATES, message.state, "state"),
    isSilent: message.silent,
    controller: readEnum(CONTROLLER_STATES, message.controller, "controller"),
    listenOnly: readEnum(LISTEN_ONLY, message.listenOnly, "listen_only"),
    bitRate,
    reader,
    timestamps: readEnum(TIMESTAMPS, message.timestamps, "timestamps"),
    countsLosses: message.countsLosses,
    receiveBufferBytes,
    silenceLimitMs,
    lastFrameMs: lastFrameMs ?? undefined,
    counters: readCounters(name, message.counters),
  };
}

function readEnum<const T extends readonly string[]>(values: T, number: number, field: string): T[number] {
  const value = values[number - 1];
  requireField(value !== undefined, `status: a bus with ${field} ${number}`);
  return value;
}

function readCounters(bus: string, record: Readonly<Record<string, number>>): ReadonlyMap<string, number> {
  const counters = new Map(Object.entries(record));
  requireField(counters.size <= BUS_COUNTERS_MAX, `status: bus ${bus} has ${counters.size} counters`);
  for (const [name, value] of counters) {
    requireField(name.length <= NAME_LENGTH_MAX, `status: a counter's name of ${name.length} characters`);
    requireField(isCount(value), `status: counter ${name} of bus ${bus} is ${value}`);
  }
  return counters;
}
