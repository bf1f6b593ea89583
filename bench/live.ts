// The live reader against a C program that does nothing with the frames, and against the `socketcan` package: what it can
// take and how soon it is committed, in a kernel with CAN that is booted for it, and what CPU time it uses, natively.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Capacity } from "./live/capacity.ts";
import { type CommitFigure, measureNativeCommits } from "./live/commits.ts";
import { measureFsync } from "./live/fsync.ts";
import type { GuestFigures } from "./live/guest.ts";
import { type CpuFigure, measureCpu, measureIdle, RATE, STAND_IN_INTERFACE, type StandIn } from "./live/native.ts";
import { EXAMPLE_ALLOWLIST, MESSAGES, writeBusAllowlist } from "./live/plans.ts";
import { canwardReader, compilePrograms, cReader, packageReader } from "./live/programs.ts";
import { writeBusTraffic, writeExampleTraffic } from "./live/traffic.ts";
import type { Row } from "./report.ts";

const RUNNER = join(import.meta.dirname, "..", "tests", "kernel", "run.ts");
const GUEST_S_MAX = 900;
const BUFFER_BYTES = 8_000_000;
const GATHER_MS = 10;
const LISTED = 40;
/** What the committed may be later than the flush interval. */
const COMMIT_SLACK_MS = 20;

