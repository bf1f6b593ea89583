// Messages while they are put together: statements of the file add to them one after the other. A message or signal that
// was skipped stays known by its name, so that what refers to it is passed over and not reported a second time.
import type { NumberFormat } from "./database.ts";
import { spanOf } from "./layout.ts";
import type { Located, MessageStatement, SignalReference, SignalStatement } from "./statements.ts";
import type { WarningList } from "./warnings.ts";

export interface SignalDraft {
  readonly line: number;
  readonly statement: SignalStatement;
  /** The statement's name, until a long name replaces it. */
  name: string;
  format: NumberFormat;
  values: ReadonlyMap<bigint, string>;
  comment: string | undefined;
}

export interface MessageDraft {
  readonly line: number;
  readonly statement: MessageStatement;
  name: string;
  comment: string | undefined;
  frameFormat: string;
  cycleMs: number | undefined;
  /** By the short name, in the order of the file. */
  readonly signals: Map<string, SignalDraft>;
  readonly skippedSignals: Set<string>;
}

export interface Drafts {
  /** By the id as it is written in the file. */
  readonly messages: Map<number, MessageDraft>;
  readonly skippedIds: Set<number>;
  readonly warnings: WarningList;
}

/** Bit 31 of an id in the file says that it has 29 bits. */
export const ID_FLAG_EXTENDED = 0x8000_0000;
const ID_MAX_STANDARD = 0x7ff;
const ID_MAX_EXTENDED = 0x1fff_ffff;
/** VECTOR__INDEPENDENT_SIG_MSG, where editors keep the signals of no message. */
const ID_OF_NO_MESSAGE = 0xc000_0000;
/** Ids of nothing on the bus: what belongs to them is passed over without a word. */
const IDS_IGNORED = [ID_OF_NO_MESSAGE];

/** Puts `BO_` and `SG_` together. What cannot be on a bus is skipped with a warning. */
export function collectMessages(statements: readonly Located[], warnings: WarningList): Drafts {
  const drafts: Drafts = { messages: new Map(), skippedIds: new Set(IDS_IGNORED), warnings };
  let message: MessageDraft | undefined;
  let isAnyBefore = false;
  for (const { line, statement } of statements) {
    if (statement.kind === "message") message = addMessage(drafts, line, statement);
    else if (statement.kind === "brokenMessage") message = undefined;
    else if (statement.kind === "signal" && !isAnyBefore)
      warnings.add(line, `signal ${statement.name} skipped: no message before it`);
    else if (statement.kind === "signal" && message !== undefined) addSignal(message, line, statement, warnings);
    else if (statement.kind === "brokenSignal") message?.skippedSignals.add(statement.name);
    isAnyBefore ||= statement.kind === "message" || statement.kind === "brokenMessage";
  }
  return drafts;
}

function addMessage(drafts: Drafts, line: number, statement: MessageStatement): MessageDraft | undefined {
  const { id, name } = statement;
  if (id === ID_OF_NO_MESSAGE) return undefined;
  const first = drafts.messages.get(id);
  const problem = first === undefined ? problemOfId(id) : `has the id of ${first.name} (line ${first.line})`;
  if (problem !== undefined) {
    drafts.warnings.add(line, `message ${name} skipped: ${problem}`);
    if (first === undefined) drafts.skippedIds.add(id);
    return undefined;
  }
  const draft: MessageDraft = {
    line,
    statement,
    name,
    comment: undefined,
    frameFormat: "",
    cycleMs: undefined,
    signals: new Map(),
    skippedSignals: new Set(),
  };
  drafts.messages.set(id, draft);
  return draft;
}

function problemOfId(id: number): string | undefined {
  if (id >= ID_FLAG_EXTENDED) {
    return id - ID_FLAG_EXTENDED > ID_MAX_EXTENDED ? `its id ${id} has more than 29 bits` : undefined;
  }
  if (id <= ID_MAX_STANDARD) return undefined;
  const remedy = id <= ID_MAX_EXTENDED ? `; if it has 29 bits, write ${id + ID_FLAG_EXTENDED}` : "";
  return `its id ${id} has more than 11 bits${remedy}`;
}

function addSignal(message: MessageDraft, line: number, statement: SignalStatement, warnings: WarningList): void {
  const { name } = statement;
  const problem = problemOfSignal(message, statement);
  if (problem !== undefined) {
    warnings.add(line, `signal ${message.name}/${name} skipped: ${problem}`);
    // The first one of two by the same name stays, and what refers to the name refers to it.
    if (!message.signals.has(name)) message.skippedSignals.add(name);
    return;
  }
  if (statement.factor === 0) warnings.add(line, `signal ${message.name}/${name} has the factor 0: it is a constant`);
  message.signals.set(name, { line, statement, name, format: "integer", values: NO_VALUES, comment: undefined });
}

const NO_VALUES: ReadonlyMap<bigint, string> = new Map();

function problemOfSignal(message: MessageDraft, statement: SignalStatement): string | undefined {
  const first = message.signals.get(statement.name);
  if (first !== undefined) return `the message has a signal of this name already (line ${first.line})`;
  if (statement.lengthBits === 0) return "it has no bits";
  const { lengthBytes } = message.statement;
  const bytes = spanOf(statement).lastByte + 1;
  return bytes > lengthBytes ? `it needs ${bytes} bytes, and the message has ${lengthBytes}` : undefined;
}

/** The message that `what` refers to. Warns where there is none, unless that has been told already. */
export function findMessage(drafts: Drafts, line: number, what: string, id: number): MessageDraft | undefined {
  const message = drafts.messages.get(id);
  if (message === undefined && !drafts.skippedIds.has(id)) {
    drafts.warnings.add(line, `${what} skipped: there is no message with the id ${id}`);
  }
  return message;
}

interface Found {
  readonly message: MessageDraft;
  readonly signal: SignalDraft;
}

/** The signal that `what` refers to, with its message. Warns as `findMessage` does. */
export function findSignal(
  drafts: Drafts,
  line: number,
  what: string,
  { id, name }: SignalReference,
): Found | undefined {
  const message = findMessage(drafts, line, what, id);
  if (message === undefined) return undefined;
  const signal = message.signals.get(name);
  if (signal !== undefined) return { message, signal };
  if (!message.skippedSignals.has(name)) {
    drafts.warnings.add(line, `${what} skipped: there is no signal ${name} in ${message.name}`);
  }
  return undefined;
}

/** Takes a signal out again, with a warning. */
export function skipSignal({ message, signal }: Found, line: number, problem: string, warnings: WarningList): void {
  warnings.add(line, `signal ${message.name}/${signal.statement.name} skipped: ${problem}`);
  message.signals.delete(signal.statement.name);
  message.skippedSignals.add(signal.statement.name);
}
