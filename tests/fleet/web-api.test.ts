// The web server over real HTTP, on a real store: what it answers, what it refuses and how, its headers, and its event streams.
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startWeb, type Web, WebError } from "../../src/fleet/web/server.ts";
import { STREAM_CLIENTS_MAX } from "../../src/fleet/web/streams.ts";
import type { Problem, SignalHistory, SignalList, VehicleDetail, VehicleList } from "../../src/fleet/web/types.ts";
import { healthyBuses, troubledBuses } from "./bus-examples.ts";
import { temporaryFolder } from "./processes.ts";
import { addOthers, type Fleet, HOLES, makeFleet, POLICY, VEHICLE } from "./web-fleet.ts";
import { openStream } from "./web-stream.ts";

const log = pino({ level: "silent" });
const END_MS = Date.now() - 60_000;
let folder: ReturnType<typeof temporaryFolder>;
let fleet: Fleet;
let web: Web;

beforeAll(async () => {
  folder = temporaryFolder();
  const pageDir = join(folder.path, "page");
  mkdirSync(join(pageDir, "assets"), { recursive: true });
  writeFileSync(join(pageDir, "index.html"), "<!doctype html><title>page</title>");
  writeFileSync(join(pageDir, "assets", "main-ABC.js"), "void 0;");
  fleet = await makeFleet(join(folder.path, "fleet.db"), 600, HOLES, END_MS);
  await addOthers(fleet);
  web = await start(0);
});
afterAll(async () => {
  await web.close();
  await fleet.store.close();
  folder.remove();
});

const start = (port: number) =>
  startWeb({ host: "127.0.0.1", port, ...fleet, log, pageDir: join(folder.path, "page") });
const get = (path: string, init?: RequestInit) => fetch(`${web.url}${path}`, init);
const json = async <T>(path: string) => (await (await get(path)).json()) as T;
const history = (query: string) => `/api/v1/vehicles/${VEHICLE}/history?${query}`;

describe("answers", () => {
  it("the list has every vehicle that was heard of, in its state", async () => {
    const { vehicles } = await json<VehicleList>("/api/v1/vehicles");
    expect(vehicles.map(({ id, presence }) => [id, presence.state])).toEqual([
      ["EV-NASHIK-02", "lost"],
      [VEHICLE, "online"],
      ["EV-PUNE-08", "online"],
      ["EV-PUNE-11", "offline"],
      ["MULE_3", "unknown"],
      ["rig-raspberry-lab", "online"],
    ]);
    expect(vehicles[1]).toMatchObject({ policyVersion: POLICY, softwareVersion: "0.1.0", signals: 40 });
    expect(vehicles[2]?.backlog).toMatchObject({ segments: 1_284, bytes: 48_200_000 });
    expect(vehicles[4]).toMatchObject({ backlog: null, policyVersion: null, lastDatapointMs: null });
  });

  it("a vehicle comes with the span that is stored of it", async () => {
    const { vehicle, extent } = await json<VehicleDetail>(`/api/v1/vehicles/${VEHICLE}`);
    expect(vehicle.id).toBe(VEHICLE);
    expect(extent).toEqual({ fromMs: fleet.fromMs, toMs: END_MS });
  });

  it("a vehicle comes with its buses as it said them last, though it is lost; the list goes without", async () => {
    const now = Date.now();
    const said = troubledBuses(now);
    await fleet.status("EV-NASHIK-02", { timeMs: now - 5_000, buses: said });
    await fleet.status("EV-NASHIK-02", { presence: "lost", timeMs: now });
    const { buses } = await json<VehicleDetail>("/api/v1/vehicles/EV-NASHIK-02");
    expect(buses?.saidMs).toBe(now - 5_000);
    expect(buses?.buses.map(({ name, interface: face, state }) => [name, face, state])).toEqual(
      said.map(({ name, interface: face, state }) => [name, face, state]),
    );
    expect(buses?.buses[1]).toMatchObject({ listenOnly: "no", lastFrameMs: now, silent: false });
    expect(buses?.buses[1]?.counters).toEqual(Object.fromEntries(said[1]?.counters ?? []));
    expect(buses?.buses[4]).toMatchObject({ name: "", lastFrameMs: null });
    expect((await json<VehicleDetail>("/api/v1/vehicles/MULE_3")).buses).toBeNull();
    const { vehicles } = await json<VehicleList>("/api/v1/vehicles");
    expect(vehicles.some((vehicle) => "buses" in vehicle)).toBe(false);
  });

  it("the signals come with unit, source, names and the latest value", async () => {
    const { signals } = await json<SignalList>(`/api/v1/vehicles/${VEHICLE}/signals`);
    const find = (path: string) => signals.find((signal) => signal.path === path);
    expect(signals).toHaveLength(40);
    expect(find("Vehicle.Speed")).toMatchObject({
      unit: "km/h",
      shape: "quantity",
      decimals: 2,
      source: "can0/Message0/Speed",
    });
    expect(find("Vehicle.IsMoving")).toMatchObject({
      shape: "state",
      names: [{ text: "Standing" }, { text: "Moving" }],
    });
    for (const { latest } of signals)
      expect(latest).toMatchObject({ timeMs: expect.any(Number), value: expect.any(Number) });
    expect(["Standing", "Moving"]).toContain(find("Vehicle.IsMoving")?.latest.text);
  });

  it("a history tells its gaps with their reasons, and thins to what was asked for", async () => {
    const query = `path=Vehicle.Speed&from=${fleet.fromMs}&to=${END_MS}`;
    const whole = await json<SignalHistory>(history(`${query}&points=5000`));
    expect(
      whole.gaps.map(({ fromMs, toMs, reason }) => [(END_MS - fromMs) / 1_000, (END_MS - toMs) / 1_000, reason]),
    ).toEqual(HOLES.map(({ fromS, toS, reason }) => [fromS, toS, reason]));
    expect(whole.thinned).toBe(false);
    expect(whole.timesMs).toHaveLength(whole.datapoints);
    const thin = await json<SignalHistory>(history(`${query}&points=100`));
    expect(thin).toMatchObject({ thinned: true, datapoints: whole.datapoints, extent: { toMs: END_MS } });
    expect(thin.timesMs.length).toBeLessThanOrEqual(110);
    expect(Math.max(...thin.values.map(Number))).toBe(Math.max(...whole.values.map(Number)));
  });

  it("the health check asks the store", async () => {
    const response = await get("/healthz");
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ status: "ok" });
  });
});

