// The fleet's door to MQTT: one connection to the broker with a session that outlives it. What arrives is handed over one message
// at a time with a way to acknowledge it; nothing is acknowledged otherwise. It reconnects for ever, and publishes nothing.
import { randomInt } from "node:crypto";
import { connect, type IClientOptions, type MqttClient } from "mqtt";
import type { Logger } from "pino";
import { addressOf, type Credentials, codeOf, connectRemedy, isVersionRefusal } from "../../broker.ts";
import { BATCH_BYTES_MAX } from "../../wire/batch-header.ts";

/** How long the broker keeps a session, and with it every message for it, while this worker is away. */
const SESSION_EXPIRY_S = 7 * 24 * 3600;
/** Messages that the broker may send ahead of our acknowledgements, on each connection. They wait in memory. */
const RECEIVE_MAX = 64;
/** Largest MQTT packet that is accepted, the largest batch and its topic; the broker drops a larger one. */
const PACKET_BYTES_MAX = BATCH_BYTES_MAX + 1024;
/** A lost connection is tried again after a random time between these two, so that workers do not come back in step. */
const RECONNECT_MS_MIN = 250;
const RECONNECT_MS_MAX = 4_000;
const CONNECT_TIMEOUT_MS = 15_000;
const KEEPALIVE_S = 30;

export interface Delivery {
  readonly topic: string;
  readonly payload: Uint8Array;
  /** Tells the broker that the message is safe; the next one of this connection comes after that. */
  acknowledge(): void;
}

export interface ConnectionOptions {
  readonly url: string;
  readonly clientId: string;
  readonly credentials: Credentials;
  /** What to subscribe to, each time the connection is made; `canShare` says whether the broker shares subscriptions. */
  readonly filters: (canShare: boolean) => readonly string[];
  readonly onDelivery: (delivery: Delivery) => void;
  readonly log: Logger;
}

/** One connection to the broker, made again whenever it is lost. */
export class Connection {
  readonly #options: ConnectionOptions;
  readonly #log: Logger;
  readonly #onSubscribed: (canShare: boolean) => void;
  /** Resolves when the broker has confirmed the first subscription, with whether it shares subscriptions. */
  readonly subscribed: Promise<boolean>;
  #client: MqttClient;
  /** Counts connections: an acknowledgement must not go to another connection than its message came by. */
  #generation = 0;
  #isTold = false;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#log = options.log.child({ client: options.clientId });
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.subscribed = promise;
    this.#onSubscribed = resolve;
    this.#client = this.#open(5);
  }

  get isConnected(): boolean {
    return this.#client.connected;
  }

  /** Disconnects in order; the session stays at the broker. */
  async stop(): Promise<void> {
    this.#generation++;
    const client = this.#client;
    // Without a connection there is nobody to say goodbye to.
    await client.endAsync(!client.connected);
  }

  #open(version: 4 | 5): MqttClient {
    const { url, clientId, credentials } = this.#options;
    const options: IClientOptions = {
      ...addressOf(url),
      clientId,
      ...credentials,
      protocolVersion: version,
      // The session, with its subscriptions and what was not acknowledged, is kept by the broker. [MQTT-3.1.2-4]
      clean: false,
      resubscribe: false,
      reconnectOnConnackError: true,
      reconnectPeriod: reconnectMs(),
      connectTimeout: CONNECT_TIMEOUT_MS,
      keepalive: KEEPALIVE_S,
      ...(version === 5 && {
        properties: {
          sessionExpiryInterval: SESSION_EXPIRY_S,
          receiveMaximum: RECEIVE_MAX,
          maximumPacketSize: PACKET_BYTES_MAX,
        },
      }),
    };
    const client = connect(options);
    client.handleMessage = (packet, done) => {
      const generation = this.#generation;
      const acknowledge = () => {
        if (generation === this.#generation) done();
      };
      this.#options.onDelivery({ topic: packet.topic, payload: toBytes(packet.payload), acknowledge });
    };
    client.on("connect", (answer) => {
      client.options.reconnectPeriod = reconnectMs();
      this.#isTold = false;
      // MQTT 3.1.1 has no shared subscriptions, and a broker takes the filter for an ordinary one that nothing matches.
      this.#subscribe(client, version === 5 && answer.properties?.sharedSubscriptionAvailable !== false);
    });
    client.on("close", () => this.#generation++);
    client.on("error", (error) => {
      if (version === 5 && isVersionRefusal(error)) this.#fallBack(client);
      else this.#tell(error);
    });
    return client;
  }

  /** Some brokers speak 3.1.1 alone, the demo's among them. */
  #fallBack(client: MqttClient): void {
    this.#log.warn("the broker does not speak MQTT 5; falling back to 3.1.1, without shared subscriptions");
    client.end(true);
    this.#client = this.#open(4);
  }

  #subscribe(client: MqttClient, canShare: boolean): void {
    client.subscribe([...this.#options.filters(canShare)], { qos: 1 }, (error) => {
      if (!error) {
        this.#log.info({ canShare }, "subscribed");
        this.#onSubscribed(canShare);
        return;
      }
      if (!client.connected) return;
      this.#log.error(
        { err: error, remedy: "Allow this user to subscribe to canward/v1/# at the broker." },
        "the broker refused a subscription; trying again",
      );
      client.reconnect();
    });
  }

  /** Once an outage: the attempts that follow fail for the same reason. */
  #tell(error: Error): void {
    if (this.#isTold) return;
    this.#isTold = true;
    this.#log.error(
      { reason: error.message || codeOf(error), remedy: connectRemedy(error, "broker") },
      "no connection to the broker; trying again",
    );
  }
}

function reconnectMs(): number {
  return randomInt(RECONNECT_MS_MIN, RECONNECT_MS_MAX);
}

function toBytes(payload: Buffer | string): Uint8Array {
  return typeof payload === "string" ? Buffer.from(payload) : payload;
}
