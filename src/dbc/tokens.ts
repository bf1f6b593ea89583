// The text of a DBC file as a stream of tokens, read on demand. The position only ever moves forward and every character
// is looked at a bounded number of times, so that reading is linear in the length of the text, whatever the text is.

/**
 * What a statement needed and did not find. Caught at the statement, never seen outside of the parser. Not an Error: a file
 * may have a hundred thousand bad statements, and a stack trace for each would be most of the work.
 */
export class Misread {
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}

export interface Scanner {
  readonly text: string;
  position: number;
  /** The line of `lineSeenAt`, counted from 1. */
  line: number;
  lineSeenAt: number;
  /** No closing quote lies between these two; kept so that many opened strings share one search. */
  quoteSoughtFrom: number;
  quoteFoundAt: number;
}

/** The words that begin a statement. A line that starts with one is where reading resumes after a bad statement. */
const KEYWORDS: ReadonlySet<string> = new Set(
  `VERSION NS_ BS_ BU_ BO_ SG_ EV_ CM_ VAL_ VAL_TABLE_ BA_ BA_DEF_ BA_DEF_DEF_ BA_REL_ BA_DEF_REL_ BA_DEF_DEF_REL_
  SIG_VALTYPE_ SG_MUL_VAL_ BO_TX_BU_ SIG_GROUP_ SIG_TYPE_REF_ SIGTYPE_VALTYPE_ ENVVAR_DATA_ EV_DATA_ CAT_DEF_ CAT_
  SGTYPE_ SGTYPE_VAL_ BA_DEF_SGTYPE_ BA_SGTYPE_ BA_SGTYPE_REL_ BU_SG_REL_ BU_EV_REL_ BU_BO_REL_ NS_DESC_`.split(/\s+/),
);

const KEYWORD_LENGTH_MAX = 20;
/** Digits of a whole number: 64 bits and a sign need 20. */
const DIGITS_MAX = 20;

