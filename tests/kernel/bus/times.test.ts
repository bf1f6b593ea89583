// What a frame is when it comes out of the reader: the time of its arrival by the kernel's clock, its format and flags, its
// id; and what a person is told of the socket, or why there is none.
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { loadAddon } from "../../../src/vehicle/bus/live/addon.ts";
import { FRAME_WORDS, type FrameBlock, ID_EXTENDED } from "../../../src/vehicle/frame.ts";
import { ip, makeInterface, newName } from "../support/interfaces.ts";
import { flood, startReceive } from "../support/programs.ts";
import { listen, until } from "./support-live.ts";
import { planOf } from "./support-plan.ts";
import { ask, startReader } from "./support-process.ts";

const plan = planOf({ a: [{ id: 0x100 }, { id: 0x101, lengthBytes: 64, fd: true }] });
const UNPRIVILEGED = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "--bounding-set", "-all"];

/** CLOCK_MONOTONIC, in microseconds. */
function steadyUs(): number {
  return Number(process.hrtime.bigint()) / 1000;
}

test("a frame's time is when it was sent, by the wall clock and by the one that never steps", async () => {
  await using link = await makeInterface();
  const windows: { readonly fromUs: number; readonly toUs: number }[] = [];
  const times: { readonly wallUs: number; readonly monotonicUs: number; readonly readAtUs: number }[] = [];
  const onBlock = ({ count, capturedAtUs, monotonicUs }: FrameBlock): void => {
    const readAtUs = steadyUs();
    for (let i = 0; i < count; i++)
      times.push({ wallUs: capturedAtUs[i] ?? 0, monotonicUs: monotonicUs[i] ?? 0, readAtUs });
  };
  await using listener = await listen(plan, { a: link.name }, { onBlock });
  await until("listening", () => listener.status("a").state === "up");
  for (let i = 0; i < 20; i++) {
    const fromUs = Date.now() * 1000;
    await flood(link.name, { ids: "100", count: 5 });
    windows.push({ fromUs, toUs: (Date.now() + 1) * 1000 });
  }
  await listener.settle();
  expect(times.length).toBe(100);
  expect(listener.status("a").timestamps).toBe("kernel");
  expect(listener.book("a").timesBack).toBe(0);
  // Both clocks run alike, and neither is set in this test.
  const offsetUs = Date.now() * 1000 - steadyUs();
  for (const [i, { wallUs, monotonicUs, readAtUs }] of times.entries()) {
    const window = windows[Math.floor(i / 5)] ?? { fromUs: 0, toUs: 0 };
    expect(wallUs).toBeGreaterThanOrEqual(window.fromUs);
    expect(wallUs).toBeLessThanOrEqual(window.toUs);
    expect(monotonicUs).toBeLessThanOrEqual(readAtUs);
    expect(Math.abs(wallUs - monotonicUs - offsetUs)).toBeLessThan(20_000);
  }
});

test("a frame that waits keeps the time at which it came", async () => {
  await using link = await makeInterface();
  await using listener = await listen(plan, { a: link.name });
  await until("listening", () => listener.status("a").state === "up");
  const hold = listener.hold();
  await flood(link.name, { ids: "100", count: 1 });
  await hold.isHeld;
  const fromMs = Date.now();
  await flood(link.name, { ids: "100", count: 10, firstNumber: 1 });
  const toMs = Date.now() + 1;
  await sleep(700);
  hold.release();
  const book = listener.book("a");
  await until("all have come", () => book.frames === 11);
  expect(book.lastCapturedUs / 1000).toBeGreaterThanOrEqual(fromMs);
  expect(book.lastCapturedUs / 1000).toBeLessThanOrEqual(toMs);
  expect(steadyUs() - book.lastUs).toBeGreaterThan(600_000);
});

