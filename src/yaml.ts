// YAML files that people write: read, checked against a schema, and every complaint located at file, line and column.
import { closeSync, openSync, readSync } from "node:fs";
import type { Static, TSchema } from "typebox";
import { Settings } from "typebox/system";
import { Value } from "typebox/value";
import {
  type Document,
  isCollection,
  isMap,
  isNode,
  isScalar,
  LineCounter,
  type Node,
  parseDocument,
  type Range,
  visit,
} from "yaml";
import { OperatingError } from "./errors.ts";

/** Where in a file something is said. From 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export interface Problem extends Place {
  readonly message: string;
}

/** The longest text that is parsed: an allow-list of ten thousand signals has a quarter of it. */
export const YAML_BYTES_MAX = 4 * 1024 * 1024;
/** The longest file that is read at all: public DBC files have less than a megabyte. */
export const FILE_BYTES_MAX = 64 * 1024 * 1024;
/** Problems that a message tells: whoever has more has another file than they think. */
const PROBLEMS_TOLD_MAX = 50;

// The checker stops at 8 complaints unless told otherwise, and one wrong key makes several.
Settings.Set({ maxErrors: 16 * PROBLEMS_TOLD_MAX });

/** One or more located problems of a file that a person wrote, in the order of the file. */
export class FileError extends OperatingError {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[], remedy: string, code = "FILE_INVALID") {
    const ordered = problems.toSorted((a, b) => a.line - b.line || a.column - b.column);
    const told = ordered.slice(0, PROBLEMS_TOLD_MAX).map((problem) => {
      return `${problem.file}:${problem.line}:${problem.column}: ${problem.message}`;
    });
    if (ordered.length > told.length) told.push(`and ${ordered.length - told.length} more`);
    super(told.join("\n"), { code, remedy });
    this.problems = ordered;
  }
}

/** A path into a document: keys and list positions. */
export type DocumentPath = readonly (string | number)[];

export interface LocatedFile<T> {
  readonly file: string;
  readonly value: T;
  /** Where the value at the path stands, or the nearest thing around it. */
  locate(path: DocumentPath): Place;
}

/** Reads and checks a YAML file. Throws a FileError that names every place that is wrong. */
export function readYamlFile<S extends TSchema>(file: string, schema: S, kind: string): LocatedFile<Static<S>> {
  return parseYaml(readText(file, kind), file, schema, kind);
}

/** The text of a file, or an error that says what was wanted there. */
function readText(file: string, kind: string): string {
  const bytes = readBytes(file, kind, YAML_BYTES_MAX);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new OperatingError(`${file}: it is not UTF-8 text`, {
      code: "FILE_NOT_TEXT",
      remedy: `Save the ${kind} as UTF-8.`,
      cause,
    });
  }
}

/** The bytes of a file, or of a pipe, to its end; an error where there are more than `bytesMax`. */
export function readBytes(file: string, kind: string, bytesMax: number = FILE_BYTES_MAX): Buffer {
  let bytes: Buffer | undefined;
  try {
    bytes = readUpTo(file, bytesMax);
  } catch (cause) {
    throw new OperatingError(`${file}: ${whyUnreadable(cause)}`, {
      code: "FILE_UNREADABLE",
      remedy: `Give the path of a readable file: the ${kind} is expected there.`,
      cause,
    });
  }
  if (bytes !== undefined) return bytes;
  throw new OperatingError(`${file}: it has more than ${bytesMax} bytes`, {
    code: "FILE_TOO_LARGE",
    remedy: `Give the path of the ${kind}; this file is too large to be one.`,
  });
}

/** Undefined where the file does not end in time: what is read is not trusted to say its size. */
function readUpTo(file: string, bytesMax: number): Buffer | undefined {
  const descriptor = openSync(file, "r");
  try {
    const parts: Buffer[] = [];
    let length = 0;
    while (length <= bytesMax) {
      const part = Buffer.allocUnsafe(64 * 1024);
      const count = readSync(descriptor, part);
      if (count === 0) return Buffer.concat(parts, length);
      parts.push(part.subarray(0, count));
      length += count;
    }
    return undefined;
  } finally {
    closeSync(descriptor);
  }
}

function whyUnreadable(cause: unknown): string {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  if (code === "ENOENT") return "there is no such file";
  if (code === "EISDIR") return "it is a folder";
  return code === "EACCES" ? "this user may not read it" : "it cannot be read";
}

/** Checks the text of a YAML file. Throws a FileError that names every place that is wrong. */
export function parseYaml<S extends TSchema>(
  text: string,
  file: string,
  schema: S,
  kind: string,
): LocatedFile<Static<S>> {
  const lines = new LineCounter();
  const at = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const refuse = (problems: readonly Problem[]): FileError =>
    new FileError(problems, `Correct the YAML of the ${kind}.`);
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, strict: true, logLevel: "error" });
  const problems = problemsOfYaml(document).map(({ offset, message }) => ({ ...at(offset), message }));
  if (problems.length > 0) throw refuse(problems);
  const locate = (path: DocumentPath): Place => at(offsetOf(document, path));
  const value: unknown = document.toJS();
  if (!Value.Check(schema, value)) {
    const problems = problemsOf(schema, value).map(({ path, message }) => ({ ...locate(path), message }));
    throw new FileError(problems, `Correct the ${kind}; its JSON schema is in deploy/schema/.`);
  }
  return { file, value, locate };
}

