// The live reader under test: the product's own source over its own corridor, in the test's process, and beside them a book
// that is kept of the numbers in the frames. Every number is later than the one before it on its bus; the gaps are told.
import { setTimeout as sleep } from "node:timers/promises";
import { pino } from "pino";
import { createLive, type LiveSource } from "../../../src/vehicle/bus/live/live.ts";
import type { OpenReceiver } from "../../../src/vehicle/bus/live/receiver.ts";
import { systemClock } from "../../../src/vehicle/clock.ts";
import type { LiveBus } from "../../../src/vehicle/config.ts";
import { type Corridor, createCorridor } from "../../../src/vehicle/corridor.ts";
import {
  BUS_OFFSET,
  FLAG_BIT_RATE_SWITCH,
  FLAG_ERROR_STATE,
  FLAG_FD,
  FLAGS_OFFSET,
  FRAME_BYTES,
  FRAME_WORDS,
  type FrameBlock,
  ID_ERROR,
  ID_REMOTE,
} from "../../../src/vehicle/frame.ts";
import { createMemory, takeBlock } from "../../../src/vehicle/memory.ts";
import type { Plan } from "../../../src/vehicle/plan.ts";
import type { BusStatus } from "../../../src/wire/bus-status.ts";

/** What the issue grants: noticed in it, and recovered from in it. */
export const LIMIT_MS = 2000;
export const isFull = process.env["CANWARD_KERNEL_FULL"] === "1";

const FLUSH_INTERVAL_US = 1e6;
/** The product's default. */
const BUFFER_BYTES = 8e6;
const NUMBER_WORD = 2;

/** The frames of one bus, as they came. */
export class Book {
  frames = 0;
  classic = 0;
  fd = 0;
  brs = 0;
  esi = 0;
  remote = 0;
  errors = 0;
  /** Numbers that did not come after the one before: doubled or out of order. */
  disorders = 0;
  /** Numbers left out between frames that came. */
  missing = 0;
  last = -1;
  /** Times that were before the frame's before. */
  timesBack = 0;
  lastUs = -Infinity;
  firstCapturedUs = Number.NaN;
  lastCapturedUs = Number.NaN;

  take(block: FrameBlock, i: number): void {
    const id = block.words[i * FRAME_WORDS] ?? 0;
    const flags = block.bytes[i * FRAME_BYTES + FLAGS_OFFSET] ?? 0;
    this.frames += 1;
    this.#takeTimes(block, i);
    if ((id & ID_ERROR) !== 0) this.errors += 1;
    else if ((id & ID_REMOTE) !== 0) this.remote += 1;
    else {
      if ((flags & FLAG_FD) === 0) this.classic += 1;
      else this.fd += 1;
      if ((flags & FLAG_BIT_RATE_SWITCH) !== 0) this.brs += 1;
      if ((flags & FLAG_ERROR_STATE) !== 0) this.esi += 1;
      this.#takeNumber(block.words[i * FRAME_WORDS + NUMBER_WORD] ?? 0);
    }
  }

  #takeNumber(number: number): void {
    if (number > this.last) this.missing += number - this.last - 1;
    else this.disorders += 1;
    this.last = number;
  }

  #takeTimes({ monotonicUs, capturedAtUs }: FrameBlock, i: number): void {
    const us = monotonicUs[i] ?? Number.NaN;
    if (!(us >= this.lastUs)) this.timesBack += 1;
    this.lastUs = us;
    this.lastCapturedUs = capturedAtUs[i] ?? Number.NaN;
    if (this.frames === 1) this.firstCapturedUs = this.lastCapturedUs;
  }
}

export interface ListenOptions {
  readonly open?: OpenReceiver;
  readonly receiveBufferBytes?: number;
  /** Silence is not watched by default. */
  readonly silenceUs?: number | "learnt";
  /** Told each block before the book is kept. */
  readonly onBlock?: (block: FrameBlock) => void;
}

/** Starts the reader on these interfaces, by the bus's name in the plan. It ends with the block (`await using`). */
export async function listen(
  plan: Plan,
  interfaces: Readonly<Record<string, string>>,
  options: ListenOptions = {},
): Promise<Listener> {
  const memory = createMemory();
  const { receiveBufferBytes = BUFFER_BYTES, silenceUs = 0, open, onBlock } = options;
  const bus = (interfaceName: string): LiveBus => ({
    interfaceName,
    receiveBufferBytes,
    silenceUs: silenceUs === "learnt" ? undefined : silenceUs,
  });
  const source = await createLive({
    buses: new Map(Object.entries(interfaces).map(([name, interfaceName]) => [name, bus(interfaceName)] as const)),
    plan,
    block: takeBlock(memory),
    clock: systemClock,
    log: pino({ level: process.env["CANWARD_TEST_LOG"] ?? "silent" }),
    ...(open === undefined ? {} : { open }),
  });
  const corridor = createCorridor(plan, memory, FLUSH_INTERVAL_US, () => undefined);
  return new Listener(source, corridor, plan, onBlock);
}

