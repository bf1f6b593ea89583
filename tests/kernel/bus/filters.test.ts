// Kernel filters on a real bus: what reaches the process is what the filters promise, to the frame, and what does not is
// counted; listed frames are never lost, though there are more of them than filters, or the plan is swapped under load.
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { kernelFilters, passes } from "../../../src/vehicle/bus/live/filters.ts";
import { FRAME_WORDS, type FrameBlock, ID_EXTENDED, ID_MASK_EXTENDED, ID_REMOTE } from "../../../src/vehicle/frame.ts";
import type { Plan } from "../../../src/vehicle/plan.ts";
import { createRandom } from "../../gate/frames.ts";
import { makeInterface } from "../support/interfaces.ts";
import { flood, type Sent, startFlood } from "../support/programs.ts";
import { isFull, type Listener, listen, until } from "./support-live.ts";
import { type MessageParts, planOf } from "./support-plan.ts";

const STANDARD = Array.from({ length: 2048 }, (_, id) => id);
/** Flat out, the kernel puts its own work off, and may lose frames before any socket has them. */
const RATE = 20_000;
/** More do not fit on the sender's command line. */
const STRANGERS = 2000;

/** How often each id word came. */
class Ids {
  readonly counts = new Map<number, number>();

  take({ words, count }: FrameBlock): void {
    for (let i = 0; i < count; i++) {
      const id = words[i * FRAME_WORDS] ?? 0;
      this.counts.set(id, (this.counts.get(id) ?? 0) + 1);
    }
  }
}

/** Sends one frame of each id word, and waits until all is quiet. */
async function sendEach(interfaceName: string, ids: readonly number[], isRemote = false): Promise<Sent> {
  const words = ids.map((id) =>
    id >= ID_EXTENDED ? (id - ID_EXTENDED).toString(16).padStart(8, "0") : id.toString(16),
  );
  return flood(interfaceName, {
    ids: words.join(),
    count: ids.length,
    rate: RATE,
    ...(isRemote ? { remoteEvery: 1 } : {}),
  });
}

/** Fails unless just those of the ids came that pass, each of them once, and the rest is counted. */
async function demandPassing(plan: Plan, sentIds: readonly number[], isRemote = false): Promise<number> {
  await using link = await makeInterface();
  const ids = new Ids();
  await using listener = await listen(plan, { a: link.name }, { onBlock: (block) => ids.take(block) });
  await until("listening", () => listener.status("a").state === "up");
  const sent = await sendEach(link.name, sentIds, isRemote);
  expect(sent.sent).toBe(sentIds.length);
  await listener.settle();
  const filters = kernelFilters(plan.gate, plan.buses.indexOf("a"));
  const idWords = sentIds.map((id) => (isRemote ? (id | ID_REMOTE) >>> 0 : id));
  const expected = idWords.filter((id) => passes(filters, id));
  expect([...ids.counts.keys()].sort((a, b) => a - b)).toEqual(expected.toSorted((a, b) => a - b));
  expect([...ids.counts.values()].every((count) => count === 1)).toBe(true);
  checkCounts(listener, sent.sent, expected.length);
  return expected.length;
}

function checkCounts(listener: Listener, sent: number, received: number): void {
  expect(listener.counter("a", "frames_dropped")).toBe(0);
  expect(listener.counter("a", "frames_filtered")).toBe(sent - received);
  expect(listener.corridor.counters().framesReceived).toBe(received);
}

function extendedIds(seed: number, count: number): readonly number[] {
  const random = createRandom(seed);
  const ids = new Set<number>();
  while (ids.size < count) ids.add(ID_EXTENDED + random(2 ** 29));
  return [...ids];
}

const some: readonly MessageParts[] = STANDARD.filter((id) => id % 51 === 7).map((id) => ({ id }));
const someExtended: readonly MessageParts[] = extendedIds(1, 40).map((id) => ({
  id: id - ID_EXTENDED,
  extended: true,
}));

test("40 ids of 2,048: these arrive and no other", async () => {
  expect(await demandPassing(planOf({ a: some }), STANDARD)).toBe(some.length);
});

test("of the same ids no remote frame is kept out, and none is admitted", async () => {
  expect(await demandPassing(planOf({ a: some }), STANDARD, true)).toBe(2048);
});

test("29-bit ids: the listed ones arrive, their neighbours do not", async () => {
  const listed = extendedIds(1, 40);
  const near = listed.flatMap((id) => [id, ID_EXTENDED + ((id + 1) & ID_MASK_EXTENDED)]);
  const sent = [...new Set([...near, ...extendedIds(2, STRANGERS)])];
  expect(await demandPassing(planOf({ a: [...some, ...someExtended] }), sent)).toBe(listed.length);
  // An id below 2,048 in the long format is another id.
  expect(
    await demandPassing(
      planOf({ a: some }),
      STANDARD.map((id) => ID_EXTENDED + id),
    ),
  ).toBe(0);
});

