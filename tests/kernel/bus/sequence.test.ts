// Received + counted as dropped = sent, to the frame: numbers in the payloads say which came, whatever the event loop did
// meanwhile. Classic and FD mixed, two buses at once.
import { afterAll, expect, test } from "vitest";
import { makeInterface } from "../support/interfaces.ts";
import { type Flood, startFlood } from "../support/programs.ts";
import { block, isFull, type Listener, listen } from "./support-live.ts";
import { planOf } from "./support-plan.ts";

const TOTAL = isFull ? 10_000_000 : 300_000;
/** Every second frame is FD, and so is every second id. */
const messages = [{ id: 0x100 }, { id: 0x101, lengthBytes: 64, fd: true }];
const plan = planOf({ a: messages, b: messages });
const figures: string[] = [];

afterAll(() => void process.stdout.write(`\n${figures.join("\n")}\n`));

const BLOCKS_MS = [400, 50, 1500, 150];

test.each([
  {
    name: "a small buffer, blocked again and again",
    share: 0.5,
    mustDrop: true,
    rate: 20_000,
    receiveBufferBytes: 500e3,
    blocksMs: BLOCKS_MS,
  },
  {
    name: "a large buffer, flat out, blocked again and again",
    share: 0.25,
    // It depends on how long the machine lets the reader wait.
    mustDrop: false,
    receiveBufferBytes: 16e6,
    blocksMs: BLOCKS_MS,
  },
  { name: "the smallest buffer, flat out", share: 0.15, mustDrop: true, receiveBufferBytes: 64e3, blocksMs: [] },
])("every frame is received or counted: $name", { timeout: 600_000 }, async ({ name, share, mustDrop, ...wanted }) => {
  const result = await run({ ...wanted, count: Math.floor((TOTAL * share) / 2) });
  figures.push(`${name}: ${told(result)}`);
  // Else this proves nothing of one of them.
  if (mustDrop) expect(result.dropped).toBeGreaterThan(0);
  expect(result.received).toBeGreaterThan(0);
});

test("nothing is lost where the buffer has room, though the event loop is blocked", { timeout: 600_000 }, async () => {
  const count = Math.floor((TOTAL * 0.1) / 2);
  const result = await run({ count, rate: 8000, receiveBufferBytes: 64e6, blocksMs: BLOCKS_MS });
  figures.push(`with room: ${told(result)}`);
  expect(result.dropped).toBe(0);
});

interface Run {
  readonly count: number;
  readonly rate?: number | undefined;
  readonly receiveBufferBytes: number;
  readonly blocksMs: readonly number[];
}

async function run({ count, rate, receiveBufferBytes, blocksMs }: Run) {
  await using first = await makeInterface();
  await using second = await makeInterface();
  let turn = 0;
  let nextMs = performance.now() + 100;
  const onBlock = (): void => {
    const durationMs = blocksMs[turn % blocksMs.length];
    if (durationMs === undefined || performance.now() < nextMs) return;
    turn += 1;
    block(durationMs);
    nextMs = performance.now() + 400;
  };
  await using listener = await listen(plan, { a: first.name, b: second.name }, { receiveBufferBytes, onBlock });
  await listener.settle();
  const startMs = performance.now();
  const options = { count, ids: "100,101", fdEvery: 2, ...(rate === undefined ? {} : { rate }) };
  await using floods = new Floods([startFlood(first.name, options), startFlood(second.name, options)]);
  const [a, b] = await Promise.all(floods.all.map(({ ended }) => ended));
  await listener.settle();
  const seconds = (performance.now() - startMs) / 1000;
  for (const [bus, sent] of [["a", a?.sent] as const, ["b", b?.sent] as const]) {
    expect(sent).toBe(count);
    checkBook(listener, bus, count);
  }
  const dropped = droppedOn(listener, "a") + droppedOn(listener, "b");
  const { framesReceived, framesAdmitted } = listener.corridor.counters();
  expect(framesAdmitted).toBe(framesReceived);
  expect(framesReceived + dropped).toBe(2 * count);
  return { sent: 2 * count, received: framesReceived, dropped, blocked: turn, seconds };
}

/** At the socket, whose buffer is full; or before any socket, where the kernel puts its own work off. */
function droppedOn(listener: Listener, bus: string): number {
  return listener.counter(bus, "frames_dropped") + listener.counter(bus, "interface_drops");
}

function checkBook(listener: Listener, bus: string, sent: number): void {
  const book = listener.book(bus);
  const dropped = droppedOn(listener, bus);
  const after = sent - 1 - book.last;
  expect({ bus, disorders: book.disorders, timesBack: book.timesBack }).toEqual({ bus, disorders: 0, timesBack: 0 });
  expect({ bus, lost: book.missing + after }).toEqual({ bus, lost: dropped });
  expect({ bus, sum: book.frames + dropped }).toEqual({ bus, sum: sent });
}

class Floods implements AsyncDisposable {
  readonly all: readonly Flood[];

  constructor(all: readonly Flood[]) {
    this.all = all;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const flood of this.all) await flood[Symbol.asyncDispose]();
  }
}

function told({ sent, received, dropped, blocked, seconds }: Awaited<ReturnType<typeof run>>): string {
  return `${sent} sent, ${received} received, ${dropped} dropped, blocked ${blocked} times, ${Math.round(sent / seconds)} frames/s`;
}
