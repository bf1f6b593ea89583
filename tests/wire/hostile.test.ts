import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { OperatingError } from "../../src/errors.ts";
import { joinSegments, readBatch, readHeader } from "../../src/wire/batch.ts";
import { BATCH_BYTES_MAX, GAPS_MAX } from "../../src/wire/batch-header.ts";
import { encodeBirth, readBirth } from "../../src/wire/birth.ts";
import { canward } from "../../src/wire/canward_pb.js";
import { COLUMNS_BYTES_MAX, DATAPOINTS_MAX } from "../../src/wire/columns/limits.ts";
import { packSegment, unpackSegment } from "../../src/wire/segment.ts";
import { encodeStatus, readStatus } from "../../src/wire/status.ts";
import { WireError } from "../../src/wire/wire-error.ts";
import { anyRecording, datapointsOf } from "./arbitraries.ts";
import { BIRTH, HEADER, STATUS } from "./examples.ts";

const READERS = { readBatch, readHeader, unpackSegment, readBirth, readStatus };

/** Runs every reader: each answers, or throws WireError. */
function expectBounded(payload: Uint8Array): void {
  for (const [name, read] of Object.entries(READERS)) expectBoundedOne(name, () => read(payload));
}

function expectBoundedOne(name: string, read: () => unknown): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof WireError)) throw new Error(`${name} threw something else`, { cause: error });
  }
}

function codeOf(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    if (error instanceof OperatingError) return error.code;
    throw error;
  }
  return "nothing was thrown";
}

const noisy = datapointsOf(
  Array.from({ length: 90 }, (_, row) => ({
    alias: row % 3,
    timeMs: 10 * Math.floor(row / 3) + (row % 7),
    raw: BigInt((row * row) % 23),
  })),
);
const SEGMENT = packSegment(noisy, Uint16Array.of(4, 4, 9));
const PAYLOAD = joinSegments([SEGMENT], HEADER);

/** The last moment of the calendar as LEB128, and a number of 65 bits. */
const LATE = [0x80, 0x80, 0xf0, 0x96, 0x8c, 0xc1, 0xac, 0x0f];
const WIDE = [...Array.from({ length: 9 }, () => 0xff), 0x02];

/** A batch whose columns are these bytes. */
function batchOf(columns: Uint8Array, datapoints: number): Uint8Array {
  const envelope = canward.v1.Batch.decode(PAYLOAD);
  return canward.v1.Batch.encode({ ...envelope, datapoints, columns: zstdCompressSync(columns) }).finish();
}

function columnsOf(payload: Uint8Array): Uint8Array {
  return zstdDecompressSync(canward.v1.Batch.decode(payload).columns);
}

describe("whatever arrives, a reader answers or throws WireError", () => {
  test("every truncation of every message", () => {
    for (const whole of [PAYLOAD, SEGMENT, encodeBirth(BIRTH), encodeStatus(STATUS)]) {
      for (let length = 0; length < whole.length; length += 1) expectBounded(whole.subarray(0, length));
    }
    const columns = columnsOf(PAYLOAD);
    for (let length = 0; length < columns.length; length += 1) expectBounded(batchOf(columns.subarray(0, length), 90));
  });

  test("every single flipped bit of every message, and of the columns before compression", () => {
    const columns = columnsOf(PAYLOAD);
    for (const whole of [PAYLOAD, SEGMENT, encodeBirth(BIRTH), encodeStatus(STATUS), columns]) {
      for (let bit = 0; bit < 8 * whole.length; bit += 1) {
        const flipped = Uint8Array.from(whole);
        flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        if (whole === columns) expectBoundedOne("readBatch", () => readBatch(batchOf(flipped, 90)));
        else expectBounded(flipped);
      }
    }
  });

  test("arbitrary bytes, and arbitrary bytes in the place of each part of the columns", () => {
    const part = fc.uint8Array({ maxLength: 60 });
    fc.assert(
      fc.property(part, part, part, part, fc.nat(200), (values, presence, times, shape, datapoints) => {
        expectBounded(values);
        expectBounded(batchOf(canward.v1.Columns.encode({ values, presence, times, shape }).finish(), datapoints));
      }),
      { numRuns: 1000 },
    );
  });

  test("columns of arbitrary datapoints with some bytes of their shape changed", () => {
    const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(anyRecording, changes, ({ points, groups }, bytes) => {
        const { columns } = canward.v1.Segment.decode(packSegment(points, groups));
        const shape = Uint8Array.from(columns?.shape ?? []);
        for (const [at, byte] of bytes) shape[at % shape.length] = byte;
        expectBounded(batchOf(canward.v1.Columns.encode({ ...columns, shape }).finish(), points.count));
      }),
      { numRuns: 500 },
    );
  });
});

