// Arbitrary signals, settings and values over time; and two ways to sample them: the sampler, however its input is cut, and
// the model.
import fc from "fast-check";
import type { Message, Signal } from "../../src/dbc/database.ts";
import { createFrameBlock } from "../../src/vehicle/frame.ts";
import { NOT_MULTIPLEXED, type Plan } from "../../src/vehicle/plan.ts";
import type { AllowList } from "../../src/vehicle/policy/allowlist.ts";
import { createSampler, type Sampler } from "../../src/vehicle/sample/sample.ts";
import { createDatapoints, type Datapoints } from "../../src/wire/datapoints.ts";
import { databasesOf, listOf, MESSAGE, planOf, SIGNAL } from "../policy/plans.ts";
import { float32Bits, float64Bits, type Setting, SignalModel } from "./model.ts";

export interface Subject extends Setting {
  readonly bits: number;
  readonly isMultiplexed: boolean;
}

/** One message's values at one time; undefined where a multiplexed signal is not in the payload. */
export interface Event {
  readonly atUs: number;
  readonly rule: number;
  readonly values: readonly (bigint | undefined)[];
}

export interface Traffic {
  /** Signals by message. */
  readonly rules: readonly (readonly Subject[])[];
  readonly events: readonly Event[];
  /** After the last event. */
  readonly endUs: number;
}

const anyKind = fc.oneof(
  fc.record({
    encoding: fc.constantFrom("unsigned" as const, "signed" as const),
    bits: fc.oneof(fc.integer({ min: 1, max: 64 }), fc.constantFrom(8, 32, 64)),
  }),
  fc.constantFrom({ encoding: "float32" as const, bits: 32 }, { encoding: "float64" as const, bits: 64 }),
);

const anySchedule = fc.record({
  factor: fc.constantFrom(1, -1, 2, -0.5, 0.1),
  onChange: fc.boolean(),
  delta: fc.constantFrom(0, 0, 1, 2, 3),
  everyUs: fc.constantFrom(0, 0, 10_000, 25_000, 100_000),
  resendUs: fc.constantFrom(Infinity, Infinity, 5_000, 50_000, 200_000),
  aggregate: fc.constantFrom(undefined, undefined, "last" as const, "mean" as const, "min" as const, "max" as const),
  windowUs: fc.constantFrom(10_000, 30_000, 100_000),
  isMultiplexed: fc.boolean(),
});

const anySubject: fc.Arbitrary<Subject> = fc.tuple(anyKind, anySchedule).map(([kind, schedule]) => ({
  ...schedule,
  ...kind,
  // What the compiler refuses: deltas that swallow a boolean's states, and arithmetic that is not exact.
  delta: kind.bits === 1 ? Math.min(1, schedule.delta) : schedule.delta,
  aggregate:
    schedule.aggregate !== undefined && kind.bits > 53 && kind.encoding !== "float64" ? "last" : schedule.aggregate,
  everyUs: schedule.aggregate === undefined ? schedule.everyUs : 0,
}));

const FLOATS = [0, -0, 0.5, 1, 1, 2, 3.25, -1, Number.NaN, Number.NaN, Infinity, -Infinity];
const INTEGERS = [
  ...[0n, 0n, 1n, 1n, 2n, 3n, 5n, -1n, -2n, 100n],
  ...[2n ** 31n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 53n + 1n, 2n ** 63n - 1n, -(2n ** 63n), -(2n ** 31n) - 1n],
];

/** Bits of the nth interesting value. */
function bitsOf({ encoding, bits }: Subject, choice: number): bigint {
  const integer = INTEGERS[choice % INTEGERS.length] ?? 0n;
  if (encoding === "unsigned") return BigInt.asIntN(64, BigInt.asUintN(bits, integer));
  if (encoding === "signed") return BigInt.asIntN(bits, integer);
  const float = FLOATS[choice % FLOATS.length] ?? 0;
  return encoding === "float32" ? float32Bits(float) : float64Bits(float);
}

const anyStep = fc.oneof(
  fc.constantFrom(0, 1, 5_000, 10_000, 25_000, 100_000, 300_000),
  fc.constantFrom(10_000, 9_999, 10_001),
  fc.nat(50_000),
);

/** Choices of 900 and more are absent. */
const anyChoice = fc.oneof(fc.nat(3), fc.nat(30), fc.constant(900));

