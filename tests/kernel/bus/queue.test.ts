// What waits in the kernel while the process is busy: it is not lost with its interface, it is no silence, and it is not
// taken for what the filter kept out.
import { readdirSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newName } from "../support/interfaces.ts";
import { flood, startFlood } from "../support/programs.ts";
import { ResidentIp } from "./support-ip.ts";
import { isFull, type Listener, listen, until } from "./support-live.ts";
import { planOf } from "./support-plan.ts";

const plan = planOf({ a: [{ id: 0x100 }] });
const WAITING = 3000;
/** Flat out, the kernel puts its own work off, and may lose frames before any socket has them. */
const RATE = 10_000;
const REPETITIONS = isFull ? 20 : 1;

let ip: ResidentIp;
beforeAll(() => {
  ip = new ResidentIp();
});
afterAll(() => ip[Symbol.asyncDispose]());

/** Holds the reader up, lets frames come, does what it is told, and lets the reader go on. */
async function heldUp(listener: Listener, name: string, meanwhile: () => Promise<void>): Promise<void> {
  const hold = listener.hold();
  await flood(name, { ids: "100", count: 1 });
  await hold.isHeld;
  const sent = await flood(name, { ids: "100", count: WAITING, firstNumber: 1, rate: RATE });
  expect(sent.sent).toBe(WAITING);
  await meanwhile();
  hold.release();
}

const endings = [
  { what: "deleted", commands: (name: string) => [`link delete ${name}`] },
  { what: "deleted and made again", commands: (name: string) => [`link delete ${name}`, ...making(name)] },
  { what: "brought down", commands: (name: string) => [`link set ${name} down`] },
  { what: "renamed away", commands: (name: string) => renaming(name) },
  { what: "replaced by another", commands: (name: string) => [...renaming(name), ...making(name)] },
];

function making(name: string): readonly string[] {
  return [`link add ${name} type vcan`, `link set ${name} up`];
}

function renaming(name: string): readonly string[] {
  return [`link set ${name} down`, `link set ${name} name ${name}x`, `link set ${name}x up`];
}

describe.each([
  // The look at the interface comes first, or the socket's own error.
  { looked: "after a while", waitMs: 600 },
  { looked: "at once", waitMs: 0 },
])("$looked, what had been received is not lost", ({ waitMs }) => {
  test.each(endings)("though the interface was $what meanwhile", async ({ commands }) => {
    for (let i = 0; i < REPETITIONS; i++) {
      const name = newName();
      await ip.run(...making(name));
      await using listener = await listen(plan, { a: name });
      await until("listening", () => listener.status("a").state === "up");
      await heldUp(listener, name, async () => {
        await ip.run(...commands(name));
        await sleep(waitMs);
      });
      const book = listener.book("a");
      await until("all have come", () => book.frames === WAITING + 1).catch(() => undefined);
      expect({ frames: book.frames, missing: book.missing, disorders: book.disorders, last: book.last }).toEqual({
        frames: WAITING + 1,
        missing: 0,
        disorders: 0,
        last: WAITING,
      });
      expect(listener.counter("a", "frames_dropped")).toBe(0);
      expect(listener.counter("a", "frames_filtered")).toBe(0);
      await listener.stop();
      for (const left of [name, `${name}x`]) await ip.run(`link delete ${left}`).catch(() => undefined);
    }
  });
});

test("frames that wait are not counted as kept out by the filter, and what was dropped is known at once", async () => {
  const name = newName();
  await ip.run(...making(name));
  await using listener = await listen(plan, { a: name }, { receiveBufferBytes: 500e3 });
  await until("listening", () => listener.status("a").state === "up");
  await heldUp(listener, name, async () => {
    await flood(name, { ids: "200", count: 700, rate: RATE });
    expect(listener.counter("a", "frames_filtered")).toBe(0);
    expect(listener.counter("a", "frames_dropped")).toBeGreaterThan(0);
  });
  await listener.settle();
  const dropped = listener.counter("a", "frames_dropped");
  expect(listener.book("a").frames + dropped).toBe(WAITING + 1);
  expect(listener.counter("a", "frames_filtered")).toBe(700);
  await ip.run(`link delete ${name}`);
});

test("nothing stays open of an interface that is gone", async () => {
  const name = newName();
  await ip.run(...making(name));
  await using listener = await listen(plan, { a: name });
  await until("listening", () => listener.status("a").state === "up");
  await flood(name, { ids: "100", count: 1 });
  const before = readdirSync("/proc/self/fd").length;
  for (let i = 1; i <= 10; i++) {
    await ip.run(`link delete ${name}`);
    await until("noticed", () => listener.counter("a", "interface_absent") === i);
    await ip.run(...making(name));
    await until("recovered", () => listener.status("a").state === "up");
  }
  // Of `ip`, asked for the interface's mode, there may still be a pipe or two.
  await until("closed", () => readdirSync("/proc/self/fd").length <= before);
  await ip.run(`link delete ${name}`);
});

test("a busy process does not take its own delay for the bus's silence", async () => {
  const name = newName();
  await ip.run(...making(name));
  await using listener = await listen(plan, { a: name }, { silenceUs: 300_000 });
  await using sending = startFlood(name, { ids: "100", count: 100_000, rate: 100, keepsOn: true });
  const { frames } = listener.book("a");
  await until("frames come", () => listener.book("a").frames > frames);
  const before = listener.counter("a", "silences");
  for (let i = 0; i < 3; i++) {
    const hold = listener.hold();
    await hold.isHeld;
    await sleep(900);
    hold.release();
    await sleep(500);
  }
  expect(listener.counter("a", "silences")).toBe(before);
  await sending.stop();
  await until("it is silent now", () => listener.status("a").isSilent);
  await ip.run(`link delete ${name}`);
});
