// The accounts of each bus under random load: frames of every kind on several buses, through the real corridor into a real outbox
// that is too small, over restarts and a change of the plan, and out through an uplink. At rest every number fits the next.
import { join } from "node:path";
import fc from "fast-check";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Message } from "../../src/dbc/database.ts";
import { systemClock } from "../../src/vehicle/clock.ts";
import { type Corridor, createCorridor } from "../../src/vehicle/corridor.ts";
import { BUS_UNKNOWN, FLAG_FD, ID_ERROR, ID_EXTENDED, ID_REMOTE } from "../../src/vehicle/frame.ts";
import { createMemory, DENIALS, takeBlock } from "../../src/vehicle/memory.ts";
import { openOutbox } from "../../src/vehicle/outbox/outbox.ts";
import type { Plan } from "../../src/vehicle/plan.ts";
import type { Outbox, OutboxBatch } from "../../src/vehicle/segment.ts";
import { busesOf, type Counted, countersOf, statusOf } from "../../src/vehicle/status.ts";
import type { UplinkCounters } from "../../src/vehicle/uplink/options.ts";
import { startUplink } from "../../src/vehicle/uplink/uplink.ts";
import { type Broker, startAedes, temporaryFolder, until } from "../fleet/processes.ts";
import { databasesOf, fill, listOf, MESSAGE, planOf, SIGNAL, type TestFrame } from "../policy/plans.ts";

const memory = createMemory();
const block = takeBlock(memory);
const FLUSH_US = 100_000;
/** Room for a few segments. */
const BYTES_MAX = 700;
const LIMITS = { segmentsMax: 3, bytesMax: 1_000, datapointsMax: 200 };

const signals = [0, 1, 2].map((place) => ({ ...SIGNAL, name: `S${place}`, startBit: place * 8 }));
const CLASSIC: Message = { ...MESSAGE, name: "Classic", id: 0x100, lengthBytes: 8, signals };
const FD: Message = { ...MESSAGE, name: "Fd", id: 0x18fe_f100, extended: true, fd: true, lengthBytes: 16, signals };

/** Every kind of sampling, so that values are held back for every reason. */
const SAMPLING = [
  {},
  { every: "30ms" },
  { aggregate: "mean", window: "50ms" },
  { minimum_delta: 3 },
  { on_change: false },
] as const;

/** The first bus has the classic message, the second both, and of the third nothing is listed. */
function planOfBuses(first: string, second: string, third: string): Plan {
  const entries = [
    ...signals.map(({ name }, i) => [`V.A${name}`, { from: `${first}/Classic/${name}`, ...SAMPLING[i] }]),
    ...signals.map(({ name }, i) => [`V.B${name}`, { from: `${second}/Classic/${name}`, ...SAMPLING[i + 2] }]),
    ...signals.map(({ name }, i) => [`V.C${name}`, { from: `${second}/Fd/${name}`, ...SAMPLING[4 - i] }]),
  ];
  const databases = databasesOf({ [first]: [CLASSIC], [second]: [CLASSIC, FD], [third]: [] });
  return planOf(listOf([first, second, third], { signals: Object.fromEntries(entries) }), databases);
}

/** The second one has the first's second bus under the name of its third, and a bus that the first has not. */
const PLANS = [planOfBuses("can0", "can1", "can2"), planOfBuses("can0", "can2", "can3")] as const;

const KINDS = ["classic", "fd", "not_listed", "extended", "remote", "error", "format", "length"] as const;
type Kind = (typeof KINDS)[number];

interface Event {
  /** The plans have three. */
  readonly bus: 0 | 1 | 2 | 3 | typeof BUS_UNKNOWN;
  readonly kind: Kind;
  readonly stepUs: number;
  readonly seed: number;
}

const anyEvent: fc.Arbitrary<Event> = fc.record({
  bus: fc.constantFrom(0, 0, 1, 1, 2, 3, BUS_UNKNOWN),
  kind: fc.constantFrom("classic", "classic", "fd", "fd", ...KINDS),
  stepUs: fc.constantFrom(0, 1_000, 5_000, 20_000, 60_000),
  seed: fc.nat(2),
});

/** What is done between two blocks. */
const anyTurn = fc.constantFrom("nothing", "advance", "take", "take", "acknowledge", "give back");

interface Life {
  readonly plan: 0 | 1;
  readonly blocks: readonly { readonly events: readonly Event[]; readonly turn: string }[];
}

const anyLife: fc.Arbitrary<Life> = fc.record({
  plan: fc.constantFrom(0, 0, 1),
  blocks: fc.array(fc.record({ events: fc.array(anyEvent, { maxLength: 40, size: "max" }), turn: anyTurn }), {
    maxLength: 10,
    size: "max",
  }),
});

