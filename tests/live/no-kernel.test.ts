// What a person is told where the kernel has no CAN, or where an interface's name is wrong.
import { readFileSync } from "node:fs";
import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { loadAddon } from "../../src/vehicle/bus/live/addon.ts";
import { loadFallback } from "../../src/vehicle/bus/live/fallback.ts";
import { createLive } from "../../src/vehicle/bus/live/live.ts";
import { type OpenReceiver, ReceiverError, toReceiverError } from "../../src/vehicle/bus/live/receiver.ts";
import { systemClock } from "../../src/vehicle/clock.ts";
import { createFrameBlock } from "../../src/vehicle/frame.ts";
import { loadPlan } from "../../src/vehicle/policy/load.ts";
import { ALLOW_LIST } from "../gateway/drives.ts";

const hasCan = /^CAN_RAW /m.test(readFileSync("/proc/net/protocols", "latin1"));

function addon(): { readonly open: OpenReceiver } {
  const loaded = loadAddon();
  if (loaded instanceof Error) throw loaded;
  return loaded;
}

function errorOf(call: () => unknown): ReceiverError {
  try {
    call();
  } catch (error) {
    if (error instanceof ReceiverError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

async function firstFrame(open?: OpenReceiver): Promise<unknown> {
  const live = await createLive({
    buses: new Map([["can0", { interfaceName: "can0", receiveBufferBytes: 1e6, silenceUs: undefined }]]),
    plan: loadPlan(ALLOW_LIST).plan,
    block: createFrameBlock(),
    clock: systemClock,
    log: pino({ level: "silent" }),
    ...(open === undefined ? {} : { open }),
  });
  return live.receive(new AbortController().signal)[Symbol.asyncIterator]().next();
}

describe.skipIf(hasCan)("where the kernel has no CAN", () => {
  it("the reader says so, with its errno and what to do", () => {
    const error = errorOf(() => addon().open("can0", new Uint32Array(), 1e6));
    expect(error).toMatchObject({ code: "CAN_NO_KERNEL", errno: "EAFNOSUPPORT" });
    expect(error.message).toBe("can0: this kernel has no CAN (EAFNOSUPPORT from socket)");
    expect(error.remedy).toContain("modprobe can-raw");
  });

  it("the live source ends with that, instead of waiting for what cannot come", async () => {
    await expect(firstFrame()).rejects.toMatchObject({ code: "CAN_NO_KERNEL" });
  });

  it("the fallback says what it can", async () => {
    const open = await loadFallback();
    const error = errorOf(() => open("can0", new Uint32Array(), 1e6));
    expect(error).toMatchObject({ code: "CAN_SOCKET", errno: "" });
    expect(error.remedy).toContain("modprobe can-raw");
  });
});

describe("a name that no interface can have", () => {
  it.each(["", "x".repeat(16), "x".repeat(100)])("is told as one that is not there: %j", (name) => {
    expect(errorOf(() => addon().open(name, new Uint32Array(), 1e6))).toMatchObject({ code: "CAN_NO_INTERFACE" });
  });
});

describe("an error of the system", () => {
  it.each([
    [1, "CAN_DENIED"],
    [13, "CAN_DENIED"],
    [19, "CAN_NO_INTERFACE"],
    [24, "CAN_NO_FILES"],
    [93, "CAN_NO_KERNEL"],
    [97, "CAN_NO_KERNEL"],
    [100, "CAN_INTERFACE_DOWN"],
    [105, "CAN_SOCKET"],
  ])("%i is told as %s, with what to do", (errno, code) => {
    const told = toReceiverError("can7", Object.assign(new Error("as strerror says"), { errno, syscall: "bind" }));
    expect(told).toBeInstanceOf(ReceiverError);
    expect(told).toMatchObject({ code, message: expect.stringMatching(/^can7: .*\(E[A-Z]+ from bind\)$/) });
    expect((told as ReceiverError).remedy.length).toBeGreaterThan(20);
  });

  it("is none where it has no errno: that is a mistake of ours, and comes back as it is", () => {
    const mistake = new TypeError("open(interface, filters, bufferBytes, state)");
    expect(toReceiverError("can7", mistake)).toBe(mistake);
  });
});