describe("refusals are problem documents that name what is wrong", () => {
  const from = 1_000_000_000_000;
  it.each([
    ["/api/v1/vehicles/NOPE", 404, "WEB_NO_SUCH_VEHICLE", "NOPE"],
    ["/api/v1/vehicles/NOPE/signals", 404, "WEB_NO_SUCH_VEHICLE", "NOPE"],
    ["/api/v1/vehicles/NOPE/events", 404, "WEB_NO_SUCH_VEHICLE", "NOPE"],
    ["/api/v1/vehicles/no%20name", 400, "WEB_BAD_PARAMETER", "'id'"],
    ["/api/v1/vehicles/..%2f..%2fetc", 400, "WEB_BAD_PARAMETER", "'id'"],
    ["/api/v1/vehicles?page=2", 400, "WEB_UNKNOWN_PARAMETER", "'page'"],
    [history(`from=${from}&to=${from + 1}`), 400, "WEB_BAD_PARAMETER", "'path'"],
    [history(`path=Vehicle.Speed&to=${from}`), 400, "WEB_BAD_PARAMETER", "'from'"],
    [history(`path=Vehicle.Speed&from=yesterday&to=${from}`), 400, "WEB_BAD_PARAMETER", "'from'"],
    [history(`path=Vehicle.Speed&from=9999999999999999&to=${from}`), 400, "WEB_BAD_PARAMETER", "'from'"],
    [history(`path=Vehicle.Speed&from=${from}&to=${from}`), 400, "WEB_BAD_SPAN", "before"],
    [history(`path=Vehicle.Speed&from=0&to=${from}`), 400, "WEB_SPAN_TOO_LONG", "400 days"],
    [history(`path=Vehicle.Speed&from=${from}&to=${from + 9}&points=5001`), 400, "WEB_BAD_PARAMETER", "'points'"],
    [history(`path=Vehicle.Speed&from=${from}&to=${from + 9}&points=1`), 400, "WEB_BAD_PARAMETER", "'points'"],
    [history(`path=A&path=B&from=${from}&to=${from + 9}`), 400, "WEB_BAD_PARAMETER", "'path'"],
    [history(`path=Vehicle.Nothing&from=${from}&to=${from + 9}`), 404, "WEB_NO_SUCH_SIGNAL", "Vehicle.Nothing"],
    [history(`path=${"%3Cscript%3E"}&from=${from}&to=${from + 9}`), 400, "WEB_BAD_PARAMETER", "'path'"],
    [`/api/v1/vehicles/${VEHICLE}/events?${"path=A&".repeat(5)}`, 400, "WEB_BAD_PARAMETER", "'path'"],
    ["/api/v2/vehicles", 404, "WEB_NO_SUCH_ADDRESS", "nothing"],
  ])("%s → %d %s", async (path, status, code, word) => {
    const response = await get(path);
    const problem = (await response.json()) as Problem;
    expect(response.headers.get("content-type")).toContain("application/problem+json");
    expect(response.status).toBe(status);
    expect(problem).toMatchObject({ status, code, detail: expect.stringContaining(word) });
  });

  it("nothing but reading is possible", async () => {
    for (const method of ["POST", "PUT", "DELETE", "PATCH"]) {
      expect((await get("/api/v1/vehicles", { method })).status).toBe(404);
    }
  });

  it("a store that fails is told without its details", async () => {
    const broken = await startWeb({
      host: "127.0.0.1",
      port: 0,
      store: { ...fleet.store, vehicles: () => Promise.reject(new Error("SQLITE_SECRET at /secret/path")) },
      events: fleet.events,
      log,
      pageDir: join(folder.path, "page"),
    });
    const response = await fetch(`${broken.url}/api/v1/vehicles`);
    expect(response.status).toBe(500);
    expect(await response.text()).not.toMatch(/secret|stack|at /i);
    await broken.close();
  });
});