export const anyTraffic: fc.Arbitrary<Traffic> = fc
  .record({
    rules: fc.array(fc.array(anySubject, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 2 }),
    startUs: fc.constantFrom(0, 12_345, 1_000_000_000_000),
    events: fc.array(
      fc.record({ step: anyStep, rule: fc.nat(1), choices: fc.array(anyChoice, { minLength: 5, maxLength: 5 }) }),
      { minLength: 1, maxLength: 60 },
    ),
    restUs: anyStep,
  })
  .map(({ rules, startUs, events, restUs }) => {
    let atUs = startUs;
    const made = events.map(({ step, rule, choices }): Event => {
      atUs += step;
      const index = rule % rules.length;
      const values = (rules[index] ?? []).map((subject, place) => {
        const choice = choices[place] ?? 0;
        return choice >= 900 && subject.isMultiplexed ? undefined : bitsOf(subject, choice);
      });
      return { atUs, rule: index, values };
    });
    return { rules, events: made, endUs: atUs + restUs };
  });

export function pathOf(rule: number, place: number): string {
  return `V.m${rule}.s${place}`;
}

/** The plan of the traffic's signals, by way of the compiler. */
export function planOfTraffic({ rules }: Pick<Traffic, "rules">): Plan {
  const messages = rules.map((subjects, rule): Message => {
    const selector: Signal = { ...SIGNAL, name: "Selector", startBit: 64 };
    const signals = subjects.map((subject, place) => signalOf(subject, `S${place}`, BigInt(place)));
    return {
      ...MESSAGE,
      name: `M${rule}`,
      id: 0x100 + rule,
      lengthBytes: 12,
      fd: true,
      signals: [selector, ...signals],
    };
  });
  const entries = rules.flatMap((subjects, rule) =>
    subjects.map((subject, place) => [pathOf(rule, place), { from: `can0/M${rule}/S${place}`, ...wordsOf(subject) }]),
  );
  return planOf(listOf(["can0"], { signals: Object.fromEntries(entries) }), databasesOf({ can0: messages }));
}

function signalOf({ encoding, bits, factor, isMultiplexed }: Subject, name: string, value: bigint): Signal {
  const format = encoding === "float32" || encoding === "float64" ? encoding : "integer";
  const multiplexing = isMultiplexed ? { selector: "Selector", ranges: [{ from: value, to: value }] } : undefined;
  return { ...SIGNAL, name, lengthBits: bits, signed: encoding === "signed", format, factor, multiplexing };
}

function wordsOf(subject: Subject): Omit<AllowList["signals"][string], "from"> {
  const { onChange, delta, factor, everyUs, resendUs, aggregate, windowUs } = subject;
  return {
    on_change: onChange,
    minimum_delta: delta * Math.abs(factor),
    ...(everyUs === 0 ? {} : { every: `${everyUs}us` }),
    resend: resendUs === Infinity ? "0s" : `${resendUs}us`,
    ...(aggregate === undefined ? {} : { aggregate, window: `${windowUs}us` }),
  };
}

/** How the sampler's input is cut. */
export interface Cutting {
  /** Frames of each block, again and again. */
  readonly blocks: readonly number[];
  /** Before each block: how far on the way to its first frame the clock is told, in shares of the way; none where empty. */
  readonly advances: readonly number[];
  /** Room beyond what one frame needs. */
  readonly spare: number;
}

export const anyCutting: fc.Arbitrary<Cutting> = fc.record({
  blocks: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 }),
  advances: fc.array(fc.constantFrom(0, 0.25, 0.5, 1), { maxLength: 6 }),
  spare: fc.constantFrom(0, 1, 7, 1000),
});

export type Rows = ReadonlyMap<string, readonly string[]>;

function rowOf(atUs: number, bits: bigint): string {
  return `${Math.floor(atUs / 1000)} ms ${BigInt.asIntN(64, bits)}`;
}

/** What the model makes of the traffic. */
export function modelRows({ rules, events, endUs }: Traffic, isFinished = true): Rows {
  const models = rules.map((subjects) => subjects.map((subject) => new SignalModel(subject)));
  for (const { atUs, rule, values } of events) {
    for (const [place, bits] of values.entries()) {
      if (bits !== undefined) models[rule]?.[place]?.observe(atUs, bits);
    }
  }
  const rows = new Map<string, string[]>();
  for (const [rule, row] of models.entries()) {
    for (const [place, model] of row.entries()) {
      model.pass(endUs);
      if (isFinished) model.finish(endUs);
      if (model.datapoints.length > 0) {
        rows.set(
          pathOf(rule, place),
          model.datapoints.map(({ atUs, bits }) => rowOf(atUs, bits)),
        );
      }
    }
  }
  return rows;
}