export class Listener implements AsyncDisposable {
  readonly source: LiveSource;
  readonly corridor: Corridor;
  /** Turns of the reader: blocks that it gave. */
  blocks = 0;
  readonly #plan: Plan;
  readonly #books = new Map<number, Book>();
  readonly #stopping = new AbortController();
  readonly #ended: Promise<void>;
  readonly #onBlock: ((block: FrameBlock) => void) | undefined;
  #hold: (() => Promise<void>) | undefined;
  #failure: unknown;

  constructor(source: LiveSource, corridor: Corridor, plan: Plan, onBlock?: (block: FrameBlock) => void) {
    this.source = source;
    this.corridor = corridor;
    this.#plan = plan;
    this.#onBlock = onBlock;
    this.#ended = this.#listen().catch((error: unknown) => {
      this.#failure = error;
    });
  }

  /** The frames of a bus, by its name in the plan that this began with. */
  book(bus: string): Book {
    return this.#bookOf(this.#plan.buses.indexOf(bus));
  }

  status(bus: string): BusStatus {
    this.demandLife();
    const found = this.source.statuses().find(({ name }) => name === bus);
    if (found === undefined) throw new Error(`there is no status of ${bus}`);
    return found;
  }

  counter(bus: string, name: string): number {
    const value = this.status(bus).counters.get(name);
    if (value === undefined) throw new Error(`there is no counter ${name}`);
    return value;
  }

  /** Throws why the reader ended, where it did by itself. */
  demandLife(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** The next block keeps the reader until it is released, while everything else goes on. */
  hold(): { readonly isHeld: Promise<void>; release(): void } {
    const held = Promise.withResolvers<void>();
    const released = Promise.withResolvers<void>();
    this.#hold = async () => {
      this.#hold = undefined;
      held.resolve();
      await released.promise;
    };
    return { isHeld: held.promise, release: released.resolve };
  }

  /** Waits until nothing has come for a while, however much was waiting. */
  async settle(quietMs = 150): Promise<void> {
    for (let frames = -1; frames !== this.source.counters.frames; ) {
      frames = this.source.counters.frames;
      await sleep(quietMs);
      this.demandLife();
    }
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#ended;
    this.demandLife();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    await this.#ended;
  }

  #bookOf(bus: number): Book {
    const book = this.#books.get(bus) ?? new Book();
    this.#books.set(bus, book);
    return book;
  }

  async #listen(): Promise<void> {
    for await (const block of this.source.receive(this.#stopping.signal)) {
      this.blocks += 1;
      this.#onBlock?.(block);
      this.corridor.pass(block);
      for (let i = 0; i < block.count; i++) {
        this.#bookOf(block.bytes[i * FRAME_BYTES + BUS_OFFSET] ?? -1).take(block, i);
      }
      await this.#hold?.();
    }
  }
}

const POLL_MS = 10;
/** A guest that shares its CPU with others may stand still for longer than this. That time is nobody's delay, within bounds. */
const STALL_MS = 250;

/** Waits until it is so, and gives how long that took, in milliseconds; fails beyond the limit, and at twice the limit whatever stood still. */
export async function until(what: string, isSo: () => boolean, limitMs = LIMIT_MS, sinceMs = performance.now()) {
  let [lookedMs, stalledMs] = [performance.now(), 0];
  for (;;) {
    // Before the look: a look that comes late because the process was busy does not count as a delay of what it finds.
    const tookMs = performance.now() - sinceMs;
    const isNow = isSo();
    if (tookMs - Math.min(stalledMs, limitMs) > limitMs) {
      const details = [
        ...(isNow ? [`so after ${Math.round(tookMs)} ms`] : []),
        `${Math.round(stalledMs)} ms of it stalled`,
      ];
      throw new Error(`${what}: not within ${limitMs} ms (${details.join(", ")})`);
    }
    if (isNow) return tookMs;
    await sleep(POLL_MS);
    stalledMs += Math.max(0, performance.now() - lookedMs - STALL_MS);
    lookedMs = performance.now();
  }
}

/** Does nothing else for so long, and lets nobody else either: the event loop is blocked. */
export function block(durationMs: number): void {
  const endMs = performance.now() + durationMs;
  while (performance.now() < endMs);
}
