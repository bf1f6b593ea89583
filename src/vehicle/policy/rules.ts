// The gate's tables: which bus, id, format and length belong to which rule. Comes from the messages that the plan names;
// goes to the gate's kernel, which probes the hash tables in the same way.
import type { Message } from "../../dbc/database.ts";
import { BUSES_MAX, ID_MASK_EXTENDED, ID_MASK_STANDARD, PAYLOAD_BYTES_MAX } from "../frame.ts";
import { HASH_PLACES, RULES_MAX } from "../memory.ts";
import { createGateTables, type GateTables, LISTED, NO_RULE } from "../plan.ts";

export interface Rule {
  readonly bus: number;
  readonly message: Pick<Message, "id" | "extended" | "fd">;
  /** Whether a 29-bit message is matched by its parameter group. */
  readonly byPgn: boolean;
  readonly lengthMin: number;
  readonly lengthMax: number;
}

/** Payload lengths that CAN FD has. [ISO 11898-1, DLC] */
const FD_LENGTHS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 20, 24, 32, 48, 64];

/** The length that a message of so many bytes has on the bus: FD frames are padded to the next length there is. */
export function paddedLength(lengthBytes: number, fd: boolean): number {
  return fd ? (FD_LENGTHS.find((length) => length >= lengthBytes) ?? 64) : lengthBytes;
}

/** Priority and source address do not count, nor the destination of a PDU1 group. [SAE J1939-21 5.2] */
export function pgnKey(id: number): number {
  return ((id >>> 16) & 0xff) < 240 ? id & 0x03ff_0000 : id & 0x03ff_ff00;
}

/** Where a rule stands: the table, and its key there. */
function placeOf({ message, byPgn }: Rule): readonly [keyof GateTables, number] {
  if (!message.extended) return ["standard", message.id];
  return byPgn ? ["pgn", pgnKey(message.id)] : ["extended", message.id];
}

/** Index of the first rule that meets the same frames as an earlier one, and of that one; undefined where all differ. */
export function firstClash(rules: readonly Rule[]): readonly [number, number] | undefined {
  const seen = new Map<string, number>();
  for (const [i, rule] of rules.entries()) {
    const key = [rule.bus, ...placeOf(rule)].join();
    const other = seen.get(key);
    if (other !== undefined) return [other, i];
    seen.set(key, i);
  }
  return undefined;
}

/** Tables for rules of which no two clash; at most RULES_MAX. */
export function compileGate(rules: readonly Rule[]): GateTables {
  if (rules.length > RULES_MAX) throw new RangeError(`${rules.length} rules, at most ${RULES_MAX}`);
  const clash = firstClash(rules);
  if (clash !== undefined) throw new RangeError(`rules ${clash.join(" and ")} clash`);
  const tables = createGateTables(rules.length);
  for (const [i, rule] of rules.entries()) {
    assertPossible(rule);
    const { bus, message, lengthMin, lengthMax } = rule;
    const entry = (i << 16) | LISTED | (message.fd ? 1 << 10 : 0) | lengthMax;
    tables.lengths[i] = lengthMin | (lengthMax << 8);
    const [table, key] = placeOf(rule);
    if (table === "standard") tables.standard[bus * 2048 + key] = entry;
    else insert(tables[table], key, bus, entry);
  }
  return tables;
}

/** A rule for frames that cannot be would stand in another rule's place, and let its frames pass. */
function assertPossible({ bus, message, lengthMin, lengthMax }: Rule): void {
  const idMax = message.extended ? ID_MASK_EXTENDED : ID_MASK_STANDARD;
  const isPossible =
    isWithin(bus, 0, BUSES_MAX - 1) &&
    isWithin(message.id, 0, idMax) &&
    isWithin(lengthMax, 0, PAYLOAD_BYTES_MAX) &&
    isWithin(lengthMin, 0, lengthMax);
  if (!isPossible)
    throw new RangeError(`bus ${bus}, id ${message.id}, ${lengthMin} to ${lengthMax} bytes: no such frame`);
}

function isWithin(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}

function insert(table: Uint32Array, key: number, bus: number, entry: number): void {
  let place = hash(key, bus);
  while (table[place * 2 + 1] !== NO_RULE) place = (place + 1) % HASH_PLACES;
  table[place * 2] = key;
  table[place * 2 + 1] = entry | (bus << 11);
}

/** The 12 top bits of the product: they depend on all bits of the key, and there are as many places. */
function hash(key: number, bus: number): number {
  return Math.imul(key ^ (bus << 25), 0x9e3779b1) >>> 20;
}