// Sticky, and without a nested quantifier: each match takes time linear in what it consumes.
const SPACE = /\s*/y;
const BLANK = /[^\S\n]*/y;
const WORD = /[\w.$\-\u0080-\uffff]+/y;
const NUMBER = /[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;
const INTEGER = /[+-]?\d+/y;

export function createScanner(text: string): Scanner {
  return { text, position: 0, line: 1, lineSeenAt: 0, quoteSoughtFrom: 0, quoteFoundAt: -1 };
}

export function isKeyword(word: string): boolean {
  return KEYWORDS.has(word);
}

function take(scanner: Scanner, pattern: RegExp): string | undefined {
  pattern.lastIndex = scanner.position;
  const found = pattern.exec(scanner.text)?.[0];
  if (found === undefined) return undefined;
  scanner.position = pattern.lastIndex;
  return found;
}

/** Skips white space, line ends too. */
function skipSpace(scanner: Scanner): void {
  take(scanner, SPACE);
}

export function isAtEnd(scanner: Scanner): boolean {
  skipSpace(scanner);
  return scanner.position >= scanner.text.length;
}

/** The line of the position, counted from 1. */
export function lineOf(scanner: Scanner): number {
  for (;;) {
    const newline = scanner.text.indexOf("\n", scanner.lineSeenAt);
    if (newline < 0 || newline >= scanner.position) return scanner.line;
    scanner.line += 1;
    scanner.lineSeenAt = newline + 1;
  }
}

/** True where nothing but blanks lies between the position and the end of its line. */
export function isAtLineEnd(scanner: Scanner): boolean {
  take(scanner, BLANK);
  return scanner.position >= scanner.text.length || scanner.text[scanner.position] === "\n";
}

/** True where the next token is this mark; takes nothing but the space before it. */
export function isNext(scanner: Scanner, mark: string): boolean {
  skipSpace(scanner);
  return scanner.text.startsWith(mark, scanner.position);
}

export function takeMarkIf(scanner: Scanner, mark: string): boolean {
  if (!isNext(scanner, mark)) return false;
  scanner.position += mark.length;
  return true;
}

export function takeMark(scanner: Scanner, mark: string): void {
  if (!takeMarkIf(scanner, mark)) throw new Misread(`expected ${JSON.stringify(mark)}, found ${found(scanner)}`);
}

/** The next word, without taking it; "" where there is none. */
export function peekWord(scanner: Scanner): string {
  skipSpace(scanner);
  WORD.lastIndex = scanner.position;
  return WORD.exec(scanner.text)?.[0] ?? "";
}

export function takeWordIf(scanner: Scanner): string | undefined {
  skipSpace(scanner);
  return take(scanner, WORD);
}

export function takeName(scanner: Scanner, of: string): string {
  const name = takeWordIf(scanner);
  if (name === undefined) throw new Misread(`expected the name of a ${of}, found ${found(scanner)}`);
  return name;
}

export function takeNumber(scanner: Scanner): number {
  skipSpace(scanner);
  const digits = take(scanner, NUMBER);
  if (digits === undefined) throw new Misread(`expected a number, found ${found(scanner)}`);
  // Adding 0 turns -0 into 0.
  return Number(digits) + 0;
}

/** A whole number, of at most 20 digits. */
export function takeInteger(scanner: Scanner): bigint {
  skipSpace(scanner);
  const digits = take(scanner, INTEGER);
  if (digits === undefined) throw new Misread(`expected a whole number, found ${found(scanner)}`);
  if (digits.length > DIGITS_MAX + 1) throw new Misread(`a number of ${digits.length} digits`);
  return BigInt(digits);
}

/** A whole number from 0 to `maximum`, which is a safe integer. */
export function takeCount(scanner: Scanner, maximum: number, of: string): number {
  const count = takeInteger(scanner);
  if (count < 0n || count > BigInt(maximum)) throw new Misread(`${of} ${count} is not within 0 to ${maximum}`);
  return Number(count);
}

/**
 * A quoted string, with `\"` as a quote. Comments run over several lines; but a string that seems to run into another
 * statement, and is not followed by `;`, has lost its closing quote.
 */
export function takeString(scanner: Scanner): string {
  skipSpace(scanner);
  const { text, position } = scanner;
  if (text[position] !== '"') throw new Misread(`expected a quoted text, found ${found(scanner)}`);
  const end = closingQuote(scanner, position + 1);
  if (end < 0) throw new Misread("a quoted text without its closing quote");
  const content = text.slice(position + 1, end);
  scanner.position = end + 1;
  if (content.includes("\n") && holdsStatement(content) && !isNext(scanner, ";")) {
    scanner.position = position;
    throw new Misread("a quoted text without its closing quote");
  }
  return content.includes('\\"') ? content.replaceAll('\\"', '"') : content;
}

function closingQuote(scanner: Scanner, from: number): number {
  const isKnown = scanner.quoteSoughtFrom <= from && (scanner.quoteFoundAt < 0 || from <= scanner.quoteFoundAt);
  if (isKnown && scanner.quoteSoughtFrom > 0) return scanner.quoteFoundAt;
  let at = scanner.text.indexOf('"', from);
  while (at > from && scanner.text[at - 1] === "\\") at = scanner.text.indexOf('"', at + 1);
  scanner.quoteSoughtFrom = from;
  scanner.quoteFoundAt = at;
  return at;
}

function holdsStatement(content: string): boolean {
  for (let at = content.indexOf("\n"); at >= 0; at = content.indexOf("\n", at + 1)) {
    if (startsStatement(content, at + 1)) return true;
  }
  return false;
}

/** True where the line that begins at `from` begins with a keyword. */
function startsStatement(text: string, from: number): boolean {
  BLANK.lastIndex = from;
  BLANK.exec(text);
  const start = BLANK.lastIndex;
  const word = /^[A-Z_]+(?!\w)/.exec(text.slice(start, start + KEYWORD_LENGTH_MAX + 1))?.[0] ?? "";
  return KEYWORDS.has(word);
}

/** Takes the `;` that ends a statement. True where it is missing, but the next line starts another statement. */
export function takeEnd(scanner: Scanner): boolean {
  if (takeMarkIf(scanner, ";")) return false;
  if (isAtEnd(scanner)) return true;
  const isOnNewLine = scanner.text.slice(endOfLastToken(scanner), scanner.position).includes("\n");
  if (isOnNewLine && startsStatement(scanner.text, scanner.position)) return true;
  throw new Misread(`expected ";", found ${found(scanner)}`);
}

/** Where the white space before the position begins. */
function endOfLastToken({ text, position }: Scanner): number {
  let at = position;
  while (at > 0 && /\s/.test(text[at - 1] ?? "")) at -= 1;
  return at;
}

/** Moves to the `;` that ends the statement and takes it, or to the next line that starts a statement. */
export function skipStatement(scanner: Scanner): void {
  const { text } = scanner;
  // What was sought may have been missed at the end of a line; the line after it is still to be read.
  scanner.position = endOfLastToken(scanner);
  const mark = /["\n;]/g;
  for (;;) {
    mark.lastIndex = scanner.position;
    const at = mark.exec(text)?.index;
    scanner.position = at ?? text.length;
    if (at === undefined) return;
    if (text[at] === '"') {
      skipString(scanner);
      continue;
    }
    scanner.position = at + 1;
    if (text[at] === ";" || startsStatement(text, at + 1)) return;
  }
}

function skipString(scanner: Scanner): void {
  try {
    takeString(scanner);
  } catch (error) {
    if (!(error instanceof Misread)) throw error;
    scanner.position += 1;
  }
}

/** What stands at the position, for a message: short, and on one line. */
function found(scanner: Scanner): string {
  skipSpace(scanner);
  const rest = scanner.text.slice(scanner.position, scanner.position + 24).split("\n", 1)[0] ?? "";
  return rest === "" ? "the end of the file" : JSON.stringify(rest.trimEnd());
}
