// `canward replay --to`: a recorded log in, its frames on CAN interfaces out, at the log's pace or another. Every frame of
// the log is sent, or counted as skipped with the reason, or named in the error that ends the playback.
import { setTimeout as sleep } from "node:timers/promises";
import { OperatingError } from "../../errors.ts";
import { openCandump } from "../../vehicle/bus/candump.ts";
import { loopBus } from "../../vehicle/bus/loop.ts";
import { paceBus } from "../../vehicle/bus/pace.ts";
import {
  BUS_OFFSET,
  type Bus,
  createFrameBlock,
  FRAME_BYTES,
  FRAME_WORDS,
  type FrameBlock,
  ID_ERROR,
} from "../../vehicle/frame.ts";
import { exitCodeOf, listenForStop } from "../stop.ts";
import { fineClock } from "./fine-clock.ts";
import { demandInterface } from "./interface.ts";
import { type CountedLog, countLog } from "./log-progress.ts";
import { showProgress } from "./progress.ts";
import { type RouteOptions, Routes } from "./routes.ts";
import { SendError } from "./send-error.ts";
import { openSender, type Sender } from "./sender.ts";
import { PlaybackTally } from "./tally.ts";

export interface PlaybackOptions extends RouteOptions {
  readonly speed: number | "max";
  readonly loop: boolean;
  /** Whether real buses may be sent to. */
  readonly meansIt: boolean;
}

/** By so much, and what the system takes, a frame is late at most: two short frames at 250 kbit/s. */
const WAKE_INTERVAL_US = 500;
const RETRY_MS = 1;
/** How long the kernel may refuse a frame before the interface is looked at, and how often it is looked at then. */
const LOOK_MS = 100;
const LOOK_AGAIN_MS = 500;
/** How long it may refuse it before the playback gives up. */
const STUCK_MS = 5_000;

/** `log` is a path, or - for the standard input. Interrupted, it says what was sent so far. */
export async function playBack(log: string, options: PlaybackOptions): Promise<void> {
  const stop = listenForStop();
  const senders = await openSenders(options);
  const counted = await countLog(log);
  const routes = new Routes(options, (text) => progress.note(text));
  const tally = new PlaybackTally(routes, counted, options);
  const source = openPaced(log, counted, routes, tally, options);
  if (log === "-" && process.stdin.isTTY) process.stderr.write("reading the log from the terminal; Ctrl-D ends it\n");
  const progress = showProgress(() => tally.position());
  let fault: OperatingError | undefined;
  try {
    for await (const block of source.receive(stop.signal)) {
      await sendBlock(block, routes, senders, tally, stop.signal);
      tally.done(block, fineClock);
    }
  } catch (error) {
    if (!(error instanceof OperatingError)) throw error;
    fault = error;
  } finally {
    progress.end();
  }
  if (fault === undefined || tally.framesRead > 0) {
    process.stderr.write(tally.summary(source.counters.junkLines) + (await swallowed(senders)));
  }
  if (fault !== undefined) throw fault;
  if (stop.reason !== undefined) process.exitCode = exitCodeOf(stop.reason);
  else if (tally.framesSent === 0 && tally.framesRead > 0) throw nothingError(routes);
}

/** By the name of their interface. One that is not fit is told before anything is sent to another. */
async function openSenders(options: PlaybackOptions): Promise<ReadonlyMap<string, Sender>> {
  const names = new Set([...options.map.values(), ...(options.to === undefined ? [] : [options.to])]);
  const senders = new Map<string, Sender>();
  for (const name of names) senders.set(name, await openSender(name, options));
  return senders;
}

/** Frames come out when they are due, and the moment at which they are is their time. */
function openPaced(
  path: string,
  counted: CountedLog,
  { busIndexOf }: Routes,
  tally: PlaybackTally,
  { speed, loop }: PlaybackOptions,
): Bus {
  const block = createFrameBlock();
  const open = (): Bus => {
    tally.laps += 1;
    return openCandump({ path, block, busIndexOf, bytes: counted.read });
  };
  const source = loop ? loopBus(open) : open();
  return paceBus(source, { speed, restamp: speed !== "max", clock: fineClock, wakeIntervalUs: WAKE_INTERVAL_US });
}

async function sendBlock(
  block: FrameBlock,
  routes: Routes,
  senders: ReadonlyMap<string, Sender>,
  tally: PlaybackTally,
  signal: AbortSignal,
): Promise<void> {
  for (let row = 0; row < block.count && !signal.aborted; row++) {
    tally.read(block, row);
    if (((block.words[row * FRAME_WORDS] ?? 0) & ID_ERROR) !== 0) {
      tally.errorFrames += 1;
      continue;
    }
    const route = routes.all[block.bytes[row * FRAME_BYTES + BUS_OFFSET] ?? 0];
    const sender = route?.target === undefined ? undefined : senders.get(route.target);
    if (sender !== undefined && !sender.send(block, row) && !(await sendAgain(sender, block, row, tally, signal)))
      return;
    if (route !== undefined) route.frames += 1;
    if (sender !== undefined) tally.framesSent += 1;
  }
}

/** Tries until the kernel takes the frame. False where the playback was aborted before; throws where it never will. */
async function sendAgain(
  sender: Sender,
  block: FrameBlock,
  row: number,
  tally: PlaybackTally,
  signal: AbortSignal,
): Promise<boolean> {
  const sinceMs = performance.now();
  let lookAtMs = sinceMs + LOOK_MS;
  while (!signal.aborted) {
    await sleep(RETRY_MS);
    tally.retries += 1;
    if (sender.send(block, row)) return true;
    if (performance.now() < lookAtMs) continue;
    await demandSame(sender);
    if (performance.now() - sinceMs > STUCK_MS) throw stuckError(sender.interface.name);
    lookAtMs = performance.now() + LOOK_AGAIN_MS;
  }
  return false;
}

async function demandSame({ interface: { name, index } }: Sender): Promise<void> {
  const now = await demandInterface(name, { meansIt: true });
  if (now.index === index) return;
  throw new SendError(
    `${name}: the interface was deleted and made again while frames were sent there`,
    "SEND_REPLACED",
    "Start the replay again.",
  );
}

/** What interfaces have thrown away since they were opened: sending does not tell. */
async function swallowed(senders: ReadonlyMap<string, Sender>): Promise<string> {
  let told = "";
  for (const { interface: before } of senders.values()) {
    const now = await demandInterface(before.name, { meansIt: true }).catch(() => before);
    const frames = now.index === before.index ? now.dropped - before.dropped : 0;
    if (frames > 0) told += `${before.name}: the kernel has dropped ${frames} frames instead of sending them\n`;
  }
  return told;
}

function stuckError(name: string): SendError {
  return new SendError(
    `${name}: the kernel has taken no frame for ${STUCK_MS / 1000} s`,
    "SEND_STUCK",
    "See that another node on the bus acknowledges frames, and that all have the same bit rate: " +
      `ip -details -statistics link show ${name}. A lower --speed spares its queue.`,
  );
}

/** A log of which nothing was for any interface is most likely a wrong name. */
function nothingError(routes: Routes): SendError {
  return new SendError(
    `not one frame was sent; the log has frames of ${routes.all.map(({ bus }) => bus).join(", ")}`,
    "SEND_NOTHING",
    "Name a bus of the log with --map BUS=IFACE, or send all with --to IFACE. Error frames are never sent.",
  );
}
