// The statements of a DBC file in, its database out: names resolved, long names in place, and nothing in it that could not be
// in a payload. Statements may refer to what comes later in the file.
import { applyAttributes, type NodeNames } from "./attributes.ts";
import type { Database, Message, Multiplexing, Signal } from "./database.ts";
import {
  collectMessages,
  type Drafts,
  findMessage,
  findSignal,
  ID_FLAG_EXTENDED,
  type MessageDraft,
  type SignalDraft,
  skipSignal,
} from "./draft.ts";
import { type MultiplexingOf, resolveMultiplexing } from "./multiplexing.ts";
import { findOverlaps } from "./overlap.ts";
import type { Located, Owner, ValuesStatement } from "./statements.ts";
import type { WarningList } from "./warnings.ts";

/** The node of a message that nobody sends, and of a signal that nobody receives. */
const NO_NODE = "Vector__XXX";
/** Longest payload of a classic frame, in bytes. [ISO 11898-1] */
const CLASSIC_BYTES_MAX = 8;

export function assemble(statements: readonly Located[], file: string, warnings: WarningList): Database {
  const drafts = collectMessages(statements, warnings);
  applyValueTypes(statements, drafts);
  applyValues(statements, drafts);
  applyComments(statements, drafts);
  const multiplexing = resolveMultiplexing(statements, drafts);
  const nodeNames = applyAttributes(statements, drafts);
  const messages = [...drafts.messages.values()].map((draft) => {
    useUniqueNames(draft, warnings);
    const message = finishMessage(draft, multiplexing, nodeNames);
    warnOfOverlaps(message, draft, warnings);
    return message;
  });
  warnOfSameNames([...drafts.messages.values()], warnings);
  const nodes = statements.flatMap(({ statement }) => (statement.kind === "nodes" ? statement.names : []));
  return { file, nodes: [...new Set(nodes.filter(isNode).map(nodeNames.nameOf))], messages };
}

function isNode(name: string): boolean {
  return name !== NO_NODE && name !== "";
}

function applyValueTypes(statements: readonly Located[], drafts: Drafts): void {
  for (const { line, statement } of statements) {
    if (statement.kind !== "valueType") continue;
    const found = findSignal(drafts, line, "SIG_VALTYPE_", statement.signal);
    if (found === undefined || statement.valueType === 0) continue;
    const { lengthBits } = found.signal.statement;
    if (statement.valueType === 1 && lengthBits === 32) found.signal.format = "float32";
    else if (statement.valueType === 2 && lengthBits === 64) found.signal.format = "float64";
    else {
      const problem = `${lengthBits} bits are no floating-point number (value type ${statement.valueType})`;
      skipSignal(found, line, problem, drafts.warnings);
    }
  }
}

function applyValues(statements: readonly Located[], drafts: Drafts): void {
  const tables = new Map<string, ReadonlyMap<bigint, string>>();
  for (const { statement } of statements) {
    if (statement.kind === "valueTable") tables.set(statement.name, statement.values);
  }
  for (const { line, statement } of statements) {
    if (statement.kind !== "values") continue;
    const values = valuesOf(statement, tables);
    if (values === undefined) drafts.warnings.add(line, `VAL_ skipped: there is no value table ${statement.values}`);
    const found = values && findSignal(drafts, line, "VAL_", statement.signal);
    if (found !== undefined) found.signal.values = values ?? found.signal.values;
  }
}

function valuesOf(
  { values }: ValuesStatement,
  tables: ReadonlyMap<string, ReadonlyMap<bigint, string>>,
): ReadonlyMap<bigint, string> | undefined {
  return typeof values === "string" ? tables.get(values) : values;
}

function applyComments(statements: readonly Located[], drafts: Drafts): void {
  for (const { line, statement } of statements) {
    if (statement.kind !== "comment") continue;
    const target = commentTarget(statement.owner, line, drafts);
    if (target !== undefined) target.comment = statement.text;
  }
}

