// A kernel's source in, its mutants out: those of Stryker's operators, and those of ours for what Stryker leaves alone and a
// kernel is made of: numbers, bitwise operators, widths of loads and stores, single statements.
import { Instrumenter } from "@stryker-mutator/instrumenter";

export interface Mutant {
  /** Stryker's name of the operator, or ours. */
  readonly operator: string;
  /** From 1. */
  readonly line: number;
  /** What stood there, and what stands there now. */
  readonly before: string;
  readonly after: string;
  /** The whole mutated source. */
  readonly source: string;
}

/** In the order of the source, each mutated source once. */
export async function listMutants(source: string): Promise<readonly Mutant[]> {
  const edits = [...(await strykerEdits(source)), ...kernelEdits(source)].toSorted((a, b) => a.from - b.from);
  const seen = new Set([source]);
  return edits.flatMap(({ operator, from, to, after }) => {
    const mutated = source.slice(0, from) + after + source.slice(to);
    if (seen.has(mutated)) return [];
    seen.add(mutated);
    const line = source.slice(0, from).split("\n").length;
    return { operator, line, before: source.slice(from, to), after, source: mutated };
  });
}

interface Edit {
  readonly operator: string;
  readonly from: number;
  readonly to: number;
  readonly after: string;
}

async function strykerEdits(source: string): Promise<readonly Edit[]> {
  const silent = (): void => undefined;
  const no = (): boolean => false;
  const logger = {
    ...{ trace: silent, debug: silent, info: silent, warn: silent, error: silent, fatal: silent },
    ...{ isTraceEnabled: no, isDebugEnabled: no, isInfoEnabled: no, isWarnEnabled: no, isErrorEnabled: no },
    isFatalEnabled: no,
  };
  const options = { plugins: null, excludedMutations: [], ignorers: [], noHeader: true };
  const file = { name: "kernel.ts", content: source, mutate: true };
  const { mutants } = await new Instrumenter(logger).instrument([file], options);
  const lineStarts = [0, ...[...source.matchAll(/\n/g)].map(({ index }) => index + 1)];
  const offset = ({ line, column }: { readonly line: number; readonly column: number }): number =>
    (lineStarts[line] ?? 0) + column;
  return mutants.map(({ mutatorName, location, replacement }) => ({
    operator: mutatorName,
    from: offset(location.start),
    to: offset(location.end),
    after: replacement,
  }));
}

function kernelEdits(source: string): readonly Edit[] {
  // Comments become blanks of the same length, so that nothing in them is found.
  const code = source.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, (comment) => comment.replaceAll(/[^\n]/g, " "));
  const find = (operator: string, pattern: RegExp, mutate: (found: string) => readonly string[]): readonly Edit[] =>
    [...code.matchAll(pattern)].flatMap(({ 0: found, index }) =>
      mutate(found).map((after) => ({ operator, from: index, to: index + found.length, after })),
    );
  return [
    ...find("Number", /\b(?:0x[\da-f]+|\d+)\b/gi, (found) => {
      const n = Number(found);
      return [n + 1, n - 1, 0, n * 2].map(String);
    }),
    ...find("BitwiseOperator", /(?<![&|])[&|](?![&|])|\^|<<|>>/g, (found) => BITWISE[found] ?? []),
    ...find("Width", /\b(?:load|store)<u32>/g, (found) => [found.replace("u32", "u16"), found.replace("u32", "u8")]),
    ...find("Statement", /(?<=^ +)(?!return|let|const|for)\w[^\n{}]*;$/gm, () => [";"]),
    ...find("Return", /(?<=\breturn )[^;\n]+(?=;)/g, () => ["0"]),
  ];
}

const BITWISE: Readonly<Record<string, readonly string[]>> = {
  "&": ["|", "^"],
  "|": ["&", "^"],
  "^": ["&", "|"],
  "<<": [">>"],
  ">>": ["<<"],
};
