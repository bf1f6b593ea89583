// Lays out the decode tables of a message: groups of four short signals, fields for the long ones, pages for the
// multiplexed ones. Comes from signals of a DBC file; goes to the decoder's kernel, which knows the same formats.
import type { Range, Signal } from "../../dbc/database.ts";
import { PAYLOAD_BYTES_MAX } from "../frame.ts";
import { REGION, TABLE_BYTES_MAX } from "../memory.ts";
import { NOT_MULTIPLEXED } from "../plan.ts";

/** Signals up to this long fit into a lane of 32 bits however they lie in their bytes. */
const SHORT_BITS_MAX = 24;
const GROUP_BYTES = 80;
const FIELD_BIG = 1 << 24;
const FIELD_SIGNED = 1 << 25;
const FIELD_NINE_BYTES = 1 << 26;
/** A shuffle index that gives zero. */
const NO_BYTE = 0x80;
/** A group is loaded as 16 bytes of the payload: its signals must lie in them. */
const WINDOW_BYTES = 16;

/** Where a signal's value is to be found among the values of its rule. */
export interface ValuePlace {
  readonly signal: Signal;
  readonly word: number;
  readonly wide: boolean;
  readonly presence: number;
}

export interface RuleLayout {
  /** The 4 words of the rule's entry. */
  readonly entry: readonly number[];
  readonly places: readonly ValuePlace[];
  readonly words: number;
}

/** A growing table in the memory's region; addresses are those of the memory. */
export class TableWriter {
  readonly #bytes = new Uint8Array(TABLE_BYTES_MAX);
  readonly #view = new DataView(this.#bytes.buffer);
  #length = 0;

  get address(): number {
    return REGION.tables + this.#length;
  }

  bytes(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  /** False where the table is full: the plan has too many signals. */
  hasRoom(bytes: number): boolean {
    return this.#length + bytes <= TABLE_BYTES_MAX;
  }

  word(value: number): void {
    this.#view.setUint32(this.#length, value >>> 0, true);
    this.#length += 4;
  }

  long(value: bigint): void {
    this.#view.setBigInt64(this.#length, value, true);
    this.#length += 8;
  }

  byte(value: number): void {
    this.#bytes[this.#length] = value;
    this.#length += 1;
  }
}

/** Bytes that a message's tables can take at most; asked before they are laid out. */
export function tableBytes(wanted: readonly Signal[], all: readonly Signal[]): number {
  const conditions = wanted.flatMap((signal) => conditionsOf(signal, all));
  const ranges = conditions.reduce((sum, { ranges }) => sum + ranges.length, 0);
  return 16 + wanted.length * (GROUP_BYTES + 32) + conditions.length * 16 + ranges * 16;
}

/** Lays out the wanted signals of a message; `all` are its signals, among which the selectors are found. */
export function layoutRule(writer: TableWriter, wanted: readonly Signal[], all: readonly Signal[]): RuleLayout {
  const places: ValuePlace[] = [];
  const plain = wanted.filter((signal) => signal.multiplexing === undefined);
  const plainPart = layoutPart(writer, plain, 0, NOT_MULTIPLEXED, places);
  const pages = layoutPages(writer, wanted, all, plainPart.words, places);
  const { groups, fields, isNear } = plainPart;
  const rest = writeRest(writer, fields, pages);
  return { entry: [...groups, rest, Number(isNear)], places, words: pages.words };
}

/** The address of what is not in groups: fields and pages. Most messages have neither, and are told by 0. */
function writeRest(
  writer: TableWriter,
  fields: Part["fields"],
  pages: { readonly from: number; readonly to: number },
): number {
  if (fields[0] === fields[1] && pages.from === pages.to) return 0;
  const { address } = writer;
  for (const word of [...fields, pages.from, pages.to]) writer.word(word);
  return address;
}

interface Part {
  readonly groups: readonly [number, number];
  readonly fields: readonly [number, number];
  /** Whether all groups are cut out of the payload's first 16 bytes. */
  readonly isNear: boolean;
  /** First word after the part's values. */
  readonly words: number;
}

function layoutPart(
  writer: TableWriter,
  signals: readonly Signal[],
  firstWord: number,
  presence: number,
  places: ValuePlace[],
): Part {
  let word = firstWord;
  let isNear = true;
  const groupsFrom = writer.address;
  for (const group of groupsOf(signals.filter((signal) => signal.lengthBits <= SHORT_BITS_MAX))) {
    isNear &&= group[0] !== undefined && windowOf(group[0]) === 0;
    writeGroup(writer, group);
    group.forEach((signal, lane) => {
      places.push({ signal, word: word + lane, wide: false, presence });
    });
    word += 4;
  }
  const groupsTo = writer.address;
  for (const signal of signals.filter((signal) => signal.lengthBits > SHORT_BITS_MAX)) {
    writer.word(fieldOf(signal));
    places.push({ signal, word, wide: true, presence });
    word += 2;
  }
  return { groups: [groupsFrom, groupsTo], fields: [groupsTo, writer.address], isNear, words: word };
}

/** One page for all signals that the same selector values select; nested selectors make a chain of conditions. */
function layoutPages(
  writer: TableWriter,
  wanted: readonly Signal[],
  all: readonly Signal[],
  firstWord: number,
  places: ValuePlace[],
): { from: number; to: number; words: number } {
  const byCondition = new Map<string, Signal[]>();
  for (const signal of wanted) {
    if (signal.multiplexing === undefined) continue;
    const key = conditionsOf(signal, all).map(conditionKey).join("&");
    const page = byCondition.get(key);
    if (page === undefined) byCondition.set(key, [signal]);
    else page.push(signal);
  }
  let word = firstWord;
  const entries: number[] = [];
  for (const signals of byCondition.values()) {
    const [first] = signals;
    if (first === undefined) continue;
    const part = layoutPart(writer, signals, word + 1, word, places);
    const conditions = writeConditions(writer, conditionsOf(first, all));
    entries.push(...part.groups, ...part.fields, ...conditions, (part.words - word) * 4);
    word = part.words;
  }
  const from = writer.address;
  for (const entry of entries) writer.word(entry);
  return { from, to: writer.address, words: word };
}

interface Condition {
  readonly selector: Signal;
  readonly ranges: readonly Range[];
}

/** The signal's own selector first, then that selector's, up to one that is always there. */
function conditionsOf(signal: Signal, all: readonly Signal[]): readonly Condition[] {
  const chain: Condition[] = [];
  const seen = new Set<string>();
  let { multiplexing } = signal;
  while (multiplexing !== undefined && !seen.has(multiplexing.selector)) {
    const { selector: name, ranges } = multiplexing;
    seen.add(name);
    const selector = all.find((candidate) => candidate.name === name);
    // A selector that the message does not have selects nothing.
    if (selector === undefined) return [{ selector: signal, ranges: [] }];
    chain.push({ selector, ranges: ranges.flatMap((range) => comparable(range, selector)) });
    multiplexing = selector.multiplexing;
  }
  return chain;
}

const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);

