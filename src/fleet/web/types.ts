// What the web server says and the page reads, as JSON. Both sides import these types, so that neither can drift; nothing in here
// runs. Times are milliseconds since 1970 on the server's side of the world, and what is not known is null, never left out.

export interface Vehicle {
  readonly id: string;
  readonly presence: { readonly state: PresenceState; readonly sinceMs: number | null };
  readonly lastDatapointMs: number | null;
  readonly backlog: Backlog | null;
  readonly policyVersion: string | null;
  readonly softwareVersion: string | null;
  /** How many signals its catalogue names. */
  readonly signals: number;
}

export type PresenceState = "online" | "offline" | "lost" | "unknown";

/** What still waits on the vehicle, by its last status. */
export interface Backlog {
  readonly segments: number;
  readonly bytes: number;
  readonly oldestMs: number | null;
}

/** What the vehicle said last of its buses, and when; it stays when the vehicle is lost. */
export interface BusReport {
  readonly saidMs: number;
  readonly buses: readonly Bus[];
}

/** One bus of a vehicle: how its interface is, how it is received, and what was counted since the gateway started. */
export interface Bus {
  /** As the allow-list calls it; empty for what is of no bus of the allow-list, or of none that is known any more. */
  readonly name: string;
  /** Empty where frames come from a recording. */
  readonly interface: string;
  readonly state: "replay" | "absent" | "down" | "no_carrier" | "up";
  readonly silent: boolean;
  readonly controller: "unknown" | "active" | "warning" | "passive" | "bus_off";
  readonly listenOnly: "unknown" | "yes" | "no" | "virtual";
  /** In bit/s; 0 where it is not known. */
  readonly bitRate: number;
  readonly reader: string;
  readonly timestamps: "none" | "recorded" | "arrival" | "kernel" | "hardware";
  readonly countsLosses: boolean;
  readonly receiveBufferBytes: number;
  /** 0 where silence is not watched. */
  readonly silenceLimitMs: number;
  readonly lastFrameMs: number | null;
  readonly counters: Readonly<Record<string, number>>;
}

export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** What a chart and a table need to know of a signal. */
export interface Signal {
  readonly path: string;
  readonly unit: string;
  /** `can0/BMS_Status/SoC` */
  readonly source: string;
  /** A state has names for its values and is drawn with them on the axis. */
  readonly shape: "quantity" | "state";
  /** Digits after the point that the vehicle resolves; null for floating point. */
  readonly decimals: number | null;
  /** Physical values that have a name, in rising order. */
  readonly names: readonly { readonly value: number; readonly text: string }[];
}

/** One value of one path. Integers beyond ±(2^53−1) are decimal strings. */
export interface Value {
  readonly path: string;
  readonly timeMs: number | null;
  readonly value: number | string | null;
  readonly text: string | null;
}

export interface Gap extends Span {
  /** "missing": no batch covers it. "evicted": the vehicle declared that it dropped it. */
  readonly reason: "missing" | "evicted";
}

// Answers of /api/v1

/** GET /api/v1/vehicles */
export interface VehicleList {
  readonly nowMs: number;
  readonly vehicles: readonly Vehicle[];
}

/** GET /api/v1/vehicles/:id */
export interface VehicleDetail {
  readonly nowMs: number;
  readonly vehicle: Vehicle;
  readonly buses: BusReport | null;
  /** First and last moment that is stored. */
  readonly extent: Span | null;
}

/** GET /api/v1/vehicles/:id/signals */
export interface SignalList {
  readonly nowMs: number;
  readonly signals: readonly (Signal & { readonly latest: Value })[];
}

/** GET /api/v1/vehicles/:id/history?path=&from=&to=&points= */
export interface SignalHistory extends Span {
  readonly nowMs: number;
  readonly signal: Signal;
  readonly timesMs: readonly number[];
  readonly values: readonly (number | null)[];
  /** Datapoints in the span, before thinning. */
  readonly datapoints: number;
  readonly thinned: boolean;
  /** Between the first and the last moment that is stored; what lies outside is not known yet. */
  readonly gaps: readonly Gap[];
  readonly extent: Span | null;
}

/** application/problem+json, RFC 9457 */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** Stable, for machines and for searching. */
  readonly code: string;
}

// Server-sent events: the event's name and what its data is. "vehicle" on both streams, the others on a vehicle's own.

export interface StreamEvents {
  /** First on every stream, then every few seconds: the connection is alive, and this is the server's time. */
  readonly beat: { readonly nowMs: number };
  /** A vehicle's facts changed. */
  readonly vehicle: Vehicle;
  /** What a vehicle says of its buses. */
  readonly buses: BusReport;
  /** The newest value of each signal in the batches that were just stored. A backlog may bring values older than those shown. */
  readonly latest: { readonly values: readonly Value[] };
  /** All datapoints of one of the chosen paths in one batch, and the span that the batch covers. */
  readonly datapoints: Span & {
    readonly path: string;
    readonly timesMs: readonly number[];
    readonly values: readonly (number | null)[];
  };
  /** Something was stored that is not told here (a new catalogue, or too much at once): fetch again. */
  readonly stale: { readonly reason: "catalogue" | "busy" };
}

export type StreamEventName = keyof StreamEvents;
