// Frames that try the gate where it could err: those that a rule is for, and those that miss one narrowly. Comes from rules
// and a seed; the same seed gives the same frames.
import { FLAG_FD, ID_EXTENDED } from "../../src/vehicle/frame.ts";
import type { Rule } from "../../src/vehicle/policy/rules.ts";
import type { Frame } from "./model.ts";

/** A whole number from 0 to below `n`. */
export type Random = (n: number) => number;

export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  return (n) => {
    state = (state + 0x6d2b_79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * n);
  };
}

export function randomFrame(random: Random, rules: readonly Rule[]): Frame {
  const rule = rules[random(rules.length)];
  if (rule === undefined || random(16) === 0) return anyFrame(random);
  const frame = frameOf(random, rule);
  return random(3) === 0 ? frame : nearMiss(random, frame);
}

function anyFrame(random: Random): Frame {
  return {
    idWord: random(2) === 0 ? random(2 ** 32) : random(2 ** 12),
    lengthBytes: random(256),
    flags: random(256),
    bus: random(256),
  };
}

/** A frame that the rule is for, with a length at or near one of its bounds. */
function frameOf(random: Random, { bus, message, byPgn, lengthMin, lengthMax }: Rule): Frame {
  const lengths = [lengthMin, lengthMax, lengthMin - 1, lengthMax + 1, random(256), lengthMin, lengthMax];
  const idWord = (message.id + (message.extended ? ID_EXTENDED : 0)) >>> 0;
  return {
    idWord: byPgn && message.extended ? otherSender(random, idWord) : idWord,
    lengthBytes: Math.max(0, lengths[random(lengths.length)] ?? 0),
    flags: (message.fd ? FLAG_FD : 0) + (random(256) & ~FLAG_FD),
    bus,
  };
}

/** The same frame with one thing changed. Whether the change matters is for the model to say. */
function nearMiss(random: Random, frame: Frame): Frame {
  switch (random(8)) {
    case 0:
      return { ...frame, idWord: (frame.idWord ^ (1 << random(32))) >>> 0 };
    case 1:
      return { ...frame, bus: random(16) };
    case 2:
      return { ...frame, bus: frame.bus + 16 * random(16) };
    case 3:
      return { ...frame, bus: frame.bus ^ (1 << random(8)) };
    case 4:
      return { ...frame, flags: frame.flags ^ (1 << random(8)) };
    case 5:
      return { ...frame, idWord: otherSender(random, frame.idWord) };
    case 6:
      // Differs in each bit of length and format.
      return { ...frame, lengthBytes: frame.lengthBytes ^ 0xff, flags: ~frame.flags & FLAG_FD };
    default:
      return { ...frame, idWord: (frame.idWord + random(3) - 1) >>> 0 };
  }
}

/** Another priority, source address and, which matters below PDU format 240 only, another destination. */
function otherSender(random: Random, idWord: number): number {
  const kept = idWord & 0xe3ff_0000;
  const specific = random(2) === 0 ? idWord & 0xff00 : random(256) << 8;
  return (kept | (random(8) << 26) | specific | random(256)) >>> 0;
}
