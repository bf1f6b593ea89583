// Between the outbox and a real broker, over a link that fails: what the broker has not acknowledged is still there, and what
// was committed arrives.
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Outbox } from "../../src/vehicle/segment.ts";
import { readHeader } from "../../src/wire/batch.ts";
import { batchTopic, birthTopic } from "../../src/wire/topics.ts";
import { type Broker, startAedes, startMosquitto, temporaryFolder, until } from "../fleet/processes.ts";
import { CATALOGUE, commitSecond } from "../outbox/segments.ts";
import { needs } from "../requirements.ts";
import { PUBLISH, readPublish, SUBSCRIBE } from "./packets.ts";
import { type BadLink, startProxy } from "./proxy.ts";
import { type Listener, listen, startVehicle, upTo, VEHICLE, type Vehicle } from "./vehicle.ts";

// Processes start and end in every test; how long that takes is the machine's affair.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let folder: ReturnType<typeof temporaryFolder>;
let broker: Broker;
let proxy: BadLink;
let listener: Listener;
const vehicles = new Set<Vehicle>();

function start(options: Partial<Parameters<typeof startVehicle>[0]> = {}): Vehicle {
  const vehicle = startVehicle({ url: proxy.url, folder: folder.path, ...options });
  vehicles.add(vehicle);
  return vehicle;
}

const commit = (vehicle: Vehicle, count: number): void => backlog(count)(vehicle.outbox);

const backlog =
  (count: number) =>
  (outbox: Outbox): void => {
    for (let segment = 0; segment < count; segment++) commitSecond(outbox, 20);
  };

/** First and last sequence of each batch that the vehicle has sent, in that order. */
function sentBatches(version: 4 | 5): (readonly [number, number])[] {
  return proxy.sent
    .filter(({ type }) => type === PUBLISH)
    .map((packet) => readPublish(packet, version))
    .filter(({ topic }) => topic === batchTopic(VEHICLE))
    .map(({ payload }) => readHeader(payload))
    .map(({ firstSequence, lastSequence }) => [firstSequence, lastSequence]);
}

beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(async () => {
  proxy.heal();
  for (const vehicle of vehicles) await vehicle.stop();
  vehicles.clear();
  await listener.end();
  await proxy.close();
  await broker.end();
  folder.remove();
});

async function begin(started: Promise<Broker>): Promise<void> {
  broker = await started;
  proxy = await startProxy(broker.url);
  listener = await listen(broker.url);
}

