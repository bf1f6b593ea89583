// Properties of a line of a candump log: each form that is a frame, and everything that looks like one and is not.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LINE_BYTES_MAX, openCandump } from "../../src/vehicle/bus/candump.ts";
import { BUS_UNKNOWN, createFrameBlock, ID_ERROR, ID_EXTENDED, ID_REMOTE } from "../../src/vehicle/frame.ts";
import { anyFrame, asyncOf, candumpLine, collectFrames, logOf, type TestFrame } from "./candump-text.ts";

/** What is read from a log whose first line is a good one, so that it has a frame. */
async function readLine(line: string): Promise<TestFrame | undefined> {
  const log = logOf(`(1.000000) can0 001#\n${line}\n`);
  const frames = await collectFrames(log);
  expect(log.counters.frames + log.counters.junkLines).toBe(2);
  return frames[1];
}

describe("a line that is a frame", () => {
  const time = "(1700000000.123456) can1 ";
  const expected: TestFrame = {
    capturedAtUs: 1_700_000_000_123_456,
    bus: 1,
    id: 0x123,
    flags: 0,
    length: 2,
    payload: "1122",
  };
  it.each<[string, string, Partial<TestFrame>]>([
    ["classic", "123#1122", {}],
    ["without a payload", "123#", { length: 0, payload: "" }],
    ["of 8 bytes", "7FF#0011223344556677", { id: 0x7ff, length: 8, payload: "0011223344556677" }],
    ["in lower case", "7ff#aabbcc", { id: 0x7ff, length: 3, payload: "aabbcc" }],
    ["with a 29-bit id", "1ABCDEF0#1122", { id: 0x1abc_def0 + ID_EXTENDED }],
    ["with a 29-bit id that would fit 11 bits", "00000123#1122", { id: 0x123 + ID_EXTENDED }],
    ["of 8 bytes with a raw length code", "123#0011223344556677_9", { length: 8, payload: "0011223344556677" }],
    ["of 8 bytes with the highest length code", "123#0011223344556677_F", { length: 8, payload: "0011223344556677" }],
    ["remote", "123#R", { id: 0x123 + ID_REMOTE, length: 0, payload: "" }],
    ["remote with a length", "123#R8", { id: 0x123 + ID_REMOTE, length: 8, payload: "" }],
    ["remote with a length of 0", "123#R0", { id: 0x123 + ID_REMOTE, length: 0, payload: "" }],
    ["remote, in lower case", "123#r4", { id: 0x123 + ID_REMOTE, length: 4, payload: "" }],
    ["remote with a raw length code", "123#R8_C", { id: 0x123 + ID_REMOTE, length: 8, payload: "" }],
    ["remote with a 29-bit id", "00000123#R3", { id: 0x123 + ID_REMOTE + ID_EXTENDED, length: 3, payload: "" }],
    ["an error frame", "20000088#0000000000000000", { id: ID_ERROR + 0x88, length: 8, payload: "0000000000000000" }],
    ["FD", "123##01122", { flags: 4 }],
    ["FD with bit rate switch", "123##11122", { flags: 5 }],
    ["FD with error state", "123##21122", { flags: 6 }],
    ["FD with its own flag, as newer kernels set it", "123##51122", { flags: 5 }],
    ["FD with a flag that FD has not", "123##81122", { flags: 4 }],
    ["FD without a payload", "123##3", { flags: 7, length: 0, payload: "" }],
    ["FD of 64 bytes", `123##1${"5A".repeat(64)}`, { flags: 5, length: 64, payload: "5a".repeat(64) }],
    ["received", "123#1122 R", {}],
    ["transmitted", "123#1122 T", {}],
    ["FD and received", "123##01122 R", { flags: 4 }],
    ["remote and transmitted", "123#R T", { id: 0x123 + ID_REMOTE, length: 0, payload: "" }],
    ["with tabs for blanks", "\t123#1122\tT", {}],
    ["with a carriage return", "123#1122\r", {}],
    ["with a blank at its end", "123#1122 ", {}],
  ])("%s", async (_title, frame, differs) => {
    expect(await readLine(time + frame)).toEqual({ ...expected, ...differs });
  });

  it("keeps every microsecond of its time", async () => {
    const times = ["0000000166.000000", "0.000001", "1700000000.999999", "4102444800.000001", "9000000000.000000"];
    for (const [index, us] of [166e6, 1, 1_700_000_000_999_999, 4_102_444_800_000_001, 9e15].entries()) {
      expect((await readLine(`(${times[index]}) can0 123#`))?.capturedAtUs).toBe(us);
    }
  });

  it("may have a time of tenths or of nanoseconds, which are cut to microseconds", async () => {
    expect((await readLine("(5.3) can0 123#"))?.capturedAtUs).toBe(5_300_000);
    expect((await readLine("(5.000001999) can0 123#"))?.capturedAtUs).toBe(5_000_001);
  });

  it("finds its bus by name, and marks the ones that are not known", async () => {
    expect((await readLine("(5.3) can10 123#"))?.bus).toBe(3);
    expect((await readLine("(5.3)   can1 123#"))?.bus).toBe(1);
    expect((await readLine("(5.3) can 123#"))?.bus).toBe(BUS_UNKNOWN);
    expect((await readLine("(5.3) can00 123#"))?.bus).toBe(BUS_UNKNOWN);
  });

  it("finds its bus among more names than are remembered", async () => {
    const names = Array.from({ length: 40 }, (_, index) => `can${index}`);
    const lines = [...names, ...names].map((name) => `(1.000000) ${name} 123#\n`);
    const frames = await collectFrames(
      openCandump({
        path: "test.log",
        block: createFrameBlock(),
        busIndexOf: (name) => Number(name.slice(3)) % 15,
        bytes: () => asyncOf([Buffer.from(lines.join(""))]),
      }),
    );
    expect(frames.map((frame) => frame.bus)).toEqual([...names, ...names].map((name) => Number(name.slice(3)) % 15));
  });

  it("counts without a newline at the end of the log", async () => {
    expect(await collectFrames(logOf("(1.000000) can0 123#1122"))).toHaveLength(1);
  });
});

