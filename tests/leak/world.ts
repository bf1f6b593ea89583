// A random vehicle: databases, an allow-list, and traffic of every kind. Each frame can be had in two versions that differ in
// everything that the allow-list does not name.
import fc from "fast-check";
import type { Message, Signal } from "../../src/dbc/database.ts";
import { compileMessage } from "../../src/dbc/decode.ts";
import { bitsOf } from "../../src/dbc/layout.ts";
import { FLAG_FD, ID_ERROR, ID_EXTENDED, ID_REMOTE } from "../../src/vehicle/frame.ts";
import type { AllowList } from "../../src/vehicle/policy/allowlist.ts";
import { anyMessage } from "../policy/arbitraries.ts";
import type { TestFrame } from "../policy/plans.ts";

export interface Listing {
  readonly bus: number;
  readonly message: Message;
  /** Signals that may leave. */
  readonly listed: readonly Signal[];
  /** Signals whose bits say whether a listed one is in the payload. */
  readonly selectors: readonly Signal[];
  readonly lengths: readonly [number, number];
}

export interface World {
  readonly buses: number;
  readonly messages: readonly Listing[];
  readonly entries: AllowList["signals"];
  readonly exceptions: NonNullable<AllowList["messages"]>;
  readonly traffic: readonly Draft[];
}

type Kind = "message" | "length" | "format" | "remote" | "error" | "bus" | "id" | "junk";

/** A frame to be: what is random in it comes from its seeds. */
interface Draft {
  readonly kind: Kind;
  readonly message: number;
  readonly seed: number;
  readonly stepUs: number;
}

const anySchedule: fc.Arbitrary<Omit<AllowList["signals"][string], "from">> = fc.oneof(
  fc.constant({}),
  fc.constant({ on_change: false }),
  fc.constantFrom({ every: "20ms" }, { every: "100ms", resend: "1s" }, { on_change: false, every: "50ms" }),
  fc.constantFrom({ aggregate: "last" as const, window: "100ms" }, { minimum_delta: 1, resend: "300ms" }),
);

const anyListing = fc.record({
  message: anyMessage(8),
  bus: fc.nat(2),
  format: fc.constantFrom("standard", "standard", "extended", "pgn"),
  choices: fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }),
  schedules: fc.array(anySchedule, { minLength: 8, maxLength: 8 }),
  isElastic: fc.boolean(),
});

const anyDraft: fc.Arbitrary<Draft> = fc.record({
  kind: fc.constantFrom<Kind>(
    "message",
    "message",
    "message",
    "length",
    "format",
    "remote",
    "error",
    "bus",
    "id",
    "junk",
  ),
  message: fc.nat(4),
  seed: fc.nat(0xffff),
  stepUs: fc.constantFrom(0, 1_000, 10_000, 10_000, 50_000, 400_000),
});

export const anyWorld: fc.Arbitrary<World> = fc
  .tuple(fc.array(anyListing, { minLength: 1, maxLength: 5 }), fc.array(anyDraft, { minLength: 1, maxLength: 40 }))
  .map(([drafts, traffic]) => {
    const entries: AllowList["signals"] = {};
    const exceptions: NonNullable<AllowList["messages"]> = {};
    const messages = drafts.map(({ message: plain, bus, format, choices, schedules, isElastic }, index): Listing => {
      const extended = format !== "standard";
      const id = extended ? 0x0cf0_0400 + (index << 8) : 0x100 + index;
      const message = { ...plain, name: `M${index}`, id, extended, j1939: format === "pgn" };
      const listed = message.signals.filter((_, place) => choices[place]);
      for (const [place, { name }] of listed.entries()) {
        entries[`V.m${index}.${name}`] = { from: `can${bus}/M${index}/${name}`, ...schedules[place] };
      }
      const selectors = listed.flatMap((signal) => selectorsOf(signal, message));
      const longest = message.fd ? 64 : 8;
      const shortest = Math.max(0, ...[...listed, ...selectors].flatMap(bitsOf)) / 8;
      const lengths = isElastic ? ([Math.ceil((shortest * 8 + 1) / 8), longest] as const) : undefined;
      if (lengths !== undefined && listed.length > 0) {
        exceptions[`can${bus}/M${index}`] = { min_length: lengths[0], max_length: lengths[1] };
      }
      const usual = [message.lengthBytes, paddedLength(message)] as const;
      return { bus, message, listed, selectors, lengths: lengths ?? usual };
    });
    return { buses: 3, messages, entries, exceptions, traffic };
  });

/** FD frames have no other lengths above 8. [ISO 11898-1, DLC] */
function paddedLength({ fd, lengthBytes }: Message): number {
  return fd
    ? ([8, 12, 16, 20, 24, 32, 48, 64].find((length) => length > 8 && length >= lengthBytes && lengthBytes > 8) ??
        lengthBytes)
    : lengthBytes;
}

/** The signal's selector, that one's, and so on. */
function selectorsOf({ multiplexing }: Signal, message: Message): readonly Signal[] {
  const selector = message.signals.find(({ name }) => name === multiplexing?.selector);
  return selector === undefined ? [] : [selector, ...selectorsOf(selector, message)];
}

export type Verdict = "admitted" | "not_listed" | "length" | "format" | "remote" | "error";

