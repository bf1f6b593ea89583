// Inside a kernel with CAN: `canward replay --map` of the example's drive at its own pace, and beside it a receiver that
// sleeps meanwhile, so that it takes no CPU time from the sender: the kernel notes when each frame was on the bus.
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { gunzipSync } from "node:zlib";

export interface PaceFigures {
  readonly frames: number;
  /** How far from its time in the log a frame was on the bus, from the first frame on. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

const repository = join(import.meta.dirname, "..", "..");
const BUSES = ["can0", "can1"];
/** About ten seconds. */
const FRAMES = 12_000;
const WITHIN = 0.99;

for (const name of BUSES) {
  execFileSync("ip", ["link", "add", "dev", name, "type", "vcan"]);
  execFileSync("ip", ["link", "set", name, "up"]);
}
const folder = mkdtempSync(join(tmpdir(), "canward-pace-"));
const log = join(folder, "drive.log");
const lines = gunzipSync(readFileSync(join(repository, "deploy", "example", "drive.log.gz")))
  .toString()
  .split("\n");
writeFileSync(log, `${lines.slice(0, FRAMES).join("\n")}\n`);

const received = join(folder, "received.log");
const file = openSync(received, "w");
const listener = spawn("candump", ["-L", "-D", "-r", "16000000", "any"], { stdio: ["ignore", file, "inherit"] });
closeSync(file);
const closed = once(listener, "close");
while (!/^\s*any\s/m.test(readFileSync("/proc/net/can/rcvlist_all", "latin1"))) await sleep(20);
listener.kill("SIGSTOP");
const maps = BUSES.flatMap((name) => ["--map", `${name}=${name}`]);
const { status } = spawnSync(process.execPath, [join(repository, "dist", "canward.js"), "replay", log, ...maps], {
  stdio: ["ignore", "ignore", "inherit"],
});
if (status !== 0) throw new Error(`the replay ended with ${status}`);
listener.kill("SIGCONT");
for (let before = -1; before !== statSync(received).size; await sleep(200)) before = statSync(received).size;
listener.kill("SIGINT");
await closed;

const [sent, seen] = [timesUs(log), timesUs(received)];
if (seen.length !== sent.length) throw new Error(`${seen.length} of ${sent.length} frames arrived`);
const offsUs = sent
  .map((timeUs, i) => Math.abs((seen[i] ?? Number.NaN) - (seen[0] ?? 0) - (timeUs - (sent[0] ?? 0))))
  .toSorted((a, b) => a - b);
const at = (share: number): number => (offsUs[Math.floor((offsUs.length - 1) * share)] ?? Number.NaN) / 1000;
const figures: PaceFigures = { frames: sent.length, p50Ms: at(0.5), p99Ms: at(WITHIN), maxMs: at(1) };
writeFileSync(join(process.env["CANWARD_OUT"] ?? folder, "pace.json"), JSON.stringify(figures));

/** Whole microseconds: what lies between two of them is exact. */
function timesUs(path: string): readonly number[] {
  return [...readFileSync(path, "latin1").matchAll(/^\((\d+)\.(\d{6})\)/gm)].map(([, s, us]) => Number(`${s}${us}`));
}
