import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { COMMITTED, driveLog } from "../../deploy/example/make-drive.ts";
import { createCandumpWriter } from "../../src/vehicle/bus/candump-writer.ts";
import { EXAMPLE_DIRECTORY, readExampleDatabases } from "../../src/vehicle/bus/example.ts";
import { createGenerator } from "../../src/vehicle/bus/generator.ts";
import {
  BUS_OFFSET,
  createFrameBlock,
  FLAG_BIT_RATE_SWITCH,
  FLAG_FD,
  FLAGS_OFFSET,
  FRAME_BYTES,
  FRAME_WORDS,
  type FrameBlock,
  ID_ERROR,
  ID_EXTENDED,
  ID_REMOTE,
  LENGTH_OFFSET,
  PAYLOAD_OFFSET,
} from "../../src/vehicle/frame.ts";

const options = {
  startUs: 1_783_999_800_000_000,
  seed: 1,
  databases: readExampleDatabases(),
  busIndexes: { can0: 0, can1: 1 },
};

describe("the generator", () => {
  test("ends with its duration, has yielded the one block again and again, and has counted its frames", async () => {
    const block = createFrameBlock();
    const bus = createGenerator({ ...options, durationS: 4, block });
    let frames = 0;
    for await (const got of bus.receive(new AbortController().signal)) {
      expect(got).toBe(block);
      frames += got.count;
    }
    expect(frames).toBeGreaterThan(4_000);
    expect(bus.counters).toEqual({ frames, junkLines: 0 });
  });

  test("without a duration goes on until it is aborted, and then ends at once", async () => {
    const abort = new AbortController();
    const bus = createGenerator({ ...options, block: createFrameBlock(64) });
    let blocks = 0;
    for await (const _ of bus.receive(abort.signal)) if (++blocks === 100) abort.abort();
    expect(blocks).toBe(100);
  });

  test("lets timers run while it is read as fast as it can be", async () => {
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), 1);
    for await (const _ of createGenerator({ ...options, block: createFrameBlock(64) }).receive(abort.signal)) {
      // Nothing but reading: only the timer ends this.
    }
    clearTimeout(timer);
    expect(abort.signal.aborted).toBe(true);
  });
});

describe("the committed log", () => {
  test("is what its script makes, byte for byte", async () => {
    const pieces: Buffer[] = [];
    for await (const piece of driveLog(COMMITTED)) pieces.push(piece);
    const compressed = readFileSync(join(EXAMPLE_DIRECTORY, "drive.log.gz"));
    expect(compressed.length).toBeLessThan(1_500_000);
    expect(gunzipSync(compressed).equals(Buffer.concat(pieces))).toBe(true);
  });

  test("is a minute of both buses, every line in the format of candump", () => {
    const lines = gunzipSync(readFileSync(join(EXAMPLE_DIRECTORY, "drive.log.gz")))
      .toString("latin1")
      .trimEnd()
      .split("\n");
    const format =
      /^\((\d{10}\.\d{6})\) (can0|can1) (?:[0-9A-F]{3}|[0-9A-F]{8})#(?:#1(?:[0-9A-F]{2}){64}|(?:[0-9A-F]{2}){0,8})$/;
    expect(lines.filter((line) => !format.test(line))).toEqual([]);
    const seconds = (line: string | undefined) => Number(format.exec(line ?? "")?.[1]);
    expect(seconds(lines.at(-1)) - seconds(lines[0])).toBeGreaterThan(59.9);
    expect(lines.length / 60).toBeGreaterThan(1_000);
    expect(lines.some((line) => line.includes("##1"))).toBe(true);
    expect(new Set(lines.map((line) => line.split(" ")[1]))).toEqual(new Set(["can0", "can1"]));
  });
});

describe("the candump writer", () => {
  test("writes classic, 29-bit, FD, remote and error frames as candump -L does", () => {
    const block = createFrameBlock(8);
    put(block, 0x123, 0, "11223344");
    put(block, 0x1c0a1001 | ID_EXTENDED, 0, "00");
    put(block, 0x7, FLAG_FD | FLAG_BIT_RATE_SWITCH, "aabbccddeeff00112233aabb");
    put(block, 0x7ff, FLAG_FD, "");
    put(block, 0x100 | ID_REMOTE, 0, "00000000");
    put(block, 0x100 | ID_REMOTE, 0, "");
    put(block, 0x4 | ID_ERROR, 0, "0008000000000000");
    put(block, 0x0, 0, "", 9);
    expect(createCandumpWriter(["can0"]).write(block).toString("latin1").split("\n")).toEqual([
      "(1700000000.123456) can0 123#11223344",
      "(1700000000.123456) can0 1C0A1001#00",
      "(1700000000.123456) can0 007##1AABBCCDDEEFF00112233AABB",
      "(1700000000.123456) can0 7FF##0",
      "(1700000000.123456) can0 100#R4",
      "(1700000000.123456) can0 100#R",
      "(1700000000.123456) can0 20000004#0008000000000000",
      "(1700000000.123456) can? 000#",
      "",
    ]);
  });

  test("writes every time, id and payload exactly", () => {
    const frame = fc.record({
      id: fc.integer({ min: 0, max: 0x7ff }),
      payload: fc.uint8Array({ maxLength: 8 }),
      us: fc.integer({ min: 0, max: 2 ** 53 - 1 }),
    });
    fc.assert(
      fc.property(fc.array(frame, { minLength: 1, maxLength: 20 }), (frames) => {
        const block = createFrameBlock(20);
        for (const { id, payload, us } of frames) put(block, id, 0, Buffer.from(payload).toString("hex"), 0, us);
        const expected = frames.map(({ id, payload, us }) => {
          const digits = String(us).padStart(16, "0");
          const bytes = Buffer.from(payload).toString("hex").toUpperCase();
          return `(${digits.slice(0, 10)}.${digits.slice(10)}) can0 ${id.toString(16).toUpperCase().padStart(3, "0")}#${bytes}\n`;
        });
        expect(createCandumpWriter(["can0"]).write(block).toString("latin1")).toBe(expected.join(""));
      }),
    );
  });
});

/** Appends a frame to a block. */
function put(block: FrameBlock, word: number, flags: number, hex: string, bus = 0, us = 1_700_000_000_123_456): void {
  const frame = block.count++;
  const payload = Buffer.from(hex, "hex");
  block.words[frame * FRAME_WORDS] = word >>> 0;
  block.bytes[frame * FRAME_BYTES + LENGTH_OFFSET] = payload.length;
  block.bytes[frame * FRAME_BYTES + FLAGS_OFFSET] = flags;
  block.bytes[frame * FRAME_BYTES + BUS_OFFSET] = bus;
  block.bytes.set(payload, frame * FRAME_BYTES + PAYLOAD_OFFSET);
  block.capturedAtUs[frame] = us;
}