interface YamlProblem {
  readonly offset: number;
  readonly message: string;
}

/**
 * What makes the text no plain YAML document: errors, what the library only warns of (tags that it does not know), keys that
 * are no text, and aliases: each line of a policy says what it says, and nothing expands.
 */
function problemsOfYaml(document: Document): readonly YamlProblem[] {
  const problems: YamlProblem[] = [];
  for (const { pos, message } of [...document.errors, ...document.warnings]) {
    // A nesting too deep for the parser's stack is reported once for each level.
    if (message.includes("call stack")) return [{ offset: pos[0], message: "it is nested too deeply" }];
    problems.push({ offset: pos[0], message: message.replace(/; please use YAML\.\w+\(\)$/, "") });
  }
  if (problems.length > 0) return problems;
  const add = (node: { readonly range?: Range | null | undefined }, message: string): void => {
    problems.push({ offset: node.range?.[0] ?? 0, message });
  };
  visit(document, {
    Pair: (_, { key }) => {
      if (isNode(key) && !(isScalar(key) && typeof key.value === "string")) {
        add(key, `the key \`${key.toString()}\` is no text; put it in quotes`);
      }
    },
    Alias: (_, alias) => add(alias, `aliases (\`*${alias.source}\`) are not taken; write the value out`),
  });
  return problems;
}

/** Of a key that is there, the key; of a list's member, the member. */
function offsetOf(document: Document, path: DocumentPath): number {
  let offset = 0;
  let node: unknown = document.contents;
  for (const step of path) {
    if (!isCollection(node)) break;
    if (isMap(node)) {
      const pair = node.items.find((item) => String(isScalar(item.key) ? item.key.value : item.key) === String(step));
      if (pair === undefined) break;
      offset = (pair.key as Node | null)?.range?.[0] ?? offset;
      node = pair.value;
    } else {
      node = node.get(Number(step), true);
      offset = (node as Node | undefined)?.range?.[0] ?? offset;
    }
  }
  return offset;
}

interface SchemaProblem {
  readonly path: DocumentPath;
  readonly message: string;
}

/** The checker's complaints, each once, in words that name the key and what it takes. */
function problemsOf(schema: TSchema, value: unknown): readonly SchemaProblem[] {
  const problems = new Map<string, SchemaProblem>();
  for (const error of Value.Errors(schema, value)) {
    if (error.keyword === "boolean" || error.keyword === "const") continue;
    const path = error.instancePath.split("/").slice(1).map(unescapePointer);
    for (const problem of problemsOfError(schema, error, path)) {
      const key = JSON.stringify(problem.path) + (error.keyword === "required" ? problem.message : "");
      if (!problems.has(key)) problems.set(key, problem);
    }
  }
  return [...problems.values()];
}

/** In place of the checker's words, where those are for programmers. */
const COMPLAINTS: Readonly<Record<string, string>> = {
  anyOf: "is not one of the values that it can have",
  pattern: "is not of the form that it must have",
};

type SchemaError = ReturnType<typeof Value.Errors>[number];

function problemsOfError(schema: TSchema, error: SchemaError, path: readonly string[]): readonly SchemaProblem[] {
  const params: Readonly<Record<string, unknown>> = error.params;
  if (error.keyword === "required") {
    return namesIn(params["requiredProperties"]).map((name) => ({ path, message: `\`${name}\` is missing` }));
  }
  if (error.keyword === "additionalProperties") {
    const wanted = keyDescription(nodeAt(schema, path));
    return namesIn(params["additionalProperties"]).map((name) => {
      return {
        path: [...path, name],
        message: `\`${name}\` is not a key here${wanted === undefined ? "" : `: ${wanted}`}`,
      };
    });
  }
  const wanted = property(nodeAt(schema, path), "description");
  const complaint = COMPLAINTS[error.keyword] ?? error.message;
  const message = `\`${path.at(-1) ?? "the file"}\` ${complaint}`;
  return [{ path, message: typeof wanted === "string" ? `${message}: ${wanted}` : message }];
}

function namesIn(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

/** What keys there are, or of what form they must be. */
function keyDescription(node: unknown): string | undefined {
  const [pattern] = Object.keys(Object(property(node, "patternProperties")));
  if (pattern !== undefined) return `it must match ${pattern}`;
  const names = Object.keys(Object(property(node, "properties")));
  return names.length === 0 ? undefined : `the keys are ${names.join(", ")}`;
}

function unescapePointer(step: string): string {
  return step.replaceAll("~1", "/").replaceAll("~0", "~");
}

/** The schema at a path, as far as it can be followed. */
function nodeAt(schema: TSchema, path: DocumentPath): unknown {
  let node: unknown = schema;
  for (const step of path) {
    node = property(property(node, "properties"), String(step)) ?? firstPattern(node) ?? property(node, "items");
  }
  return node;
}

function firstPattern(node: unknown): unknown {
  return Object.values(Object(property(node, "patternProperties")))[0];
}

function property(node: unknown, name: string): unknown {
  return typeof node === "object" && node !== null && Object.hasOwn(node, name) ? Reflect.get(node, name) : undefined;
}
