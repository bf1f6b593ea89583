// From the allow-list's file to the plan: reads the list and the DBC files that it names, and compiles them.
import { dirname, isAbsolute, join } from "node:path";
import type { Database, Warning } from "../../dbc/database.ts";
import { parseDatabase } from "../../dbc/parse.ts";
import { decodeText } from "../../dbc/text.ts";
import { FileError, readBytes } from "../../yaml.ts";
import type { Plan } from "../plan.ts";
import { readAllowList } from "./allowlist.ts";
import { compile } from "./compile.ts";

const REMEDY = "Correct the allow-list: nothing leaves the vehicle until every line of it holds.";
/** Warnings that a remedy tells; the others are like them. */
const HINTS_MAX = 3;

export interface LoadedPlan {
  readonly plan: Plan;
  /** What the DBC files have that had to be skipped or bent. */
  readonly warnings: readonly Warning[];
}

/** Throws a FileError with every reason where there is no plan. */
export function loadPlan(allowListFile: string): LoadedPlan {
  const list = readAllowList(allowListFile);
  const warnings: Warning[] = [];
  const databases = new Map<string, readonly Database[]>();
  for (const [bus, { dbc }] of Object.entries(list.value.buses)) {
    const parsed = dbc.map((file) => readDatabase(isAbsolute(file) ? file : join(dirname(allowListFile), file)));
    databases.set(
      bus,
      parsed.map(({ database }) => database),
    );
    warnings.push(...parsed.flatMap((result) => result.warnings));
  }
  const { plan, problems } = compile(list, databases);
  if (plan === undefined) {
    throw new FileError(problems, REMEDY + hintOf(warnings), "ALLOW_LIST_REFUSED");
  }
  return { plan, warnings };
}

/** What the list names may stand in a line of a DBC file that was not understood: a broken file makes many names unknown. */
function hintOf(warnings: readonly Warning[]): string {
  if (warnings.length === 0) return "";
  const told = warnings.slice(0, HINTS_MAX).map(({ file, line, message }) => `${file}:${line}: ${message}`);
  if (warnings.length > told.length) told.push(`and ${warnings.length - told.length} more`);
  return ` Not all of the DBC files was understood: ${told.join("; ")}.`;
}

export function readDatabase(file: string): { readonly database: Database; readonly warnings: readonly Warning[] } {
  return parseDatabase(decodeText(readBytes(file, "DBC file")), file);
}
