// The fallback reader, where the addon was not built: frames arrive, status says what it cannot do, and it too finds back to
// an interface that was made again.
import { readdirSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { beforeAll, describe, expect, test } from "vitest";
import { loadFallback } from "../../../src/vehicle/bus/live/fallback.ts";
import type { OpenReceiver } from "../../../src/vehicle/bus/live/receiver.ts";
import { makeInterface, plannedInterface } from "../support/interfaces.ts";
import { flood, startFlood } from "../support/programs.ts";
import { LIMIT_MS, listen, until } from "./support-live.ts";
import { planOf } from "./support-plan.ts";
import { ask, startReader } from "./support-process.ts";

const plan = planOf({ a: [{ id: 0x100 }, { id: 0x101, lengthBytes: 64, fd: true }], b: [{ id: 0x100 }] });

let open: OpenReceiver;
beforeAll(async () => {
  open = await loadFallback();
});

test("frames arrive, of all kinds, and status says that losses cannot be counted", async () => {
  await using link = await makeInterface();
  await using listener = await listen(plan, { a: link.name }, { open });
  await until("listening", () => listener.status("a").state === "up");
  const sent = await flood(link.name, { ids: "100,101", fdEvery: 2, count: 1000, rate: 1000 });
  await listener.settle();
  const { frames, classic, fd, disorders, timesBack } = listener.book("a");
  expect({ frames, classic, fd, disorders, timesBack }).toEqual({
    frames: sent.sent,
    classic: sent.classic,
    fd: sent.fd,
    disorders: 0,
    timesBack: 0,
  });
  expect(listener.corridor.counters().framesAdmitted).toBe(sent.sent);
  expect(listener.status("a")).toMatchObject({ reader: "socketcan", countsLosses: false, receiveBufferBytes: 0 });
  expect(listener.counter("a", "frames_dropped")).toBe(0);
});

test("a frame's time is when it was sent", async () => {
  await using link = await makeInterface();
  await using listener = await listen(plan, { a: link.name }, { open });
  await until("listening", () => listener.status("a").state === "up");
  const fromMs = Date.now();
  await flood(link.name, { ids: "100", count: 10 });
  const toMs = Date.now() + 1;
  const book = listener.book("a");
  await until("all have come", () => book.frames === 10);
  expect(book.firstCapturedUs / 1000).toBeGreaterThanOrEqual(fromMs);
  expect(book.lastCapturedUs / 1000).toBeLessThanOrEqual(toMs);
  expect(book.timesBack).toBe(0);
});

test("a plan's filters hold, and an empty plan lets nothing through", async () => {
  await using link = await makeInterface();
  await using listener = await listen(plan, { a: link.name }, { open });
  await until("listening", () => listener.status("a").state === "up");
  await flood(link.name, { ids: "200-2FF", count: 256, rate: 1000 });
  await listener.settle();
  expect(listener.book("a").frames).toBe(0);
  listener.source.follow(planOf({ a: [] }));
  await flood(link.name, { ids: "100", count: 100, rate: 1000 });
  await listener.settle();
  expect(listener.book("a").frames).toBe(0);
  listener.source.follow(plan);
  await flood(link.name, { ids: "100", count: 100, rate: 1000 });
  await listener.settle();
  expect(listener.book("a").frames).toBe(100);
});

describe.each(["idle", "under load"])("%s", (load) => {
  const rate = load === "idle" ? 200 : 4000;

  test("an interface that was deleted and made again is found again, and nothing is left open", async () => {
    await using link = await makeInterface();
    await using beside = await makeInterface();
    await using listener = await listen(plan, { a: link.name, b: beside.name }, { open });
    await using sending = startFlood(link.name, { ids: "100", count: 2 ** 31, rate, keepsOn: true });
    const book = listener.book("a");
    await until("frames come", () => book.frames > 0);
    const before = openFiles();
    for (let i = 1; i <= 5; i++) {
      await link.delete();
      await until("noticed", () => listener.status("a").state === "absent", LIMIT_MS);
      await link.make();
      const { frames } = book;
      await until("recovered", () => book.frames > frames && listener.status("a").state === "up", LIMIT_MS);
      expect(listener.counter("a", "recoveries")).toBe(i);
    }
    // The package closes a socket when the garbage collector finds it.
    await collect();
    expect(openFiles() - before).toBeLessThanOrEqual(1);
    expect(listener.status("b")).toMatchObject({ state: "up" });
    expect(listener.counter("b", "interface_absent")).toBe(0);
    await sending.stop();
  });

  test("an interface that goes down and up again is heard again", async () => {
    await using link = await makeInterface();
    await using listener = await listen(plan, { a: link.name }, { open });
    await using sending = startFlood(link.name, { ids: "100", count: 2 ** 31, rate, keepsOn: true });
    const book = listener.book("a");
    await until("frames come", () => book.frames > 0);
    await link.down();
    await until("noticed", () => listener.status("a").state === "down", LIMIT_MS);
    const { frames } = book;
    await link.up();
    await until("recovered", () => book.frames > frames && listener.status("a").state === "up", LIMIT_MS);
    await sending.stop();
  });
});

test("an interface that is absent at start is found when it comes", async () => {
  await using link = plannedInterface();
  await using listener = await listen(plan, { a: link.name }, { open });
  await until("noticed", () => listener.counter("a", "interface_absent") === 1);
  await link.make();
  await until("up", () => listener.status("a").state === "up");
  await flood(link.name, { ids: "100", count: 10 });
  await until("frames come", () => listener.book("a").frames === 10);
});

test.each([0, 1000])("the process ends by itself when it is asked to, at %i frames/s", async (rate) => {
  await using link = await makeInterface();
  const options = { buses: { a: [{ id: 0x100 }] }, interfaces: { a: link.name }, fallback: true };
  await using reader = await startReader(options);
  await using sending = startFlood(link.name, rate === 0 ? { ids: "100" } : { ids: "100", count: 2 ** 31, rate });
  await until("frames come", () => true);
  let frames = 0;
  for (let i = 0; i < 100 && frames === 0; i++) [{ frames } = { frames: 0 }] = await ask(reader);
  if (rate > 0) expect(frames).toBeGreaterThan(0);
  expect(await reader.end()).toEqual({ code: 0, signal: null });
  expect(reader.lines.at(-1)).toBe("stopped");
  await sending.stop();
});

const gc: () => void = (() => {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as () => void;
})();

async function collect(): Promise<void> {
  for (let i = 0; i < 3; i++) {
    gc();
    await sleep(20);
  }
}

function openFiles(): number {
  return readdirSync("/proc/self/fd").length;
}
