// What every guest is: a kernel with CAN in which one command runs on this checkout, for at most so long. In comes the
// command, out comes its exit code; its output goes straight to ours. Nothing that was started outlives it.
import { type ChildProcess, spawn } from "node:child_process";
import { constants } from "node:os";
import { join } from "node:path";
import { OperatingError } from "../../../src/errors.ts";

export const CHECKOUT = join(import.meta.dirname, "..", "..", "..");

export const GUESTS = ["host", "uml", "arm64", "controllers", "outside"] as const;
export type GuestName = (typeof GUESTS)[number];

/** Which tests a guest runs: these folders of tests/kernel, or all but those of one other guest alone. "every" is for all. */
export const FOLDERS: Readonly<Record<GuestName, readonly string[] | "the rest">> = {
  host: "the rest",
  uml: "the rest",
  arm64: ["arm64", "every"],
  controllers: ["controllers", "every"],
  outside: ["outside"],
};

export interface Job {
  readonly command: readonly [string, ...string[]];
  readonly environment: Readonly<Record<string, string>>;
  /** The folder of the tests' compiled C programs, as an absolute path that the guest sees too. */
  readonly tools: string;
  /** A folder of the host that the guest may write to, as an absolute path. */
  readonly writable: string | undefined;
  readonly timeLimitS: number;
}

export interface Guest {
  readonly name: GuestName;
  /** How the tests' C programs are compiled for it. */
  readonly compiler: readonly [string, ...string[]];
  readonly timeLimitS: { readonly usual: number; readonly full: number };
  /** Why it cannot be had here, and the command that enables it. */
  obstacle(): string | undefined;
  /** Runs the command in it and gives its exit code. */
  run(job: Job): Promise<number>;
}

export class KernelTestError extends OperatingError {}

/** Where programs of a guest whose files are read-only keep what is theirs (vitest wants a place); it is memory. */
export const OWN_PLACE = { XDG_DATA_HOME: "/run/tmp/share", XDG_CACHE_HOME: "/run/tmp/cache" };

/** The variables that a job's command gets wherever it runs. */
export function environmentOf(guest: GuestName, job: Job): Record<string, string> {
  const passed = Object.entries(process.env).filter(
    ([name, value]) => value !== undefined && /^(CANWARD_|CI$|NO_COLOR$|FORCE_COLOR$)/.test(name),
  );
  return {
    ...(Object.fromEntries(passed) as Record<string, string>),
    ...(process.stdout.isTTY ? { FORCE_COLOR: "1" } : {}),
    ...job.environment,
    CANWARD_GUEST: guest,
  };
}

/**
 * Starts a program that is a guest or stands for one, and gives its exit code. SIGINT and SIGTERM end it, the time limit
 * does (exit code 124), and so does our own death, however sudden. With "pipe" its input stays open and empty.
 */
export async function runBounded(
  program: readonly string[],
  environment: NodeJS.ProcessEnv,
  timeLimitS: number,
  input: "ignore" | "pipe" = "ignore",
): Promise<number> {
  const child = spawn("setpriv", ["--pdeathsig", "TERM", ...program], {
    cwd: CHECKOUT,
    env: environment,
    stdio: [input, "inherit", "inherit"],
  });
  let interrupted: NodeJS.Signals | undefined;
  const interrupt = (signal: NodeJS.Signals): void => {
    interrupted = signal;
    end(child);
  };
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    end(child);
  }, timeLimitS * 1000);
  process.on("SIGINT", interrupt).on("SIGTERM", interrupt);
  try {
    const code = await exitOf(child);
    if (interrupted !== undefined) return 128 + constants.signals[interrupted];
    if (late) process.stderr.write(`\nThe guest was ended after ${timeLimitS} s, its time limit.\n`);
    return late ? 124 : code;
  } finally {
    clearTimeout(timer);
    process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
  }
}

/** How long a program has to end by itself after SIGTERM. */
const GRACE_MS = 5_000;

function end(child: ChildProcess): void {
  child.kill("SIGTERM");
  setTimeout(() => child.kill("SIGKILL"), GRACE_MS).unref();
}

function exitOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
  });
}
