// Publishes as a vehicle does: QoS 1, many in flight, and resolves when the broker has taken all.
import { connectAsync, type MqttClient } from "mqtt";

export function connectPublisher(url: string): Promise<MqttClient> {
  // MQTT 3.1.1, which every broker of the tests speaks.
  return connectAsync(url, { protocolVersion: 4, reconnectPeriod: 100 });
}

export async function publishAll(client: MqttClient, topic: string, payloads: readonly Uint8Array[]): Promise<void> {
  await Promise.all(payloads.map((payload) => client.publishAsync(topic, Buffer.from(payload), { qos: 1 })));
}
