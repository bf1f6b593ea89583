// The tools of the other tests, tested: counts that add up, a witness that finds what it should, interfaces that come and go.
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { detailsOf, exists, makeInterface, plannedInterface } from "../support/interfaces.ts";
import { flood, startFlood, startReceive, startWitness } from "../support/programs.ts";

const BUFFER_BYTES = 64 * 1024 * 1024;

test("received and dropped together are what was sent, also where the buffer is too small", async () => {
  await using bus = await makeInterface();
  await using small = await startReceive(bus.name);
  await using large = await startReceive(bus.name, { bufferBytes: BUFFER_BYTES });
  const { sent } = await flood(bus.name, { count: 20_000, fdEvery: 4, numberBits: 64 });
  const [seenSmall, seenLarge] = [await small.stop(), await large.stop()];
  expect(seenSmall.frames + seenSmall.dropped).toBe(sent);
  expect(seenLarge).toMatchObject({ frames: sent, dropped: 0 });
});

test("the witness sees every frame of every bus, and finds the one that was not the sender's", async () => {
  await using first = await makeInterface();
  await using content = await startWitness();
  await using second = await makeInterface();
  await using suspicious = await startWitness();
  const sent = await Promise.all([
    flood(first.name, { count: 5000, fdEvery: 2, errorEvery: 100 }),
    flood(second.name, { count: 3000, ids: "100-1FF", remoteEvery: 7 }),
  ]);
  expect(await content.sawOnly(...sent)).toMatchObject({ frames: 8000 });
  // The same frame once more, as somebody would put there who sends what he received.
  await flood(first.name, { count: 1, firstNumber: 17, fdEvery: 2 });
  await expect(suspicious.sawOnly(...sent)).rejects.toThrow("somebody else sent");
});

test("the interface itself counts what anybody sends", async () => {
  await using bus = await makeInterface();
  await flood(bus.name, { count: 321 });
  expect(await bus.counters()).toMatchObject({ txPackets: 321, txDropped: 0 });
});

test("an interface is made, taken down, renamed, deleted and made again, while frames wait for it", async () => {
  await using bus = plannedInterface();
  expect(await exists(bus.name)).toBe(false);
  await using traffic = startFlood(bus.name, { rate: 1000, count: 1_000_000, keepsOn: true });
  await using witness = await startReceive("any");
  await bus.make();
  await bus.down();
  expect((await detailsOf(bus.name)).flags).not.toContain("UP");
  await bus.up();
  const name = bus.name;
  await bus.rename();
  expect(await exists(name)).toBe(false);
  await bus.delete();
  await using again = await makeInterface(name);
  await sleep(100);
  const { sent } = await traffic.stop();
  const { frames } = await witness.stop();
  expect((await again.counters()).txPackets).toBeGreaterThan(0);
  expect(frames).toBeGreaterThan(0);
  expect(frames).toBeLessThanOrEqual(sent);
});

test("an interface is gone after its test", async () => {
  const { name } = await (async () => {
    await using bus = await makeInterface();
    return { name: bus.name };
  })();
  expect(await exists(name)).toBe(false);
});