describe("what is too large is refused before it takes memory", () => {
  test("a payload above the limit", () => {
    expect(codeOf(() => readHeader(new Uint8Array(BATCH_BYTES_MAX + 1)))).toBe("WIRE_TOO_LARGE");
  });

  test("a few bytes that decompress to more than the limit", () => {
    const bomb = batchOf(new Uint8Array(COLUMNS_BYTES_MAX + 1), 1);
    expect(bomb.length).toBeLessThan(2000);
    expect(codeOf(() => readBatch(bomb))).toBe("WIRE_TOO_LARGE");
  });

  test("a zstd frame that asks for a large window", async () => {
    const { createZstdCompress } = await import("node:zlib");
    const stream = createZstdCompress({ params: { [constants.ZSTD_c_windowLog]: 27 } });
    stream.end(columnsOf(PAYLOAD));
    const columns = Buffer.concat(await stream.toArray());
    const payload = canward.v1.Batch.encode({ ...canward.v1.Batch.decode(PAYLOAD), columns }).finish();
    expect(codeOf(() => readBatch(payload))).toBe("WIRE_COMPRESSION");
  });

  test.each([
    ["more datapoints than a batch may have", DATAPOINTS_MAX + 1, [0]],
    ["more rows than datapoints", 10, [0, 0, 8 * 11, 1, 0, 0, 0, 0, 0]],
    ["more columns' datapoints than the header says", 10, [0, 0, 8 * 10, 2, 0, 0, 0, 0, 0, 2, 0, 0]],
    ["fewer datapoints than the header says", 10, [0, 0, 8, 1, 0, 0, 0, 0]],
    ["an alias twice", 2, [0, 0, 8, 2, 0, 0, 0, 0, 0, 0, 0]],
    ["a group twice", 2, [0, 0, 8, 1, 0, 0, 0, 0, 0, 8, 1, 0, 2, 0, 0]],
    ["a group without columns", 0, [0, 0, 8, 0, 0]],
    ["a group without rows", 0, [0, 0, 0, 1, 0, 0, 0, 0]],
    ["a presence that does not exist", 1, [0, 0, 8, 1, 0, 0, 12, 0]],
    ["a width above 8", 1, [0, 0, 8, 1, 0, 0, 16, 1 << 7, 9, 0]],
    ["a column in which no row has a value", 1, [0, 0, 8, 1, 0, 0, 4, 0]],
  ])("%s", (_, datapoints, shape) => {
    const columns = canward.v1.Columns.encode({ shape: Uint8Array.from(shape) }).finish();
    expect(["WIRE_COLUMNS", "WIRE_FIELD"]).toContain(codeOf(() => readBatch(batchOf(columns, datapoints))));
  });

  test.each<[string, number, Readonly<Record<string, readonly number[]>>, string]>([
    ["times that run backwards", 2, { times: [3], shape: [9, 0, 17, 1, 0, 1, 0, 0, 0] }, "times run backwards"],
    ["times after the last date", 1, { shape: [...LATE, 0, 8, 1, 2, 0, 0, 0] }, "times are out of range"],
    ["a base after the last date", 0, { shape: [...LATE.slice(0, -1), 0x7f] }, "base is missing or out of range"],
    ["no base", 0, { shape: [] }, "base is missing or out of range"],
    [
      "tokens that end too early",
      3,
      { values: [1, 2], shape: [0, 0, 24, 1, 0, 5, 0, 16, 0] },
      "the tokens end too early",
    ],
    ["times that end too early", 3, { times: [1], shape: [0, 0, 25, 1, 0, 5, 0, 0, 0] }, "the tokens end too early"],
    ["a run beyond the rows", 3, { presence: [4], shape: [0, 0, 24, 1, 0, 5, 0, 8, 0] }, "a run of 4"],
    ["a run of nothing", 3, { presence: [1, 0, 2], shape: [0, 0, 24, 1, 0, 5, 0, 8, 0] }, "a run of 0"],
    ["runs that end too early", 3, { presence: [1], shape: [0, 0, 24, 1, 0, 5, 0, 8, 0] }, "the runs end too early"],
    [
      "a column that is empty",
      1,
      { presence: [0, 1], shape: [0, 0, 8, 2, 0, 0, 8, 0, 2, 0, 0] },
      "alias 0: 0 datapoints",
    ],
    [
      "a column filled with nothing",
      1,
      { values: [0], shape: [0, 0, 8, 2, 0, 0, 20, 0, 2, 0, 0] },
      "alias 0: 0 datapoints",
    ],
    ["no origin", 1, { shape: [0, 0, 8, 1, 0, 0, 0] }, "the origin is missing"],
    ["an origin of more than 64 bits", 1, { shape: [0, 0, 8, 1, 0, 0, 0, ...WIDE] }, "the origin is missing"],
  ])("%s, and says so", (_, datapoints, parts, message) => {
    const bytes = Object.fromEntries(Object.entries(parts).map(([name, list]) => [name, Uint8Array.from(list)]));
    const columns = canward.v1.Columns.encode(bytes).finish();
    expect(() => readBatch(batchOf(columns, datapoints))).toThrow(message);
    expect(() => unpackSegment(canward.v1.Segment.encode({ datapoints, columns: bytes }).finish())).toThrow(message);
  });

  test("times that the clock's offset moves out of the calendar", () => {
    const envelope = canward.v1.Batch.decode(PAYLOAD);
    for (const clockOffsetMs of [-1e12, 8.64e15]) {
      const moved = canward.v1.Batch.encode({ ...envelope, clockOffsetMs }).finish();
      expect(codeOf(() => readBatch(moved))).toBe("WIRE_COLUMNS");
    }
  });

  test("bytes that no column accounts for", () => {
    const columns = canward.v1.Columns.decode(columnsOf(PAYLOAD));
    for (const name of ["values", "presence", "times"] as const) {
      const longer = { ...columns, [name]: Uint8Array.of(...(columns[name] ?? []), 1) };
      expect(codeOf(() => readBatch(batchOf(canward.v1.Columns.encode(longer).finish(), 90)))).toBe("WIRE_COLUMNS");
    }
  });
});