test.each([
  { brs: true, esi: false },
  { brs: false, esi: true },
  { brs: true, esi: true },
  { brs: false, esi: false },
])("FD frames keep their flags, and classic ones have none: BRS $brs, ESI $esi", async ({ brs, esi }) => {
  await using link = await makeInterface();
  await using listener = await listen(plan, { a: link.name });
  await until("listening", () => listener.status("a").state === "up");
  const sent = await flood(link.name, { ids: "100,101", fdEvery: 2, count: 2000, brs, esi });
  await listener.settle();
  const { frames, fd, classic, disorders, missing, brs: withBrs, esi: withEsi } = listener.book("a");
  expect({ frames, fd, classic, disorders, missing }).toEqual({
    frames: sent.sent,
    fd: sent.fd,
    classic: sent.classic,
    disorders: 0,
    missing: 0,
  });
  expect({ withBrs, withEsi }).toEqual({ withBrs: brs ? sent.fd : 0, withEsi: esi ? sent.fd : 0 });
  const { framesAdmitted, framesReceived } = listener.corridor.counters();
  expect([framesAdmitted, framesReceived]).toEqual([2000, 2000]);
});

test("an FD frame of any length that there is is one of FD, and as long", async () => {
  await using link = await makeInterface();
  const lengths: number[] = [];
  const onBlock = ({ words, count }: FrameBlock): void => {
    for (let i = 0; i < count; i++) lengths.push((words[i * FRAME_WORDS + 1] ?? 0) & 0xff);
  };
  await using listener = await listen(plan, { a: link.name }, { onBlock });
  await until("listening", () => listener.status("a").state === "up");
  const all = [0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 20, 24, 32, 48, 64];
  for (const fdBytes of all) await flood(link.name, { ids: "101", fdEvery: 1, fdBytes, count: 1 });
  await until("all have come", () => listener.book("a").frames === all.length);
  expect(listener.book("a").fd).toBe(all.length);
  expect(lengths).toEqual(all);
});

test("29-bit ids come whole", async () => {
  await using link = await makeInterface();
  const ids = [0x1fff_ffff, 0x18fe_f100, 0x800, 0x1234_5678];
  const seen: number[] = [];
  const onBlock = ({ words, count }: FrameBlock): void => {
    for (let i = 0; i < count; i++) seen.push(words[i * FRAME_WORDS] ?? 0);
  };
  const wide = planOf({ a: ids.map((id) => ({ id, extended: true })) });
  await using listener = await listen(wide, { a: link.name }, { onBlock });
  await until("listening", () => listener.status("a").state === "up");
  await flood(link.name, { ids: ids.map((id) => id.toString(16).padStart(8, "0")).join(), count: 4 });
  await until("all have come", () => seen.length === 4);
  expect(seen).toEqual(ids.map((id) => ID_EXTENDED + id));
  expect(listener.corridor.counters().framesAdmitted).toBe(4);
});

test("error and remote frames are counted, and never admitted", async () => {
  await using link = await makeInterface();
  await using listener = await listen(plan, { a: link.name });
  await until("listening", () => listener.status("a").state === "up");
  const sent = await flood(link.name, { ids: "100", count: 5000, errorEvery: 7, remoteEvery: 5 });
  await listener.settle();
  expect(Math.min(sent.error, sent.remote, sent.classic)).toBeGreaterThan(500);
  const { framesAdmitted, framesDenied, framesReceived } = listener.corridor.counters();
  expect({ framesReceived, framesAdmitted, ...framesDenied }).toEqual({
    ...{ framesReceived: 5000, framesAdmitted: sent.classic, error: sent.error, remote: sent.remote },
    ...{ not_listed: 0, length: 0, format: 0 },
  });
  expect(listener.status("a").controller).toBe("warning");
});

test("error frames alone are no sign of life of a bus", async () => {
  await using link = await makeInterface();
  await using listener = await listen(plan, { a: link.name }, { silenceUs: 300_000 });
  await until("silent", () => listener.status("a").isSilent);
  await flood(link.name, { count: 300, rate: 300, errorEvery: 1 });
  expect(listener.book("a").errors).toBeGreaterThan(0);
  expect(listener.status("a")).toMatchObject({ isSilent: true, lastFrameMs: undefined });
});

