// What the system says of an interface, and of one that is not there.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readLink, readLinkMode, UNKNOWN_MODE } from "../../src/vehicle/bus/live/link.ts";

const read = (file: string): string => readFileSync(`/sys/class/net/lo/${file}`, "latin1").trim();

describe("the link of an interface", () => {
  it("is what the kernel's files say", () => {
    const link = readLink("lo");
    expect(link).toMatchObject({
      index: Number(read("ifindex")),
      isUp: (Number.parseInt(read("flags"), 16) & 1) === 1,
      // Up, its state is "unknown": it has no carrier to lose.
      hasCarrier: read("operstate") !== "down",
    });
    expect(link?.framesIn).toBeLessThanOrEqual(Number(read("statistics/rx_packets")));
    expect(link?.framesLost).toBe(Number(read("statistics/rx_dropped")));
  });

  it("is none where there is no such interface", () => {
    expect(readLink("no-such0")).toBeUndefined();
  });

  it("knows no mode of what is no CAN interface, or not there", async () => {
    expect(await readLinkMode("lo")).toEqual(UNKNOWN_MODE);
    expect(await readLinkMode("no-such0")).toEqual(UNKNOWN_MODE);
  });
});
