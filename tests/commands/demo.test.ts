// The demo from end to end: what a new user starts, looks at in a browser, and stops.

import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import type { SignalHistory, SignalList, VehicleDetail, VehicleList } from "../../src/fleet/web/types.ts";
import { openStream } from "../fleet/web-stream.ts";
import { filesIn, start, temporaryFolder } from "./process.ts";

const VEHICLE = "pune-pilot-01";
const SPEED = "Vehicle.Speed";
const MINUTES = 3;

/** Asks again and again until the answer will do. */
async function ask<T>(url: string, willDo: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const response = await fetch(url);
    if (response.ok) {
      const answer = (await response.json()) as T;
      if (willDo(answer)) return answer;
    }
    await sleep(100);
  }
}

async function listens(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  const answer = await Promise.race([
    once(socket, "connect").then(() => true),
    once(socket, "error").then(() => false),
  ]).catch(() => false);
  socket.destroy();
  return answer;
}

test("the demo shows a driving vehicle, live and with its past, and leaves nothing behind", async () => {
  const folder = temporaryFolder();
  const demo = start(["demo", "--port", "0", "--history", String(MINUTES)], { env: { TMPDIR: folder } });
  const [, page = ""] = await demo.printed(/page +(http:\/\/localhost:\d+)\n/);
  const [, brokerPort = ""] = await demo.printed(/broker +mqtt:\/\/127\.0\.0\.1:(\d+)/);
  await demo.printed(/Ctrl-C stops\.\n/);
  const api = `${page}/api/v1`;

  // The page, with everything that it names; nothing of it comes from elsewhere.
  const html = await (await fetch(page)).text();
  const assets = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url = ""]) => url);
  expect(assets.length).toBeGreaterThanOrEqual(4);
  for (const asset of assets) {
    expect(asset).toMatch(/^\/assets\//);
    const response = await fetch(`${page}${asset}`);
    expect(response.status, asset).toBe(200);
    expect((await response.text()).length, asset).toBeGreaterThan(50);
  }

  // The vehicle is there, and its live datapoints go on.
  const { vehicles } = await ask<VehicleList>(
    `${api}/vehicles`,
    (list) => typeof list.vehicles[0]?.lastDatapointMs === "number",
  );
  expect(vehicles).toMatchObject([{ id: VEHICLE, presence: { state: "online" } }]);
  const first = await ask<VehicleDetail>(
    `${api}/vehicles/${VEHICLE}`,
    ({ nowMs, vehicle }) => nowMs - (vehicle.lastDatapointMs ?? 0) < 10_000,
  );
  const signals = await ask<SignalList>(`${api}/vehicles/${VEHICLE}/signals`, (list) =>
    list.signals.every(({ latest }) => latest.timeMs !== null),
  );
  expect(signals.signals.length).toBe(vehicles[0]?.signals);

  // Events come by themselves.
  const stream = await openStream(`${api}/vehicles/${VEHICLE}/events?path=${SPEED}`);
  const { values } = await stream.next("latest");
  expect(values.length).toBeGreaterThan(0);
  let next = await stream.next("datapoints");
  while (next.toMs <= (first.vehicle.lastDatapointMs ?? 0)) next = await stream.next("datapoints");
  expect(next.path).toBe(SPEED);
  stream.close();

  // The past has drained in behind: from where the drive began, and nothing waits any more.
  const full = await ask<VehicleDetail>(`${api}/vehicles/${VEHICLE}`, ({ extent, nowMs }) => {
    return extent !== null && nowMs - extent.fromMs > (MINUTES - 0.5) * 60_000;
  });
  const { fromMs, toMs } = full.extent ?? { fromMs: 0, toMs: 0 };
  const history = await ask<SignalHistory>(
    `${api}/vehicles/${VEHICLE}/history?path=${SPEED}&from=${fromMs}&to=${toMs}&points=1000`,
    ({ gaps, timesMs }) => gaps.length === 0 && timesMs.length > 100,
  );
  const inHalf = (half: number) => history.timesMs.filter((ms) => (ms - fromMs) * 2 > (toMs - fromMs) * half).length;
  expect(inHalf(0)).toBeGreaterThan(inHalf(1));
  expect(inHalf(1)).toBeGreaterThan(0);

  await demo.printed(
    /[1-9][\d,]* frames → [1-9][\d,]* admitted → [1-9][\d,]* datapoints → [1-9]\d* batches, [\d,]+ waiting\n/,
  );
  const { code, signal, stdout, stderr } = await demo.stop("SIGINT");
  expect({ code, signal, stderr, left: filesIn(folder) }).toEqual({ code: 0, signal: null, stderr: "", left: [] });
  expect(stdout).toMatch(/ {2}stopping …\n {2}stopped\.\n$/);
  expect(await Promise.all([listens(Number(new URL(page).port)), listens(Number(brokerPort))])).toEqual([false, false]);
});
