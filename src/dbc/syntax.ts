// The statements of a DBC file, read one at a time: the text behind a keyword in, a statement out. A reader throws
// Misread where the text is not what the statement needs; whoever called it skips the statement and goes on.
import type { Range } from "./database.ts";
import type {
  AttributeStatement,
  AttributeValue,
  MessageStatement,
  MultiplexingStatement,
  Owner,
  SignalReference,
  SignalStatement,
  Statement,
  ValuesStatement,
} from "./statements.ts";
import {
  isAtLineEnd,
  isKeyword,
  isNext,
  Misread,
  peekWord,
  type Scanner,
  skipStatement,
  takeCount,
  takeInteger,
  takeMark,
  takeMarkIf,
  takeName,
  takeNumber,
  takeString,
  takeWordIf,
} from "./tokens.ts";

const ID_MAX = 0xffff_ffff;
/** Bytes of the longest message there is a transport for: ISO-TP's first edition. J1939 transport has 1,785. [ISO 15765-2] */
const MESSAGE_BYTES_MAX = 4095;
const MESSAGE_BITS_MAX = MESSAGE_BYTES_MAX * 8;
const SIGNAL_BITS_MAX = 64;
const VALUE_TYPE_MAX = 3;
const INDICATOR = /^(?:M|m\d{1,19}M?)$/;

export function readNodes(scanner: Scanner): Statement {
  takeMark(scanner, ":");
  const names: string[] = [];
  for (let word = peekWord(scanner); word !== "" && !isKeyword(word); word = peekWord(scanner)) {
    names.push(takeName(scanner, "node"));
    takeMarkIf(scanner, ",");
  }
  takeMarkIf(scanner, ";");
  return { kind: "nodes", names };
}

/** Takes the list of symbols behind `NS_ :`, which are keywords that stand alone. */
export function skipSymbols(scanner: Scanner): undefined {
  takeMarkIf(scanner, ":");
  for (;;) {
    const word = peekWord(scanner);
    if (word === "" || /^(?:BS_|BU_|BO_|SG_|EV_|VERSION)$/.test(word)) return undefined;
    const before = scanner.position;
    scanner.position += word.length;
    if (isAtLineEnd(scanner) || /^[A-Z]\w*_\w*$|^FILTER$/.test(peekWord(scanner))) continue;
    scanner.position = before;
    return undefined;
  }
}

/** Takes the bit timing, which no tool has used for decades; some files have numbers there, most have nothing. */
export function skipBitTiming(scanner: Scanner): undefined {
  takeMark(scanner, ":");
  while (!isAtLineEnd(scanner) && /[\d:,; ]/.test(scanner.text[scanner.position] ?? "")) scanner.position += 1;
  return undefined;
}

export function readMessage(scanner: Scanner): MessageStatement {
  const id = takeId(scanner);
  const name = takeName(scanner, "message");
  takeMark(scanner, ":");
  const lengthBytes = takeCount(scanner, MESSAGE_BYTES_MAX, "the length");
  const transmitter = isKeyword(peekWord(scanner)) ? "" : (takeWordIf(scanner) ?? "");
  return { kind: "message", id, name, lengthBytes, transmitter };
}

/** What follows a signal's name. */
export function readSignal(scanner: Scanner, name: string): SignalStatement {
  const indicator = peekWord(scanner);
  if (indicator !== "" && !INDICATOR.test(indicator)) {
    throw new Misread(`expected "M", "m" and a number, or nothing before the ":", found ${JSON.stringify(indicator)}`);
  }
  scanner.position += indicator.length;
  takeMark(scanner, ":");
  const startBit = takeCount(scanner, MESSAGE_BITS_MAX, "the start bit");
  takeMark(scanner, "|");
  const lengthBits = takeCount(scanner, SIGNAL_BITS_MAX, "the length in bits");
  takeMark(scanner, "@");
  const byteOrder = takeCount(scanner, 1, "the byte order") === 1 ? "little" : "big";
  const signed = takeMarkIf(scanner, "-");
  if (!signed) takeMark(scanner, "+");
  const [factor, offset] = takePair(scanner, "(", ",", ")");
  if (!Number.isFinite(factor) || !Number.isFinite(offset)) throw new Misread("the factor or offset is not finite");
  const [minimum, maximum] = takePair(scanner, "[", "|", "]");
  const unit = takeString(scanner);
  const receivers = takeReceivers(scanner);
  const scaling = { factor, offset, minimum, maximum, unit };
  return { kind: "signal", name, indicator, startBit, lengthBits, byteOrder, signed, ...scaling, receivers };
}

function takePair(scanner: Scanner, open: string, between: string, close: string): [number, number] {
  takeMark(scanner, open);
  const first = takeNumber(scanner);
  takeMark(scanner, between);
  const second = takeNumber(scanner);
  takeMark(scanner, close);
  return [first, second];
}

