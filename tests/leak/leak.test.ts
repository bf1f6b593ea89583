// The leak test: for random plans and random frames, every published byte is decoded and nothing outside the allow-list is in
// it; and, stronger, nothing outside the allow-list has any influence on a published byte.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compileMessage } from "../../src/dbc/decode.ts";
import { createMemory, REGION, takeBlock } from "../../src/vehicle/memory.ts";
import { NO_RULE, type Plan } from "../../src/vehicle/plan.ts";
import { joinSegments, readBatch } from "../../src/wire/batch.ts";
import { encodeBirth, readBirth } from "../../src/wire/birth.ts";
import { packSegment } from "../../src/wire/segment.ts";
import { encodeStatus, readStatus } from "../../src/wire/status.ts";
import { withPatterns } from "../decode/decoded.ts";
import { databasesOf, listOf, planOf, type TestFrame } from "../policy/plans.ts";
import { type Published, publish } from "./publish.ts";
import { anyWorld, Dice, disguise, framesOf, type Listing, verdictOf, type World } from "./world.ts";

// One memory for all: what other plans and other frames left there must not get out either.
const memory = createMemory();
const block = takeBlock(memory);

function planOfWorld({ buses, messages, entries, exceptions }: World): Plan {
  const names = Array.from({ length: buses }, (_, bus) => `can${bus}`);
  const byBus = names.map((name, bus) => [
    name,
    messages.filter((listing) => listing.bus === bus).map(({ message }) => message),
  ]);
  return planOf(listOf(names, { signals: entries, messages: exceptions }), databasesOf(Object.fromEntries(byBus)));
}

const anyRun = fc.record({ world: anyWorld, blockFrames: fc.constantFrom(1, 3, 1000), seed: fc.nat() });
type LeakRun = typeof anyRun extends fc.Arbitrary<infer Run> ? Run : never;

/** Publishes the traffic, and the same traffic in disguise, by the plan: every byte must be the same. */
function checkNoInfluence({ world, blockFrames, seed }: LeakRun, plan: Plan): void {
  const frames = framesOf(world);
  const dice = new Dice(seed + 1);
  const disguised = frames.map((frame) => disguise(world.messages, frame, dice));
  const published = publish(plan, memory, block, frames, blockFrames);
  expect(publish(plan, memory, block, disguised, blockFrames)).toEqual(published);
}

describe("nothing outside the allow-list leaves the vehicle", { timeout: 60_000 }, () => {
  test("no bit of it has any influence on a published byte", () => {
    fc.assert(
      fc.property(anyRun, (run) => checkNoInfluence(run, planOfWorld(run.world))),
      { numRuns: 3000 },
    );
  });

  test("every published byte decodes to something that the allow-list names", () => {
    fc.assert(
      fc.property(anyRun, ({ world, blockFrames }) => {
        const plan = planOfWorld(world);
        const frames = framesOf(world);
        const published = publish(plan, memory, block, frames, blockFrames);
        checkBirth(world, published);
        checkStatus(world, frames, published);
        checkBatches(world, frames, published);
      }),
      { numRuns: 1500 },
    );
  });
});

describe("a leak that is planted is found", { timeout: 60_000 }, () => {
  const leaks = (plant: (world: World) => Plan): boolean => {
    const property = fc.property(anyRun, (run) => checkNoInfluence(run, plant(run.world)));
    const { errorInstance } = fc.check(property, { numRuns: 1000, endOnFailure: true });
    return errorInstance instanceof Error && errorInstance.name === "AssertionError";
  };

  test("where the plan has a signal that the list has not", () => {
    const planted = (world: World): Plan => {
      const entries = world.messages.flatMap(({ bus, message: { name, signals } }) =>
        signals.map((signal) => [`V.${name}.${signal.name}`, { from: `can${bus}/${name}/${signal.name}` }]),
      );
      return planOfWorld({ ...world, entries: Object.fromEntries(entries), exceptions: {} });
    };
    expect(leaks(planted)).toBe(true);
  });

  test("where a mask of the decode tables is one bit too wide", () => {
    const planted = (world: World): Plan => {
      const plan = planOfWorld(world);
      const view = new DataView(plan.decode.tables.buffer);
      for (let rule = 0; rule < plan.decode.rules.length; rule += 8) {
        const [from = 0, to = 0] = plan.decode.rules.subarray(rule, rule + 2);
        for (let group = from; group < to; group += 80) {
          for (let lane = 16; lane < 32; lane += 4) {
            const at = group - REGION.tables + lane;
            view.setUint32(at, view.getUint32(at, true) * 2, true);
          }
        }
      }
      return plan;
    };
    expect(leaks(planted)).toBe(true);
  });

  test("where the gate takes a message of another id", () => {
    const planted = (world: World): Plan => {
      const plan = planOfWorld(world);
      const entry = plan.gate.standard.find((rule) => rule !== NO_RULE);
      if (entry !== undefined) plan.gate.standard.fill(entry, 0, 2048);
      return plan;
    };
    expect(leaks(planted)).toBe(true);
  });

  test("where the gate takes a length for which a signal is not in the payload", () => {
    const planted = (world: World): Plan => {
      const plan = planOfWorld(world);
      plan.gate.lengths.fill(0xff00);
      return plan;
    };
    expect(leaks(planted)).toBe(true);
  });
});

