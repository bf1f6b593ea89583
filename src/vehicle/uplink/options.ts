// What the uplink is given, and what it counts.
import type { Logger } from "pino";
import type { Credentials } from "../../broker.ts";
import type { Status } from "../../wire/status.ts";
import type { Clock } from "../clock.ts";
import type { Outbox } from "../segment.ts";

export interface UplinkOptions {
  readonly url: string;
  readonly vehicle: string;
  readonly credentials: Credentials;
  readonly batchIntervalMs: number;
  readonly statusIntervalMs: number;
  /** Publishes that may wait for their acknowledgement; one of them is kept free for live data. */
  readonly inFlightMax: number;
  readonly outbox: Outbox;
  /** What to say of the gateway now. */
  readonly status: (presence: Status["presence"]) => Status;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface UplinkCounters {
  connections: number;
  batchesPublished: number;
  datapointsPublished: number;
  /** The same by the name of the bus. A batch that is published again counts again. */
  readonly sharesPublished: Map<string, number>;
  batchesAcknowledged: number;
  bytesAcknowledged: number;
}
