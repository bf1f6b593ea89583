// The outbox against a model that is a few maps in memory: whatever is committed, taken, given back, acknowledged, closed
// or cut off by a crash, and in whatever order, the two agree.
import { join } from "node:path";
import fc from "fast-check";
import { expect, it } from "vitest";
import { openOutbox } from "../../src/vehicle/outbox/outbox.ts";
import { ROW_BYTES } from "../../src/vehicle/outbox/statements.ts";
import type { Outbox, OutboxBatch } from "../../src/vehicle/segment.ts";
import { packSegment } from "../../src/wire/segment.ts";
import { temporaryFolder } from "../fleet/processes.ts";
import {
  CATALOGUE,
  GROUPS,
  headerOf,
  OFFSET_MS,
  OWNERS,
  openAsAfterCrash,
  pointsOf,
  sequencesOf,
  sharesOf,
  spanOf,
  tagsOf,
} from "./segments.ts";

const BYTES_MAX = 3_000;
const LIMITS = { segmentsMax: 4, bytesMax: 1_000, datapointsMax: 60 };

interface Segment {
  readonly datapoints: number;
  readonly bytes: number;
}

interface Model {
  next: number;
  readonly waiting: Map<number, Segment>;
  /** Sequence numbers of all batches that are not acknowledged, by the first. */
  readonly batches: Map<number, { readonly sequences: readonly number[]; readonly payload: Buffer }>;
  readonly taken: Map<number, OutboxBatch>;
  /** Evicted segments that no batch has told of yet, with their datapoints. */
  readonly untold: Map<number, number>;
  /** All there ever were. */
  committed: number;
  evicted: number;
  acknowledged: number;
  /** By bus and what became of them, datapoints since the outbox was opened. */
  readonly buses: Map<string, number>;
}

interface Real {
  outbox: Outbox;
  path: string;
  opened: number;
  readonly folder: string;
}

type Command = fc.Command<Model, Real>;

const sum = (segments: Iterable<Segment>, of: keyof Segment): number =>
  Array.from(segments).reduce((total, segment) => total + segment[of], 0);

/** Something became of the datapoints of one segment. */
function note(model: Model, what: string, datapoints: number): void {
  for (const [bus, share] of sharesOf(datapoints)) {
    model.buses.set(`${bus} ${what}`, (model.buses.get(`${bus} ${what}`) ?? 0) + share);
  }
}

/** What the outbox must have counted of each bus, nothing left out. */
function expectBuses(model: Model, outbox: Outbox): void {
  const expected = new Map(model.buses);
  for (const { datapoints } of model.waiting.values()) {
    for (const [bus, share] of sharesOf(datapoints)) {
      expected.set(`${bus} waiting`, (expected.get(`${bus} waiting`) ?? 0) + share);
    }
  }
  const actual = Array.from(outbox.counters.buses).flatMap(([bus, counters]) =>
    Object.entries(counters).map(([what, count]) => [`${bus} ${what}`, Number(count)] as const),
  );
  expect(new Map(actual.filter(([, count]) => count !== 0))).toEqual(expected);
}

function isJoined(model: Model, sequence: number): boolean {
  return Array.from(model.batches.values()).some(({ sequences }) => sequences.includes(sequence));
}

function freeSequences(model: Model): number[] {
  return Array.from(model.waiting.keys()).filter((sequence) => !isJoined(model, sequence));
}

/** What holds between any two commands. */
function check(model: Model, { outbox }: Real): void {
  const { segments, bytes, oldestMs } = outbox.backlog();
  expect(outbox.nextSequence()).toBe(model.next);
  expect(segments).toBe(model.waiting.size);
  expect(bytes).toBe(sum(model.waiting.values(), "bytes"));
  const [oldest] = model.waiting.keys();
  expect(oldestMs).toBe(oldest === undefined ? undefined : OFFSET_MS + oldest * 1000);
  const waiting = sum(model.waiting.values(), "datapoints");
  expect(model.committed).toBe(model.acknowledged + model.evicted + waiting);
  const { counters } = outbox;
  expect(counters.datapointsWaiting).toBe(waiting);
  expect(counters.datapointsFound + counters.datapointsCommitted).toBe(
    counters.datapointsAcknowledged + counters.datapointsEvicted + waiting,
  );
  expectBuses(model, outbox);
  // Beyond the budget lies only what batches have joined, and the newest segment.
  if (bytes > BYTES_MAX) expect(freeSequences(model).filter((sequence) => sequence !== model.next - 1)).toEqual([]);
}

