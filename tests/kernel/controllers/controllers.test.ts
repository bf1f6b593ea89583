// The two emulated controllers of the guest: what only real hardware has, and virtual interfaces do not.
import { afterEach, expect, test } from "vitest";
import { countersOf, detailsOf, ip } from "../support/interfaces.ts";
import { flood, startReceive } from "../support/programs.ts";

const BUS = ["can0", "can1"] as const;

afterEach(async () => {
  for (const name of BUS) await ip("link", "set", name, "down");
});

test("a controller has the bit rate that it was given", async () => {
  await bringUp("can0", "bitrate", "250000");
  expect((await detailsOf("can0")).linkinfo?.info_data).toMatchObject({
    state: "ERROR-ACTIVE",
    bittiming: { bitrate: 250_000 },
  });
  await ip("link", "set", "can0", "down");
  await bringUp("can0", "bitrate", "500000");
  expect((await detailsOf("can0")).linkinfo?.info_data?.bittiming).toMatchObject({ bitrate: 500_000 });
});

test("frames go from one controller to the other", async () => {
  for (const name of BUS) await bringUp(name, "bitrate", "500000", "listen-only", "off");
  await using receiver = await startReceive("can0", { print: true });
  // Slow enough for the emulated controller's 64 bytes of buffer, which the emulated bus does not spare.
  const { sent } = await flood("can1", { count: 50, rate: 50, ids: "123,18FEF100" });
  await expect.poll(async () => (await countersOf("can0")).rxPackets).toBeGreaterThanOrEqual(sent);
  expect(await receiver.stop()).toMatchObject({ frames: 50, classic: 50 });
  expect(receiver.printed.slice(0, 2)).toEqual(["can0 123#0000000004050607", "can0 18FEF100#0100000023242526"]);
});

test("listen-only shows, and what is sent there reaches nobody", async () => {
  await bringUp("can0", "bitrate", "500000", "listen-only", "on");
  await bringUp("can1", "bitrate", "500000", "listen-only", "off");
  expect((await detailsOf("can0")).linkinfo?.info_data?.ctrlmode).toContain("LISTEN-ONLY");
  expect((await detailsOf("can1")).linkinfo?.info_data?.ctrlmode ?? []).not.toContain("LISTEN-ONLY");
  await using receiver = await startReceive("can1");
  await flood("can0", { count: 1 });
  expect((await countersOf("can0")).txDropped).toBeGreaterThan(0);
  expect(await receiver.stop()).toMatchObject({ frames: 0 });
});

async function bringUp(name: string, ...words: readonly string[]): Promise<void> {
  await ip("link", "set", name, "type", "can", ...words);
  await ip("link", "set", name, "up");
}
