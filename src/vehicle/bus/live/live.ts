// Live buses as one source of frames: each port in turn refills the block with a bounded share, so that no bus starves
// another. While frames come they gather for some milliseconds and are fetched together; when none comes, the kernel wakes
// the process.
import { setImmediate } from "node:timers/promises";
import type { Logger } from "pino";
import type { BusStatus } from "../../../wire/bus-status.ts";
import type { Clock } from "../../clock.ts";
import type { LiveBus } from "../../config.ts";
import { BLOCK_FRAMES_MAX, BUS_UNKNOWN, type Bus, type FrameBlock } from "../../frame.ts";
import type { Plan } from "../../plan.ts";
import { loadAddon } from "./addon.ts";
import { loadFallback } from "./fallback.ts";
import { kernelFilters } from "./filters.ts";
import { Port, type Wanted } from "./port.ts";
import type { OpenReceiver } from "./receiver.ts";

/** Frames of one bus in one turn: a block. */
const TURN_FRAMES_MAX = BLOCK_FRAMES_MAX;
/**
 * How long frames gather in the kernel before they are fetched: about as long as GATHER_FRAMES take to come. Each fetch costs the
 * process as much as a hundred frames do.
 */
const GATHER_MS_LEAST = 10;
const GATHER_MS_MOST = 50;
const GATHER_FRAMES = 128;
/** A smaller receive buffer, which holds a few hundred frames, is not left alone for longer than it must be. */
const GATHER_BUFFER_BYTES = 4e6;
/** How often each interface is looked at: all that happens to one is noticed within two seconds. */
const SUPERVISE_MS = 400;
/** Cycles of the fastest listed message after which its bus is called silent. */
const SILENCE_CYCLES = 20;
const SILENCE_US_LEAST = 1e6;
/** Where no database tells a cycle. */
const SILENCE_US_DEFAULT = 5e6;

export interface LiveOptions {
  /** By the bus's name in the allow-list. */
  readonly buses: ReadonlyMap<string, LiveBus>;
  readonly plan: Plan;
  readonly block: FrameBlock;
  readonly clock: Clock;
  readonly log: Logger;
  /** Until the interval under way has to be committed: what has come by then is fetched. Nothing is due by default. */
  readonly untilDueMs?: () => number;
  /** How receivers are opened; by default with the addon, or with the fallback where there is none. */
  readonly open?: OpenReceiver;
}

/** A live source also follows the plan: its kernel filters are the plan's. */
export interface LiveSource extends Bus {
  statuses(): readonly BusStatus[];
  follow(plan: Plan): void;
}

export async function createLive({
  buses,
  plan,
  block,
  clock,
  log,
  untilDueMs = () => Infinity,
  open,
}: LiveOptions): Promise<LiveSource> {
  const opener = open ?? (await chooseReader(log));
  const lines = [...buses].map(([name, bus]) => {
    const { interfaceName, receiveBufferBytes } = bus;
    const options = { name, interfaceName, receiveBufferBytes, open: opener, clock, log };
    return { name, bus, port: new Port(options, wantedOf(plan, name, bus)) };
  });
  const ports = lines.map(({ port }) => port);
  const counters = { frames: 0, junkLines: 0 };
  let supervisedAtUs = -Infinity;
  let fetchedAtUs = -Infinity;
  let gatheredMs = GATHER_MS_LEAST;

  function supervise(): void {
    if (clock.nowUs() - supervisedAtUs < SUPERVISE_MS * 1000) return;
    for (const port of ports) port.supervise();
    supervisedAtUs = clock.nowUs();
  }

  /** After a round that brought so many frames of all buses. */
  function gatherMs(frames: number): number {
    const nowUs = clock.nowUs();
    const usualMs = (GATHER_FRAMES * (nowUs - fetchedAtUs)) / 1000 / frames;
    fetchedAtUs = nowUs;
    const isRoomy = ports.every(({ bufferBytes }) => bufferBytes >= GATHER_BUFFER_BYTES);
    // Longer by and by: nobody knows how many frames there will be after the first ones.
    const mostMs = isRoomy ? Math.min(GATHER_MS_MOST, 2 * gatheredMs) : GATHER_MS_LEAST;
    gatheredMs = Math.min(mostMs, Math.max(GATHER_MS_LEAST, usualMs));
    const dueMs = untilDueMs();
    return dueMs > 0 && dueMs < gatheredMs ? dueMs : gatheredMs;
  }

  async function* receive(signal: AbortSignal): AsyncGenerator<FrameBlock, void, undefined> {
    try {
      while (!signal.aborted) {
        supervise();
        let most = 0;
        let all = 0;
        for (const port of ports) {
          const frames = port.receive(block, TURN_FRAMES_MAX);
          most = Math.max(most, frames);
          all += frames;
          counters.frames += frames;
          if (frames > 0) yield block;
        }
        // What waits behind a full turn is fetched at once, after the timers and the network had theirs.
        if (most === TURN_FRAMES_MAX) await setImmediate();
        else if (most > 0) await clock.sleep(gatherMs(all), signal);
        else {
          gatheredMs = GATHER_MS_LEAST / 2;
          await readable(ports, signal);
        }
      }
    } finally {
      for (const port of ports) port.close();
    }
  }

  return {
    name: ports.map(({ interfaceName }) => interfaceName).join(", "),
    counters,
    receive,
    statuses: () => ports.map((port) => port.status()),
    follow: (next) => {
      for (const { name, bus, port } of lines) port.want(wantedOf(next, name, bus));
    },
  };
}

/** The addon, or the `socketcan` package with what it cannot do said aloud. */
async function chooseReader(log: Logger): Promise<OpenReceiver> {
  const addon = loadAddon();
  if (!(addon instanceof Error)) return addon.open;
  log.warn(
    { reason: addon.message, remedy: "npm rebuild canward, with a C++ compiler installed" },
    "the receiver cannot be loaded; the socketcan package receives instead, and frames that the kernel drops cannot be counted",
  );
  return await loadFallback();
}

function wantedOf(plan: Plan, name: string, { silenceUs }: LiveBus): Wanted {
  const index = plan.buses.indexOf(name);
  if (index === -1) return { bus: BUS_UNKNOWN, filters: new Uint32Array(), silenceLimitUs: 0 };
  const filters = kernelFilters(plan.gate, index);
  // Where nothing is listed nothing is expected.
  if (filters.length === 0) return { bus: index, filters, silenceLimitUs: 0 };
  return { bus: index, filters, silenceLimitUs: silenceUs ?? learntSilenceUs(plan.cycleMs[index]) };
}

function learntSilenceUs(cycleMs: number | undefined): number {
  if (cycleMs === undefined) return SILENCE_US_DEFAULT;
  return Math.max(SILENCE_US_LEAST, SILENCE_CYCLES * cycleMs * 1000);
}

/** Resolves when one of the ports has something, when it is time to look at the interfaces, and when `signal` is aborted. */
function readable(ports: readonly Port[], signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const wake = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", wake);
      resolve();
    };
    const timer = setTimeout(wake, SUPERVISE_MS);
    signal.addEventListener("abort", wake);
    for (const port of ports) port.watch(wake);
  });
}