describe("a line that is no frame", () => {
  it.each([
    "",
    " ",
    "# comment",
    "can0 123#1122",
    "(1700000000.123456)",
    "(1700000000.123456) can0",
    "(1700000000.123456) can0 ",
    "(1700000000.123456) 123#1122",
    "(1700000000.123456)can0 123#1122",
    "(1700000000) can0 123#1122",
    "(1700000000.) can0 123#1122",
    "(170000000:.123456) can0 123#1122",
    "(1700000000.12345:) can0 123#1122",
    "(1700000000:123456) can0 123#1122",
    "(1700000000.123456] can0 123#1122",
    "(.123456) can0 123#1122",
    "(-1.123456) can0 123#1122",
    "(1700000000.1234567890) can0 123#1122",
    "(99999999999.123456) can0 123#1122",
    "(1700000000.123456 can0 123#1122",
    " (1700000000.123456) can0 123#1122",
    `(1700000000.123456) ${"a".repeat(33)} 123#1122`,
    "(1700000000.123456) can0 #1122",
    "(1700000000.123456) can0 12#1122",
    "(1700000000.123456) can0 1234#1122",
    "(1700000000.123456) can0 800#1122",
    "(1700000000.123456) can0 12G#1122",
    "(1700000000.123456) can0 1234567#1122",
    "(1700000000.123456) can0 FFFFFFFFF#00",
    "(1700000000.123456) can0 40000000#00",
    "(1700000000.123456) can0 40000123#00",
    "(1700000000.123456) can0 80000123#00",
    "(1700000000.123456) can0 FFFFFFFF#00",
    "(1700000000.123456) can0 123",
    "(1700000000.123456) can0 123 1122",
    "(1700000000.123456) can0 123#1",
    "(1700000000.123456) can0 123#112",
    "(1700000000.123456) can0 123#11G2",
    "(1700000000.123456) can0 123#111G",
    "(1700000000.123456) can0 123#001122334455667788",
    "(1700000000.123456) can0 123#1122_9",
    "(1700000000.123456) can0 123#0011223344556677_8",
    "(1700000000.123456) can0 123#0011223344556677_",
    "(1700000000.123456) can0 123#R9",
    "(1700000000.123456) can0 123#R4_9",
    "(1700000000.123456) can0 123#RR",
    "(1700000000.123456) can0 20000088#R",
    "(1700000000.123456) can0 123##",
    "(1700000000.123456) can0 123##G",
    "(1700000000.123456) can0 123##1112",
    "(1700000000.123456) can0 123##1R",
    `(1700000000.123456) can0 123##1${"00".repeat(9)}`,
    `(1700000000.123456) can0 123##1${"00".repeat(63)}`,
    `(1700000000.123456) can0 123##1${"00".repeat(65)}`,
    "(1700000000.123456) can0 123#1122 X",
    "(1700000000.123456) can0 123#1122 R R",
    "(1700000000.123456) can0 123#1122T",
    "(1700000000.123456) can0 123#1122\r\r",
    "DROPCOUNT: dropped 5 CAN frames on 'can0' socket (total drops 5)",
    "\u00ff\u0000 garbage",
  ])("%j is counted and skipped", async (line) => {
    expect(await readLine(line)).toBeUndefined();
  });

  it("is told by the number of the first", async () => {
    const log = logOf("(1.000000) can0 001#\n\n(2.000000) can0 001#\njunk\n");
    await collectFrames(log);
    expect(log.counters).toEqual({ frames: 2, junkLines: 2, firstJunkLine: 2 });
  });

  it("never makes a bus index, a length or an id that cannot be, whatever its bytes", async () => {
    const alphabet = [..."()0123456789ABCDEFabcdefcanR#_. \t\r\nTR"].map((letter) => fc.constant(letter));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(...alphabet), { maxLength: 60 }), anyFrame, async (letters, frame) => {
        const line = candumpLine(frame);
        const cut = letters.length % line.length;
        const log = logOf(`${line}\n${line.slice(0, cut)}${letters.join("")}${line.slice(cut)}\n`);
        const frames = await collectFrames(log);
        for (const read of frames) {
          expect(candumpLine(read)).toMatch(/^\(\d{10}\.\d{6}\) \w+ ([0-7][0-9A-F]{2}|[0-3][0-9A-F]{7})#/);
          expect(read.length).toBeLessThanOrEqual((read.flags & 4) === 0 ? 8 : 64);
        }
      }),
    );
  });

  it("is one line however long it is, and the next is read again", async () => {
    const good = "(1.000000) can0 001#\n";
    for (const length of [LINE_BYTES_MAX, LINE_BYTES_MAX + 1, 300_000, 600_000]) {
      const log = logOf(`${good}${"A".repeat(length)}\n${good}${good}`);
      expect(await collectFrames(log)).toHaveLength(3);
      expect(log.counters).toEqual({ frames: 3, junkLines: 1, firstJunkLine: 2 });
    }
  });

  it("is what a frame becomes when blanks make its line too long", async () => {
    const line = (blanks: number): string => `(1.000000) can0 001#${" ".repeat(blanks)}`;
    expect(await readLine(line(LINE_BYTES_MAX - 20))).toBeDefined();
    expect(await readLine(line(LINE_BYTES_MAX - 19))).toBeUndefined();
  });
});
