// canward as a process of its own, as it is shipped: run to its end, or started and stopped. None outlives its test.
import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { onTestFinished } from "vitest";

export const REPOSITORY = join(import.meta.dirname, "..", "..");
export const EXAMPLE = join(REPOSITORY, "deploy", "example");
const CANWARD = join(REPOSITORY, "dist", "canward.js");

export interface Result {
  /** Null where a signal has ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string | Uint8Array;
}

/** Runs it to its end. */
export async function canward(args: readonly string[], { input = "", ...options }: RunOptions = {}): Promise<Result> {
  const running = start(args, options);
  running.child.stdin?.on("error", () => undefined).end(input);
  return running.ended;
}

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Result>;
  /** What it has printed so far. */
  stdout(): string;
  stderr(): string;
  /** Waits until what it has printed on either output matches, and answers the match. Fails where it ends before. */
  printed(pattern: RegExp): Promise<RegExpExecArray>;
  /** Sends the signal, and waits for the end. */
  stop(signal?: NodeJS.Signals): Promise<Result>;
}

/** Starts it. It is killed when the test is over, whatever happened. */
export function start(
  args: readonly string[],
  options: Omit<RunOptions, "input"> & Pick<SpawnOptions, "stdio"> = {},
): Running {
  const { cwd, env, stdio = "pipe" } = options;
  const child = spawn(process.execPath, [CANWARD, ...args], { cwd, stdio, env: { ...process.env, ...env } });
  const printed = { stdout: "", stderr: "" };
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (printed.stdout += text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (printed.stderr += text));
  const ended = once(child, "close").then(([code, signal]): Result => ({ code, signal, ...printed }));
  const kill = (): boolean => child.kill("SIGKILL");
  process.once("exit", kill);
  onTestFinished(async () => {
    process.off("exit", kill);
    kill();
    await ended;
  });
  return {
    child,
    ended,
    stdout: () => printed.stdout,
    stderr: () => printed.stderr,
    printed: async (pattern) => {
      for (;;) {
        const match = pattern.exec(printed.stdout) ?? pattern.exec(printed.stderr);
        if (match !== null) return match;
        const more = [child.stdout, child.stderr].flatMap((output) => (output ? [once(output, "data")] : []));
        const result = await Promise.race([...more, ended]);
        if ("code" in result)
          throw new Error(`ended with ${result.code} before it printed ${pattern}: ${result.stderr}`);
      }
    },
    stop: (signal = "SIGTERM") => {
      child.kill(signal);
      return ended;
    },
  };
}

/** Waits until it would hear a signal: Node catches SIGHUP for nobody but the program. */
export async function listening({ child, ended }: Running): Promise<void> {
  const SIGHUP_CAUGHT = 1n;
  const caught = (): bigint => {
    const status = readFileSync(`/proc/${child.pid}/status`, "latin1");
    return BigInt(`0x${/^SigCgt:\s*(\w+)$/m.exec(status)?.[1] ?? "0"}`);
  };
  while ((caught() & SIGHUP_CAUGHT) === 0n) await Promise.race([sleep(10), ended]);
}

/** An empty folder that is gone after the test. */
export function temporaryFolder(): string {
  const path = mkdtempSync(join(tmpdir(), "canward-test-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** All files below a folder, sorted. */
export function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true }).map(String).sort();
}

/** The lines of an output, each of them JSON. */
export function rowsOf<Row>(stdout: string): Row[] {
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line): Row => JSON.parse(line));
}

/** A stack trace, or what Node prints above one. */
export const STACK_TRACE = /^\s+at \S|node:internal|Node\.js v\d/m;