class Commit implements Command {
  readonly datapoints: number;
  constructor(datapoints: number) {
    this.datapoints = datapoints;
  }
  check = () => true;
  toString = () => `commit(${this.datapoints})`;
  run(model: Model, real: Real): void {
    const sequence = model.next++;
    const points = pointsOf(this.datapoints, sequence * 1000, sequence);
    const shares = JSON.stringify(Object.fromEntries(sharesOf(this.datapoints)));
    const bytes = packSegment(points, GROUPS).length + (this.datapoints === 0 ? 0 : shares.length) + ROW_BYTES;
    for (const oldest of freeSequences(model)) {
      if (sum(model.waiting.values(), "bytes") + bytes <= BYTES_MAX) break;
      const evicted = model.waiting.get(oldest)?.datapoints ?? 0;
      model.waiting.delete(oldest);
      model.untold.set(oldest, evicted);
      model.evicted += evicted;
      note(model, "evicted", evicted);
    }
    model.waiting.set(sequence, { datapoints: this.datapoints, bytes });
    model.committed += this.datapoints;
    note(model, "committed", this.datapoints);
    real.outbox.commit(points, OWNERS, CATALOGUE, spanOf(sequence * 1000, sequence * 1000 + 1000));
    check(model, real);
  }
}

class Take implements Command {
  /** Only segments from so many before the next on. */
  readonly newest: number | undefined;
  constructor(newest: number | undefined) {
    this.newest = newest;
  }
  check = () => true;
  toString = () => `take(${this.newest ?? "all"})`;
  run(model: Model, real: Real): void {
    const from = this.newest === undefined ? 0 : Math.max(1, model.next - this.newest);
    const batch = real.outbox.take(from, Number.MAX_SAFE_INTEGER, LIMITS);
    const again = Array.from(model.batches.keys()).find((first) => first >= from && !model.taken.has(first));
    const free = freeSequences(model).filter((sequence) => sequence >= from);
    if (again === undefined && free.length === 0) {
      expect(batch).toBeUndefined();
      return;
    }
    if (batch === undefined) throw new Error("nothing was taken, and there is something");
    const payload = Buffer.from(batch.payload);
    if (again === undefined) this.#checkNew(model, batch, free);
    else expect(payload.equals(model.batches.get(again)?.payload ?? Buffer.of())).toBe(true);
    model.batches.set(batch.firstSequence, { sequences: sequencesOf(batch), payload });
    // The model finds them in the order of their numbers.
    const ordered = Array.from(model.batches).sort(([a], [b]) => a - b);
    model.batches.clear();
    for (const [first, joined] of ordered) model.batches.set(first, joined);
    model.taken.set(batch.firstSequence, batch);
    check(model, real);
  }

  #checkNew(model: Model, batch: OutboxBatch, free: readonly number[]): void {
    const sequences = sequencesOf(batch);
    // The oldest, without a hole, and none that another batch has.
    expect(sequences).toEqual(free.slice(0, sequences.length));
    expect(sequences.length).toBeLessThanOrEqual(LIMITS.segmentsMax);
    const expected = sequences.map((sequence) => [sequence, model.waiting.get(sequence)?.datapoints ?? 0] as const);
    expect(tagsOf(batch)).toEqual(new Map(expected.filter(([, datapoints]) => datapoints > 0)));
    expect(Array.from(batch.shares.values()).reduce((total, share) => total + share, 0)).toBe(batch.datapoints);
    expect(batch.datapoints).toBe(expected.reduce((total, [, datapoints]) => total + datapoints, 0));
    const { gaps, firstSequence, lastSequence, fromMs, toMs } = headerOf(batch);
    expect([firstSequence, lastSequence]).toEqual([batch.firstSequence, batch.lastSequence]);
    expect([fromMs, toMs]).toEqual([OFFSET_MS + firstSequence * 1000, OFFSET_MS + lastSequence * 1000 + 1000]);
    // It tells of every eviction since the last one that did, each once.
    expect(gaps.flatMap(sequencesOf)).toEqual(Array.from(model.untold.keys()).sort((a, b) => a - b));
    expect(gaps.reduce((total, gap) => total + gap.datapoints, 0)).toBe(
      Array.from(model.untold.values()).reduce((total, datapoints) => total + datapoints, 0),
    );
    model.untold.clear();
  }
}

