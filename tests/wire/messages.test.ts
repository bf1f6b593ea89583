import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { catalogueDigest, encodeBirth, readBirth } from "../../src/wire/birth.ts";
import {
  BUS_STATES,
  BUS_STATUSES_MAX,
  type BusStatus,
  CONTROLLER_STATES,
  LISTEN_ONLY,
  TIMESTAMPS,
} from "../../src/wire/bus-status.ts";
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
  const anyCounters = fc
    .array(fc.tuple(fc.stringMatching(/^[a-z_]{1,20}$/), count), { maxLength: 64 })
    .map((pairs) => new Map(pairs));
  const anyBus: fc.Arbitrary<BusStatus> = fc.record({
    name: fc.stringMatching(/^[A-Za-z0-9_.-]{0,16}$/),
    interface: fc.string({ maxLength: 15 }),
    state: fc.constantFrom(...BUS_STATES),
    isSilent: fc.boolean(),
    controller: fc.constantFrom(...CONTROLLER_STATES),
    listenOnly: fc.constantFrom(...LISTEN_ONLY),
    bitRate: count,
    reader: fc.string({ maxLength: 16 }),
    timestamps: fc.constantFrom(...TIMESTAMPS),
    countsLosses: fc.boolean(),
    receiveBufferBytes: count,
    silenceLimitMs: fc.nat(2 ** 42),
    lastFrameMs: fc.option(fc.nat(2 ** 42), { nil: undefined }),
    counters: anyCounters,
  });
  const anyStatus: fc.Arbitrary<Status> = fc.record({
    presence: fc.constantFrom("online", "offline", "lost"),
    softwareVersion: fc.string(),
    catalogue: fc.constant(STATUS.catalogue),
    policyVersion: fc.string({ unit: "grapheme" }),
    stream: fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes)),
    counters: fc.array(fc.tuple(fc.stringMatching(/^[a-z_]{1,20}$/), count)).map((pairs) => new Map(pairs)),
    buses: fc.uniqueArray(anyBus, { selector: ({ name }) => name, maxLength: BUS_STATUSES_MAX }),
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

  test("may carry a counter of any name, and a bus of any name", () => {
    const counters = new Map([
      ["__proto__", 3],
      ["constructor", 4],
    ]);
    const buses = STATUS.buses.map((bus) => ({ ...bus, name: `__proto__${bus.name}`, counters }));
    const read = readStatus(encodeStatus({ ...STATUS, counters, buses }));
    expect(read.counters).toEqual(counters);
    expect(read.buses).toEqual(buses);
  });

  test("of a time when buses were not told apart is read, without any", () => {
    const { buses: _, ...before } = canward.v1.Status.decode(encodeStatus(STATUS));
    expect(readStatus(canward.v1.Status.encode(before).finish())).toEqual({ ...STATUS, buses: [] });
  });

  const names = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`c${i}`, 1]));
  test.each([
    ["no state", { state: 0 }],
    ["a state that does not exist", { state: 6 }],
    ["a state below all", { state: -1 }],
    ["no controller state", { controller: 0 }],
    ["a controller state that does not exist", { controller: 6 }],
    ["a listen-only mode that does not exist", { listenOnly: 5 }],
    ["no listen-only mode", { listenOnly: 0 }],
    ["a source of timestamps that does not exist", { timestamps: 6 }],
    ["no source of timestamps", { timestamps: 0 }],
    ["a name that is too long", { name: "x".repeat(65) }],
    ["an interface's name that is too long", { interface: "x".repeat(65) }],
    ["a reader's name that is too long", { reader: "x".repeat(65) }],
    ["a bit rate above 2^53", { bitRate: 2 ** 60 }],
    ["a buffer above 2^53", { receiveBufferBytes: 2 ** 60 }],
    ["a limit that no date has", { silenceLimitMs: 9e15 }],
    ["a last frame that no date has", { lastFrameMs: 9e15 }],
    ["too many counters", { counters: names(65) }],
    ["a counter above 2^53", { counters: { frames: 2 ** 60 } }],
    ["a counter's name that is too long", { counters: { ["x".repeat(65)]: 1 } }],
    ["the name of the bus before", { name: "can0" }],
  ])("with a bus that has %s is refused", (_, change) => {
    const status = canward.v1.Status.decode(encodeStatus(STATUS));
    const [first, second] = status.buses;
    const encode = (over: object) =>
      canward.v1.Status.encode({ ...status, buses: [first ?? {}, { ...second, ...over }] }).finish();
    expect(() => readStatus(encode({}))).not.toThrow();
    expect(() => readStatus(encode(change))).toThrow(expect.objectContaining({ code: "WIRE_FIELD" }));
  });

  test("with more buses than a vehicle has is refused", () => {
    const status = canward.v1.Status.decode(encodeStatus(STATUS));
    const of = (count: number) =>
      canward.v1.Status.encode({
        ...status,
        buses: Array.from({ length: count }, (_, i) => ({ ...status.buses[0], name: `can${i}` })),
      }).finish();
    expect(readStatus(of(BUS_STATUSES_MAX)).buses).toHaveLength(BUS_STATUSES_MAX);
    expect(() => readStatus(of(BUS_STATUSES_MAX + 1))).toThrow(WireError);
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
