// The text of a DBC file in, a database and warnings out. A statement that cannot be read costs itself alone and is told
// with its line; a text in which not one message can be read is an error.
import { assemble } from "./assemble.ts";
import type { Database, Warning } from "./database.ts";
import { DbcError } from "./errors.ts";
import type { Located, Statement } from "./statements.ts";
import {
  readAttribute,
  readAttributeDefault,
  readAttributeDefinition,
  readComment,
  readMessage,
  readMultiplexing,
  readNodes,
  readSignal,
  readValues,
  readValueTable,
  readValueType,
  skipBitTiming,
  skipSymbols,
} from "./syntax.ts";
import {
  createScanner,
  isAtEnd,
  isKeyword,
  lineOf,
  Misread,
  type Scanner,
  skipStatement,
  takeEnd,
  takeMarkIf,
  takeName,
  takeString,
  takeWordIf,
} from "./tokens.ts";
import { createWarnings, type WarningList } from "./warnings.ts";

export interface ParseResult {
  readonly database: Database;
  readonly warnings: readonly Warning[];
}

/** The longest text that is read. The largest public files have less than a megabyte. */
export const TEXT_LENGTH_MAX = 16 * 1024 * 1024;

/** Reads `text`; `file` is what warnings call it. Throws DbcError where not one message can be read. */
export function parseDatabase(text: string, file: string): ParseResult {
  if (text.length > TEXT_LENGTH_MAX) throw tooLarge(file, text.length);
  const list = createWarnings(file);
  const statements = readStatements(createScanner(text.replaceAll(/\r\n?/g, "\n")), list);
  const database = assemble(statements, file, list);
  const warnings = list.list();
  if (database.messages.length === 0) throw noMessage(file, warnings[0]);
  return { database, warnings };
}

function tooLarge(file: string, length: number): DbcError {
  const message = `${file}: ${length} characters are more than a DBC file may have (${TEXT_LENGTH_MAX})`;
  return new DbcError("DBC_TOO_LARGE", message, "Name a DBC file, or split this one by bus.");
}

function noMessage(file: string, first: Warning | undefined): DbcError {
  const message =
    first === undefined
      ? `${file}:1: no message in it (no line that begins with BO_)`
      : `${file}:${first.line}: not one message can be read; the first problem: ${first.message}`;
  return new DbcError(
    "DBC_NO_MESSAGE",
    message,
    "Check that this is a CAN database in DBC format, complete and as text.",
  );
}

/** What is read behind each keyword. Statements that end with `;` are those of `ENDED`. */
const READERS: ReadonlyMap<string, (scanner: Scanner) => Statement | undefined> = new Map<
  string,
  (scanner: Scanner) => Statement | undefined
>([
  ["VERSION", skipVersion],
  ["NS_", skipSymbols],
  ["BS_", skipBitTiming],
  ["BU_", readNodes],
  ["BO_", readMessage],
  ["CM_", readComment],
  ["VAL_", readValues],
  ["VAL_TABLE_", readValueTable],
  ["SIG_VALTYPE_", readValueType],
  ["SG_MUL_VAL_", readMultiplexing],
  ["BA_DEF_", readAttributeDefinition],
  ["BA_DEF_DEF_", readAttributeDefault],
  ["BA_", readAttribute],
]);

const ENDED: ReadonlySet<Statement["kind"]> = new Set([
  "comment",
  "values",
  "valueTable",
  "valueType",
  "multiplexing",
  "attributeChoices",
  "attributeDefault",
  "attribute",
]);

function readStatements(scanner: Scanner, warnings: WarningList): Located[] {
  const statements: Located[] = [];
  while (!isAtEnd(scanner)) {
    if (takeMarkIf(scanner, ";")) continue;
    const line = lineOf(scanner);
    const keyword = takeWordIf(scanner) ?? "";
    const statement = readStatement(scanner, keyword, line, warnings);
    if (statement !== undefined) statements.push({ line, statement });
  }
  return statements;
}

/** Reads what follows the keyword; a bad statement is skipped with a warning. */
function readStatement(scanner: Scanner, keyword: string, line: number, warnings: WarningList): Statement | undefined {
  let signalName = "";
  try {
    if (keyword === "SG_") {
      signalName = takeName(scanner, "signal");
      return readSignal(scanner, signalName);
    }
    const read = READERS.get(keyword);
    if (read === undefined) return skipUnread(scanner, keyword);
    const statement = read(scanner);
    if (statement !== undefined && ENDED.has(statement.kind) && takeEnd(scanner)) {
      warnings.add(line, `${keyword}: the ";" at its end is missing; read as if it were there`);
    }
    return statement;
  } catch (error) {
    if (!(error instanceof Misread)) throw error;
    warnings.add(line, `${keyword === "" ? "text" : keyword} skipped: ${error.message}`);
    skipStatement(scanner);
    return broken(keyword, signalName);
  }
}

/** What a bad statement leaves behind, so that whatever refers to it is not reported again. */
function broken(keyword: string, signalName: string): Statement | undefined {
  if (keyword === "BO_") return { kind: "brokenMessage" };
  return keyword === "SG_" ? { kind: "brokenSignal", name: signalName } : undefined;
}

/** Statements that say nothing of signals (environment variables, groups, relations) are skipped; others are strange. */
function skipUnread(scanner: Scanner, keyword: string): undefined {
  if (!isKeyword(keyword)) throw new Misread("not a statement of a DBC file");
  skipStatement(scanner);
  return undefined;
}

function skipVersion(scanner: Scanner): undefined {
  takeString(scanner);
  return undefined;
}