describe("the receive buffer", () => {
  test("is as large as asked for, and status says so, where that may be forced", async () => {
    await using link = await makeInterface();
    await using listener = await listen(plan, { a: link.name }, { receiveBufferBytes: 4_000_000 });
    await until("listening", () => listener.status("a").state === "up");
    // The kernel doubles it for its own keeping of books. [socket(7) SO_RCVBUF]
    expect(listener.status("a").receiveBufferBytes).toBe(8_000_000);
  });

  test("is what the kernel allows to an ordinary user, and status says so", async () => {
    await using link = await makeInterface();
    const options = { buses: { a: [{ id: 0x100 }] }, interfaces: { a: link.name }, receiveBufferBytes: 4_000_000 };
    await using reader = await startReader(options, UNPRIVILEGED);
    const { readFileSync } = await import("node:fs");
    const limit = Number(readFileSync("/proc/sys/net/core/rmem_max", "latin1"));
    expect(limit).toBeLessThan(4_000_000);
    const sent = await flood(link.name, { ids: "100", count: 100 });
    await sleep(500);
    expect(await ask(reader)).toMatchObject([
      { state: "up", reader: "canward", receiveBufferBytes: 2 * limit, frames: sent.sent },
    ]);
    expect(await reader.end()).toEqual({ code: 0, signal: null });
  });
});

describe("what a person is told", () => {
  const addon = loadAddon();
  if (addon instanceof Error) throw addon;

  test("where there is no such interface", () => {
    expect(() => addon.open(newName(), new Uint32Array(), 1e6)).toThrow(
      expect.objectContaining({ code: "CAN_NO_INTERFACE", errno: "ENODEV" }),
    );
  });

  test("where the interface is not one of CAN", () => {
    expect(() => addon.open("lo", new Uint32Array(), 1e6)).toThrow(
      expect.objectContaining({ code: "CAN_NO_INTERFACE", errno: "ENODEV" }),
    );
  });

  test("where the interface is down: it is opened, and says so once", async () => {
    await using link = await makeInterface();
    await link.down();
    await using listener = await listen(plan, { a: link.name });
    await until("noticed", () => listener.counter("a", "interface_down") === 1);
    expect(listener.status("a")).toMatchObject({ state: "down", reader: "canward" });
    await sleep(1000);
    expect(listener.counter("a", "interface_down")).toBe(1);
    expect(listener.counter("a", "socket_errors")).toBeLessThanOrEqual(1);
    await link.up();
    await until("up", () => listener.status("a").state === "up");
    await flood(link.name, { ids: "100", count: 10 });
    await until("frames come", () => listener.book("a").frames === 10);
  });

  test("a virtual interface has no controller that could send", async () => {
    await using link = await makeInterface();
    await using listener = await listen(plan, { a: link.name });
    await until("known", () => listener.status("a").listenOnly === "virtual");
    expect(listener.status("a")).toMatchObject({
      controller: "unknown",
      bitRate: 0,
      state: "up",
      interface: link.name,
    });
  });

  test("a name of another kind of interface is waited for like one that is not there", async () => {
    const name = newName();
    await ip("link", "add", name, "type", "dummy").catch(() => undefined);
    await using listener = await listen(plan, { a: "lo" });
    await sleep(900);
    listener.demandLife();
    expect(listener.book("a").frames).toBe(0);
    expect(listener.status("a").reader).toBe("");
    await ip("link", "delete", name).catch(() => undefined);
  });
});

test("a second reader of the same interface sees the same frames", async () => {
  await using link = await makeInterface();
  await using listener = await listen(plan, { a: link.name });
  await until("listening", () => listener.status("a").state === "up");
  await using receiving = await startReceive(link.name, { bufferBytes: 8e6 });
  const sent = await flood(link.name, { ids: "100", count: 2000, rate: 8000 });
  await listener.settle();
  expect((await receiving.stop()).frames).toBe(sent.sent);
  expect(listener.book("a").frames).toBe(sent.sent);
});
