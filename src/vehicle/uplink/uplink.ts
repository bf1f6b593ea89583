// The uplink: batches from the outbox to the broker. It connects, serves the connection for as long as it lives, and comes
// back after a pause when it is lost. It subscribes to nothing.
import { randomInt } from "node:crypto";
import { codeOf, connectRemedy } from "../../broker.ts";
import { encodeStatus } from "../../wire/status.ts";
import { statusTopic } from "../../wire/topics.ts";
import { type BrokerConnection, connectBroker, VersionRefused } from "./broker.ts";
import type { UplinkCounters, UplinkOptions } from "./options.ts";
import { Session } from "./session.ts";

/** After a failed attempt the next one waits a random time up to this, doubled with each failure: a fleet must not return in step. */
const BACKOFF_MS_MIN = 1_000;
const BACKOFF_MS_MAX = 60_000;

export interface Uplink {
  readonly counters: Readonly<UplinkCounters>;
  readonly isConnected: boolean;
  /** Resolves when it was stopped; rejects when the outbox failed. What the broker does never ends it. */
  readonly ended: Promise<void>;
  /** Tells the broker of a catalogue that the outbox has been given, if it is connected; else it hears of it when it is. */
  announce(): void;
  /** Sends what there is, says goodbye, and ends, whatever the broker does. */
  stop(): Promise<void>;
}

export function startUplink(options: UplinkOptions): Uplink {
  const uplink = new ReconnectingUplink(options);
  return {
    counters: uplink.counters,
    get isConnected() {
      return uplink.session !== undefined;
    },
    ended: uplink.run(),
    // What goes wrong with it ends the connection, and the next one begins with it.
    announce: () => void uplink.session?.announce().catch(() => undefined),
    stop: () => uplink.stop(),
  };
}

class ReconnectingUplink {
  readonly counters: UplinkCounters = {
    connections: 0,
    batchesPublished: 0,
    datapointsPublished: 0,
    sharesPublished: new Map(),
    batchesAcknowledged: 0,
    bytesAcknowledged: 0,
  };
  session: Session | undefined;
  readonly #options: UplinkOptions;
  readonly #stopping = new AbortController();
  #ended: Promise<void> | undefined;
  #version: 5 | 4 = 5;
  #backoffMs = BACKOFF_MS_MIN;
  #isTold = false;

  constructor(options: UplinkOptions) {
    this.#options = options;
  }

  run(): Promise<void> {
    this.#ended = this.#run();
    return this.#ended;
  }

  async stop(): Promise<void> {
    await this.session?.farewell();
    this.#stopping.abort();
    // Why it failed is told by `ended`.
    await this.#ended?.catch(() => undefined);
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const broker = await this.#connect(signal);
      if (broker === "again") continue;
      if (broker !== undefined) await this.#serve(broker, signal);
      if (signal.aborted) return;
      await this.#options.clock.sleep(randomInt(this.#backoffMs / 2, this.#backoffMs), signal);
      this.#backoffMs = Math.min(this.#backoffMs * 2, BACKOFF_MS_MAX);
    }
  }

  async #connect(signal: AbortSignal): Promise<BrokerConnection | "again" | undefined> {
    const { url, vehicle, credentials, log } = this.#options;
    const version = this.#version;
    const will = { topic: statusTopic(vehicle), payload: encodeStatus(this.#options.status("lost")) };
    try {
      const broker = await connectBroker({ url, credentials, version, clientId: `canward-${vehicle}`, will }, signal);
      log.info({ broker: url, mqtt: version === 5 ? "5" : "3.1.1" }, "uplink connected");
      return broker;
    } catch (cause) {
      if (cause instanceof VersionRefused && version === 5) {
        log.info({ broker: url }, "the broker has no MQTT 5; using 3.1.1");
        this.#version = 4;
        return "again";
      }
      if (!signal.aborted) this.#tell(cause);
      return undefined;
    }
  }

  async #serve(broker: BrokerConnection, signal: AbortSignal): Promise<void> {
    const { clock, log, url } = this.#options;
    const acknowledgedBefore = this.counters.batchesAcknowledged;
    const startedAtUs = clock.nowUs();
    this.counters.connections += 1;
    this.#isTold = false;
    const session = new Session(this.#options, this.counters, broker);
    this.session = session;
    try {
      const reason = await session.serve(signal);
      if (!signal.aborted)
        log.warn({ broker: url, reason: reasonOf(reason) }, "uplink lost; the outbox keeps what comes");
    } finally {
      this.session = undefined;
    }
    // A broker that takes the connection and nothing else is not to be asked every second.
    const isProven =
      this.counters.batchesAcknowledged > acknowledgedBefore || clock.nowUs() - startedAtUs >= BACKOFF_MS_MAX * 1000;
    if (isProven) this.#backoffMs = BACKOFF_MS_MIN;
  }

  /** Once for an outage, not once for each attempt. */
  #tell(cause: unknown): void {
    if (this.#isTold) return;
    this.#isTold = true;
    this.#options.log.warn(
      { broker: this.#options.url, reason: reasonOf(cause), remedy: connectRemedy(cause, "uplink") },
      "uplink cannot connect; trying again until it can",
    );
  }
}

function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return cause === undefined ? "the connection was closed" : String(cause);
  return cause.message || String(codeOf(cause));
}