describe.each([
  { name: "mosquitto", version: 5, shown: "5" },
  { name: "aedes", version: 4, shown: "3.1.1" },
] as const)("with $name, which speaks MQTT $shown", ({ name, version, shown }) => {
  if (name === "mosquitto") needs("mosquitto");
  beforeEach(() => begin(name === "mosquitto" ? startMosquitto(folder.path) : startAedes()));

  it("birth, status and batches arrive; birth and status are retained; nothing is subscribed to", async () => {
    const vehicle = start({ before: backlog(1) });
    await until(() => listener.sequences().length === 1);
    commit(vehicle, 3);
    await until(() => vehicle.outbox.backlog().segments === 0);
    await until(() => listener.sequences().length === 4);
    expect(vehicle.lines.find(({ msg }) => msg === "uplink connected")).toMatchObject({ mqtt: shown });
    const late = await listen(broker.url);
    await until(() => late.retained.size === 2);
    expect(late.retained.get(birthTopic(VEHICLE, CATALOGUE))).toEqual(Buffer.from("birth"));
    expect(late.presence()).toBe("online");
    expect(late.batches).toEqual([]);
    await vehicle.stop();
    await until(() => late.presence() === "offline");
    await late.end();
    const last = await listen(broker.url);
    await until(() => last.retained.size === 2);
    // The will was not sent after all.
    expect(last.presence()).toBe("offline");
    await last.end();
    expect(proxy.sent.filter(({ type }) => type === SUBSCRIBE)).toEqual([]);
  });

  it("the last that it says is that it goes, however long the broker takes to hear it", async () => {
    const vehicle = start({ statusIntervalMs: 100 });
    await until(() => listener.presence() === "online");
    proxy.keep("pubacks");
    const stopped = vehicle.stop();
    await until(() => listener.presence() === "offline");
    await sleep(500);
    proxy.keep("nothing");
    proxy.release();
    await stopped;
    const late = await listen(broker.url);
    await until(() => late.presence() !== undefined);
    expect(late.presence()).toBe("offline");
    await late.end();
  });

  it("nothing leaves the outbox before its PUBACK, however long that takes", async () => {
    const vehicle = start();
    await until(() => vehicle.uplink.isConnected && listener.presence() === "online");
    proxy.keep("pubacks");
    commit(vehicle, 5);
    await until(() => listener.sequences().length === 5);
    expect(vehicle.outbox.backlog().segments).toBe(5);
    expect(vehicle.outbox.counters.datapointsAcknowledged).toBe(0);
    proxy.keep("nothing");
    proxy.release();
    await until(() => vehicle.outbox.backlog().segments === 0);
    expect(vehicle.outbox.counters.datapointsAcknowledged).toBe(100);
  });

  it("what was acknowledged into a dead link is sent again, as the same batch", async () => {
    const vehicle = start();
    await until(() => listener.presence() === "online");
    proxy.keep("pubacks");
    commit(vehicle, 5);
    await until(() => listener.sequences().length === 5);
    proxy.forget();
    proxy.keep("nothing");
    proxy.cut();
    await until(() => vehicle.outbox.backlog().segments === 0);
    const names = (): string[] =>
      listener.batches.map(({ header }) => `${header.firstSequence}-${header.lastSequence}, ${header.datapoints}`);
    await until(() => names().length > new Set(names()).size);
    const unique = new Map(listener.batches.map(({ header }) => [header.firstSequence, header]));
    // Had a batch been cut anew, the two would overlap.
    expect(new Set(names()).size).toBe(unique.size);
    expect(Array.from(unique.values()).reduce((sum, { datapoints }) => sum + datapoints, 0)).toBe(100);
    expect(vehicle.uplink.counters.connections).toBeGreaterThan(1);
  });

  it("several publishes are under way at a time, one place is kept for live data, and no more than allowed", async () => {
    const vehicle = start({ inFlightMax: 4, before: backlog(600) });
    await until(() => vehicle.uplink.isConnected && proxy.sent.length > 0);
    proxy.keep("pubacks");
    await until(() => {
      if (sentBatches(version).length === 0) proxy.release();
      return proxy.kept === 3;
    });
    const sentBefore = sentBatches(version).length;
    commit(vehicle, 1);
    await until(() => proxy.kept === 4);
    expect(sentBatches(version)).toHaveLength(sentBefore + 1);
    expect(sentBatches(version).at(-1)).toEqual([601, 601]);
    proxy.keep("nothing");
    proxy.release();
    await until(() => listener.sequences().length === 601);
  });

  it("live data arrives before the backlog has drained", async () => {
    proxy.keep("pubacks");
    const vehicle = start({ inFlightMax: 2, before: backlog(1_200) });
    // A link on which each acknowledgement takes its time, and on which data comes meanwhile.
    let answers = 0;
    await until(() => {
      const isKept = proxy.kept > 0;
      proxy.release(1);
      if (isKept && vehicle.uplink.counters.batchesPublished > 0 && ++answers % 4 === 0) commit(vehicle, 1);
      return vehicle.outbox.backlog().segments === 0;
    });
    proxy.keep("nothing");
    const order = sentBatches(version).map(([first]) => first);
    const isLive = order.map((first) => first > 1_200);
    const lastOfBacklog = isLive.lastIndexOf(false);
    expect(isLive.indexOf(true)).toBeLessThan(lastOfBacklog / 2);
    // The backlog itself goes in order, and all arrives.
    expect(order.filter((first) => first <= 1_200)).toEqual(
      order.filter((first) => first <= 1_200).toSorted((a, b) => a - b),
    );
    await until(() => listener.sequences().length === vehicle.outbox.nextSequence() - 1);
  });

  it("stop ends in good time when the broker answers nothing any more, and the data stays", async () => {
    const vehicle = start();
    await until(() => listener.presence() === "online");
    proxy.stall();
    commit(vehicle, 5);
    await until(() => vehicle.uplink.counters.batchesPublished > 0);
    const startedAt = performance.now();
    await vehicle.uplink.stop();
    expect(performance.now() - startedAt).toBeLessThan(10_000);
    expect(vehicle.outbox.backlog().segments).toBe(5);
  });
});

describe("with mosquitto, whose sessions outlive it", () => {
  needs("mosquitto");

  it("a broker that ends and comes back again and again: everything arrives, and once where duplicates are dropped", async () => {
    await begin(startMosquitto(folder.path));
    const vehicle = start({ url: broker.url });
    for (let round = 0; round < 3; round++) {
      commit(vehicle, 40);
      await until(() => vehicle.uplink.counters.batchesAcknowledged > round);
      commit(vehicle, 40);
      await broker.end();
      commit(vehicle, 40);
      broker = await broker.restart();
    }
    await until(() => vehicle.outbox.backlog().segments === 0);
    await until(() => listener.sequences().length === 360);
    expect(listener.sequences()).toEqual(upTo(360));
    const unique = new Map(listener.batches.map((batch) => [batch.header.firstSequence, batch.header]));
    expect(Array.from(unique.values()).reduce((sum, { datapoints }) => sum + datapoints, 0)).toBe(360 * 20);
  });

  it("its limit on publishes under way is kept, so that it does not end the connection", async () => {
    const lines = ["max_inflight_messages 5"];
    await begin(startMosquitto(folder.path, undefined, lines));
    proxy.keep("pubacks");
    const vehicle = start({ inFlightMax: 16, before: backlog(1_500) });
    let most = 0;
    await until(() => {
      most = Math.max(most, proxy.kept);
      proxy.release(1);
      return vehicle.outbox.backlog().segments === 0;
    });
    proxy.keep("nothing");
    proxy.release();
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(5);
    expect(vehicle.uplink.counters.connections).toBe(1);
    await until(() => listener.sequences().length === 1_500);
  });
});