/** What the gate has to say of a frame, from the list of messages alone. */
export function verdictOf(messages: readonly Listing[], frame: TestFrame): { verdict: Verdict; listing?: Listing } {
  if ((frame.id & ID_ERROR) !== 0) return { verdict: "error" };
  if ((frame.id & ID_REMOTE) !== 0) return { verdict: "remote" };
  const isExtended = (frame.id & ID_EXTENDED) !== 0;
  const id = frame.id & 0x1fff_ffff;
  const listing = messages.find(({ bus, message, listed }) => {
    if (listed.length === 0 || bus !== frame.bus || message.extended !== isExtended) return false;
    // All groups here are PDU2: priority and source address do not count.
    return message.j1939 ? ((message.id ^ id) & 0x03ff_ff00) === 0 : message.id === id;
  });
  if (listing === undefined) return { verdict: "not_listed" };
  if (listing.message.fd !== ((frame.flags & FLAG_FD) !== 0)) return { verdict: "format" };
  const length = frame.length ?? frame.payload.length;
  const [shortest, longest] = listing.lengths;
  return { verdict: length < shortest || length > longest ? "length" : "admitted", listing };
}

/** A sequence of bytes that looks random, from a seed; of seed 0, zeros. */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = Math.imul(seed, 0x9e37_79b1);
  }

  word(): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return this.#state >>> 0;
  }

  below(limit: number): number {
    return this.word() % limit;
  }

  bytes(): Uint8Array {
    return Uint8Array.from({ length: 64 }, () => this.word() >>> 24);
  }
}

/** The traffic as frames. */
export function framesOf({ messages, traffic }: World): readonly TestFrame[] {
  let monotonicUs = 5_000_000;
  return traffic.map((draft) => {
    monotonicUs += draft.stepUs;
    return { ...frameOf(messages[draft.message % messages.length] as Listing, draft), monotonicUs };
  });
}

function frameOf({ bus, message, lengths }: Listing, { kind, seed }: Draft): Omit<TestFrame, "monotonicUs"> {
  const dice = new Dice(seed);
  // Few different values, so that values come again; high bits in some of them.
  const payload = dice.bytes().map((byte) => (byte & 1 ? byte & 0x83 : 0));
  const id = (message.extended ? ID_EXTENDED : 0) + message.id;
  const fd = message.fd ? FLAG_FD : 0;
  const frame = { bus, id, flags: fd, payload, length: lengths[0] };
  switch (kind) {
    case "message":
      return frame;
    case "length":
      return { ...frame, length: dice.below(80) };
    case "format":
      return { ...frame, flags: fd ^ FLAG_FD };
    case "remote":
      return { ...frame, id: id + ID_REMOTE };
    case "error":
      return { ...frame, id: id + ID_ERROR };
    case "bus":
      return { ...frame, bus: (bus + 1 + dice.below(15)) % 16 };
    case "id":
      return { ...frame, id: message.extended ? ID_EXTENDED + dice.below(2 ** 29) : dice.below(2 ** 11) };
    case "junk":
      return { bus: dice.below(16), id: dice.word(), flags: dice.below(256), payload, length: dice.below(256) };
  }
}

/**
 * Another frame at the same time, of which nothing that may leave is different: every bit of an admitted frame's payload that
 * belongs to no listed signal (as the reference decoder finds it to be there) and to no selector of one, what is behind the
 * payload, the length where the rule takes several, the flags that say nothing of the format, priority and source of J1939,
 * and the reserved byte. Of a denied frame everything is different but its bus and the reason for which it is denied, since these are
 * counted, and the counts are published.
 *
 * Selectors of listed signals are kept, listed or not: they say whether a listed signal is there at all, which is published.
 */
export function disguise(messages: readonly Listing[], frame: TestFrame, dice: Dice): TestFrame {
  const { verdict, listing } = verdictOf(messages, frame);
  if (verdict === "admitted" && listing !== undefined) return disguiseAdmitted(listing, frame, dice);
  const { bus, monotonicUs } = frame;
  const own = messages.filter((candidate) => candidate.bus === bus);
  for (let attempt = 0; attempt < 20; attempt++) {
    const other = { ...deniedFrame(own.length > 0 ? own : messages, verdict, dice), bus, monotonicUs };
    if (verdictOf(messages, other).verdict === verdict) return other;
  }
  return { ...frame, payload: dice.bytes(), reserved: dice.below(256) };
}

function disguiseAdmitted({ message, listed, selectors, lengths }: Listing, frame: TestFrame, dice: Dice): TestFrame {
  const present = compileMessage(message)(frame.payload);
  const kept = new Set([...listed.filter(({ name }) => present.has(name)), ...selectors].flatMap(bitsOf));
  const payload = dice.bytes();
  for (const bit of kept) {
    const mask = 1 << (bit & 7);
    payload[bit >> 3] = ((payload[bit >> 3] ?? 0) & ~mask) | ((frame.payload[bit >> 3] ?? 0) & mask);
  }
  const source = message.j1939 ? dice.word() & 0x1c00_00ff : 0;
  return {
    ...frame,
    payload,
    id: (frame.id ^ source) >>> 0,
    flags: (frame.flags & FLAG_FD) | (dice.below(256) & ~FLAG_FD),
    length: lengths[0] + dice.below(lengths[1] - lengths[0] + 1),
    reserved: dice.below(256),
  };
}

function deniedFrame(
  messages: readonly Listing[],
  verdict: Verdict,
  dice: Dice,
): Omit<TestFrame, "monotonicUs" | "bus"> {
  const { message } = messages[dice.below(messages.length)] as Listing;
  const id = (message.extended ? ID_EXTENDED : 0) + message.id;
  const fd = message.fd ? FLAG_FD : 0;
  const frame = { id, flags: fd, payload: dice.bytes(), length: dice.below(256), reserved: dice.below(256) };
  if (verdict === "format") return { ...frame, flags: fd ^ FLAG_FD };
  if (verdict === "remote") return { ...frame, id: (dice.word() | ID_REMOTE) & ~ID_ERROR };
  if (verdict === "error") return { ...frame, id: (dice.word() | ID_ERROR) >>> 0 };
  if (verdict === "not_listed") return { ...frame, id: dice.word() & 0x9fff_ffff };
  return frame;
}
