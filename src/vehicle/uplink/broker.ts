// The vehicle's door to MQTT, the only file that imports the library. It connects and publishes; it has no way to
// subscribe. One connection is one object: when it is lost it is over, and the uplink makes another.
import { connect, type IClientOptions, type MqttClient } from "mqtt";

export interface Credentials {
  readonly username?: string;
  readonly password?: Buffer;
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
}

export interface BrokerOptions {
  readonly url: string;
  readonly clientId: string;
  readonly credentials: Credentials;
  /** MQTT 5, or 3.1.1 for brokers that refuse it. */
  readonly version: 5 | 4;
  readonly will: { readonly topic: string; readonly payload: Uint8Array };
}

export interface BrokerConnection {
  /** Resolves when the broker has acknowledged the message (PUBACK). Rejects when it refused it, or the connection was lost. */
  publish(topic: string, payload: Uint8Array, retain: boolean): Promise<void>;
  /** Resolves, with the reason if there is one, when the connection is over. */
  readonly closed: Promise<Error | undefined>;
  /** Says goodbye, so that the will is not sent, and closes. */
  close(): Promise<void>;
}

/** The broker speaks MQTT 3.1.1 alone. */
export class VersionRefused extends Error {}

const CONNECT_TIMEOUT_MS = 15_000;
const KEEPALIVE_S = 30;
/** A farewell that is not answered in this time is given up. */
const CLOSE_TIMEOUT_MS = 1_000;
/** Reason codes of a CONNACK that refuse the protocol version, in MQTT 3.1.1 and 5. */
const VERSION_REASONS = [1, 132];

export async function connectBroker(options: BrokerOptions): Promise<BrokerConnection> {
  const { url, clientId, credentials, version, will } = options;
  const settings: IClientOptions = {
    clientId,
    ...credentials,
    protocolVersion: version,
    // What is not acknowledged lies in the outbox: the broker need not remember anything of this client.
    clean: true,
    reconnectPeriod: 0,
    connectTimeout: CONNECT_TIMEOUT_MS,
    keepalive: KEEPALIVE_S,
    queueQoSZero: false,
    will: { topic: will.topic, payload: Buffer.from(will.payload), qos: 1, retain: true },
  };
  const client = connect(url, settings);
  const closed = endOf(client);
  await connected(client, closed);
  return {
    closed,
    publish: (topic, payload, retain) =>
      new Promise((resolve, reject) => {
        const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
        client.publish(topic, bytes, { qos: 1, retain }, (error) => (error ? reject(error) : resolve()));
      }),
    close: async () => {
      // A broker that does not answer must not hold up the end.
      const timeout = setTimeout(() => client.end(true), CLOSE_TIMEOUT_MS);
      await client.endAsync(!client.connected);
      clearTimeout(timeout);
    },
  };
}

function connected(client: MqttClient, closed: Promise<Error | undefined>): Promise<void> {
  return new Promise((resolve, reject) => {
    client.once("connect", () => resolve());
    void closed.then((error) =>
      reject(isVersionRefusal(error) ? new VersionRefused() : (error ?? new Error("connection closed"))),
    );
  });
}

/** Ends the client for good at its first loss, so that nothing is sent again behind the uplink's back. */
function endOf(client: MqttClient): Promise<Error | undefined> {
  return new Promise((resolve) => {
    let reason: Error | undefined;
    client.on("error", (error) => {
      reason ??= error;
    });
    client.on("disconnect", (packet) => {
      reason ??= new Error(`the broker ended the connection, reason code ${packet.reasonCode ?? 0}`);
    });
    client.once("close", () => {
      client.end(true);
      resolve(reason);
    });
  });
}

function isVersionRefusal(error: Error | undefined): boolean {
  return error !== undefined && "code" in error && VERSION_REASONS.includes(Number(error.code));
}