describe("headers", () => {
  it.each(["/", "/assets/main-ABC.js", "/api/v1/vehicles", "/api/v1/vehicles/NOPE", "/nothing", "/healthz"])(
    "%s carries the security headers",
    async (path) => {
      const { headers } = await get(path);
      const policy = headers.get("content-security-policy") ?? "";
      expect(policy).toContain("default-src 'self'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toMatch(/unsafe|https?:|\*/);
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("referrer-policy")).toBe("no-referrer");
      expect(headers.get("permissions-policy")).toContain("geolocation=()");
      expect(headers.get("access-control-allow-origin")).toBeNull();
    },
  );

  it("hashed assets are kept for ever, the page is asked for each time, answers are never kept", async () => {
    const control = async (path: string) => (await get(path)).headers.get("cache-control");
    expect(await control("/assets/main-ABC.js")).toContain("immutable");
    expect(await control("/")).toBe("no-cache");
    expect(await control(`/vehicles/${VEHICLE}`)).toBe("no-cache");
    expect(await control("/api/v1/vehicles")).toBe("no-store");
    expect(await control("/api/v1/vehicles/NOPE")).toBe("no-store");
  });

  it("an unknown address is the page with 404 for a browser, and files outside the page are not served", async () => {
    const response = await get("/nothing", { headers: { accept: "text/html" } });
    expect(response.status).toBe(404);
    expect(await response.text()).toContain("<title>page</title>");
    for (const path of ["/../fleet.db", "/%2e%2e/fleet.db", "/assets/..%2f..%2ffleet.db"]) {
      expect(await rawStatus(path)).toBeGreaterThanOrEqual(400);
    }
  });
});

