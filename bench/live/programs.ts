// Doors to the programs of the live benchmarks: the sender and the readers, which are processes and speak in lines.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

const FOLDER = import.meta.dirname;
/** How long a program may be silent that was asked something. */
const ANSWER_MS_MAX = 60_000;
/** As the first line of the `canward` command has it. */
const NODE_FLAGS = ["--max-semi-space-size=1", "--expose-gc"];

export const PROGRAMS = { sender: "send", c: "receive", standIn: "stand-in.so" } as const;

/** Compiles the C programs into `folder`. */
export function compilePrograms(folder: string): void {
  const compile = (name: string, ...flags: string[]): void => {
    const words = ["-O2", "-std=gnu17", "-Wall", "-Wextra", "-Werror", ...flags];
    execFileSync("cc", [...words, "-o", join(folder, name), join(FOLDER, `${name.replace(".so", "")}.c`)]);
  };
  compile(PROGRAMS.sender);
  compile(PROGRAMS.c);
  compile(PROGRAMS.standIn, "-shared", "-fPIC");
}

/** A reader as a command, but for the program of the sender that may stand before it. */
export interface ReaderOptions {
  readonly interfaceName: string;
  readonly bufferBytes?: number;
  /** Frames of a round of `drain`; 0 for a reader that receives all the time. */
  readonly held?: number;
}

export type ReaderMaker = (options: ReaderOptions) => readonly string[];

/** Wakes for each frame that comes, unless it lets them gather. `told`: with the time of each frame, and the count of drops. */
export function cReader(
  folder: string,
  options: ReaderOptions & { readonly gatherMs?: number; readonly told?: boolean },
): readonly string[] {
  const { interfaceName, bufferBytes = 0, held = 0, gatherMs = 0, told = false } = options;
  const words = ["-b", `${bufferBytes}`, "-h", `${held}`, "-g", `${gatherMs}`, ...(told ? ["-t"] : [])];
  return [join(folder, PROGRAMS.c), ...words, interfaceName];
}

export function canwardReader(
  options: ReaderOptions & { readonly allowlist: string; readonly filtering: "filtered" | "all" },
): readonly string[] {
  const { interfaceName, allowlist, bufferBytes = 0, filtering, held = 0 } = options;
  return node("canward.ts", interfaceName, allowlist, `${bufferBytes}`, filtering, `${held}`);
}

export function packageReader({ interfaceName, held = 0 }: ReaderOptions): readonly string[] {
  return node("package.ts", interfaceName, `${held}`);
}

export function node(program: string, ...words: readonly string[]): readonly string[] {
  return [process.execPath, ...NODE_FLAGS, join(FOLDER, program), ...words];
}

export interface Snapshot {
  readonly frames: number;
  readonly dropped: number | undefined;
  readonly admitted: number | undefined;
  /** User and system time of the process since it began. */
  readonly cpu_us: number;
}

/** What a reader that holds took, and in what time. */
export interface Drain {
  readonly frames: number;
  readonly seconds: number;
}

export interface Sent {
  readonly sent: number;
  readonly seconds: number;
  readonly cpu_us: number;
  readonly retries: number;
  readonly bursts: number;
}

/** A process that answers in lines of JSON. `await using` ends it with the block. */
export class Program implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #lines: string[] = [];
  #wake: (() => void) | undefined;
  /** The process that says "ready": another one than was started, where that one starts it. */
  #readerPid = 0;
  /** The last line of the log that it keeps beside its answers. */
  lastLog = "";

  constructor(command: readonly string[], environment: NodeJS.ProcessEnv = {}) {
    const [program = "", ...words] = command;
    this.#child = spawn(program, words, {
      stdio: ["pipe", "pipe", "inherit"],
      env: { ...process.env, MALLOC_ARENA_MAX: "1", ...environment },
    });
    createInterface({ input: this.#child.stdout ?? process.stdin }).on("line", (line) => {
      // A gateway's log.
      if (line.startsWith('{"level"')) this.lastLog = line;
      else this.#lines.push(line);
      this.#wake?.();
    });
    this.#child.once("exit", () => this.#wake?.());
  }

  async ready(): Promise<void> {
    const line = await this.line();
    this.#readerPid = Number(/^ready (\d+)$/.exec(line)?.[1] ?? 0);
    if (this.#readerPid === 0) throw new Error(`${this.#child.spawnfile} said ${line}`);
  }

  /** The next line that it says. */
  async line(): Promise<string> {
    const deadlineMs = performance.now() + ANSWER_MS_MAX;
    for (;;) {
      const line = this.#lines.shift();
      if (line !== undefined) return line;
      if (this.#child.exitCode !== null || this.#child.signalCode !== null)
        throw new Error(`${this.#child.spawnargs.join(" ")} ended and said nothing`);
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, ANSWER_MS_MAX);
      this.#wake = resolve;
      await promise;
      clearTimeout(timer);
      if (performance.now() > deadlineMs) throw new Error(`${this.#child.spawnargs.join(" ")} does not answer`);
    }
  }

  /** Writes a line for it. */
  tell(text: string): void {
    this.#child.stdin?.write(`${text}\n`);
  }

  /** To a sender with a reader: may send from now on. */
  begin(): void {
    this.#child.kill("SIGUSR1");
  }

  /** What it says when it is asked. */
  async ask<T = Snapshot>(): Promise<T> {
    process.kill(this.#readerPid, "SIGUSR2");
    return JSON.parse(await this.line()) as T;
  }

  /** What it says to a line. */
  async answer<T>(text: string): Promise<T> {
    this.tell(text);
    return JSON.parse(await this.line()) as T;
  }

  drain(): Promise<Drain> {
    return this.answer<Drain>("go");
  }

  /** Asks it to end, and waits for that. */
  async terminate(): Promise<void> {
    const gone = once(this.#child, "exit");
    this.#child.kill("SIGTERM");
    await gone;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await gone;
  }
}

export async function startReader(command: readonly string[], environment?: NodeJS.ProcessEnv): Promise<Program> {
  const reader = new Program(command, environment);
  await reader.ready();
  return reader;
}

export interface SendOptions {
  readonly frames: string;
  readonly count: number;
  /** 0: flat out. */
  readonly rate: number;
  readonly burstUs?: number;
  readonly stamped?: boolean;
}

/** The sender's words, without what it sends to. */
export function senderWords(folder: string, options: SendOptions): readonly string[] {
  const { frames, count, rate, burstUs = 0, stamped = false } = options;
  const words = ["-r", `${Math.round(rate)}`, "-n", `${Math.round(count)}`, "-b", `${burstUs}`];
  return [join(folder, PROGRAMS.sender), ...words, ...(stamped ? ["-s"] : []), frames];
}

/** Sends on an interface; resolves when all is sent. */
export async function send(folder: string, interfaceName: string, options: SendOptions): Promise<Sent> {
  await using sender = new Program([...senderWords(folder, options), interfaceName]);
  return JSON.parse(await sender.line()) as Sent;
}