function frameOf({ bus, kind, seed }: Event, monotonicUs: number): TestFrame {
  const id = { classic: 0x100, format: 0x100, length: 0x100, remote: 0x100 + ID_REMOTE, error: 0x88 + ID_ERROR }[
    kind as "classic"
  ];
  const isFd = kind === "fd";
  const extended = 0x18fe_f100 + (kind === "extended" ? 1 : 0) + ID_EXTENDED;
  const length = isFd || kind === "extended" ? 16 : kind === "length" ? 5 : 8;
  return {
    ...{ bus, monotonicUs, id: kind === "not_listed" ? 0x101 : (id ?? extended) },
    flags: isFd || kind === "format" || kind === "extended" ? FLAG_FD : 0,
    payload: Uint8Array.from({ length }, (_, byte) => (seed * (byte + 1)) % 7),
  };
}

/** What must become of it, by the words of the plan. */
function verdictOf({ bus, kind }: Event): "admitted" | (typeof DENIALS)[number] {
  if (kind === "remote" || kind === "error") return kind;
  const hasClassic = bus === 0 || bus === 1;
  if (kind === "fd") return bus === 1 ? "admitted" : "not_listed";
  if (kind === "not_listed" || kind === "extended" || !hasClassic) return "not_listed";
  return kind === "classic" ? "admitted" : kind;
}

const NO_UPLINK: UplinkCounters = {
  ...{ connections: 0, batchesPublished: 0, datapointsPublished: 0, sharesPublished: new Map() },
  ...{ batchesAcknowledged: 0, bytesAcknowledged: 0 },
};

/** One process: a corridor into the outbox at `path`. */
class Process {
  readonly plan: Plan;
  readonly outbox: Outbox;
  readonly corridor: Corridor;
  /** By bus and counter, what the test itself knows. */
  readonly truth = new Map<string, number>();
  readonly #taken: OutboxBatch[] = [];
  #nowUs: number;

  constructor(plan: Plan, path: string, startUs: number, bytesMax: number) {
    this.plan = plan;
    this.#nowUs = startUs;
    this.outbox = openOutbox(path, bytesMax);
    this.corridor = createCorridor(plan, memory, FLUSH_US, (points, fromUs, toUs) => {
      const span = { fromMs: Math.floor(fromUs / 1000), toMs: Math.floor(toUs / 1000), clockOffsetMs: 0 };
      this.outbox.commit(points, plan, plan.catalogue.digest, { ...span, clockQuality: "recorded" });
    });
  }

  get nowUs(): number {
    return this.#nowUs;
  }