/** The catalogue names the listed signals and says of them what the DBC files say: no other word is in the birth. */
function checkBirth({ messages, entries }: World, { birth }: Published): void {
  const read = readBirth(birth);
  expect(encodeBirth(read)).toEqual(birth);
  expect(read.catalogue.entries.map(({ path }) => path).toSorted()).toEqual(Object.keys(entries).toSorted());
  for (const { path, source, unit, factor, offset, values } of read.catalogue.entries) {
    const [bus, message, name] = source.split("/");
    const listing = messages.find((candidate) => candidate.message.name === message);
    expect(`${bus}/${message}/${name}`).toBe(entries[path]?.from);
    const signal = listing?.listed.find((candidate) => candidate.name === name);
    expect({ unit, factor, offset, values: values.size }).toEqual({
      ...{ unit: signal?.unit, factor: signal?.factor, offset: signal?.offset, values: 0 },
    });
  }
}

/** The status counts frames by bus and by the gate's verdict, and says nothing else of them. */
function checkStatus({ buses, messages }: World, frames: readonly TestFrame[], { status }: Published): void {
  const read = readStatus(status);
  expect(encodeStatus(read)).toEqual(status);
  const verdicts = frames.map((frame) => ({ bus: frame.bus, verdict: verdictOf(messages, frame).verdict }));
  const expectCounts = (counters: ReadonlyMap<string, number>, isCounted: (bus: number) => boolean): void => {
    const own = verdicts.filter(({ bus }) => isCounted(bus));
    const count = (wanted: string) => own.filter(({ verdict }) => verdict === wanted).length;
    expect(counters.get("frames_received") ?? 0).toBe(own.length);
    expect(counters.get("frames_admitted") ?? 0).toBe(count("admitted"));
    for (const reason of ["not_listed", "length", "format", "remote", "error"]) {
      expect(counters.get(`frames_denied_${reason}`) ?? 0).toBe(count(reason));
    }
  };
  expectCounts(read.counters, () => true);
  const countersOf = (name: string) => read.buses.find((bus) => bus.name === name)?.counters ?? new Map();
  for (let bus = 0; bus < buses; bus++) expectCounts(countersOf(`can${bus}`), (other) => other === bus);
  expectCounts(countersOf(""), (bus) => bus >= buses);
}

/** Each datapoint is a listed signal's value in an admitted frame, and no byte of a batch is there for anything else. */
function checkBatches({ messages }: World, frames: readonly TestFrame[], { batches, birth }: Published): void {
  const { catalogue } = readBirth(birth);
  const groups = new Uint16Array(catalogue.entries.length);
  for (const { alias, group } of catalogue.entries) groups[alias] = group;
  const values = valuesOfAdmitted(messages, frames);
  for (const payload of batches) {
    const { header, points } = readBatch(payload);
    expect(joinSegments([packSegment(points, groups)], header)).toEqual(payload);
    for (let row = 0; row < points.count; row++) {
      const entry = catalogue.entries.find(({ alias }) => alias === points.aliases[row]);
      const bits = (BigInt(points.highs[row] ?? 0) << 32n) | BigInt((points.lows[row] ?? 0) >>> 0);
      expect(values.get(entry?.source ?? "")).toContain(bits);
      expect(points.timesMs[row]).toBeGreaterThanOrEqual(header.fromMs);
      expect(points.timesMs[row]).toBeLessThanOrEqual(header.toMs);
    }
  }
}

/** By source, the 64 bits that the reference decoder reads in the frames that the gate should admit. */
function valuesOfAdmitted(messages: readonly Listing[], frames: readonly TestFrame[]): Map<string, Set<bigint>> {
  const values = new Map<string, Set<bigint>>();
  for (const frame of frames) {
    const { verdict, listing } = verdictOf(messages, frame);
    if (verdict !== "admitted" || listing === undefined) continue;
    const decoded = compileMessage(withPatterns(listing.message))(frame.payload.subarray(0, frame.length));
    for (const { name } of listing.listed) {
      const raw = decoded.get(name)?.raw;
      if (raw === undefined) continue;
      const source = `can${listing.bus}/${listing.message.name}/${name}`;
      const set = values.get(source) ?? new Set();
      values.set(source, set.add(BigInt.asIntN(64, BigInt(raw))));
    }
  }
  return values;
}
