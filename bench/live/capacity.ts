// How much a reader can take: the highest pace at which nothing is lost for two seconds, and how long it takes to fetch a
// frame that waits in the kernel, which leaves the sender out.
import { setTimeout as sleep } from "node:timers/promises";
import { type Program, type ReaderMaker, type ReaderOptions, send, startReader } from "./programs.ts";

export interface Capacity {
  /** Frames a second of which none was lost. */
  readonly held: number;
  /** The lowest pace at which some were; undefined where the sender could not send faster. */
  readonly failed: number | undefined;
  /** Of the frames received, how many the gate admitted; undefined where there is no gate. */
  readonly admittedShare: number | undefined;
}

const PACED_S = 2;
const BURST_US = 1000;
const WARM_UP_RATE = 5_000;
/** The search: from here on by this factor until it fails, then between what held and what failed until they are so near. */
const FIRST_RATE = 40_000;
const GROWTH = 2;
const NEAR = 1.08;
const TRIES_MAX = 16;
/** A sender that falls behind its pace has not sent at that rate. */
const PACE_LEAST = 0.97;
const QUIET_MS = 300;
/** Frames that gather for a drain: half of what the buffer holds. */
const HELD = 10_000;
const DRAINS = 40;

type Outcome = "held" | "lost" | "too slow a sender";

export async function measureCapacity(
  folder: string,
  interfaceName: string,
  command: readonly string[],
  frames: string,
): Promise<Capacity> {
  await using reader = await startReader(command);
  const tryRate = (rate: number): Promise<Outcome> => pace(reader, folder, interfaceName, frames, rate);
  await tryRate(WARM_UP_RATE);
  const found = await search(tryRate);
  const { frames: received, admitted } = await reader.ask();
  return { ...found, admittedShare: admitted === undefined ? undefined : admitted / received };
}

/**
 * By reader, microseconds for each frame: all of them get the same frames, and fetch them one reader after the other. Of all
 * rounds the best: in the others the machine had something else to do, or the code was not warm yet.
 */
export async function measureDrains(
  folder: string,
  options: ReaderOptions,
  makes: Readonly<Record<string, ReaderMaker>>,
  frames: string,
): Promise<Readonly<Record<string, number>>> {
  const costs: Record<string, number> = {};
  const readers: [string, Program][] = [];
  for (const [name, make] of Object.entries(makes)) {
    readers.push([name, await startReader(make({ ...options, held: HELD }))]);
  }
  for (let round = 0; round < DRAINS; round++) {
    await send(folder, options.interfaceName, { frames, count: HELD, rate: 0 });
    for (const [name, reader] of readers) {
      const { frames: taken, seconds } = await reader.drain();
      if (taken < HELD / 2) throw new Error(`${name}: ${taken} of ${HELD} frames gathered`);
      costs[name] = Math.min(costs[name] ?? Infinity, (seconds * 1e6) / taken);
    }
  }
  for (const [, reader] of readers) await reader[Symbol.asyncDispose]();
  return costs;
}

async function pace(
  reader: Program,
  folder: string,
  interfaceName: string,
  frames: string,
  rate: number,
): Promise<Outcome> {
  const before = await reader.ask();
  const count = rate * PACED_S;
  const { sent, seconds } = await send(folder, interfaceName, { frames, count, rate, burstUs: BURST_US });
  let after = await reader.ask();
  for (let last = -1; last !== after.frames; ) {
    last = after.frames;
    await sleep(QUIET_MS);
    after = await reader.ask();
  }
  const missing = sent - (after.frames - before.frames);
  const dropped = (after.dropped ?? 0) - (before.dropped ?? 0);
  // The package cannot say what was dropped; the others are taken at their word, and it must add up.
  if (after.dropped !== undefined && missing !== dropped) throw new Error(`${missing} missing, ${dropped} dropped`);
  const achieved = sent / seconds;
  process.stderr.write(`  ${Math.round(rate)}/s (sent at ${Math.round(achieved)}/s): ${missing} of ${sent} lost\n`);
  if (missing > 0) return "lost";
  return achieved < rate * PACE_LEAST ? "too slow a sender" : "held";
}

async function search(tryRate: (rate: number) => Promise<Outcome>): Promise<Pick<Capacity, "held" | "failed">> {
  let held = 0;
  let failed: number | undefined;
  /** Where nothing was lost, but it was not sent at that pace. */
  let unsent = Infinity;
  let rate = FIRST_RATE;
  for (let i = 0; i < TRIES_MAX; i++) {
    const outcome = await tryRate(rate);
    if (outcome === "held") held = rate;
    else if (outcome === "lost") failed = rate;
    else unsent = rate;
    const above = Math.min(failed ?? Infinity, unsent);
    if (above / held < NEAR) break;
    rate = held === 0 ? above / GROWTH : above === Infinity ? held * GROWTH : Math.sqrt(held * above);
  }
  return { held, failed };
}
