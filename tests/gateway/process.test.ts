// `canward run` as a process of its own: what the operator learns of it when it starts, stops or is killed, and what it never
// does: listen.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { type Broker, startAedes, temporaryFolder, until } from "../fleet/processes.ts";
import { type Listener, listen, VEHICLE } from "../uplink/vehicle.ts";
import { ALLOW_LIST, LOG } from "./drives.ts";

// Processes start and end in every test; how long that takes is the machine's affair.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const CANWARD = join(import.meta.dirname, "..", "..", "src", "canward.ts");

let folder: ReturnType<typeof temporaryFolder>;
let config: string;
let broker: Broker;
let listener: Listener;
const children = new Set<ChildProcess>();

beforeEach(async () => {
  folder = temporaryFolder();
  broker = await startAedes();
  listener = await listen(broker.url);
  config = join(folder.path, "gateway.yaml");
  const lines = [
    `vehicle: ${VEHICLE}`,
    `allowlist: ${ALLOW_LIST}`,
    "source: { generator: {} }",
    "outbox: { path: outbox.db, flush_interval: 50ms }",
    `uplink: { url: "${broker.url}", batch_interval: 100ms, status_interval: 1s }`,
  ];
  writeFileSync(config, lines.join("\n"));
});
afterEach(async () => {
  for (const child of children) await end(child, "SIGKILL");
  children.clear();
  await listener.end();
  await broker.end();
  folder.remove();
});

function start(input: "ignore" | "pipe" = "ignore"): ChildProcess {
  const child = spawn(process.execPath, [CANWARD, "run", "--config", config], { stdio: [input, "ignore", "pipe"] });
  children.add(child);
  return child;
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill(signal);
  await gone;
}

/** Inodes of the sockets that a process has open. [proc(5)] */
function socketsOf(pid: number): ReadonlySet<string> {
  const links = readdirSync(`/proc/${pid}/fd`).map((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`);
    } catch {
      // It was closed in the meantime.
      return "";
    }
  });
  return new Set(links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []));
}

/** How many sockets of the process are connected to somewhere, and how many listen or take datagrams. */
function portsOf(pid: number): { readonly connected: number; readonly open: number } {
  const own = socketsOf(pid);
  const rows = ["tcp", "tcp6", "udp", "udp6"].flatMap((protocol) =>
    readFileSync(`/proc/${pid}/net/${protocol}`, "utf8")
      .split("\n")
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => own.has(fields[9] ?? ""))
      // 01 is ESTABLISHED; UDP has no other name for "connected".
      .map((fields) => fields[3]),
  );
  const connected = rows.filter((state) => state === "01").length;
  return { connected, open: rows.length - connected };
}

it("it is online, then lost when it was killed, online again, and offline when it was asked to stop", async () => {
  const killed = start();
  await until(() => listener.presence() === "online" && listener.batches.length > 3);
  await end(killed, "SIGKILL");
  await until(() => listener.presence() === "lost");
  const before = listener.sequences();

  const stopped = start();
  await until(() => listener.presence() === "online" && listener.sequences().length > before.length + 3);
  await end(stopped, "SIGTERM");
  await until(() => listener.presence() === "offline");
  expect(stopped.exitCode).toBe(0);
  // One life of the outbox, and not one number missing.
  expect(listener.sequences()).toEqual(Array.from(listener.sequences(), (_, index) => index + 1));
  const late = await listen(broker.url);
  await until(() => late.presence() === "offline");
  await late.end();
});

it("what came in by a pipe that then falls silent is committed and sent, without waiting for another frame", async () => {
  const text = readFileSync(config, "utf8").replace("{ generator: {} }", '{ log: "-", speed: max, restamp: false }');
  writeFileSync(config, text);
  const lines = gunzipSync(readFileSync(LOG)).toString().split("\n").slice(0, 200);
  const child = start("pipe");
  // The pipe stays open: nothing tells the gateway that there will be no more.
  child.stdin?.write(`${lines.join("\n")}\n`);
  await until(() => listener.batches.some(({ header }) => header.datapoints > 0));
  expect(child.exitCode).toBeNull();
  await end(child, "SIGTERM");
});

it("it has one connection, to the broker, and listens on no port", async () => {
  const child = start();
  await until(() => listener.batches.length > 3);
  expect(portsOf(child.pid ?? 0)).toEqual({ connected: 1, open: 0 });
  await end(child, "SIGTERM");
});