function commentTarget(owner: Owner, line: number, drafts: Drafts): MessageDraft | SignalDraft | undefined {
  if (owner.kind === "message") return findMessage(drafts, line, "comment", owner.id);
  return owner.kind === "signal" ? findSignal(drafts, line, "comment", owner)?.signal : undefined;
}

/** Two long names may be the same; then the later signal keeps its short one. */
function useUniqueNames(message: MessageDraft, warnings: WarningList): void {
  const taken = new Set<string>();
  for (const signal of message.signals.values()) {
    const short = signal.statement.name;
    if (signal.name !== short && (taken.has(signal.name) || message.signals.has(signal.name))) {
      warnings.add(signal.line, `signal ${message.name}/${short} keeps its short name: ${signal.name} is taken`);
      signal.name = short;
    }
    taken.add(signal.name);
  }
}

function finishMessage(draft: MessageDraft, multiplexing: MultiplexingOf, { nameOf }: NodeNames): Message {
  const { statement } = draft;
  const extended = statement.id >= ID_FLAG_EXTENDED;
  const selectors = new Set<string>();
  for (const signal of draft.signals.values()) {
    const selector = multiplexing.get(signal)?.selector;
    if (selector !== undefined) selectors.add(selector);
  }
  return {
    id: extended ? statement.id - ID_FLAG_EXTENDED : statement.id,
    extended,
    name: draft.name,
    lengthBytes: statement.lengthBytes,
    fd: statement.lengthBytes > CLASSIC_BYTES_MAX || draft.frameFormat.endsWith("_FD"),
    j1939: extended && draft.frameFormat === "J1939PG",
    transmitter: isNode(statement.transmitter) ? nameOf(statement.transmitter) : undefined,
    cycleMs: draft.cycleMs,
    signals: [...draft.signals.values()].map((signal) => {
      const isSelector = signal.statement.indicator.endsWith("M") || selectors.has(signal.statement.name);
      return finishSignal(signal, isSelector, longMultiplexing(draft, multiplexing.get(signal)), nameOf);
    }),
    comment: draft.comment,
  };
}

/** The same, with the selector by the name that it has in the database. */
function longMultiplexing(message: MessageDraft, multiplexing: Multiplexing | undefined): Multiplexing | undefined {
  if (multiplexing === undefined) return undefined;
  return { ...multiplexing, selector: message.signals.get(multiplexing.selector)?.name ?? multiplexing.selector };
}

function finishSignal(
  draft: SignalDraft,
  isSelector: boolean,
  multiplexing: Multiplexing | undefined,
  nameOf: NodeNames["nameOf"],
): Signal {
  const { startBit, lengthBits, byteOrder, signed, factor, offset, minimum, maximum, unit } = draft.statement;
  const { name, format, values, comment } = draft;
  const hasRange = Number.isFinite(minimum) && Number.isFinite(maximum);
  const range = { minimum: hasRange ? minimum : 0, maximum: hasRange ? maximum : 0 };
  const receivers = draft.statement.receivers.filter(isNode).map(nameOf);
  const layout = { name, startBit, lengthBits, byteOrder, signed, format };
  return { ...layout, factor, offset, ...range, unit, receivers, isSelector, multiplexing, values, comment };
}

function warnOfOverlaps(message: Message, draft: MessageDraft, warnings: WarningList): void {
  const lines = new Map([...draft.signals.values()].map((signal) => [signal.name, signal.line]));
  for (const [earlier, signal] of findOverlaps(message)) {
    warnings.add(
      lines.get(signal.name) ?? draft.line,
      `signal ${message.name}/${signal.name} overlaps ${earlier.name}`,
    );
  }
}

function warnOfSameNames(messages: readonly MessageDraft[], warnings: WarningList): void {
  const lines = new Map<string, number>();
  for (const { name, line } of messages) {
    const first = lines.get(name);
    if (first === undefined) lines.set(name, line);
    else warnings.add(line, `message ${name} has the name of the message in line ${first}`);
  }
}