/** Names, with or without commas, on the rest of the line or behind a comma. */
function takeReceivers(scanner: Scanner): string[] {
  const receivers: string[] = [];
  let isExpected = false;
  while (isExpected || !isAtLineEnd(scanner)) {
    const word = peekWord(scanner);
    if (word === "" || isKeyword(word)) break;
    receivers.push(takeName(scanner, "receiver"));
    isExpected = !isAtLineEnd(scanner) && takeMarkIf(scanner, ",");
  }
  return receivers;
}

export function readComment(scanner: Scanner): Statement {
  return { kind: "comment", owner: takeOwner(scanner), text: takeString(scanner) };
}

/** Undefined where the values are those of an environment variable. */
export function readValues(scanner: Scanner): ValuesStatement | undefined {
  if (!/^\d/.test(peekWord(scanner))) {
    skipStatement(scanner);
    return undefined;
  }
  const signal = takeSignalReference(scanner);
  if (isNext(scanner, ";") || /^[\d-]/.test(peekWord(scanner)) || isKeyword(peekWord(scanner))) {
    return { kind: "values", signal, values: takeValuePairs(scanner) };
  }
  return { kind: "values", signal, values: takeName(scanner, "value table") };
}

export function readValueTable(scanner: Scanner): Statement {
  return { kind: "valueTable", name: takeName(scanner, "value table"), values: takeValuePairs(scanner) };
}

/** `1 "one" 0 "zero"`, down to whatever is no number. */
function takeValuePairs(scanner: Scanner): Map<bigint, string> {
  const values = new Map<bigint, string>();
  while (/^[\d+.-]/.test(nextCharacter(scanner))) {
    const raw = takeWhole(scanner);
    values.set(raw, takeString(scanner));
  }
  return values;
}

/** A raw value; some tools write `5.0` for 5. */
function takeWhole(scanner: Scanner): bigint {
  const before = scanner.position;
  const value = takeNumber(scanner);
  if (!Number.isInteger(value)) throw new Misread(`the raw value ${value} is not a whole number`);
  if (!Number.isSafeInteger(value)) scanner.position = before;
  return Number.isSafeInteger(value) ? BigInt(value) : takeInteger(scanner);
}

function nextCharacter(scanner: Scanner): string {
  isNext(scanner, "");
  return scanner.text[scanner.position] ?? "";
}

export function readValueType(scanner: Scanner): Statement {
  const signal = takeSignalReference(scanner);
  takeMarkIf(scanner, ":");
  return { kind: "valueType", signal, valueType: takeCount(scanner, VALUE_TYPE_MAX, "the value type") };
}

export function readMultiplexing(scanner: Scanner): MultiplexingStatement {
  const signal = takeSignalReference(scanner);
  const selector = takeName(scanner, "selector");
  const ranges: Range[] = [];
  do {
    const from = takeInteger(scanner);
    const to = takeMarkIf(scanner, "-") ? takeInteger(scanner) : from;
    if (from > to) throw new Misread(`the range ${from}-${to} is the wrong way round`);
    ranges.push({ from, to });
  } while (takeMarkIf(scanner, ","));
  return { kind: "multiplexing", signal, selector, ranges };
}

/** Undefined for an attribute that is no enumeration: its limits are not needed. */
export function readAttributeDefinition(scanner: Scanner): Statement | undefined {
  if (!isNext(scanner, '"')) takeName(scanner, "kind of object");
  const name = takeString(scanner);
  if (takeName(scanner, "attribute's type") !== "ENUM") {
    skipStatement(scanner);
    return undefined;
  }
  const choices: string[] = [];
  while (isNext(scanner, '"')) {
    choices.push(takeString(scanner));
    takeMarkIf(scanner, ",");
  }
  return { kind: "attributeChoices", name, choices };
}

export function readAttributeDefault(scanner: Scanner): Statement {
  return { kind: "attributeDefault", name: takeString(scanner), value: takeAttributeValue(scanner) };
}

export function readAttribute(scanner: Scanner): AttributeStatement {
  const name = takeString(scanner);
  const owner = takeOwner(scanner);
  return { kind: "attribute", name, owner, value: takeAttributeValue(scanner) };
}

function takeAttributeValue(scanner: Scanner): AttributeValue {
  return isNext(scanner, '"') ? takeString(scanner) : takeNumber(scanner);
}

/** `BO_ 1`, `SG_ 1 Name`, `BU_ Name`, `EV_ Name`, or nothing, which is the database itself. */
function takeOwner(scanner: Scanner): Owner {
  const word = peekWord(scanner);
  if (!isKeyword(word)) return { kind: "database" };
  takeName(scanner, "kind of object");
  if (word === "BO_") return { kind: "message", id: takeId(scanner) };
  if (word === "SG_") return { kind: "signal", ...takeSignalReference(scanner) };
  const name = takeName(scanner, "object");
  return word === "BU_" ? { kind: "node", name } : { kind: "other" };
}

function takeSignalReference(scanner: Scanner): SignalReference {
  const id = takeId(scanner);
  return { id, name: takeName(scanner, "signal") };
}

function takeId(scanner: Scanner): number {
  return takeCount(scanner, ID_MAX, "the id");
}