/**
 * The part of a range that the selector can have, as ranges of signed 64-bit integers, which the kernel compares. An unsigned
 * selector of 64 bits is negative there from 2^63 on, so that a range across it becomes two.
 */
function comparable({ from, to }: Range, selector: Signal): readonly Range[] {
  const bits = BigInt(selector.lengthBits);
  const least = selector.signed ? -(2n ** (bits - 1n)) : 0n;
  const most = selector.signed ? 2n ** (bits - 1n) - 1n : 2n ** bits - 1n;
  const low = from > least ? from : least;
  const high = to < most ? to : most;
  if (low > high) return [];
  if (high <= INT64_MAX) return [{ from: low, to: high }];
  const wrapped = { from: low > INT64_MAX ? BigInt.asIntN(64, low) : INT64_MIN, to: BigInt.asIntN(64, high) };
  return low > INT64_MAX ? [wrapped] : [{ from: low, to: INT64_MAX }, wrapped];
}

/** Long names can hold any character, so that they are quoted. */
function conditionKey({ selector, ranges }: Condition): string {
  return `${JSON.stringify(selector.name)}=${ranges.map(({ from, to }) => `${from} ${to}`).join(",")}`;
}

function writeConditions(writer: TableWriter, conditions: readonly Condition[]): readonly [number, number] {
  const spans = conditions.map(({ ranges }) => {
    const from = writer.address;
    for (const range of ranges) {
      writer.long(range.from);
      writer.long(range.to);
    }
    return [from, writer.address] as const;
  });
  const from = writer.address;
  conditions.forEach(({ selector }, i) => {
    writer.word(fieldOf(selector));
    const [rangesFrom = 0, rangesTo = 0] = spans[i] ?? [];
    writer.word(rangesFrom);
    writer.word(rangesTo);
  });
  return [from, writer.address];
}

