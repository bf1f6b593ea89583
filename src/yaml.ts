// YAML files that people write: read, checked against a schema, and every complaint located at file, line and column.
import { readFileSync } from "node:fs";
import type { Static, TSchema } from "typebox";
import { Value } from "typebox/value";
import { type Document, isCollection, isMap, isScalar, LineCounter, type Node, parseDocument } from "yaml";
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

/** One or more located problems of a file that a person wrote. */
export class FileError extends OperatingError {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[], remedy: string, code = "FILE_INVALID") {
    super(problems.map(({ file, line, column, message }) => `${file}:${line}:${column}: ${message}`).join("\n"), {
      code,
      remedy,
    });
    this.problems = problems;
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
export function readText(file: string, kind: string): string {
  return readBytes(file, kind).toString("utf8");
}

export function readBytes(file: string, kind: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
    const why =
      code === "ENOENT"
        ? "there is no such file"
        : code === "EISDIR"
          ? "it is a folder"
          : code === "EACCES"
            ? "this user may not read it"
            : "it cannot be read";
    throw new OperatingError(`${file}: ${why}`, {
      code: "FILE_UNREADABLE",
      remedy: `Give the path of a readable file: the ${kind} is expected there.`,
      cause,
    });
  }
}

export function parseYaml<S extends TSchema>(
  text: string,
  file: string,
  schema: S,
  kind: string,
): LocatedFile<Static<S>> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, strict: true });
  const at = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  if (document.errors.length > 0) {
    const problems = document.errors.map((error) => ({ ...at(error.pos[0]), message: error.message }));
    throw new FileError(problems, `Correct the YAML of the ${kind}.`);
  }
  const locate = (path: DocumentPath): Place => at(offsetOf(document, path));
  const value: unknown = document.toJS({ maxAliasCount: 100 });
  if (!Value.Check(schema, value)) {
    const problems = problemsOf(schema, value).map(({ path, message }) => ({ ...locate(path), message }));
    throw new FileError(problems, `Correct the ${kind}; its JSON schema is in deploy/schema/.`);
  }
  return { file, value, locate };
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
    const params: Readonly<Record<string, unknown>> = error.params;
    if (error.keyword === "additionalProperties" || error.keyword === "required") {
      const [key, complaint] =
        error.keyword === "required"
          ? ["requiredProperties", "is missing"]
          : ["additionalProperties", "is not a key here"];
      const names = params[key];
      for (const name of Array.isArray(names) ? names.map(String) : []) {
        const inner = error.keyword === "required" ? path : [...path, name];
        problems.set(`${inner.join("/")} ${name}`, { path: inner, message: `\`${name}\` ${complaint}` });
      }
      continue;
    }
    const name = path.at(-1) ?? "the file";
    const wanted = describe(schema, path);
    const key = `${path.join("/")} ${name}`;
    if (!problems.has(key)) {
      problems.set(key, { path, message: `\`${name}\` ${error.message}${wanted === undefined ? "" : `: ${wanted}`}` });
    }
  }
  return [...problems.values()];
}

function unescapePointer(step: string): string {
  return step.replaceAll("~1", "/").replaceAll("~0", "~");
}

/** The description of the schema at a path, as far as it can be followed. */
function describe(schema: TSchema, path: DocumentPath): string | undefined {
  let node: unknown = schema;
  for (const step of path) {
    node = property(property(node, "properties"), String(step)) ?? firstPattern(node) ?? property(node, "items");
  }
  const description = property(node, "description");
  return typeof description === "string" ? description : undefined;
}

function firstPattern(node: unknown): unknown {
  const patterns = property(node, "patternProperties");
  return typeof patterns === "object" && patterns !== null ? Object.values(patterns)[0] : undefined;
}

function property(node: unknown, name: string): unknown {
  return typeof node === "object" && node !== null ? Reflect.get(node, name) : undefined;
}
