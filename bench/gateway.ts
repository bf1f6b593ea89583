// The gateway as a process, at 8,000 frames/s in real time: its memory, whether that grows, its share of a core, and how
// long it takes from its start to the first admitted frame. The log is the example drive with traffic of other control
// units, replayed as a file; the broker is another process.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import type { Row } from "./report.ts";

const REPOSITORY = join(import.meta.dirname, "..");
const FRAMES_PER_SECOND = 8_000;
const LOG_S = 60;
/** Memory settles while the code warms up; growth is judged from here on. */
const WARM_UP_S = 20;

export async function benchGateway(minutes: number): Promise<readonly Row[]> {
  const folder = mkdtempSync(join(tmpdir(), "canward-bench-"));
  const broker = spawn(process.execPath, [join(import.meta.dirname, "broker.ts")], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  try {
    const port = await firstLine(broker);
    const log = makeLog(folder);
    const config = join(folder, "gateway.yaml");
    writeFileSync(config, configText(log, port));
    const starts = [];
    for (let i = 0; i < 5; i++) starts.push(await startMs(config));
    const { rssMb, growthMb, cpuShare, framesPerSecond } = await observe(config, minutes * 60);
    const detail = `${framesPerSecond.toFixed(0)} frames/s for ${minutes} min, replayed from a log`;
    return [
      { what: "gateway, memory (RSS, greatest)", value: rssMb, unit: "MB", reach: 90, better: "lower", detail },
      {
        what: "gateway, memory growth after warm-up (last tenth against first)",
        value: growthMb,
        unit: "MB",
        reach: 3,
        better: "lower",
        detail,
      },
      { what: "gateway, share of a core", value: cpuShare * 100, unit: "%", reach: 10, better: "lower", detail },
      {
        what: "gateway, start to first admitted frame",
        value: median(starts),
        unit: "ms",
        reach: 500,
        better: "lower",
        detail: `of ${starts.length} starts: ${starts.join(", ")}`,
      },
    ];
  } finally {
    broker.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

function makeLog(folder: string): string {
  const file = join(folder, "drive.log");
  const script = join(REPOSITORY, "deploy", "example", "make-drive.ts");
  // The example vehicle sends about 1,200 frames/s itself.
  execFileSync(
    process.execPath,
    [script, "--seconds", String(LOG_S), "--background", String(FRAMES_PER_SECOND - 1_219), file],
    { stdio: "ignore" },
  );
  return file;
}

function configText(log: string, port: string): string {
  return [
    "vehicle: bench-1",
    `allowlist: ${join(REPOSITORY, "deploy", "example", "allowlist.yaml")}`,
    `source: { log: ${log}, speed: 1, loop: true }`,
    `outbox: { path: outbox-${process.pid}.db, bytes_max: 64MB }`,
    `uplink: { url: "mqtt://127.0.0.1:${port}" }`,
    "",
  ].join("\n");
}

function startGateway(config: string): ChildProcess {
  return spawn(join(REPOSITORY, "dist", "canward.js"), ["run", "--config", config], {
    stdio: ["ignore", "pipe", "inherit"],
  });
}

/** From the process's start, as the process itself reckons it, to the first frame that a rule admits. */
async function startMs(config: string): Promise<number> {
  const gateway = startGateway(config);
  try {
    for await (const line of createInterface({ input: gateway.stdout ?? process.stdin })) {
      const entry: unknown = JSON.parse(line);
      const ms: unknown = typeof entry === "object" && entry !== null ? Reflect.get(entry, "sinceStartMs") : undefined;
      if (typeof ms === "number") return ms;
    }
    throw new Error("the gateway ended before it admitted a frame");
  } finally {
    gateway.kill("SIGTERM");
    await once(gateway, "exit");
  }
}

async function observe(
  config: string,
  seconds: number,
): Promise<{ rssMb: number; growthMb: number; cpuShare: number; framesPerSecond: number }> {
  const gateway = startGateway(config);
  let last = "";
  createInterface({ input: gateway.stdout ?? process.stdin }).on("line", (line) => {
    last = line;
  });
  const pid = gateway.pid ?? 0;
  await sleep(WARM_UP_S * 1000);
  const samples: number[] = [];
  const startedAt = performance.now();
  const cpuBefore = cpuSeconds(pid);
  while (performance.now() - startedAt < seconds * 1000) {
    samples.push(rssMb(pid));
    await sleep(500);
  }
  const elapsed = (performance.now() - startedAt) / 1000;
  const cpuShare = (cpuSeconds(pid) - cpuBefore) / elapsed;
  gateway.kill("SIGTERM");
  await once(gateway, "exit");
  const frames = /"frames_received":(\d+)/.exec(last)?.[1] ?? "0";
  const tenth = Math.max(1, Math.floor(samples.length / 10));
  const growthMb = median(samples.slice(-tenth)) - median(samples.slice(0, tenth));
  return { rssMb: Math.max(...samples), growthMb, cpuShare, framesPerSecond: Number(frames) / (elapsed + WARM_UP_S) };
}

function rssMb(pid: number): number {
  const kib = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? "0";
  return (Number(kib) * 1024) / 1e6;
}

/** User and system time of all threads. [proc_pid_stat(5)] */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

async function firstLine(child: ChildProcess): Promise<string> {
  for await (const line of createInterface({ input: child.stdout ?? process.stdin })) return line;
  throw new Error("the broker did not start");
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

if (import.meta.main) {
  const minutes = Number(process.argv[2] ?? 1);
  for (const row of await benchGateway(minutes))
    process.stdout.write(`${row.what}: ${row.value.toFixed(1)} ${row.unit}; ${row.detail}\n`);
}
