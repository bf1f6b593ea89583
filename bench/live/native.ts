// CPU time of the readers, measured natively on a socket pair that stands in for the bus, so that it is the host's own
// kernel that counts it. Each reader runs alone, gets 8,000 frames a second, is given time to warm up, and counted after.

import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { PROGRAMS, Program, type Sent, senderWords } from "./programs.ts";

/** Frames a second; evenly, so that a reader that is woken by each is. */
export const RATE = 8_000;
const WARM_UP_S = 5;
const COUNTED_S = 10;
/** What is sent after the count has ended, while the answer is on its way. */
const SPARE_S = 1;

/** An interface that every host has: its files in sysfs are looked at, and nothing else of it. */
export const STAND_IN_INTERFACE = "lo";

/** AF_UNIX is the cheapest there is; with UDP the kernel tells time and drops of each datagram, as with CAN. */
export type StandIn = "unix" | "udp";

/** The sender is never told to begin. */
const NOTHING = { frames: "/dev/zero", count: 0, rate: 0 };

export interface CpuFigure {
  /** User and system time of the whole process for each frame, in microseconds. */
  readonly perFrameUs: number;
  readonly share: number;
  readonly framesPerSecond: number;
  /** Frames in a system call of the sender: 1 where all went out evenly. */
  readonly burst: number;
}

/** The CPU time of a reader, whose command opens STAND_IN_INTERFACE. */
export async function measureCpu(
  folder: string,
  standIn: StandIn,
  command: readonly string[],
  frames: string,
  rate = RATE,
): Promise<CpuFigure> {
  const count = rate * (WARM_UP_S + COUNTED_S + SPARE_S) + 1;
  await using reader = new Program([
    ...senderWords(folder, { frames, count, rate }),
    ...standInWords(folder, standIn, command),
  ]);
  await reader.ready();
  reader.begin();
  await sleep(WARM_UP_S * 1000);
  const before = await reader.ask();
  const startMs = performance.now();
  await sleep(COUNTED_S * 1000);
  const after = await reader.ask();
  const seconds = (performance.now() - startMs) / 1000;
  const { sent, bursts } = JSON.parse(await reader.line()) as Sent;
  const cpuUs = after.cpu_us - before.cpu_us;
  const received = after.frames - before.frames;
  return {
    perFrameUs: cpuUs / received,
    share: cpuUs / 1e6 / seconds,
    framesPerSecond: received / seconds,
    burst: sent / bursts,
  };
}

/** The share of a core that a reader takes while nothing comes. */
export async function measureIdle(folder: string, standIn: StandIn, command: readonly string[]): Promise<number> {
  await using reader = new Program([...senderWords(folder, NOTHING), ...standInWords(folder, standIn, command)]);
  await reader.ready();
  await sleep(WARM_UP_S * 1000);
  const before = await reader.ask();
  await sleep(COUNTED_S * 1000);
  return ((await reader.ask()).cpu_us - before.cpu_us) / 1e6 / COUNTED_S;
}

/** What follows the sender's words where it sends to a stand-in: the kind, and the command that gets its other end. */
export function standInWords(folder: string, standIn: StandIn, command: readonly string[]): readonly string[] {
  return [standIn, "env", `LD_PRELOAD=${join(folder, PROGRAMS.standIn)}`, ...command];
}
