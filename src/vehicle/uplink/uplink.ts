// The uplink: batches from the outbox to the broker. Live ones go first, on their interval; what waited while the link was
// down drains behind them. A batch leaves the outbox when the broker has acknowledged it. It subscribes to nothing.
import { randomInt } from "node:crypto";
import type { Logger } from "pino";
import { encodeStatus, type Status } from "../../wire/status.ts";
import { batchTopic, birthTopic, statusTopic } from "../../wire/topics.ts";
import type { Clock } from "../clock.ts";
import type { BatchLimits, Outbox, OutboxBatch } from "../outbox/outbox.ts";
import { type BrokerConnection, type Credentials, connectBroker, VersionRefused } from "./broker.ts";

/** What one batch joins at most: of live data what one interval has, of a backlog about a minute, far below any broker's limit. */
const LIMITS: BatchLimits = { segmentsMax: 60, bytesMax: 256 * 1024 };
/** After a failed attempt the next one waits a random time up to this, doubled with each failure: a fleet must not return in step. */
const BACKOFF_MS_MIN = 1_000;
const BACKOFF_MS_MAX = 60_000;
/** What is in flight when the gateway stops has this long to be acknowledged; the rest keeps in the outbox. */
const FAREWELL_MS = 2_000;

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
  batchesAcknowledged: number;
  bytesAcknowledged: number;
}

export interface Uplink {
  readonly counters: Readonly<UplinkCounters>;
  readonly isConnected: boolean;
  /** Sends what there is, says goodbye, and ends. */
  stop(): Promise<void>;
}

export function startUplink(options: UplinkOptions): Uplink {
  const counters: UplinkCounters = {
    connections: 0,
    batchesPublished: 0,
    datapointsPublished: 0,
    batchesAcknowledged: 0,
    bytesAcknowledged: 0,
  };
  const stopping = new AbortController();
  let session: Session | undefined;
  const done = run(options, counters, stopping.signal, (now) => {
    session = now;
  });
  return {
    counters,
    get isConnected() {
      return session !== undefined;
    },
    stop: async () => {
      await session?.farewell();
      stopping.abort();
      await done;
    },
  };
}

/** Connects, serves the connection until it is lost, and tries again, until stopped. */
async function run(
  options: UplinkOptions,
  counters: UplinkCounters,
  stopping: AbortSignal,
  onSession: (session: Session | undefined) => void,
): Promise<void> {
  const { log, clock } = options;
  let version: 5 | 4 = 5;
  let backoffMs = BACKOFF_MS_MIN;
  let isTold = false;
  while (!stopping.aborted) {
    try {
      const will = { topic: statusTopic(options.vehicle), payload: encodeStatus(options.status("lost")) };
      const { url, credentials } = options;
      const broker = await connectBroker({ url, credentials, version, clientId: `canward-${options.vehicle}`, will });
      counters.connections += 1;
      backoffMs = BACKOFF_MS_MIN;
      isTold = false;
      log.info({ broker: url, mqtt: version === 5 ? "5" : "3.1.1" }, "uplink connected");
      const session = new Session(options, counters, broker);
      onSession(session);
      const reason = await session.serve(stopping);
      onSession(undefined);
      if (!stopping.aborted) log.warn({ broker: url, err: reason }, "uplink lost; the outbox keeps what comes");
    } catch (cause) {
      if (cause instanceof VersionRefused && version === 5) {
        log.info({ broker: options.url }, "the broker has no MQTT 5; using 3.1.1");
        version = 4;
        continue;
      }
      // Once for an outage, not once for each attempt.
      if (!isTold && !stopping.aborted)
        log.warn({ broker: options.url, err: cause }, "uplink cannot connect; trying again until it can");
      isTold = true;
    }
    if (!stopping.aborted) await clock.sleep(randomInt(backoffMs / 2, backoffMs), stopping);
    backoffMs = Math.min(backoffMs * 2, BACKOFF_MS_MAX);
  }
}

/** One connection's life. */
class Session {
  readonly #options: UplinkOptions;
  readonly #counters: UplinkCounters;
  readonly #broker: BrokerConnection;
  /** Segments from this number on are live: they were committed while connected. */
  readonly #liveFrom: number;
  readonly #inFlight = new Set<Promise<void>>();
  readonly #timers: NodeJS.Timeout[] = [];
  #isLiveDue = false;
  #isOver = false;

