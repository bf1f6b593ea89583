// `canward demo`: the whole corridor on this machine, in one process: a broker, the gateway with the example vehicle's
// drive, the fleet service and its page. Nothing is left behind when it stops, however it stops.
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Aedes } from "aedes";
import { OperatingError } from "../errors.ts";
import { startFleet } from "../fleet/fleet.ts";
import type { GatewayConfig } from "../vehicle/config.ts";
import { startGateway } from "../vehicle/gateway.ts";
import { loadPlan } from "../vehicle/policy/load.ts";
import type { GatewayCounters } from "../vehicle/status.ts";
import { PACKAGE_DIRECTORY } from "../version.ts";
import { createLog } from "./log.ts";
import { demandFreePort } from "./port.ts";
import { listenForStop, type Stop } from "./stop.ts";

export interface DemoOptions {
  /** Of the page; 0 takes a free one. */
  readonly port: number;
  /** Minutes of driving that lie behind the start. */
  readonly history: number;
}

const VEHICLE = "pune-pilot-01";
const HOST = "127.0.0.1";
const PROGRESS_MS_TERMINAL = 1_000;
const PROGRESS_MS_LOG = 5_000;

export async function demo(options: DemoOptions): Promise<void> {
  const stop = listenForStop();
  await demandFreePort(HOST, options.port, callWithPort(options.port === 65_535 ? 8080 : options.port + 1));
  await drive(options, stop);
  say("  stopped.");
}

/** Starts the parts one after the other, and puts them away in the opposite order, as many as there are by then. */
async function drive(options: DemoOptions, stop: Stop): Promise<void> {
  await using parts = new AsyncDisposableStack();
  const folder = makeFolder();
  // The demo's output is for people; only what goes wrong is logged.
  const log = createLog("error", process.stderr);
  const allowlist = join(PACKAGE_DIRECTORY, "deploy", "example", "allowlist.yaml");
  const { plan } = loadPlan(allowlist);
  const broker = parts.adopt(await startBroker(), ({ end }) => end());
  const fleetConfig = {
    broker: { url: broker.url },
    store: { path: join(folder, "fleet.db") },
    web: { host: HOST, port: options.port },
  };
  const fleet = parts.adopt(await startFleet(fleetConfig, (path) => path, log), (service) => service.stop());
  await Promise.race([fleet.subscribed, stop.asked]);
  if (stop.reason !== undefined) return;
  const config = gatewayConfig(allowlist, join(folder, "outbox.db"), broker.url, options.history);
  const gateway = parts.adopt(startGateway(config, plan, log), (started) => started.stop());
  say(introduction(options, fleet.url, broker.url, plan.catalogue.entries.length, folder));
  parts.defer(() => say("  stopping …"));
  parts.defer(showProgress(gateway.counters));
  await Promise.race([stop.asked, gateway.ended]);
}

function introduction({ history }: DemoOptions, page: string, broker: string, signals: number, folder: string): string {
  const backlog =
    history === 0
      ? "The drive begins now."
      : `The drive began ${history} ${history === 1 ? "minute" : "minutes"} ago: that backlog drains behind the live data.`;
  return `
  canward demo: one vehicle on the road around Pune, and its operator.

    page      ${page}
    vehicle   ${VEHICLE}: two CAN buses, ${signals} signals on the allow-list (deploy/example/allowlist.yaml)
    broker    ${broker}  (embedded)
    store     ${folder}  (deleted at the end)

  ${backlog} Ctrl-C stops.
`;
}

/** As it was called: by npm, or by its name. */
function callWithPort(port: number): string {
  return process.env["npm_lifecycle_event"] === "start" ? `npm start -- --port ${port}` : `canward demo --port ${port}`;
}

function gatewayConfig(allowlist: string, outbox: string, url: string, historyMinutes: number): GatewayConfig {
  return {
    vehicle: VEHICLE,
    allowlist,
    source: {
      live: undefined,
      log: undefined,
      generator: { seed: 1, backgroundFramesPerSecond: 0 },
      speed: 1,
      loop: false,
      restamp: false,
      catchUpUs: Math.max(1, historyMinutes * 60e6),
    },
    outbox: { path: outbox, bytesMax: 64e6, flushIntervalUs: 1e6 },
    uplink: { url, credentials: {}, batchIntervalMs: 2_000, statusIntervalMs: 5_000, inFlightMax: 8 },
    logLevel: "error",
  };
}

/** It goes with the process, however that ends. */
function makeFolder(): string {
  try {
    const folder = mkdtempSync(join(tmpdir(), "canward-demo-"));
    process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
    return folder;
  } catch (cause) {
    throw new OperatingError(`no folder can be made in ${tmpdir()} for the demo's stores`, {
      code: "DEMO_NO_FOLDER",
      remedy: "Set TMPDIR to a folder that exists and that this user may write to.",
      cause,
    });
  }
}

interface Broker {
  readonly url: string;
  end(): Promise<void>;
}

/** On a free port of this machine alone. */
async function startBroker(): Promise<Broker> {
  const aedes = await Aedes.createBroker();
  const server = createServer(aedes.handle);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, HOST, resolve);
  });
  return {
    url: `mqtt://${HOST}:${portOf(server)}`,
    end: async () => {
      await new Promise<void>((resolve) => aedes.close(resolve));
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("the broker has no port");
  return address.port;
}

/** One line that renews itself on a terminal, and fits on one; elsewhere a line now and then. Answers what ends it. */
function showProgress(counters: () => GatewayCounters): () => void {
  const { isTTY } = process.stdout;
  const show = (): void => {
    const line = progressOf(counters());
    process.stdout.write(isTTY ? `\r\x1b[K${line.slice(0, process.stdout.columns - 1)}` : `${line}\n`);
  };
  const timer = setInterval(show, isTTY ? PROGRESS_MS_TERMINAL : PROGRESS_MS_LOG);
  return () => {
    clearInterval(timer);
    if (isTTY) process.stdout.write("\n");
  };
}

function progressOf(counters: GatewayCounters): string {
  const count = (name: string): string => (counters.get(name) ?? 0).toLocaleString("en");
  const steps = [
    `${count("frames_received")} frames`,
    `${count("frames_admitted")} admitted`,
    `${count("datapoints_produced")} datapoints`,
    `${count("batches_acknowledged")} batches`,
  ];
  return `  ${steps.join(" → ")}, ${count("datapoints_waiting")} waiting`;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
