// The attributes of a DBC file that canward knows, out of all that a file may define: the frame format, the cycle time, and
// the long names of what has more than 32 characters.
import { type Drafts, findMessage, findSignal, type MessageDraft } from "./draft.ts";
import type { AttributeStatement, AttributeValue, Located } from "./statements.ts";

/** What Vector's tools mean by the numbers of VFrameFormat, where the file does not list the names itself. */
const FRAME_FORMATS: ReadonlyMap<number, string> = new Map([
  [0, "StandardCAN"],
  [1, "ExtendedCAN"],
  [3, "J1939PG"],
  [14, "StandardCAN_FD"],
  [15, "ExtendedCAN_FD"],
]);

export interface NodeNames {
  /** The long name of a node, or the name itself. */
  nameOf(node: string): string;
}

/** Applies all attributes to the drafts. A value at an object wins over the file's default for it. */
export function applyAttributes(statements: readonly Located[], drafts: Drafts): NodeNames {
  const frameFormats = frameFormatChoices(statements);
  const longNodes = new Map<string, string>();
  applyDefaults(statements, drafts, frameFormats);
  for (const { line, statement } of statements) {
    if (statement.kind !== "attribute") continue;
    const { owner, name, value } = statement;
    if (owner.kind === "node" && name === "SystemNodeLongSymbol") longNodes.set(owner.name, String(value));
    else applyAttribute(drafts, line, statement, frameFormats);
  }
  return { nameOf: (node) => longNodes.get(node) || node };
}

type Choices = readonly string[] | undefined;

function frameFormatChoices(statements: readonly Located[]): Choices {
  for (const { statement } of statements) {
    if (statement.kind === "attributeChoices" && statement.name === "VFrameFormat") return statement.choices;
  }
  return undefined;
}

function applyDefaults(statements: readonly Located[], drafts: Drafts, frameFormats: Choices): void {
  for (const { statement } of statements) {
    if (statement.kind !== "attributeDefault") continue;
    const { name, value } = statement;
    if (name !== "VFrameFormat" && name !== "GenMsgCycleTime") continue;
    for (const message of drafts.messages.values()) applyToMessage(message, name, value, frameFormats);
  }
}

function applyAttribute(drafts: Drafts, line: number, attribute: AttributeStatement, frameFormats: Choices): void {
  const { owner, name, value } = attribute;
  if (owner.kind === "message") {
    const message = findMessage(drafts, line, `attribute ${name}`, owner.id);
    if (message !== undefined) applyToMessage(message, name, value, frameFormats);
  } else if (owner.kind === "signal" && name === "SystemSignalLongSymbol") {
    const found = findSignal(drafts, line, `attribute ${name}`, owner);
    if (found !== undefined) found.signal.name = String(value) || found.signal.name;
  }
}

function applyToMessage(message: MessageDraft, name: string, value: AttributeValue, frameFormats: Choices): void {
  if (name === "VFrameFormat") message.frameFormat = frameFormat(value, frameFormats);
  else if (name === "GenMsgCycleTime") message.cycleMs = Number(value) > 0 ? Number(value) : undefined;
  else if (name === "SystemMessageLongSymbol") message.name = String(value) || message.name;
}

/** Files say a format by its name, or by its place in the enumeration. */
function frameFormat(value: AttributeValue, choices: Choices): string {
  const index = typeof value === "number" || /^\d+$/.test(value) ? Number(value) : undefined;
  if (index === undefined) return String(value);
  return (choices === undefined ? FRAME_FORMATS.get(index) : choices[index]) ?? "";
}