abstract class OnTaken implements Command {
  readonly index: number;
  constructor(index: number) {
    this.index = index;
  }
  check = (model: Readonly<Model>) => model.taken.size > 0;
  toString = () => `${this.constructor.name}(${this.index})`;
  run(model: Model, real: Real): void {
    const batch = Array.from(model.taken.values())[this.index % model.taken.size];
    if (batch === undefined) return;
    model.taken.delete(batch.firstSequence);
    this.apply(model, real, batch);
    check(model, real);
  }
  abstract apply(model: Model, real: Real, batch: OutboxBatch): void;
}

class GiveBack extends OnTaken {
  apply(_model: Model, { outbox }: Real, batch: OutboxBatch): void {
    outbox.giveBack(batch);
  }
}

class Acknowledge extends OnTaken {
  apply(model: Model, { outbox }: Real, batch: OutboxBatch): void {
    for (const sequence of sequencesOf(batch)) {
      note(model, "acknowledged", model.waiting.get(sequence)?.datapoints ?? 0);
      model.waiting.delete(sequence);
    }
    model.batches.delete(batch.firstSequence);
    model.acknowledged += batch.datapoints;
    outbox.acknowledge(batch);
  }
}

/** The process ends, in order or not, and another one opens the file. */
class Reopen implements Command {
  readonly isCrash: boolean;
  constructor(isCrash: boolean) {
    this.isCrash = isCrash;
  }
  check = () => true;
  toString = () => (this.isCrash ? "crash" : "reopen");
  run(model: Model, real: Real): void {
    const { stream } = real.outbox;
    if (this.isCrash) {
      const path = join(real.folder, `${real.opened++}.db`);
      const crashed = real.outbox;
      real.outbox = openAsAfterCrash(real.path, path, BYTES_MAX);
      real.path = path;
      crashed.close();
    } else {
      real.outbox.close();
      real.outbox = openOutbox(real.path, BYTES_MAX);
    }
    model.taken.clear();
    model.buses.clear();
    for (const { datapoints } of model.waiting.values()) note(model, "found", datapoints);
    expect(Buffer.from(real.outbox.stream)).toEqual(Buffer.from(stream));
    check(model, real);
  }
}

const commands = fc.commands(
  [
    fc.nat(40).map((datapoints) => new Commit(datapoints)),
    fc.nat(40).map((datapoints) => new Commit(datapoints)),
    fc.option(fc.nat(6), { nil: undefined }).map((newest) => new Take(newest)),
    fc.nat(9).map((index) => new Acknowledge(index)),
    fc.nat(9).map((index) => new GiveBack(index)),
    fc.boolean().map((isCrash) => new Reopen(isCrash)),
  ],
  { maxCommands: 80, size: "max" },
);

it("nothing is lost, nothing comes back, no number is used twice, and every eviction is told exactly once", () => {
  const folder = temporaryFolder();
  let files = 0;
  const setup = () => {
    const path = join(folder.path, `model-${files++}.db`);
    const model: Model = {
      next: 1,
      waiting: new Map(),
      batches: new Map(),
      taken: new Map(),
      untold: new Map(),
      buses: new Map(),
      ...{ committed: 0, evicted: 0, acknowledged: 0 },
    };
    const real: Real = { outbox: openOutbox(path, BYTES_MAX), path, opened: files * 1000, folder: folder.path };
    return { model, real };
  };
  try {
    fc.assert(
      fc.property(commands, (list) => {
        let real: Real | undefined;
        try {
          fc.modelRun(() => {
            const state = setup();
            real = state.real;
            return state;
          }, list);
        } finally {
          real?.outbox.close();
        }
      }),
      { numRuns: 60 },
    );
  } finally {
    folder.remove();
  }
});