  pass(events: readonly Event[]): void {
    const frames = events.map((event) => {
      this.#nowUs += event.stepUs;
      const verdict = verdictOf(event);
      this.#note(event.bus, "frames_received", 1);
      this.#note(event.bus, verdict === "admitted" ? "frames_admitted" : `frames_denied_${verdict}`, 1);
      if (verdict === "admitted") this.#note(event.bus, "values_observed", signals.length);
      return frameOf(event, this.#nowUs);
    });
    fill(block, frames);
    this.corridor.pass(block);
  }

  turn(turn: string): void {
    const [batch] = this.#taken;
    if (turn === "advance") this.corridor.advance(this.#nowUs + 70_000);
    if (turn === "take") this.#taken.push(...[this.outbox.take(0, Number.MAX_SAFE_INTEGER, LIMITS) ?? []].flat());
    if (batch === undefined || (turn !== "acknowledge" && turn !== "give back")) return;
    this.#taken.shift();
    if (turn === "acknowledge") this.outbox.acknowledge(batch);
    else this.outbox.giveBack(batch);
  }

  counted(uplink: UplinkCounters = NO_UPLINK): Counted {
    return { corridor: this.corridor.counters(), outbox: this.outbox.counters, uplink, sources: [], isLive: false };
  }

  #note(bus: number, counter: string, count: number): void {
    const key = `${this.plan.buses[bus] ?? ""} ${counter}`;
    this.truth.set(key, (this.truth.get(key) ?? 0) + count);
  }
}

/** Whatever holds of the whole holds of each bus, and the buses add up to the whole. */
function expectAccounts(plan: Plan, counted: Counted, truth: ReadonlyMap<string, number>, isAtRest: boolean): void {
  const whole = countersOf(counted);
  const buses = busesOf(plan, counted);
  for (const counters of [whole, ...buses.map((bus) => bus.counters)]) {
    const of = (...names: string[]): number => names.reduce((sum, name) => sum + (counters.get(name) ?? Number.NaN), 0);
    const denied = DENIALS.map((reason) => `frames_denied_${reason}`);
    expect(of("frames_received")).toBe(of("frames_admitted", ...denied));
    expect(of("values_observed")).toBe(of("datapoints_produced", "values_held_back", "values_in_hand"));
    expect(of("datapoints_found", "datapoints_committed")).toBe(
      of("datapoints_acknowledged", "datapoints_evicted", "datapoints_waiting"),
    );
    if (!isAtRest) continue;
    expect(of("values_in_hand")).toBe(0);
    expect(of("datapoints_produced")).toBe(of("datapoints_committed"));
  }
  for (const [name, total] of whole) {
    if (/^(batches|bytes|uplink)_/.test(name)) continue;
    const sum = buses.reduce((all, { counters }) => all + (counters.get(name) ?? Number.NaN), 0);
    expect({ name, sum: buses.length === 0 ? total : sum }).toEqual({ name, sum: total });
  }
  for (const { name: bus, counters } of buses) {
    for (const [name, count] of counters) {
      if (!/^frames_|^values_observed/.test(name)) continue;
      expect({ bus, name, count }).toEqual({ bus, name, count: truth.get(`${bus} ${name}`) ?? 0 });
    }
  }
}

let folder: ReturnType<typeof temporaryFolder>;
let broker: Broker;
let files = 0;
beforeAll(async () => {
  folder = temporaryFolder();
  broker = await startAedes();
});
afterAll(async () => {
  await broker.end();
  folder.remove();
});

describe("under random load", { timeout: 120_000 }, () => {
  test("the numbers of each bus fit one another at any moment, and at rest none is left over, over restarts and evictions", () => {
    let evictions = 0;
    let found = 0;
    fc.assert(
      fc.property(fc.array(anyLife, { minLength: 1, maxLength: 4 }), (lives) => {
        const path = join(folder.path, `${files++}.db`);
        let waiting = new Map<string, number>();
        let startUs = 1_000_000;
        for (const { plan, blocks } of lives) {
          const process = new Process(PLANS[plan], path, startUs, BYTES_MAX);
          try {
            // What one process left, by the buses' names, is what the next one finds.
            expect(sharesOf(process.outbox, "found")).toEqual(waiting);
            for (const { events, turn } of blocks) {
              process.pass(events);
              process.turn(turn);
              expectAccounts(process.plan, process.counted(), process.truth, false);
            }
            process.corridor.finish();
            expectAccounts(process.plan, process.counted(), process.truth, true);
            const { datapointsFound, datapointsEvicted } = process.outbox.counters;
            found += datapointsFound;
            evictions += datapointsEvicted;
            waiting = sharesOf(process.outbox, "waiting");
            startUs = process.nowUs;
          } finally {
            process.outbox.close();
          }
        }
      }),
      { numRuns: 60 },
    );
    // The load was one: there was something to evict, and something to find.
    expect({ evictions: evictions > 500, found: found > 500 }).toEqual({ evictions: true, found: true });
  });

  test("what an uplink published of each bus is what the broker acknowledged, and the status on the wire says so", async () => {
    const anyRun = fc.array(fc.array(anyEvent, { minLength: 20, maxLength: 200 }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(anyRun, async (blocks) => {
        const process = new Process(PLANS[0], join(folder.path, `${files++}.db`), 1_000_000, 1e9);
        const { plan, outbox } = process;
        const uplink = startUplink({
          ...{ url: broker.url, vehicle: `car-${files}`, credentials: {}, inFlightMax: 4 },
          ...{ batchIntervalMs: 20, statusIntervalMs: 1_000, outbox, clock: systemClock },
          status: (presence) => statusOf(presence, plan, outbox, () => process.counted(uplink.counters), systemClock),
          log: pino({ level: "silent" }),
        });
        try {
          for (const events of blocks) process.pass(events);
          process.corridor.finish();
          await until(() => outbox.counters.datapointsWaiting === 0);
          expectAccounts(plan, process.counted(uplink.counters), process.truth, true);
          for (const { counters } of busesOf(plan, process.counted(uplink.counters))) {
            expect(counters.get("datapoints_published")).toBe(counters.get("datapoints_acknowledged"));
          }
        } finally {
          await uplink.stop();
          outbox.close();
        }
      }),
      { numRuns: 8 },
    );
  });
});

/** By bus, but for those that have none. */
function sharesOf({ counters }: Outbox, what: "found" | "waiting"): Map<string, number> {
  return new Map(
    Array.from(counters.buses, ([bus, own]) => [bus, own[what]] as const).filter(([, count]) => count > 0),
  );
}

test("a live bus keeps what its interface told and gets what the stages counted; one without an interface is said to be absent", () => {
  const process = new Process(PLANS[0], join(folder.path, `${files++}.db`), 0, 1e9);
  process.pass([{ bus: 0, kind: "classic", stepUs: 1, seed: 1 }]);
  const [replayed] = busesOf(process.plan, process.counted());
  expect(replayed).toMatchObject({ name: "can0", state: "replay", reader: "replay", interface: "" });
  const told = { frames_dropped: 5, silences: 2 };
  const status = {
    ...(replayed ?? fail()),
    state: "up",
    interface: "vcan0",
    counters: new Map(Object.entries(told)),
  } as const;
  const unlisted = { ...status, name: "can9", counters: new Map(Object.entries({ frames_dropped: 3 })) };
  const counted = { ...process.counted(), sources: [status, unlisted], isLive: true };
  const buses = busesOf(process.plan, counted);
  expect(buses.map(({ name, state }) => [name, state])).toEqual([
    ["can0", "up"],
    ["can1", "absent"],
    ["can2", "absent"],
    ["can9", "up"],
  ]);
  expect(Object.fromEntries(buses[0]?.counters ?? [])).toMatchObject({
    ...told,
    frames_received: 1,
    values_observed: 3,
  });
  expect(countersOf(counted).get("frames_dropped")).toBe(8);
  process.outbox.close();
});

function fail(): never {
  throw new Error("there is no bus");
}