export async function benchLive(): Promise<readonly Row[]> {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), "canward-bench-"));
  try {
    if (!compiled(folder)) return [];
    await writeExampleTraffic(join(folder, "listed.frames"), 1);
    await writeExampleTraffic(join(folder, "third.frames"), 0.3);
    writeBusTraffic(join(folder, "bus.frames"));
    for (const listed of [LISTED, MESSAGES]) writeBusAllowlist(folder, listed);
    return [
      ...guestRows(folder),
      ...(await cpuRows(folder)),
      ...(await filterRows(folder)),
      ...(await nativeCommitRows(folder)),
      fsyncRow(folder),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function compiled(folder: string): boolean {
  try {
    compilePrograms(folder);
    return true;
  } catch (cause) {
    leaveOut("all of it", `its C programs cannot be compiled: ${cause instanceof Error ? cause.message : cause}`);
    return false;
  }
}

function leaveOut(what: string, why: string): void {
  process.stderr.write(`live, left out: ${what}; ${why}\n`);
}

function guestRows(folder: string): readonly Row[] {
  const words = ["--time-limit", `${GUEST_S_MAX}`, "--out", folder, "--", process.execPath];
  const { stdout } = spawnSync(process.execPath, [RUNNER, ...words, join(import.meta.dirname, "live", "guest.ts")], {
    encoding: "utf8",
    // What it says as it goes is for whoever watches; rows come from the file alone.
    stdio: ["ignore", "pipe", "inherit"],
  });
  const file = join(folder, "live.json");
  if (!existsSync(file)) {
    leaveOut("what needs a kernel with CAN", stdout.trim() || "the guest ended early, see above");
    return [];
  }
  const figures = JSON.parse(readFileSync(file, "utf8")) as GuestFigures;
  return [
    ...capacityRows(figures),
    ...drainRows(figures),
    ...figures.commits.map((figure) => commitRow(figure, "on vcan, the disk in memory")),
    filteredRow(figures),
  ];
}

function capacityRows({ kernel, senderPerSecond, capacities }: GuestFigures): readonly Row[] {
  const held = (name: string): number => capacities[name]?.held ?? Number.NaN;
  const c = Math.max(held("c"), held("c, gathering"));
  const context = `kernel ${kernel}, one CPU for the sender too, which alone makes ${whole(senderPerSecond)}/s`;
  const readers = Object.entries(capacities)
    .map(([name, capacity]) => `${name} ${pace(capacity)}`)
    .join("; ");
  const row = (what: string, value: number, reach: number | undefined, unit: string): Row => ({
    what: `live, frames/s without loss, ${what}`,
    value,
    unit,
    ...(reach === undefined ? {} : { reach }),
    better: "higher",
    detail: `${readers}; ${context}`,
  });
  const raised = capacities["socketcan, buffer raised"]?.held;
  return [
    row("reader + gate + decode against C", held("canward") / c, 0.5, "of C"),
    row("the same, 30 % of them listed", held("canward, 30 % listed") / c, 0.5, "of C"),
    row("against socketcan, with its 208 KiB buffer", held("canward") / held("socketcan"), 5, "times"),
    ...(raised === undefined
      ? []
      : [row("against socketcan, the system's buffer raised", held("canward") / raised, 5, "times")]),
  ];
}

function pace({ held, failed }: Capacity): string {
  return failed === undefined
    ? `${whole(held)}/s, as fast as it was sent`
    : `${whole(held)}/s (lost at ${whole(failed)}/s)`;
}

/** The same without the sender: what gathers in the kernel, fetched. */
function drainRows({ drainsUs }: GuestFigures): readonly Row[] {
  const us = (name: string): number => drainsUs[name] ?? Number.NaN;
  const detail = Object.entries(drainsUs)
    .map(([name, value]) => `${name} ${value.toFixed(2)} µs`)
    .join("; ");
  const row = (what: string, value: number, reach: number | undefined, unit: string): Row => ({
    what: `live, 10,000 gathered frames fetched, ${what}`,
    value,
    unit,
    ...(reach === undefined ? {} : { reach }),
    better: "higher",
    detail: `${detail} a frame`,
  });
  return [
    row("frames/s against C", us("c") / us("canward"), 0.5, "of C"),
    row("frames/s against C that has times and drops told", us("c, told") / us("canward"), undefined, "of C"),
    ...(drainsUs["socketcan"] === undefined
      ? []
      : [row("frames/s against socketcan", us("socketcan") / us("canward"), 5, "times")]),
  ];
}

async function nativeCommitRows(folder: string): Promise<readonly Row[]> {
  const figures = await measureNativeCommits(folder, join(folder, "bus.frames"));
  return figures.map((figure) => commitRow(figure, "natively on a stand-in, on the disk here"));
}

function commitRow(figure: CommitFigure, where: string): Row {
  const { traffic, flushIntervalMs, p50Ms, p99Ms, maxMs, commits, commitMsMax, datapoints } = figure;
  return {
    what: `live, frame sent to committed, p99, ${where}, ${traffic}, flush interval ${flushIntervalMs} ms`,
    value: p99Ms,
    unit: "ms",
    reach: flushIntervalMs + COMMIT_SLACK_MS,
    better: "lower",
    detail: `median ${p50Ms.toFixed(1)} ms, longest ${maxMs.toFixed(1)} ms; ${datapoints} datapoints in ${commits} commits of at most ${commitMsMax.toFixed(1)} ms`,
  };
}

function filteredRow({ filteredShare }: GuestFigures): Row {
  return {
    what: `live, kernel filter, frames that reach the process, ${LISTED} of ${MESSAGES} ids listed`,
    value: filteredShare,
    unit: "of those sent",
    reach: LISTED / MESSAGES,
    better: "lower",
    detail: "vcan",
  };
}

/** On a stand-in for the bus, since CPU time in an emulated kernel is not to be trusted. */
async function cpuRows(folder: string): Promise<readonly Row[]> {
  const options = { interfaceName: STAND_IN_INTERFACE, bufferBytes: BUFFER_BYTES };
  const rows: Row[] = [];
  for (const standIn of ["unix", "udp"] as const satisfies readonly StandIn[]) {
    const measure = (command: readonly string[]): Promise<CpuFigure> =>
      measureCpu(folder, standIn, command, join(folder, "listed.frames"));
    const c = await measure(cReader(folder, options));
    const canward = await measure(canwardReader({ ...options, allowlist: EXAMPLE_ALLOWLIST, filtering: "all" }));
    const socketcan = await measure(packageReader(options));
    const gathering = await measure(cReader(folder, { ...options, gatherMs: GATHER_MS }));
    const figures = { C: c, canward, socketcan, [`C, every ${GATHER_MS} ms`]: gathering };
    const detail = Object.entries(figures)
      .map(([name, { perFrameUs, share }]) => `${name} ${perFrameUs.toFixed(2)} µs (${(share * 100).toFixed(1)} %)`)
      .join("; ");
    const row = (what: string, against: CpuFigure, reach: number | undefined): Row => ({
      what: `live, CPU time a frame at ${whole(RATE)}/s on ${STAND_IN_NAMES[standIn]}, against ${what}`,
      value: canward.perFrameUs / against.perFrameUs,
      unit: "of it",
      ...(reach === undefined ? {} : { reach }),
      better: "lower",
      detail,
    });
    rows.push(row("C, woken by each", c, 1.5), row("socketcan", socketcan, 0.25));
    rows.push(row(`C, every ${GATHER_MS} ms`, gathering, undefined));
  }
  return rows;
}

const STAND_IN_NAMES: Readonly<Record<StandIn, string>> = {
  unix: "a pair of AF_UNIX",
  udp: "a pair of UDP, with times and drops told",
};

/** What arrives with the kernel's filter is what is listed (see filteredRow), so natively just that is sent. */
async function filterRows(folder: string): Promise<readonly Row[]> {
  const allowlist = join(folder, `allowlist-${LISTED}.yaml`);
  const options = {
    interfaceName: STAND_IN_INTERFACE,
    bufferBytes: BUFFER_BYTES,
    allowlist,
    filtering: "all",
  } as const;
  const frames = join(folder, "bus.frames");
  const share = LISTED / MESSAGES;
  const command = canwardReader(options);
  const all = await measureCpu(folder, "udp", command, frames);
  const listed = await measureCpu(folder, "udp", command, frames, RATE * share);
  const idle = await measureIdle(folder, "udp", command);
  const percent = (value: number): string => `${(value * 100).toFixed(2)} %`;
  return [
    {
      what: `live, CPU time above idle with the kernel's filter, ${LISTED} of ${MESSAGES} ids listed`,
      value: (listed.share - idle) / (all.share - idle),
      unit: "of that without",
      reach: share + FILTER_TOLERANCE,
      better: "lower",
      detail: `${percent(all.share)} of a core without, ${percent(listed.share)} with, ${percent(idle)} idle`,
    },
  ];
}

/** The process is woken as often for few frames as for many: what a wake costs does not fall with what is denied. */
const FILTER_TOLERANCE = 0.15;

function fsyncRow(folder: string): Row {
  const { p50Ms, p99Ms } = measureFsync(join(folder, `allowlist-${MESSAGES}.yaml`));
  return {
    what: "live, a commit of 800 datapoints on the disk here, p99",
    value: p99Ms,
    unit: "ms",
    better: "lower",
    detail: `median ${p50Ms.toFixed(1)} ms`,
  };
}

function whole(value: number): string {
  return Math.round(value).toLocaleString("en");
}

if (import.meta.main)
  for (const row of await benchLive())
    process.stdout.write(`${row.what}: ${row.value.toFixed(3)} ${row.unit}; ${row.detail}\n`);
