// The part of the live benchmark that needs a kernel with CAN; it runs in one, and writes what it measured to
// CANWARD_OUT/live.json. Everything may be on one CPU there, the sender too.
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Capacity, measureCapacity, measureDrains } from "./capacity.ts";
import { type CommitFigure, measureCommits } from "./commits.ts";
import { EXAMPLE_ALLOWLIST } from "./plans.ts";
import { canwardReader, cReader, packageReader, type ReaderMaker, send, startReader } from "./programs.ts";

export interface GuestFigures {
  readonly kernel: string;
  /** Flat out, with nobody listening. */
  readonly senderPerSecond: number;
  readonly capacities: Readonly<Record<string, Capacity>>;
  /** Microseconds to fetch a frame that waits, by reader. */
  readonly drainsUs: Readonly<Record<string, number>>;
  readonly commits: readonly CommitFigure[];
  /** Frames that reach the process of those sent, where a tenth of the ids is listed. */
  readonly filteredShare: number;
}

const BUS = "bench0";
/** As canward asks for by default. */
const BUFFER_BYTES = 8_000_000;
/** As canward has it. */
const GATHER_MS = 10;
const FILTERED_FRAMES = 100_000;
const FILTERED_RATE = 20_000;

const out = process.env["CANWARD_OUT"] ?? ".";
const listed = join(out, "listed.frames");
const third = join(out, "third.frames");
const bus = join(out, "bus.frames");
const options = { interfaceName: BUS, bufferBytes: BUFFER_BYTES };

const canward: ReaderMaker = (options) => canwardReader({ ...options, allowlist: EXAMPLE_ALLOWLIST, filtering: "all" });
const c: ReaderMaker = (options) => cReader(out, options);
const cGathering: ReaderMaker = (options) => cReader(out, { ...options, gatherMs: GATHER_MS });
const cTold: ReaderMaker = (options) => cReader(out, { ...options, told: true });

execFileSync("ip", ["link", "add", BUS, "type", "vcan"]);
execFileSync("ip", ["link", "set", BUS, "up"]);
const alone = await send(out, BUS, { frames: listed, count: 300_000, rate: 0 });
const senderPerSecond = alone.sent / alone.seconds;
const capacities = {
  c: await capacity("c", c, listed),
  canward: await capacity("canward", canward, listed),
  "c, gathering": await capacity("c, gathering", cGathering, listed),
  "canward, 30 % listed": await capacity("canward, 30 % listed", canward, third),
  socketcan: await capacity("socketcan", packageReader, listed),
};
const commits = await measureCommits(out, BUS, bus);
const filteredShare = await measureFilter();
// The package cannot ask for a buffer; from here on every socket has one that is large enough to gather frames.
const isRaised = raiseDefaultBuffer(2 * BUFFER_BYTES);
const raised = isRaised
  ? { "socketcan, buffer raised": await capacity("socketcan raised", packageReader, listed) }
  : {};
const drainsUs = await measureDrains(
  out,
  options,
  { c, "c, told": cTold, canward, ...(isRaised ? { socketcan: packageReader } : {}) },
  listed,
);
const figures: GuestFigures = {
  kernel: execFileSync("uname", ["-r"], { encoding: "utf8" }).trim(),
  senderPerSecond,
  capacities: { ...capacities, ...raised },
  drainsUs,
  commits,
  filteredShare,
};
writeFileSync(join(out, "live.json"), JSON.stringify(figures));

async function capacity(name: string, make: ReaderMaker, frames: string): Promise<Capacity> {
  process.stderr.write(`${name}\n`);
  return await measureCapacity(out, BUS, make(options), frames);
}

async function measureFilter(): Promise<number> {
  const command = canwardReader({ ...options, allowlist: join(out, "allowlist-40.yaml"), filtering: "filtered" });
  await using reader = await startReader(command);
  const before = await reader.ask();
  const { sent } = await send(out, BUS, { frames: bus, count: FILTERED_FRAMES, rate: FILTERED_RATE, burstUs: 1000 });
  await new Promise((resolve) => setTimeout(resolve, 500));
  const after = await reader.ask();
  return (after.frames - before.frames) / sent;
}

function raiseDefaultBuffer(bytes: number): boolean {
  try {
    writeFileSync("/proc/sys/net/core/rmem_default", String(bytes));
    return true;
  } catch {
    return false;
  }
}