/** What the sampler makes of it. */
export function sampledRows(traffic: Traffic, plan: Plan, cutting: Cutting, isFinished = true): Rows {
  const run = new Run(plan, traffic, cutting.spare);
  let next = 0;
  for (let turn = 0; next < traffic.events.length; turn++) {
    const count = cutting.blocks[turn % cutting.blocks.length] ?? 1;
    const block = traffic.events.slice(next, next + count);
    const share = cutting.advances[turn % Math.max(1, cutting.advances.length)];
    const [before, after] = [traffic.events[next - 1]?.atUs, block[0]?.atUs ?? 0];
    if (share !== undefined && before !== undefined) run.advance(before + Math.floor((after - before) * share));
    run.pass(block);
    next += count;
  }
  run.advance(traffic.endUs);
  if (isFinished) run.finish(traffic.endUs);
  return run.rows;
}

/** A sampler, with an output that is emptied when it has no more room. */
export class Run {
  readonly #plan: Plan;
  readonly #sampler: Sampler;
  /** What was not taken out yet. */
  readonly out: Datapoints;
  readonly #paths: readonly (readonly string[])[];
  readonly #rows = new Map<string, string[]>();

  constructor(plan: Plan, { rules }: Pick<Traffic, "rules">, spare: number) {
    this.#plan = plan;
    this.#sampler = createSampler(plan.sample, plan.slotBuses);
    this.out = createDatapoints(2 * Math.max(...rules.map(({ length }) => length)) + spare);
    this.#paths = rules.map((subjects, rule) => subjects.map((_, place) => pathOf(rule, place)));
  }

  /** What was counted of the only bus, and what is in hand. */
  get counts(): Readonly<Record<"frames" | "observed" | "heldBack" | "produced" | "inHand", number>> {
    const { frames, observed, heldBack, produced } = this.#sampler.state.counts;
    const of = (counts: Float64Array): number => counts[0] ?? 0;
    const inHand = of(this.#sampler.inHand());
    return { frames: of(frames), observed: of(observed), heldBack: of(heldBack), produced: of(produced), inHand };
  }

  get rows(): Rows {
    this.#empty();
    return this.#rows;
  }

  advance(nowUs: number): void {
    while (!this.#sampler.advance(nowUs, this.out)) this.#empty();
  }

  finish(nowUs: number): void {
    while (!this.#sampler.finish(nowUs, this.out)) this.#empty();
  }

  pass(events: readonly Event[]): void {
    const block = createFrameBlock(events.length);
    for (const [row, { atUs }] of events.entries()) block.monotonicUs[row] = atUs;
    block.count = events.length;
    const admitted = Int32Array.from(events, ({ rule }, row) => (rule << 16) | row);
    for (let from = 0; from < events.length; ) {
      const values = Int32Array.from(events.slice(from).flatMap((event) => this.#words(event)));
      const to = this.#sampler.sample(block, admitted, from, events.length, values, this.out);
      if (to < events.length) this.#empty();
      from = to;
    }
  }

  /** As the decoder leaves them, with junk where nothing is said. */
  #words({ rule, values }: Event): readonly number[] {
    const { sample, catalogue } = this.#plan;
    const words = new Array<number>(sample.words[rule] ?? 0).fill(0x5a5a5a5a);
    for (const { alias, path } of catalogue.entries) {
      const place = this.#paths[rule]?.indexOf(path) ?? -1;
      if (place < 0) continue;
      const bits = values[place];
      const presence = sample.presence[alias] ?? 0;
      if (presence !== NOT_MULTIPLEXED) words[presence] = bits === undefined ? 0 : 1;
      if (bits === undefined) continue;
      const word = sample.word[alias] ?? 0;
      words[word] = Number(BigInt.asIntN(32, bits));
      if (sample.wide[alias] === 1) words[word + 1] = Number(BigInt.asIntN(32, bits >> 32n));
    }
    return words;
  }

  #empty(): void {
    const { count, aliases, timesMs, lows, highs } = this.out;
    for (let row = 0; row < count; row++) {
      const path = this.#plan.catalogue.entries[aliases[row] ?? 0]?.path ?? "";
      const bits = (BigInt(highs[row] ?? 0) << 32n) | BigInt((lows[row] ?? 0) >>> 0);
      const list = this.#rows.get(path) ?? [];
      list.push(rowOf((timesMs[row] ?? 0) * 1000, bits));
      this.#rows.set(path, list);
    }
    this.out.count = 0;
  }
}
