// Arbitrary messages: signals of any length and format at any place, overlapping or not, and multiplexed in any depth.
import fc from "fast-check";
import type { Message, Multiplexing, Range, Signal } from "../../src/dbc/database.ts";
import { MESSAGE, SIGNAL } from "./plans.ts";

interface Draft {
  readonly bits: number;
  readonly place: number;
  readonly byteOrder: Signal["byteOrder"];
  readonly signed: boolean;
  readonly isFloat: boolean;
  readonly selector: number | undefined;
  readonly ranges: readonly (readonly [number, number])[];
}

const anyBits = fc.oneof(
  fc.integer({ min: 1, max: 4 }),
  fc.integer({ min: 1, max: 64 }),
  fc.constantFrom(8, 16, 23, 24, 25, 31, 32, 33, 57, 58, 63, 64),
);

const anyDraft: fc.Arbitrary<Draft> = fc.record({
  bits: anyBits,
  place: fc.nat(511),
  byteOrder: fc.constantFrom("little", "big"),
  signed: fc.boolean(),
  isFloat: fc.boolean(),
  selector: fc.option(fc.nat(39), { nil: undefined, freq: 2 }),
  ranges: fc.array(fc.tuple(fc.nat(999), fc.nat(999)), { minLength: 1, maxLength: 3 }),
});

/** 1 to `signalsMax` signals in 1 to 64 bytes. Selectors are integers, and stand before what they select. */
export function anyMessage(signalsMax: number): fc.Arbitrary<Message> {
  return fc
    .tuple(fc.integer({ min: 1, max: 64 }), fc.array(anyDraft, { minLength: 1, maxLength: signalsMax }), fc.boolean())
    .map(([lengthBytes, drafts, fd]) => {
      const signals: Signal[] = [];
      for (const [index, draft] of drafts.entries()) signals.push(signalOf(`S${index}`, draft, lengthBytes, signals));
      return { ...MESSAGE, lengthBytes, fd: fd || lengthBytes > 8, signals };
    });
}

function signalOf(name: string, draft: Draft, lengthBytes: number, before: readonly Signal[]): Signal {
  const { byteOrder } = draft;
  const lengthBits = Math.min(draft.bits, lengthBytes * 8);
  const first = draft.place % (lengthBytes * 8 - lengthBits + 1);
  const startBit = byteOrder === "little" ? first : first - (first % 8) + 7 - (first % 8);
  const format =
    draft.isFloat && lengthBits === 32 ? "float32" : draft.isFloat && lengthBits === 64 ? "float64" : "integer";
  const multiplexing = multiplexingOf(draft, before);
  return { ...SIGNAL, name, startBit, lengthBits, byteOrder, signed: draft.signed, format, multiplexing };
}

function multiplexingOf({ selector: choice, ranges }: Draft, before: readonly Signal[]): Multiplexing | undefined {
  const candidates = before.filter(({ format }) => format === "integer");
  if (choice === undefined || candidates.length === 0) return undefined;
  const selector = candidates[choice % candidates.length];
  return selector && { selector: selector.name, ranges: ranges.map((range) => rangeOf(range, selector)) };
}

/** From thousandths of what the selector can have, so that ranges of wide selectors are met too; now and then beyond it. */
function rangeOf([a, b]: readonly [number, number], { lengthBits, signed }: Signal): Range {
  const span = 2n ** BigInt(lengthBits);
  const least = signed ? -(span / 2n) : 0n;
  const [low, high] = [Math.min(a, b), Math.max(a, b)].map((share) => least + (span * BigInt(share)) / 990n);
  return { from: low ?? 0n, to: high ?? 0n };
}

/** Payload bytes with many of 0 and 255, where signs and carries go wrong. */
export function anyBytes(length: number): fc.Arbitrary<Uint8Array<ArrayBuffer>> {
  return fc
    .array(fc.oneof(fc.nat(255), fc.constantFrom(0, 255)), { minLength: length, maxLength: length })
    .map((bytes) => Uint8Array.from(bytes));
}
