// Collects what was skipped or bent while a file was read. The list is bounded, however bad the file is.
import type { Warning } from "./database.ts";

/** Warnings kept for one file. More than this says "not a DBC file", and nobody reads further. */
export const WARNINGS_MAX = 1000;

export interface WarningList {
  /** `line` counts from 1. */
  add(line: number, message: string): void;
  /** All of them in the order of the file; the last one says how many were left out. */
  list(): readonly Warning[];
}

export function createWarnings(file: string): WarningList {
  const warnings: Warning[] = [];
  let leftOut = 0;
  return {
    add(line, message) {
      if (warnings.length < WARNINGS_MAX) warnings.push({ file, line, message });
      else leftOut += 1;
    },
    list() {
      const sorted = warnings.toSorted((a, b) => a.line - b.line);
      const last = sorted.at(-1);
      if (leftOut === 0 || last === undefined) return sorted;
      return [...sorted, { file, line: last.line, message: `${leftOut} more warnings were left out` }];
    },
  };
}
