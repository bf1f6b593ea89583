// The store noun: what the fleet keeps, and what may be asked of it. Batches go in as they came; they are decoded on reading.
// Every method is asynchronous, so that a database server can stand behind the same interface.
import type { BusStatus } from "../../wire/bus-status.ts";
import type { Catalogue, CatalogueEntry } from "../../wire/catalogue.ts";

/** A batch as it arrived, with the header that was read from it. */
export interface Arrival {
  readonly vehicle: string;
  /** The MQTT payload, untouched. */
  readonly payload: Uint8Array;
  readonly receivedAtMs: number;
}

/** What became of an arrival. "invalid" is kept aside with its reason, acknowledged, and never decoded again. */
export type Reception = "stored" | "duplicate" | "invalid";

export interface Presence {
  readonly state: "online" | "offline" | "lost" | "unknown";
  /** When the vehicle, or the broker for it, last said so; milliseconds since 1970. */
  readonly sinceMs: number | undefined;
}

export interface VehicleSummary {
  readonly id: string;
  readonly presence: Presence;
  readonly lastDatapointMs: number | undefined;
  /** What waits on the vehicle, by its last status. */
  readonly backlog:
    | { readonly segments: number; readonly bytes: number; readonly oldestMs: number | undefined }
    | undefined;
  readonly policyVersion: string | undefined;
  readonly softwareVersion: string | undefined;
  readonly signals: number;
  /** Undefined where the vehicle has said nothing of its buses. */
  readonly buses: BusReport | undefined;
}

/** What the vehicle itself said last of its buses; it stays when the vehicle is lost. */
export interface BusReport {
  readonly saidMs: number;
  readonly statuses: readonly BusStatus[];
}

export interface LatestValue {
  readonly entry: CatalogueEntry;
  /** undefined where nothing has come yet. */
  readonly timeMs: number | undefined;
  /** Physical value; a bigint, as a decimal string, where a number would not be exact. */
  readonly value: number | string | undefined;
  /** The value's name, where the catalogue has one. */
  readonly text: string | undefined;
}

/** One signal over a span. Where there are more datapoints than asked for, each bucket keeps its first, lowest, highest and last. */
export interface History {
  readonly entry: CatalogueEntry;
  readonly timesMs: readonly number[];
  readonly values: readonly (number | null)[];
  /** Datapoints in the span, before thinning. */
  readonly datapoints: number;
  readonly thinned: boolean;
  /** Spans which no batch covers, or whose batches the vehicle declared as evicted; they are drawn as gaps. */
  readonly gaps: readonly { readonly fromMs: number; readonly toMs: number; readonly reason: "missing" | "evicted" }[];
  /** Span that was answered. */
  readonly fromMs: number;
  readonly toMs: number;
}

export interface Store {
  /** Stores all arrivals in one durable transaction; resolves when they are on disk. Answers in the order of the arrivals. */
  putBatches(arrivals: readonly Arrival[]): Promise<readonly Reception[]>;
  putBirth(vehicle: string, payload: Uint8Array, receivedAtMs: number): Promise<void>;
  putStatus(vehicle: string, payload: Uint8Array, receivedAtMs: number): Promise<void>;
  vehicles(): Promise<readonly VehicleSummary[]>;
  vehicle(id: string): Promise<VehicleSummary | undefined>;
  /** The newest catalogue of a vehicle. */
  catalogue(vehicle: string): Promise<Catalogue | undefined>;
  latest(vehicle: string): Promise<readonly LatestValue[]>;
  /** undefined where the vehicle has no such path. */
  history(vehicle: string, path: string, fromMs: number, toMs: number, pointsMax: number): Promise<History | undefined>;
  /** First and last moment that the store holds of a vehicle. */
  extent(vehicle: string): Promise<{ readonly fromMs: number; readonly toMs: number } | undefined>;
  close(): Promise<void>;
}
