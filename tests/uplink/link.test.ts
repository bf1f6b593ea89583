// What the uplink does when there is no connection to be had, or none that helps: how often it tries, what it says, and that it
// can always be stopped.
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Clock, systemClock } from "../../src/vehicle/clock.ts";
import { type Broker, startAedes, startMosquitto, temporaryFolder, until } from "../fleet/processes.ts";
import { commitSecond } from "../outbox/segments.ts";
import { needs } from "../requirements.ts";
import { PUBLISH } from "./packets.ts";
import { type BadLink, startProxy } from "./proxy.ts";
import { listen, startVehicle, type Vehicle } from "./vehicle.ts";

// Processes start and end in every test; how long that takes is the machine's affair.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let folder: ReturnType<typeof temporaryFolder>;
const cleanups: (() => Promise<void>)[] = [];

beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  folder.remove();
});

function start(options: Omit<Parameters<typeof startVehicle>[0], "folder">): Vehicle {
  const vehicle = startVehicle({ folder: folder.path, ...options });
  cleanups.push(vehicle.stop);
  return vehicle;
}

async function badLink(broker: Broker): Promise<BadLink> {
  cleanups.push(() => broker.end());
  const proxy = await startProxy(broker.url);
  cleanups.push(() => proxy.close());
  return proxy;
}

/** A clock that sleeps as long as it takes to note for how long it was asked to, `most` times; then until the end. */
function hastyClock(most: number): Clock & { readonly slept: number[]; later(us: number): void } {
  const slept: number[] = [];
  let aheadUs = 0;
  return {
    slept,
    later: (us) => {
      aheadUs += us;
    },
    nowUs: () => systemClock.nowUs() + aheadUs,
    wallUs: systemClock.wallUs,
    sleep: async (durationMs, signal) => {
      slept.push(durationMs);
      if (slept.length < most) await new Promise((resolve) => setImmediate(resolve));
      else if (!signal.aborted) await once(signal, "abort");
    },
  };
}

/** A port at which nobody listens. */
async function deadUrl(): Promise<string> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = urlOf(server);
  server.close();
  await once(server, "close");
  return url;
}

/** A broker of a kind: what it does with each connection. Answers its URL. */
async function serve(onConnection: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on("error", () => undefined));
    onConnection(socket);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  cleanups.push(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return urlOf(server);
}

