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
const QUICK_MUTANTS = 60;

type Result = Outcome | "timeout" | "equivalent";

/** Mutants that no frame can tell from the kernel, each with the reason. Lines are as they stand in the mutated source. */
const EQUIVALENT: readonly { readonly line: string; readonly reason: string }[] = [];

async function main(): Promise<void> {
  const source = readFileSync(join(import.meta.dirname, "../../src/vehicle/gate/kernel.as.ts"), "utf8");
  const shipped = await compileKernel(source, "kernel.as.ts");
  const all = await listMutants(source);
  const mutants = process.argv.includes("--quick") ? sample(all, QUICK_MUTANTS) : all;
  const results = await tryAll(source, mutants, shipped);
  process.exitCode = report(mutants, results, all.length) ? 0 : 1;
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
      const t = Date.now();
      const result = await tryIn(worker, mutants[i]?.source ?? "", shipped);
      results[i] = result === "survived" && isEquivalent(mutants[i]) ? "equivalent" : result;
      if (result === "timeout") {
        await worker.terminate();
        worker = startWorker();
      }
      if (process.env["DEBUG_M"]) process.stderr.write(`${i} ${result} ${Date.now()-t} ${mutants[i]?.line} ${mutants[i]?.before} → ${mutants[i]?.after}\n`);
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

/** Whether every mutant that could be killed was. */
function report(mutants: readonly Mutant[], results: readonly Result[], total: number): boolean {
  const count = (wanted: Result): number => results.filter((result) => result === wanted).length;
  const print = (line: string): void => void process.stdout.write(`${line}\n`);
  for (const [i, mutant] of mutants.entries()) {
    const isShown = results[i] === "survived" || process.argv.includes("--verbose");
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
