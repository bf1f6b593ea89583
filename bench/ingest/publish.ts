// The vehicles of the ingest benchmark, in one process: publishes the batches with QoS 1 and ends when the broker has taken them all.
// Run by bench/ingest.ts: node publish.ts URL COUNT VEHICLES
import { connectAsync } from "mqtt";
import { batchTopic } from "../../src/wire/topics.ts";
import { batches } from "./payloads.ts";

const IN_FLIGHT_MAX = 1_000;
const [url = "", count = "0", vehicles = "1"] = process.argv.slice(2);

const client = await connectAsync(url, { protocolVersion: 4 });
const inFlight = new Set<Promise<unknown>>();
for (const [vehicle, payload] of batches(Number(count), Number(vehicles))) {
  const publish = client.publishAsync(batchTopic(vehicle), Buffer.from(payload), { qos: 1 });
  inFlight.add(publish);
  void publish.finally(() => inFlight.delete(publish));
  if (inFlight.size >= IN_FLIGHT_MAX) await Promise.race(inFlight);
}
await Promise.all(inFlight);
await client.endAsync();
