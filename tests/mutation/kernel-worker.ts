// One mutated kernel after the other: its source in, what the gate's properties say of it out. Nothing bounds the time that a
// mutant takes: the other side ends this worker if there is no answer.
import { parentPort } from "node:worker_threads";
import { compileKernel } from "../../src/vehicle/kernels.generate.ts";
import { checkGate } from "../gate/oracle.ts";

export type Outcome = "killed" | "survived" | "compile error" | "same code";

const FRAMES_PER_SET = 10_000;

/** `shipped` is what the source compiles to without a mutation. */
export async function tryKernel(source: string, shipped: Uint8Array | undefined): Promise<Outcome> {
  let kernel: Uint8Array<ArrayBuffer>;
  try {
    kernel = Uint8Array.from(await compileKernel(source, "kernel.as.ts"));
  } catch {
    return "compile error";
  }
  if (shipped !== undefined && Buffer.compare(kernel, shipped) === 0) return "same code";
  try {
    checkGate(kernel, FRAMES_PER_SET);
  } catch {
    return "killed";
  }
  return "survived";
}

parentPort?.on("message", async ({ source, shipped }: { source: string; shipped: Uint8Array | undefined }) => {
  parentPort?.postMessage(await tryKernel(source, shipped));
});