test("parameter groups: whatever the priority, the sender and, below 240, the destination", async () => {
  const groups = [0x00ea_0000, 0x00fe_f100, 0x01fe_f100, 0x00ef_0000].map((id) => ({
    id: id + 0x18 * 2 ** 24,
    extended: true,
  }));
  const plan = planOf({ a: groups }, { j1939: true });
  const random = createRandom(3);
  const members = groups.flatMap(({ id }) =>
    Array.from({ length: 60 }, () => {
      const isBroadcast = ((id >>> 16) & 0xff) >= 240;
      const specific = isBroadcast ? (id >>> 8) & 0xff : random(256);
      return ID_EXTENDED + random(8) * 2 ** 26 + (id & 0x03ff_0000) + specific * 256 + random(256);
    }),
  );
  const sent = [...new Set([...members, ...extendedIds(4, STRANGERS)])];
  expect(await demandPassing(plan, sent)).toBeGreaterThanOrEqual(new Set(members).size);
});

test("1,600 ids, more than the kernel takes filters: each listed one arrives, once", async () => {
  const random = createRandom(5);
  const standard = STANDARD.filter(() => random(2) === 0).slice(0, 900);
  const extended = extendedIds(6, 700);
  const plan = planOf({
    a: [...standard.map((id) => ({ id })), ...extended.map((id) => ({ id: id - ID_EXTENDED, extended: true }))],
  });
  expect(await demandPassing(plan, STANDARD)).toBeGreaterThanOrEqual(standard.length);
  expect(await demandPassing(plan, [...extended, ...extendedIds(7, 1300)])).toBeGreaterThanOrEqual(extended.length);
});

test("an empty plan receives nothing, of any kind", async () => {
  const plan = planOf({ a: [] });
  expect(await demandPassing(plan, [...STANDARD, ...extendedIds(8, 1000)])).toBe(0);
  expect(await demandPassing(plan, STANDARD, true)).toBe(0);
});

test("a bus that the plan no longer has receives nothing, and again once it has", async () => {
  await using link = await makeInterface();
  const plan = planOf({ a: [{ id: 0x100 }] });
  const ids = new Ids();
  await using listener = await listen(plan, { a: link.name }, { onBlock: (block) => ids.take(block) });
  await until("listening", () => listener.status("a").state === "up");
  listener.source.follow(planOf({ b: [{ id: 0x100 }] }));
  await flood(link.name, { ids: "100", count: 500 });
  await listener.settle();
  expect(ids.counts.size).toBe(0);
  listener.source.follow(plan);
  await flood(link.name, { ids: "100", count: 500 });
  await listener.settle();
  expect(ids.counts.get(0x100)).toBe(500);
  expect(listener.counter("a", "frames_filtered")).toBe(500);
});

test("a swap of plans under load loses no frame that both list", { timeout: 120_000 }, async () => {
  await using link = await makeInterface();
  // Many filters make a swap long.
  const filler = STANDARD.filter((id) => id >= 0x200 && id < 0x300).map((id) => ({ id }));
  const plans = [
    planOf({ a: [...filler, { id: 0x100 }, { id: 0x101 }] }),
    planOf({ a: [{ id: 0x102 }, { id: 0x100 }, ...filler] }),
    planOf({ b: [{ id: 0x102 }], a: [{ id: 0x100 }] }),
  ];
  const [first] = plans;
  if (first === undefined) throw new Error("no plan");
  const ids = new Ids();
  await using listener = await listen(
    first,
    { a: link.name },
    { receiveBufferBytes: 64e6, onBlock: (block) => ids.take(block) },
  );
  await until("listening", () => listener.status("a").state === "up");
  const count = isFull ? 1_500_000 : 90_000;
  await using sending = startFlood(link.name, { ids: "100,101,102", count, rate: 30_000 });
  let ended = false;
  sending.ended.then(() => (ended = true));
  let swaps = 0;
  while (!ended) {
    swaps += 1;
    const next = plans[swaps % plans.length];
    if (next !== undefined) listener.source.follow(next);
    await sleep(3);
  }
  await listener.settle();
  expect(swaps).toBeGreaterThan(100);
  expect(listener.counter("a", "frames_dropped")).toBe(0);
  expect(ids.counts.get(0x100)).toBe(count / 3);
  // Else no plan was ever in force.
  for (const id of [0x101, 0x102]) {
    expect(ids.counts.get(id)).toBeGreaterThan(count / 60);
    expect(ids.counts.get(id)).toBeLessThan(count / 3);
  }
  process.stdout.write(`\n${swaps} swaps while ${count} frames came\n`);
});