/** Bits of the signal, counted along its bytes in its own byte order: first byte, bits before it in that byte. */
function positionOf(signal: Signal): { firstByte: number; lastByte: number; bitsBefore: number; bitsAfter: number } {
  const { startBit, lengthBits } = signal;
  const firstByte = startBit >> 3;
  const bitsBefore = signal.byteOrder === "little" ? startBit & 7 : 7 - (startBit & 7);
  const lastByte = firstByte + ((bitsBefore + lengthBits - 1) >> 3);
  return { firstByte, lastByte, bitsBefore, bitsAfter: (lastByte - firstByte + 1) * 8 - bitsBefore - lengthBits };
}

/** Up to four signals whose bytes lie in one window, in the order of their bytes. */
function groupsOf(signals: readonly Signal[]): readonly Signal[][] {
  const ordered = signals.toSorted((a, b) => positionOf(a).firstByte - positionOf(b).firstByte);
  const groups: Signal[][] = [];
  for (const signal of ordered) {
    const group = groups.at(-1);
    const [first] = group ?? [];
    const fits = first !== undefined && positionOf(signal).lastByte < windowOf(first) + WINDOW_BYTES;
    if (group !== undefined && group.length < 4 && fits) group.push(signal);
    else groups.push([signal]);
  }
  return groups;
}

/** A short payload is always loaded from its first byte; a window never starts so late that it would reach beyond the record. */
function windowOf(first: Signal): number {
  const { firstByte } = positionOf(first);
  return firstByte < 8 ? 0 : Math.min(firstByte, PAYLOAD_BYTES_MAX - WINDOW_BYTES);
}

function writeGroup(writer: TableWriter, group: readonly Signal[]): void {
  const [first] = group;
  if (first === undefined) return;
  const window = windowOf(first);
  const lanes = [0, 1, 2, 3].map((lane) => laneOf(group[lane], window));
  for (const { shuffle } of lanes) for (const index of shuffle) writer.byte(index);
  for (const { mask } of lanes) writer.word(mask);
  for (const { multiplier } of lanes) writer.word(multiplier);
  for (const { sign } of lanes) writer.word(sign);
  writer.word(window);
  for (let i = 0; i < 3; i++) writer.word(0);
}

interface Lane {
  readonly shuffle: readonly number[];
  readonly mask: number;
  readonly multiplier: number;
  readonly sign: number;
}

/**
 * The signal's bytes, least significant first, so that its lowest bit is at 1 to 8 of the lane; times 2^(32 − that) puts it
 * at bit 32 of the product, whose upper word is the raw value.
 */
function laneOf(signal: Signal | undefined, window: number): Lane {
  if (signal === undefined) return { shuffle: [NO_BYTE, NO_BYTE, NO_BYTE, NO_BYTE], mask: 0, multiplier: 0, sign: 0 };
  const { firstByte, lastByte, bitsBefore, bitsAfter } = positionOf(signal);
  const little = signal.byteOrder === "little";
  const bytes: number[] = [];
  for (let byte = firstByte; byte <= lastByte; byte++) bytes.push(byte - window);
  if (!little) bytes.reverse();
  let shift = little ? bitsBefore : bitsAfter;
  if (shift === 0) {
    bytes.unshift(NO_BYTE);
    shift = 8;
  }
  while (bytes.length < 4) bytes.push(NO_BYTE);
  const mask = (2 ** signal.lengthBits - 1) * 2 ** shift;
  const sign = isSigned(signal) ? 2 ** (signal.lengthBits - 1) : 0;
  return { shuffle: bytes, mask, multiplier: 2 ** (32 - shift), sign };
}

/** `first byte | shift left << 8 | shift right << 16 | how to read it`: what the kernel's `cutOne` takes. */
function fieldOf(signal: Signal): number {
  const { firstByte, lastByte, bitsBefore } = positionOf(signal);
  const nineBytes = lastByte - firstByte === 8;
  const little = signal.byteOrder === "little";
  const left = little && !nineBytes ? 64 - bitsBefore - signal.lengthBits : bitsBefore;
  const right = 64 - signal.lengthBits;
  const kind = (little ? 0 : FIELD_BIG) | (isSigned(signal) ? FIELD_SIGNED : 0) | (nineBytes ? FIELD_NINE_BYTES : 0);
  return firstByte | (left << 8) | (right << 16) | kind;
}

/** The bits of a float are a pattern: its sign bit is one of them. */
function isSigned(signal: Signal): boolean {
  return signal.signed && signal.format === "integer";
}