describe("event streams", () => {
  it("a stored batch is told to who watches the vehicle: latest values, rows of the chosen path, and facts", async () => {
    const stream = await openStream(`${web.url}/api/v1/vehicles/${VEHICLE}/events?path=Vehicle.Speed`);
    expect(stream.headers["content-type"]).toContain("text/event-stream");
    expect(stream.headers["content-security-policy"]).toContain("default-src 'self'");
    expect((await stream.next("beat")).nowMs).toBeTypeOf("number");
    expect(stream.text()).toMatch(/^retry: \d+$/m);
    await fleet.drive(END_MS + 10_000);
    const { values } = await stream.next("latest");
    expect(values.map(({ path }) => path)).toContain("Vehicle.Speed");
    const rows = await stream.next("datapoints");
    expect(rows).toMatchObject({ path: "Vehicle.Speed", fromMs: END_MS, toMs: END_MS + 10_000 });
    const stored = await json<SignalHistory>(
      history(`path=Vehicle.Speed&from=${END_MS}&to=${END_MS + 10_000}&points=5000`),
    );
    expect(rows.timesMs).toEqual(stored.timesMs.filter((timeMs) => timeMs >= END_MS));
    expect(rows.timesMs.length).toBeGreaterThan(0);
    expect((await stream.next("vehicle")).lastDatapointMs).toBeGreaterThanOrEqual(rows.timesMs.at(-1) ?? 0);
    stream.close();
  });

  it("the list hears of statuses, and a vehicle's stream of its own only", async () => {
    const list = await openStream(`${web.url}/api/v1/events`);
    const other = await openStream(`${web.url}/api/v1/vehicles/EV-PUNE-11/events`);
    await Promise.all([list.next("beat"), other.next("beat")]);
    await fleet.status("EV-PUNE-08", { presence: "offline" });
    expect(await list.next("vehicle")).toMatchObject({ id: "EV-PUNE-08", presence: { state: "offline" } });
    await fleet.status("EV-PUNE-11", {});
    expect(await other.next("vehicle")).toMatchObject({ id: "EV-PUNE-11", presence: { state: "online" } });
    expect(other.text()).not.toContain("EV-PUNE-08");
    await fleet.status("EV-PUNE-11", { buses: healthyBuses(Date.now()) });
    expect((await other.next("buses")).buses.map(({ name }) => name)).toEqual(["can0", "can1"]);
    expect(list.text()).not.toContain("can0");
    list.close();
    other.close();
  });

  it("who leaves is forgotten, and one client too many is refused with a time to come back", async () => {
    const open = async () => (await json<{ streams: number }>("/healthz")).streams;
    await expect.poll(open).toBe(0);
    const streams = await Promise.all(
      Array.from({ length: STREAM_CLIENTS_MAX }, () => openStream(`${web.url}/api/v1/events`)),
    );
    expect(await open()).toBe(STREAM_CLIENTS_MAX);
    const refused = await get("/api/v1/events");
    expect(refused.status).toBe(503);
    expect(refused.headers.get("retry-after")).toBe("10");
    for (const stream of streams) stream.close();
    await expect.poll(open).toBe(0);
  });

  it("closing the server ends the open streams", async () => {
    const short = await start(0);
    const stream = await openStream(`${short.url}/api/v1/events`);
    await stream.next("beat");
    await short.close();
    await stream.ended;
    await expect(fetch(`${short.url}/healthz`)).rejects.toThrow();
  });
});

describe("starting", () => {
  it("a port in use is an operating error that says what to do", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    const { port } = taken.address() as AddressInfo;
    const error = await start(port).catch((failure: unknown) => failure);
    expect(error).toBeInstanceOf(WebError);
    expect(error).toMatchObject({ code: "WEB_PORT_IN_USE", remedy: expect.stringContaining(String(port)) });
    taken.close();
  });

  it("a name that is not this machine's is refused, so that no other page can make it one", async () => {
    const { port } = new URL(web.url);
    for (const host of ["evil.example", `evil.example:${port}`, "localhost.evil.example", "127.0.0.1.evil.example"]) {
      expect([host, await rawStatus("/api/v1/vehicles", { host })]).toEqual([host, 421]);
    }
    for (const host of ["localhost", `LOCALHOST:${port}`, "127.0.0.1", "[::1]:80"]) {
      expect([host, await rawStatus("/api/v1/vehicles", { host })]).toEqual([host, 200]);
    }
  });

  it("a page that was not built is an operating error that says how", async () => {
    const options = { host: "127.0.0.1", port: 0, ...fleet, log, pageDir: join(folder.path, "nowhere") };
    await expect(startWeb(options)).rejects.toMatchObject({ code: "WEB_PAGE_NOT_BUILT" });
  });
});

/** fetch() would tidy the path up. */
async function rawStatus(path: string, headers: Record<string, string> = {}): Promise<number> {
  const { port } = new URL(web.url);
  const asked = request({ host: "127.0.0.1", port, path, headers }).end();
  const [response] = await once(asked, "response");
  response.resume();
  return response.statusCode;
}
