import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { catalogueDigest, encodeBirth, readBirth } from "../../src/wire/birth.ts";
import { canward } from "../../src/wire/canward_pb.js";
import type { CatalogueEntry, Encoding } from "../../src/wire/catalogue.ts";
import { encodeStatus, readStatus, type Status } from "../../src/wire/status.ts";
import { batchTopic, birthTopic, isVehicleId, parseTopic, statusTopic } from "../../src/wire/topics.ts";
import { WireError } from "../../src/wire/wire-error.ts";
import { BIRTH, STATUS } from "./examples.ts";

const anyEntry = fc.record({
  alias: fc.nat(65_535),
  group: fc.nat(65_535),
  path: fc.string({ minLength: 1, unit: "grapheme" }),
  unit: fc.string({ unit: "grapheme" }),
  factor: fc.double({ noNaN: true, noDefaultInfinity: true }).map((factor) => factor + 0),
  offset: fc.double({ noNaN: true, noDefaultInfinity: true }).map((offset) => offset + 0),
  encoding: fc.constantFrom<Encoding>("signed", "unsigned", "float32", "float64"),
  values: fc
    .array(fc.tuple(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }).map(String), fc.string()), { maxLength: 5 })
    .map((pairs) => new Map(pairs)),
  source: fc.string(),
}) satisfies fc.Arbitrary<CatalogueEntry>;

const anyEntries = fc
  .uniqueArray(anyEntry, { selector: (entry) => entry.alias, maxLength: 12 })
  .filter((entries) => new Set(entries.map((entry) => entry.path)).size === entries.length);

describe("a birth", () => {
  test("is read back as it was, its entries by alias", () => {
    fc.assert(
      fc.property(anyEntries, fc.string(), (entries, policyVersion) => {
        const digest = catalogueDigest(entries, policyVersion);
        const birth = readBirth(encodeBirth({ ...BIRTH, catalogue: { digest, policyVersion, entries } }));
        const sorted = entries.toSorted((a, b) => a.alias - b.alias);
        expect(birth).toEqual({ ...BIRTH, catalogue: { digest, policyVersion, entries: sorted } });
      }),
    );
  });

  test("has the same digest in whatever order entries and value names come, and another one for any other content", () => {
    const { entries, policyVersion, digest } = BIRTH.catalogue;
    const shuffled = entries.toReversed().map((entry) => ({ ...entry, values: new Map([...entry.values].reverse()) }));
    expect(catalogueDigest(shuffled, policyVersion)).toBe(digest);
    expect(catalogueDigest(entries, "2026.11-2")).not.toBe(digest);
    const changes: Partial<CatalogueEntry>[] = [
      ...[{ alias: 9 }, { group: 9 }, { path: "x" }, { unit: "x" }, { factor: 9 }, { offset: 9 }, { source: "x" }],
      ...[{ encoding: "float32" as const }, { values: new Map([["0", "x"]]) }],
    ];
    const digests = changes.map((change) => catalogueDigest([{ ...(entries[0] as CatalogueEntry), ...change }], ""));
    expect(new Set([...digests, catalogueDigest(entries.slice(0, 1), "")]).size).toBe(changes.length + 1);
  });

  test("keeps its digest from release to release", () => {
    expect(BIRTH.catalogue.digest).toBe("cb81abefb8f07074");
  });

  test.each([
    ["an alias twice", { alias: 0, path: "x" }],
    ["a path twice", { alias: 5, path: "Vehicle.Speed" }],
    ["no path", { path: "" }],
    ["an encoding that does not exist", { encoding: 9 }],
    ["a factor that is not finite", { factor: Number.POSITIVE_INFINITY }],
    ["an alias above 16 bits", { alias: 65_536 }],
    ["a value that is not a whole number", { values: [{ raw: "1.5", name: "x" }] }],
    ["entries of another digest", { unit: "mph" }],
  ])("is refused with %s", (_, change) => {
    const birth = canward.v1.Birth.decode(encodeBirth(BIRTH));
    const [first, second] = birth.signals;
    const signals = [first ?? {}, { ...second, ...change }];
    expect(() => readBirth(canward.v1.Birth.encode({ ...birth, signals }).finish())).toThrow(WireError);
  });
});

describe("a status", () => {
  const count = fc.nat(Number.MAX_SAFE_INTEGER);
  const anyStatus: fc.Arbitrary<Status> = fc.record({
    presence: fc.constantFrom("online", "offline", "lost"),
    softwareVersion: fc.string(),
    catalogue: fc.constant(STATUS.catalogue),
    policyVersion: fc.string({ unit: "grapheme" }),
    stream: fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes)),
    counters: fc.array(fc.tuple(fc.stringMatching(/^[a-z_]{1,20}$/), count)).map((pairs) => new Map(pairs)),
    backlog: fc.option(
      fc.record({ segments: count, bytes: count, oldestMs: fc.option(fc.nat(2 ** 42), { nil: undefined }) }),
      { nil: undefined },
    ),
    timeMs: fc.nat(2 ** 42),
  });

  test("is read back as it was", () => {
    fc.assert(
      fc.property(anyStatus, (status) => {
        expect(readStatus(encodeStatus(status))).toEqual(status);
      }),
    );
  });

  test("may carry a counter of any name", () => {
    const counters = new Map([
      ["__proto__", 3],
      ["constructor", 4],
    ]);
    expect(readStatus(encodeStatus({ ...STATUS, counters })).counters).toEqual(counters);
  });
});

describe("topics", () => {
  const id = fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/);

  test("are read back to what they were made from", () => {
    fc.assert(
      fc.property(id, fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (vehicle, bits) => {
        const catalogue = bits.toString(16).padStart(16, "0");
        expect(parseTopic(batchTopic(vehicle))).toEqual({ kind: "batch", vehicle });
        expect(parseTopic(statusTopic(vehicle))).toEqual({ kind: "status", vehicle });
        expect(parseTopic(birthTopic(vehicle, catalogue))).toEqual({ kind: "birth", vehicle, catalogue });
      }),
    );
  });

  test.each([
    ...["", "canward", "canward/v1", "canward/v1/car", "canward/v1/car/", "canward/v1//batch", "canward/v2/car/batch"],
    ...[
      "canward/v1/car/batch/",
      "canward/v1/car/batch/x",
      "canward/v1/+/batch",
      "canward/v1/car/birth",
      "/canward/v1/car/batch",
    ],
    ...["canward/v1/car/birth/0123456789ABCDEF", "canward/v1/car/birth/0123456789abcdef/x", "canward/v1/c ar/status"],
    ...["canward/v1/car\n/status", "canward/v1/car/command"],
  ])("are none of ours: %j", (topic) => {
    expect(parseTopic(topic)).toBeUndefined();
  });

  test("are made for no id that could mean something else in a topic, a path or a URL", () => {
    for (const vehicle of ["", "a/b", "+", "#", "..", "a b", "ä", "a\n", "x".repeat(65)]) {
      expect(isVehicleId(vehicle)).toBe(false);
      expect(() => batchTopic(vehicle)).toThrow(RangeError);
    }
  });
});