function urlOf(server: Server): string {
  const address = server.address();
  return `mqtt://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
}

/** The pauses double from a second to a minute, and each is a random part, at least half, of that. */
function expectBackoff(slept: readonly number[]): void {
  for (const [index, durationMs] of slept.entries()) {
    const mostMs = Math.min(1_000 * 2 ** index, 60_000);
    expect(durationMs).toBeGreaterThanOrEqual(mostMs / 2);
    expect(durationMs).toBeLessThan(mostMs);
  }
}

describe("without a broker", () => {
  it("it tries again for ever, ever more seldom up to a minute, at random moments, and says so once", async () => {
    const url = await deadUrl();
    const clock = hastyClock(40);
    const vehicle = start({ url, clock });
    await until(() => clock.slept.length === 40);
    expectBackoff(clock.slept);
    // Thirty pauses of a minute, drawn from 30,000 values: were they alike, nothing would be drawn.
    expect(new Set(clock.slept.slice(10)).size).toBeGreaterThan(20);
    const warnings = vehicle.lines.filter(({ level }) => Number(level) >= 40);
    expect(warnings).toEqual([
      expect.objectContaining({
        broker: url,
        reason: expect.stringContaining("ECONNREFUSED"),
        remedy: expect.stringContaining("uplink.url"),
      }),
    ]);
    expect(JSON.stringify(vehicle.lines)).not.toContain("    at ");
    commitSecond(vehicle.outbox, 20);
    await vehicle.uplink.stop();
    expect(vehicle.outbox.backlog().segments).toBe(1);
  });
});

describe("with a broker that does not do its part", () => {
  it("stop does not wait for an answer to the connect", async () => {
    let connects = 0;
    const url = await serve((socket) => socket.once("data", () => connects++));
    const vehicle = start({ url });
    await until(() => connects === 1);
    const startedAt = performance.now();
    await vehicle.uplink.stop();
    // It would wait for 15 s otherwise.
    expect(performance.now() - startedAt).toBeLessThan(8_000);
  });

  it("stop does not wait for ever for the birth's acknowledgement", async () => {
    const proxy = await badLink(await startAedes());
    proxy.keep("pubacks");
    const vehicle = start({ url: proxy.url });
    await until(() => proxy.kept === 1);
    const startedAt = performance.now();
    await vehicle.uplink.stop();
    expect(performance.now() - startedAt).toBeLessThan(10_000);
  });

  it("one that hangs up on every connect is asked ever more seldom", async () => {
    const clock = hastyClock(12);
    start({ url: await serve((socket) => socket.end()), clock });
    await until(() => clock.slept.length === 12);
    expectBackoff(clock.slept);
  });

  it("one that answers with nonsense is left, and the uplink lives on", async () => {
    const clock = hastyClock(5);
    const vehicle = start({ url: await serve((socket) => socket.write(Buffer.alloc(64, 0xff))), clock });
    await until(() => clock.slept.length === 5);
    await vehicle.stop();
  });

  it("one that answers pings and acknowledges nothing is left after two minutes, and the data is sent again", async () => {
    const proxy = await badLink(await startAedes());
    const clock = hastyClock(Number.POSITIVE_INFINITY);
    const vehicle = start({ url: proxy.url, clock, statusIntervalMs: 20 });
    await until(() => vehicle.uplink.isConnected && proxy.sent.filter(({ type }) => type === PUBLISH).length >= 3);
    proxy.keep("pubacks");
    commitSecond(vehicle.outbox, 20);
    await until(() => vehicle.uplink.counters.batchesPublished === 1 && proxy.kept > 0);
    const { connections } = proxy;
    clock.later(121e6);
    await until(() => proxy.connections > connections);
    proxy.keep("nothing");
    proxy.release();
    await until(() => vehicle.outbox.backlog().segments === 0);
  });

  it("statuses do not pile up before one that acknowledges nothing", async () => {
    const proxy = await badLink(await startAedes());
    const vehicle = start({ url: proxy.url, statusIntervalMs: 5 });
    const published = (): number => proxy.sent.filter(({ type }) => type === PUBLISH).length;
    await until(() => published() > 5);
    proxy.keep("pubacks");
    await until(() => proxy.kept === 1);
    const before = published();
    // The batch goes out after its own interval, which is ten of the status's.
    commitSecond(vehicle.outbox, 20);
    await until(() => vehicle.uplink.counters.batchesPublished === 1 && proxy.kept === 2);
    expect(published()).toBe(before + 1);
    proxy.keep("nothing");
    proxy.release();
  });
});

it("an outbox that fails ends the uplink, and the vehicle counts as lost", async () => {
  const broker = await startAedes();
  cleanups.push(() => broker.end());
  const listener = await listen(broker.url);
  cleanups.push(() => listener.end());
  const vehicle = start({ url: broker.url });
  await until(() => listener.presence() === "online");
  vehicle.outbox.close();
  await expect(vehicle.uplink.ended).rejects.toThrow();
  await until(() => listener.presence() === "lost");
});

describe("with mosquitto and a list of who may do what", () => {
  needs("mosquitto");

  it("a refused batch stays in the outbox, the refusal is told, and the broker is asked ever more seldom", async () => {
    const acl = `${folder.path}/acl`;
    writeFileSync(acl, "topic readwrite canward/v1/+/status\ntopic write canward/v1/+/birth/+\n");
    const broker = await startMosquitto(folder.path, undefined, [`acl_file ${acl}`]);
    cleanups.push(() => broker.end());
    const listener = await listen(broker.url);
    cleanups.push(() => listener.end());
    const clock = hastyClock(6);
    const vehicle = start({ url: broker.url, clock, before: (outbox) => void commitSecond(outbox, 20) });
    await until(() => clock.slept.length === 6);
    expectBackoff(clock.slept);
    expect(vehicle.outbox.backlog().segments).toBe(1);
    expect(vehicle.outbox.counters.datapointsAcknowledged).toBe(0);
    // Nobody is to believe that it is online while it waits for a minute.
    await until(() => listener.presence() === "lost");
    expect(vehicle.lines).toContainEqual(
      expect.objectContaining({
        msg: expect.stringContaining("refused a batch"),
        reason: expect.stringContaining("Not authorized"),
      }),
    );
  });
});
