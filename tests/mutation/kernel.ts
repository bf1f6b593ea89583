// Mutation score of the gate's kernel, which Stryker cannot run: every mutant is compiled and must fail the gate's properties.
// Prints what survived and the score; exits 1 below 100. With --quick it tries a sample, spread over the whole source.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { compileKernel } from "../../src/vehicle/kernels.generate.ts";
import type { Outcome } from "./kernel-worker.ts";
import { listMutants, type Mutant } from "./mutants.ts";

/** One for each core of a small machine. */
const WORKERS = 2;
/** A check takes well below a second; what takes this long does not end. */
const TIMEOUT_MS = 10_000;
const QUICK_MUTANTS = 40;

type Result = Outcome | "timeout" | "equivalent";

/** Mutants that no frame can tell from the kernel, each with the reason: the mutated line as it stands in the source. */
const EQUIVALENT: readonly { readonly line: string; readonly reason: string }[] = [
  {
    line: "entry = load<u32>(standard + ((<usize>(((head >> 5) & 0x7f800) ^ id)) << 2));",
    reason: "the id has 11 bits here, so no bit is in both",
  },
  {
    line: "store<u32>(out, (entry & 0xffff0000) ^ i);",
    reason: "a block has at most 1024 frames, so no bit is in both",
  },
  ...["true", "((entry | head) & SHAPE) != 0", "((entry ^ head) | SHAPE) != 0", "((entry ^ head) & SHAPE) != -1"].map(
    (condition) => ({
      line: `if (${condition}) {`,
      reason: "only a short cut is lost: what has the usual shape also passes the checks of format and range",
    }),
  ),
  {
    line: "const range = load<u16>(lengths + ((<usize>(entry >> 16)) << 2));",
    reason: "a range has two bytes; the upper half of its word is 0",
  },
  {
    line: "return ((id >> 16) & 254) < 240 ? id & 0x03ff0000 : id & 0x03ffff00;",
    reason: "240 is even, so the last bit does not decide",
  },
];

async function main(): Promise<void> {
  const source = readFileSync(join(import.meta.dirname, "../../src/vehicle/gate/kernel.as.ts"), "utf8");
  const shipped = await compileKernel(source, "kernel.as.ts");
  const all = await listMutants(source);
  const mutants = process.argv.includes("--quick") ? sample(all, QUICK_MUTANTS) : all;
  const results = await tryAll(source, mutants, shipped);
  const isComplete = mutants === all;
  process.exitCode = report(mutants, results, all.length) && (!isComplete || isListCurrent(all, results)) ? 0 : 1;
}

function sample(mutants: readonly Mutant[], count: number): readonly Mutant[] {
  const step = Math.max(1, mutants.length / count);
  return mutants.filter((_, i) => Math.floor(i / step) !== Math.floor((i - 1) / step));
}

async function tryAll(source: string, mutants: readonly Mutant[], shipped: Uint8Array): Promise<readonly Result[]> {
  const results: Result[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    let worker = startWorker();
    // Without a mutation the kernel must pass, else "killed" would mean nothing.
    const unmutated = await tryIn(worker, source, undefined);
    if (unmutated !== "survived") throw new Error(`the kernel without a mutation does not pass: ${unmutated}`);
    for (let i = next++; i < mutants.length; i = next++) {
      const result = await tryIn(worker, mutants[i]?.source ?? "", shipped);
      results[i] = result === "survived" && isEquivalent(mutants[i]) ? "equivalent" : result;
      if (result === "timeout") {
        await worker.terminate();
        worker = startWorker();
      }
      if (process.stderr.isTTY) process.stderr.write(`\r${next}/${mutants.length}`);
    }
    await worker.terminate();
  };
  await Promise.all(Array.from({ length: WORKERS }, work));
  return results;
}

function startWorker(): Worker {
  return new Worker(new URL("./kernel-worker.ts", import.meta.url));
}

async function tryIn(worker: Worker, source: string, shipped: Uint8Array | undefined): Promise<Result> {
  const { promise, resolve, reject } = Promise.withResolvers<Result>();
  const timer = setTimeout(() => resolve("timeout"), TIMEOUT_MS);
  worker.once("message", resolve);
  worker.once("error", reject);
  worker.postMessage({ source, shipped });
  const result = await promise;
  clearTimeout(timer);
  worker.off("message", resolve);
  worker.off("error", reject);
  return result;
}

function lineOf({ source, line }: Mutant): string {
  return source.split("\n")[line - 1]?.trim() ?? "";
}

function isEquivalent(mutant: Mutant | undefined): boolean {
  return mutant !== undefined && EQUIVALENT.some(({ line }) => line === lineOf(mutant));
}

/** A reason that no longer excuses any mutant must not stay, lest it excuse another one some day. */
function isListCurrent(mutants: readonly Mutant[], results: readonly Result[]): boolean {
  const excused = new Set(mutants.filter((_, i) => results[i] === "equivalent").map(lineOf));
  const stale = EQUIVALENT.filter(({ line }) => !excused.has(line));
  for (const { line } of stale)
    process.stdout.write(`no such mutant survives any more, so take it off the list: ${line}\n`);
  return stale.length === 0;
}

/** Whether every mutant that could be killed was. */
function report(mutants: readonly Mutant[], results: readonly Result[], total: number): boolean {
  const count = (wanted: Result): number => results.filter((result) => result === wanted).length;
  const print = (line: string): void => void process.stdout.write(`${line}\n`);
  for (const [i, mutant] of mutants.entries()) {
    const isShown = results[i] === "survived" || results[i] === "timeout" || process.argv.includes("--verbose");
    if (isShown) print(`${results[i]}: line ${mutant.line}, ${mutant.operator}: ${mutant.before} → ${mutant.after}`);
    if (isShown) print(`    ${lineOf(mutant)}`);
  }
  const killed = count("killed") + count("timeout");
  const survived = count("survived");
  print(`gate/kernel.as.ts: ${mutants.length} of ${total} mutants`);
  print(`  killed ${killed}, of these by timeout ${count("timeout")}`);
  print(`  survived ${survived}`);
  print(
    `  left out: ${count("compile error")} that do not compile, ${count("same code")} that compile to the same code,`,
  );
  print(`            ${count("equivalent")} equivalent ones, each with its reason in tests/mutation/kernel.ts`);
  print(`  score ${((100 * killed) / (killed + survived)).toFixed(2)}`);
  return survived === 0 && killed > 0;
}

await main();
