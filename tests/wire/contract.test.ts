import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { zstdDecompressSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { joinSegments } from "../../src/wire/batch.ts";
import { encodeBirth } from "../../src/wire/birth.ts";
import { toBusMessage } from "../../src/wire/bus-status.ts";
import { canward } from "../../src/wire/canward_pb.js";
import { packSegment, unpackSegment } from "../../src/wire/segment.ts";
import { encodeStatus } from "../../src/wire/status.ts";
import { datapointsOf } from "./arbitraries.ts";
import { BIRTH, HEADER, STATUS } from "./examples.ts";

const repository = join(import.meta.dirname, "..", "..");
const contract = readFileSync(join(repository, "proto", "canward.proto"), "utf8");

/** Two messages: one whose two signals come every 10 ms, one of them on change; one with a single signal. */
const points = datapointsOf([
  ...Array.from({ length: 20 }, (_, i) => ({
    alias: 0,
    timeMs: 1_000_000 + 10 * i,
    raw: BigInt(500 + ((i * 7) % 11)),
  })),
  ...[0, 3, 4, 15].map((i) => ({ alias: 1, timeMs: 1_000_000 + 10 * i, raw: BigInt(i % 2) })),
  ...[0, 1, 2].map((i) => ({ alias: 2, timeMs: 1_000_007 + 1000 * i, raw: -5n - BigInt(i) })),
]);
const segment = packSegment(points, Uint16Array.of(0, 0, 1));

describe("the contract does not change unnoticed", () => {
  test("a segment, byte for byte", () => {
    expect(hex(segment)).toMatchInlineSnapshot(
      `"081b12400a1b000e070e07070e07070e07070e070e07070e07070002010200010112060102020a01042219c0843d00a00102000a0011e80702190001180107e807021109"`,
    );
  });

  test("a batch, byte for byte: its envelope, and its columns before compression", () => {
    const { columns, ...envelope } = canward.v1.Batch.decode(joinSegments([segment], HEADER));
    expect(hex(canward.v1.Batch.encode(envelope).finish())).toMatchInlineSnapshot(
      `"0a10000102030405060708090a0b0c0d0e0f1029182d22080123456789abcdef2880d8c1a28c343087ffc1a28c343880a789c498684001481b5217081e102818e0cabba28c3420ffd7c1a28c342880043001"`,
    );
    expect(hex(zstdDecompressSync(columns))).toMatchInlineSnapshot(
      `"0a2b000e070e07070e07070e07070e070e07070e070701000002020000000000000000000002000000000001002219c0843d00a00102000a0011e80702170001180107e807021209"`,
    );
  });

  test("columns that were written by hand from proto/canward.proto are read: every transform and every presence", () => {
    const columns = {
      values: Uint8Array.from([
        ...[0, 2, 4, 1], // alias 0: plain
        ...[1, 0, 4, 2], // alias 1: deltas, filled up
        ...[2, 0, 2], // alias 2: slopes
        ...[0, 1, 0, 0, 0, 1, 0, 0], // alias 3: XOR, two planes
      ]),
      presence: Uint8Array.of(0, 1, 3),
      times: Uint8Array.of(0, 2, 1),
      shape: Uint8Array.from([
        ...[100, 0, 8 * 4 + 1, 4, 0, 10], // base; group 0: 4 rows, time tokens of 1 byte, 4 columns, from the base on, every 10 ms
        ...[0, 0 + 4 * 0 + 16 * 1, 100], // alias 0, origin 50
        ...[2, 1 + 4 * 1 + 16 * 1, 14], // alias 1, origin 7
        ...[2, 2 + 4 * 2 + 16 * 1, 20], // alias 2, origin 10
        ...[2, 3 + 4 * 0 + 16 * 2, 1], // alias 3, origin -1
      ]),
    };
    const at = (alias: number, raws: Record<number, bigint>) =>
      Object.entries(raws).map(([timeMs, raw]) => ({ alias, timeMs: Number(timeMs), raw }));
    const expected = datapointsOf([
      ...at(0, { 100: 50n, 110: 51n, 121: 52n, 130: 49n }),
      ...at(1, { 100: 7n, 121: 5n, 130: 4n }),
      ...at(2, { 110: 11n, 121: 12n, 130: 14n }),
      ...at(3, { 100: -1n, 110: -258n, 121: -258n, 130: -258n }),
    ]);
    expect(unpackSegment(canward.v1.Segment.encode({ datapoints: 14, columns }).finish())).toEqual(expected);
  });

  test("birth and status, byte for byte", () => {
    expect(hex(encodeBirth(BIRTH))).toMatchInlineSnapshot(
      `"0a10000102030405060708090a0b0c0d0e0f1080d8c1a28c341a05302e312e302209323032362e31312d312a08cb81abefb8f0707432421a0d56656869636c652e537065656422046b6d2f68297b14ae47e17a843f38024a2063616e302f56656869636c655f4d6f74696f6e2f56656869636c65537065656432870108011a2c56656869636c652e506f776572747261696e2e5472616e736d697373696f6e2e53656c65637465644765617229000000000000f03f31000000000000f0bf3801420d0a022d31120752657665727365420c0a013012074e65757472616c420a0a0131120544726976654a1863616e302f56656869636c655f4d6f74696f6e2f47656172"`,
    );
    expect(hex(encodeStatus({ ...STATUS, buses: [] }))).toMatchInlineSnapshot(
      `"08011205302e312e301a08cb81abefb8f070742209323032362e31312d312a10000102030405060708090a0b0c0d0e0f32150a0f6672616d65735f72656365697665641087ad4b32160a0d6672616d65735f64656e696564108080808080203a0c080310802018f089c1a28c3440f4dbc1a28c34"`,
    );
  });

  test("what a status says of a bus, byte for byte", () => {
    const [bus] = STATUS.buses;
    if (bus === undefined) throw new Error("the example has no bus");
    expect(hex(canward.v1.BusStatus.encode(toBusMessage(bus)).finish())).toMatchInlineSnapshot(
      `"0a0463616e3012057663616e3018052001280330043a0763616e77617264400448015080801a58d00f6098d0c1a28c346a120a0e6672616d65735f64726f70706564100770a0c21e"`,
    );
  });
});

describe("the generated code", () => {
  test("is current with proto/canward.proto", () => {
    const { status, stderr } = spawnSync(process.execPath, [join(repository, "proto", "generate.ts"), "--check"]);
    expect([status, stderr.toString()]).toEqual([0, ""]);
  });

  test("works where code from strings is forbidden", () => {
    const script = `
      const { encodeStatus, readStatus } = await import("./src/wire/status.ts");
      const stream = new Uint8Array(16);
      const status = { presence: "online", softwareVersion: "", catalogue: "0".repeat(16), policyVersion: "", stream,
        counters: new Map([["a", 2 ** 40]]), buses: [], backlog: undefined, timeMs: 1 };
      process.stdout.write(String(readStatus(encodeStatus(status)).counters.get("a")));`;
    const options = ["--disallow-code-generation-from-strings", "--input-type=module", "--eval", script];
    expect(execFileSync(process.execPath, options, { cwd: repository }).toString()).toBe(String(2 ** 40));
  });
});

test("nothing flows from the fleet to the vehicle: the contract has these messages, and no service", () => {
  const statements = contract.replaceAll(/\/\/.*$/gm, "");
  const names = [...statements.matchAll(/^\s*(message|service|extend|import)\b\s*"?(\w+)/gm)].map(
    (match) => `${match[1]} ${match[2]}`,
  );
  const messages = [
    "Birth",
    "Signal",
    "ValueName",
    "Status",
    "BusStatus",
    "Backlog",
    "Batch",
    "Gap",
    "Segment",
    "Columns",
  ];
  expect(names).toEqual(messages.map((name) => `message ${name}`));
  expect(contract).not.toMatch(/\brpc\b/);
});

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
