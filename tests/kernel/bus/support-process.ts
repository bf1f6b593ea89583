// The door to support-reader.ts, and to any other process of a test: started, asked, stopped; none outlives its test.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { ReaderLine, ReaderOptions } from "./support-reader.ts";

const READER = join(import.meta.dirname, "support-reader.ts");

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export class Process implements AsyncDisposable {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  readonly lines: string[] = [];
  #asked: ((line: string) => void) | undefined;

  constructor(command: string, words: readonly string[]) {
    this.child = spawn(command, words, { stdio: ["pipe", "pipe", "inherit"] });
    this.ended = once(this.child, "close").then(([code, signal]): Ended => ({ code, signal }));
    const { stdout } = this.child;
    if (stdout === null) throw new Error("no output to read");
    createInterface({ input: stdout }).on("line", (line) => {
      this.lines.push(line);
      this.#asked?.(line);
    });
  }

  /** The next line that it prints. Fails where it ends instead. */
  async nextLine(): Promise<string> {
    const { promise, resolve } = Promise.withResolvers<string>();
    this.#asked = resolve;
    const ended = this.ended.then(({ code, signal }) => {
      throw new Error(`it has ended with ${code ?? signal}`);
    });
    return Promise.race([promise, ended]);
  }

  write(text: string): void {
    this.child.stdin?.write(text);
  }

  async end(): Promise<Ended> {
    this.child.stdin?.end();
    return this.ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill("SIGKILL");
    await this.ended;
  }
}

/** Starts the reader, by way of another command where one is given (`setpriv …`), and waits until it listens. */
export async function startReader(options: ReaderOptions, by: readonly string[] = []): Promise<Process> {
  const [command = process.execPath, ...words] = [...by, process.execPath, READER, JSON.stringify(options)];
  const reader = new Process(command, words);
  await reader.nextLine();
  return reader;
}

export async function ask(reader: Process): Promise<readonly ReaderLine[]> {
  const answer = reader.nextLine();
  reader.write("\n");
  return JSON.parse(await answer) as readonly ReaderLine[];
}
