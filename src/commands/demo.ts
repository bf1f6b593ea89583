// `canward demo`: the whole corridor on this machine, in one process: a broker, the gateway with the example vehicle's
// drive, the fleet service and its page. Nothing is left behind when it stops.
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Aedes } from "aedes";
import { startFleet } from "../fleet/fleet.ts";
import type { GatewayConfig } from "../vehicle/config.ts";
import { type Gateway, startGateway } from "../vehicle/gateway.ts";
import { loadPlan } from "../vehicle/policy/load.ts";
import { PACKAGE_DIRECTORY } from "../version.ts";
import { createLog } from "./log.ts";
import { askedToStop } from "./signals.ts";

const VEHICLE = "pune-pilot-01";
const PROGRESS_MS_TERMINAL = 1_000;
const PROGRESS_MS_LOG = 10_000;

export async function demo(options: { readonly port: number; readonly history: number }): Promise<void> {
  const allowlist = join(PACKAGE_DIRECTORY, "deploy", "example", "allowlist.yaml");
  const folder = mkdtempSync(join(tmpdir(), "canward-demo-"));
  // The demo's output is for people; only what goes wrong is logged.
  const log = createLog("error", process.stderr);
  const broker = await startBroker();
  try {
    const { plan } = loadPlan(allowlist);
    const url = `mqtt://127.0.0.1:${portOf(broker.server)}`;
    const stopped = askedToStop();
    const fleetConfig = { broker: { url }, store: { path: join(folder, "fleet.db") }, web: { port: options.port } };
    const fleet = await startFleet(fleetConfig, (path) => path, log);
    await fleet.subscribed;
    const gateway = startGateway(gatewayConfig(folder, url, allowlist, options.history), plan, log);
    say(`
  canward demo: one vehicle on the road around Pune, and its operator.

    page      ${fleet.url}
    vehicle   ${VEHICLE}: two CAN buses, ${plan.catalogue.entries.length} signals on the allow-list (deploy/example/allowlist.yaml)
    broker    ${url}  (embedded)
    store     ${folder}  (deleted at the end)

  The drive began ${options.history} minutes ago: that backlog drains behind the live data. Ctrl-C stops.
`);
    const progress = showProgress(gateway);
    try {
      await Promise.race([stopped, gateway.ended]);
    } finally {
      progress.end();
      say("  stopping …");
      await gateway.stop();
      await fleet.stop();
    }
  } finally {
    await broker.stop();
    rmSync(folder, { recursive: true, force: true });
  }
  say("  stopped.");
}

function gatewayConfig(folder: string, url: string, allowlist: string, historyMinutes: number): GatewayConfig {
  return {
    vehicle: VEHICLE,
    allowlist,
    source: {
      log: undefined,
      generator: { seed: 1, backgroundFramesPerSecond: 0 },
      speed: 1,
      loop: false,
      restamp: false,
      catchUpUs: Math.max(1, historyMinutes * 60e6),
    },
    outbox: { path: join(folder, "outbox.db"), bytesMax: 64e6, flushIntervalUs: 1e6 },
    uplink: { url, credentials: {}, batchIntervalMs: 2_000, statusIntervalMs: 5_000, inFlightMax: 8 },
    logLevel: "error",
  };
}

interface Broker {
  readonly server: Server;
  stop(): Promise<void>;
}

/** On a free port of this machine alone. */
async function startBroker(): Promise<Broker> {
  const aedes = await Aedes.createBroker();
  const server = createServer(aedes.handle);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    server,
    stop: async () => {
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

/** One line that renews itself on a terminal; elsewhere a line now and then. */
function showProgress(gateway: Gateway): { end(): void } {
  const { isTTY } = process.stdout;
  const timer = setInterval(
    () => {
      const counters = gateway.counters();
      const count = (name: string): string => (counters.get(name) ?? 0).toLocaleString("en");
      const waiting = (counters.get("datapoints_committed") ?? 0) - (counters.get("datapoints_acknowledged") ?? 0);
      const line = `  ${count("frames_received")} frames → ${count("frames_admitted")} admitted → ${count("datapoints_produced")} datapoints → ${count("batches_acknowledged")} batches acknowledged, ${waiting.toLocaleString("en")} datapoints waiting`;
      process.stdout.write(isTTY ? `\r\x1b[K${line.slice(0, process.stdout.columns - 1)}` : `${line}\n`);
    },
    isTTY ? PROGRESS_MS_TERMINAL : PROGRESS_MS_LOG,
  );
  return {
    end: () => {
      clearInterval(timer);
      if (isTTY) process.stdout.write("\n");
    },
  };
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
