// No bus starves another: while one has thousands of frames waiting, the other's come in turn, and so do timers.
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { BLOCK_FRAMES_MAX, BUS_OFFSET } from "../../../src/vehicle/frame.ts";
import { makeInterface } from "../support/interfaces.ts";
import { flood, startFlood } from "../support/programs.ts";
import { listen, until } from "./support-live.ts";
import { planOf } from "./support-plan.ts";

const messages = [{ id: 0x100 }];
const plan = planOf({ first: messages, second: messages });

test.each([
  { flooded: "first", quiet: "second" },
  { flooded: "second", quiet: "first" },
])("the $quiet bus comes in every turn while the $flooded one is drained", async ({ flooded, quiet }) => {
  await using links = {
    first: await makeInterface(),
    second: await makeInterface(),
    [Symbol.asyncDispose]: disposeBoth,
  };
  async function disposeBoth(): Promise<void> {
    await links.first[Symbol.asyncDispose]();
    await links.second[Symbol.asyncDispose]();
  }
  const nameOf = (bus: string): string => (bus === "first" ? links.first.name : links.second.name);
  // The reader is held up in the first block, so that all the others are waiting when it goes on.
  const turns: { readonly bus: string; readonly frames: number }[] = [];
  let isHeld = false;
  const onBlock = ({ bytes, count }: { readonly bytes: Uint8Array; readonly count: number }): void => {
    if (isHeld) turns.push({ bus: plan.buses[bytes[BUS_OFFSET] ?? 15] ?? "", frames: count });
  };
  await using listener = await listen(
    plan,
    { first: links.first.name, second: links.second.name },
    { receiveBufferBytes: 64e6, onBlock },
  );
  await until("listening", () => ["first", "second"].every((bus) => listener.status(bus).state === "up"));
  const hold = listener.hold();
  // What is fetched before the hold does not count; the last of each waits for it.
  await flood(nameOf(flooded), { ids: "100", count: 1 });
  await hold.isHeld;
  isHeld = true;
  const many = await flood(nameOf(flooded), { ids: "100", count: 30_000, rate: 30_000 });
  const few = await flood(nameOf(quiet), { ids: "100", count: 3000, rate: 10_000 });
  hold.release();
  await until(
    "all have come",
    () => turns.reduce((sum, { frames }) => sum + frames, 0) >= many.sent + few.sent,
    20_000,
  );
  expect(listener.counter(flooded, "frames_dropped") + listener.counter(quiet, "frames_dropped")).toBe(0);

  const places = turns.flatMap(({ bus }, i) => (bus === quiet ? [i] : []));
  const last = places.at(-1) ?? Number.NaN;
  // While it has any, it has every second turn.
  expect(places[0]).toBeLessThanOrEqual(2);
  expect(places.every((place, i) => i === 0 || place - (places[i - 1] ?? 0) === 2)).toBe(true);
  expect(turns.slice(last + 1).filter(({ bus }) => bus === flooded).length).toBeGreaterThan(20);
  expect(Math.max(...turns.map(({ frames }) => frames))).toBeLessThanOrEqual(BLOCK_FRAMES_MAX);
});

test("timers run while a bus is flooded without end, and the other bus's frames come", async () => {
  await using busy = await makeInterface();
  await using calm = await makeInterface();
  await using listener = await listen(plan, { first: busy.name, second: calm.name });
  await until("listening", () => ["first", "second"].every((bus) => listener.status(bus).state === "up"));
  await using flooding = startFlood(busy.name, { ids: "100", count: 2 ** 31 });
  await until("the flood comes", () => listener.book("first").frames > 5000);
  let ticks = 0;
  const timer = setInterval(() => (ticks += 1), 10);
  const sent = await flood(calm.name, { ids: "100", count: 500, rate: 500 });
  await sleep(300);
  clearInterval(timer);
  await flooding.stop();
  expect(ticks).toBeGreaterThan(10);
  await until("all frames of the calm bus have come", () => listener.book("second").frames === sent.sent);
  expect(listener.book("second").missing + listener.book("second").disorders).toBe(0);
  expect(listener.counter("second", "frames_dropped")).toBe(0);
});
