// What the gate has to do, said again without its tables and masks: rules and one frame in, the rule that admits the frame or
// the reason of the denial out. It shares no code with the gate, and takes ids apart by arithmetic instead of bits.
import type { Denial } from "../../src/vehicle/memory.ts";
import type { Rule } from "../../src/vehicle/policy/rules.ts";

export interface Frame {
  readonly idWord: number;
  readonly lengthBytes: number;
  readonly flags: number;
  readonly bus: number;
}

export type Verdict = number | Denial;

/** Answers for one set of rules. */
export interface Model {
  readonly rules: readonly Rule[];
  /** The rule, by its number, that a frame's id on a bus stands for. */
  ruleOfStandard(bus: number, id: number): number | undefined;
  judge(frame: Frame): Verdict;
}

export function createModel(rules: readonly Rule[]): Model {
  const numbers = new Map<string, number>();
  for (const [number, rule] of rules.entries()) numbers.set(nameOf(rule), number);
  const ruleOfStandard = (bus: number, id: number): number | undefined =>
    numbers.get(idName(bus, { id, extended: false }));
  const ruleOfExtended = (bus: number, id: number): number | undefined =>
    numbers.get(idName(bus, { id, extended: true })) ?? numbers.get(groupName(bus, id));
  const judge = (frame: Frame): Verdict => {
    const { isExtended, isRemote, isError, id } = takeApart(frame.idWord);
    if (isError) return "error";
    if (isRemote) return "remote";
    if (!isExtended && id > 2047) return "not_listed";
    const number = isExtended ? ruleOfExtended(frame.bus, id) : ruleOfStandard(frame.bus, id);
    return verdictOf(rules, number, frame.flags, frame.lengthBytes);
  };
  return { rules, ruleOfStandard, judge };
}

/** The answer for a data frame, once it is known which rule its id stands for. */
export function verdictOf(
  rules: readonly Rule[],
  number: number | undefined,
  flags: number,
  lengthBytes: number,
): Verdict {
  const rule = number === undefined ? undefined : rules[number];
  if (rule === undefined || number === undefined) return "not_listed";
  const isFd = Math.floor(flags / 4) % 2 === 1;
  if (isFd !== rule.message.fd) return "format";
  if (lengthBytes < rule.lengthMin || lengthBytes > rule.lengthMax) return "length";
  return number;
}

/** The id word from the top: extended, remote, error, and 29 bits of id. [linux/can.h] */
function takeApart(idWord: number): { isExtended: boolean; isRemote: boolean; isError: boolean; id: number } {
  const isBitSet = (bit: number): boolean => Math.floor(idWord / 2 ** bit) % 2 === 1;
  return { isExtended: isBitSet(31), isRemote: isBitSet(30), isError: isBitSet(29), id: idWord % 2 ** 29 };
}

function idName(bus: number, { id, extended }: { readonly id: number; readonly extended: boolean }): string {
  return `${bus} ${extended ? "extended" : "standard"} ${id}`;
}

/** The parameter group by its fields: data pages, PDU format, and the PDU specific byte where it is no address. [SAE J1939-21 5.2] */
function groupName(bus: number, id: number): string {
  const pages = Math.floor(id / 2 ** 24) % 4;
  const format = Math.floor(id / 2 ** 16) % 256;
  const specific = format >= 240 ? Math.floor(id / 2 ** 8) % 256 : "destination";
  return `${bus} group ${pages} ${format} ${specific}`;
}

/** Two rules with the same name are for the same frames. */
export function nameOf({ bus, message, byPgn }: Rule): string {
  return message.extended && byPgn ? groupName(bus, message.id) : idName(bus, message);
}