describe("a header out of range is refused without a look at the columns", () => {
  test.each([
    ["a stream that is not 16 bytes", { stream: new Uint8Array(15) }],
    ["no stream", { stream: null }],
    ["a digest that is not 8 bytes", { catalogue: new Uint8Array(9) }],
    ["sequences the wrong way round", { firstSequence: 46 }],
    ["a sequence above 2^53", { lastSequence: 2 ** 60 }],
    ["a span the wrong way round", { spanFromMs: HEADER.toMs + 1 }],
    ["a span that no date has", { spanToMs: 9e15 }],
    ["a clock offset that no date has", { clockOffsetMs: -9e15 }],
    ["more datapoints than a batch may have", { datapoints: DATAPOINTS_MAX + 1 }],
    ["too many gaps", { gaps: Array.from({ length: GAPS_MAX + 1 }, () => ({})) }],
    ["a gap the wrong way round", { gaps: [{ firstSequence: 2, lastSequence: 1 }] }],
  ])("%s", (_, change) => {
    const payload = canward.v1.Batch.encode({ ...canward.v1.Batch.decode(PAYLOAD), ...change }).finish();
    expect(codeOf(() => readHeader(payload))).toBe("WIRE_FIELD");
    expect(codeOf(() => readBatch(payload))).toBe("WIRE_FIELD");
  });

  test("the same header is not written either", () => {
    expect(() => joinSegments([SEGMENT], { ...HEADER, fromMs: HEADER.toMs + 1 })).toThrow(WireError);
    expect(() => joinSegments([SEGMENT], { ...HEADER, catalogue: "nonsense" })).toThrow(WireError);
  });

  test("a field that this reader does not know is skipped", () => {
    const unknownField = Buffer.from([0xa2, 0x06, 0x03, 1, 2, 3]); // field 100, three bytes
    expect(readBatch(Buffer.concat([PAYLOAD, unknownField])).header).toEqual(readHeader(PAYLOAD));
  });
});
