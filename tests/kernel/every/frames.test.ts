// In every guest: what the sender says it sent is what arrives, classic and FD, with all that a frame can be.
import { expect, test } from "vitest";
import { makeInterface } from "../support/interfaces.ts";
import { flood, startReceive } from "../support/programs.ts";

test("a classic frame arrives in a receiver on the same bus", async () => {
  await using bus = await makeInterface();
  await using receiver = await startReceive(bus.name, { print: true });
  await flood(bus.name, { ids: "1A5", classicBytes: 8, firstNumber: 0x01020304 });
  expect(await receiver.stop()).toMatchObject({ frames: 1, classic: 1, fd: 0, bytes: 8 });
  expect(receiver.printed[0]).toMatch(new RegExp(`^${bus.name} 1A5#04030201`));
});

test("an FD frame arrives with its flags, BRS and ESI, whichever of them it has", async () => {
  await using bus = await makeInterface();
  await using receiver = await startReceive(bus.name, { print: true });
  const fd = { ids: "18FEF100", fdEvery: 1, fdBytes: 12 };
  for (const flags of [{}, { brs: true }, { esi: true }, { brs: true, esi: true }])
    await flood(bus.name, { ...fd, ...flags });
  expect(await receiver.stop()).toMatchObject({ frames: 4, fd: 4, brs: 2, esi: 2, bytes: 48 });
  const start = (flags: number): RegExp => new RegExp(`^${bus.name} 18FEF100##${flags}00000000`);
  expect(receiver.printed).toEqual([0, 1, 2, 3].map((flags) => expect.stringMatching(start(flags))));
});

test("remote and error frames are told from data", async () => {
  await using bus = await makeInterface();
  await using receiver = await startReceive(bus.name, { errorFrames: true });
  const sent = await flood(bus.name, { count: 100, remoteEvery: 10, errorEvery: 20, fdEvery: 3 });
  expect(sent).toMatchObject({ sent: 100, error: 5, remote: 5 });
  expect(await receiver.stop()).toMatchObject({ frames: 100, remote: 5, error: 5, fd: sent.fd, classic: sent.classic });
});
