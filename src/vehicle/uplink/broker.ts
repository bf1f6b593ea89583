// The vehicle's door to MQTT, the only file that imports the library. It connects and publishes; it has no way to
// subscribe. One connection is one object: when it is lost it is over, and the uplink makes another.
import { connect, type IClientOptions, type IConnackPacket, type MqttClient } from "mqtt";
import { addressOf, type Credentials, isVersionRefusal } from "../../broker.ts";

export interface BrokerOptions {
  readonly url: string;
  readonly clientId: string;
  readonly credentials: Credentials;
  /** MQTT 5, or 3.1.1 for brokers that refuse it. */
  readonly version: 5 | 4;
  readonly will: { readonly topic: string; readonly payload: Uint8Array };
}

export interface BrokerConnection {
  /** So many publishes it takes without having acknowledged one, of so many bytes each. [MQTT-3.2.2.3.3, 3.2.2.3.6] */
  readonly receiveMax: number;
  readonly packetBytesMax: number;
  /** Resolves when the broker has acknowledged the message (PUBACK). Rejects when it refused it, or the connection was lost. */
  publish(topic: string, payload: Uint8Array, retain: boolean): Promise<void>;
  /** Resolves, with the reason if there is one, when the connection is over. */
  readonly closed: Promise<Error | undefined>;
  /** Says goodbye, so that the will is not sent, and closes. */
  close(): Promise<void>;
  /** Closes without a goodbye: the broker sends the will. */
  drop(): Promise<void>;
}

/** The broker speaks MQTT 3.1.1 alone. */
export class VersionRefused extends Error {}

const CONNECT_TIMEOUT_MS = 15_000;
const KEEPALIVE_S = 30;
/** A farewell that is not answered in this time is given up. */
const CLOSE_TIMEOUT_MS = 1_000;
/** What holds where the broker says nothing of it, as in MQTT 3.1.1. [MQTT-3.2.2.3.3] */
const RECEIVE_MAX_DEFAULT = 65_535;
/** The longest packet that MQTT can write down. [MQTT-1.5.5] */
const PACKET_BYTES_MAX_DEFAULT = 268_435_460;

/** Rejects when there is no connection to be had, and soon after `signal` is aborted. */
export async function connectBroker(options: BrokerOptions, signal: AbortSignal): Promise<BrokerConnection> {
  const client = connect(settingsOf(options));
  const closed = endOf(client);
  const drop = async (): Promise<void> => {
    client.stream.destroy();
    await closed;
  };
  const { properties } = await connected(client, closed, signal);
  return {
    receiveMax: properties?.receiveMaximum ?? RECEIVE_MAX_DEFAULT,
    packetBytesMax: properties?.maximumPacketSize ?? PACKET_BYTES_MAX_DEFAULT,
    publish: publisher(client, closed),
    closed,
    close: async () => {
      // It goes out when nothing waits for the broker's answer any more; a broker that does not answer must not hold up the end.
      client.end();
      const timeout = setTimeout(() => client.stream.destroy(), CLOSE_TIMEOUT_MS);
      await closed;
      clearTimeout(timeout);
    },
    drop,
  };
}

function settingsOf({ url, clientId, credentials, version, will }: BrokerOptions): IClientOptions {
  return {
    ...addressOf(url),
    clientId,
    ...credentials,
    protocolVersion: version,
    // What is not acknowledged lies in the outbox: the broker need not remember anything of this client.
    clean: true,
    reconnectPeriod: 0,
    connectTimeout: CONNECT_TIMEOUT_MS,
    keepalive: KEEPALIVE_S,
    queueQoSZero: false,
    // The library would keep 65,536 little buffers, one for each number that a packet can have: 7 MB for nothing here.
    writeCache: false,
    will: { topic: will.topic, payload: Buffer.from(will.payload), qos: 1, retain: true },
  };
}

function connected(
  client: MqttClient,
  closed: Promise<Error | undefined>,
  signal: AbortSignal,
): Promise<IConnackPacket> {
  const abort = (): void => void client.stream.destroy();
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort);
  return new Promise<IConnackPacket>((resolve, reject) => {
    client.once("connect", resolve);
    void closed.then((error) =>
      reject(isVersionRefusal(error) ? new VersionRefused() : (error ?? new Error("connection closed"))),
    );
  }).finally(() => signal.removeEventListener("abort", abort));
}

/** Settles every publish, if not by its acknowledgement then by the end of the connection; the library forgets some. */
function publisher(client: MqttClient, closed: Promise<Error | undefined>): BrokerConnection["publish"] {
  const waiting = new Set<(error: Error) => void>();
  let lost: Error | undefined;
  void closed.then((reason) => {
    lost = reason ?? new Error("connection closed");
    for (const reject of waiting) reject(lost);
    waiting.clear();
  });
  return (topic, payload, retain) =>
    new Promise((resolve, reject) => {
      if (lost !== undefined) return reject(lost);
      const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
      waiting.add(reject);
      client.publish(topic, bytes, { qos: 1, retain }, (error) => {
        waiting.delete(reject);
        if (error) reject(error);
        else resolve();
      });
    });
}

/** Ends the client for good at its first error or loss, so that nothing is sent again behind the uplink's back. */
function endOf(client: MqttClient): Promise<Error | undefined> {
  return new Promise((resolve) => {
    let reason: Error | undefined;
    client.on("error", (error) => {
      reason ??= error;
      // After some errors the library would go on, with an answer that it could not read for example.
      client.stream.destroy();
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