  constructor(options: UplinkOptions, counters: UplinkCounters, broker: BrokerConnection) {
    this.#options = options;
    this.#counters = counters;
    this.#broker = broker;
    this.#liveFrom = options.outbox.nextSequence();
  }

  /** Resolves when the connection is over, with the reason if there is one. */
  async serve(stopping: AbortSignal): Promise<Error | undefined> {
    const { outbox, vehicle, batchIntervalMs, statusIntervalMs } = this.#options;
    const over = this.#broker.closed;
    try {
      for (const { digest, birth } of outbox.catalogues()) await this.#publish(birthTopic(vehicle, digest), birth);
      await this.#say("online");
      this.#every(batchIntervalMs, () => {
        this.#isLiveDue = true;
        this.#drain();
      });
      this.#every(statusIntervalMs, () => void this.#say("online").catch(() => undefined));
      this.#drain();
      return await Promise.race([over, aborted(stopping)]);
    } catch (cause) {
      // The connection went while it was being set up, or the broker refused a message that every gateway sends.
      return cause instanceof Error ? cause : new Error(String(cause));
    } finally {
      this.#isOver = true;
      for (const timer of this.#timers) clearInterval(timer);
      await this.#broker.close().catch(() => undefined);
      await Promise.allSettled(this.#inFlight);
    }
  }

  async farewell(): Promise<void> {
    this.#isLiveDue = true;
    this.#drain();
    const timeout = AbortSignal.timeout(FAREWELL_MS);
    await Promise.race([this.#settled(), aborted(timeout)]);
    await Promise.race([this.#say("offline").catch(() => undefined), aborted(timeout)]);
  }

  /** Publishes what may go now: live data if its interval is over, else the oldest that waits. */
  #drain(): void {
    const { outbox, inFlightMax } = this.#options;
    while (!this.#isOver && this.#inFlight.size < inFlightMax) {
      const live = this.#isLiveDue ? outbox.take(this.#liveFrom, Number.MAX_SAFE_INTEGER, LIMITS) : undefined;
      if (live === undefined) this.#isLiveDue = false;
      const mayDrain = this.#inFlight.size < inFlightMax - 1;
      const batch = live ?? (mayDrain ? outbox.take(0, this.#liveFrom, LIMITS) : undefined);
      if (batch === undefined) return;
      const sent = this.#send(batch).finally(() => {
        this.#inFlight.delete(sent);
        this.#drain();
      });
      this.#inFlight.add(sent);
    }
  }

  async #send(batch: OutboxBatch): Promise<void> {
    const { outbox, vehicle, log } = this.#options;
    this.#counters.batchesPublished += 1;
    this.#counters.datapointsPublished += batch.datapoints;
    try {
      await this.#publish(batchTopic(vehicle), batch.payload, false);
    } catch (cause) {
      outbox.giveBack(batch);
      if (!this.#isOver) {
        // Refused, not lost: the broker would refuse it again at once. A new connection, after a pause, is another chance.
        log.warn({ err: cause, sequence: batch.firstSequence }, "the broker refused a batch; it stays in the outbox");
        this.#isOver = true;
        await this.#broker.close().catch(() => undefined);
      }
      return;
    }
    outbox.acknowledge(batch);
    this.#counters.batchesAcknowledged += 1;
    this.#counters.bytesAcknowledged += batch.payload.length;
  }

  #publish(topic: string, payload: Uint8Array, retain = true): Promise<void> {
    return this.#broker.publish(topic, payload, retain);
  }

  #say(presence: Status["presence"]): Promise<void> {
    return this.#publish(statusTopic(this.#options.vehicle), encodeStatus(this.#options.status(presence)));
  }

  async #settled(): Promise<void> {
    while (this.#inFlight.size > 0) await Promise.allSettled(this.#inFlight);
  }

  #every(intervalMs: number, action: () => void): void {
    this.#timers.push(setInterval(action, intervalMs));
  }
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    else signal.addEventListener("abort", () => resolve(undefined), { once: true });
  });
}
