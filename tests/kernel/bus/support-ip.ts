// `ip` as one process that stays: a command takes two milliseconds instead of the fifty that a new process takes in a guest,
// so that what happens to an interface happens when the test says so.
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable, Writable } from "node:stream";

/** Its output is flushed after each command, so an answer to this one means that those before are done. */
const QUESTION = "link show dev lo";

export class ResidentIp implements AsyncDisposable {
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable> = spawn("ip", ["-force", "-batch", "-"], {
    stdio: ["pipe", "pipe", "pipe"],
  });
  #complaints = "";
  #last: Promise<void> = Promise.resolve();

  constructor() {
    this.#child.stderr.setEncoding("utf8").on("data", (text: string) => (this.#complaints += text));
  }

  /** Runs these commands one after the other, as `ip` would. Fails where one of them does. */
  run(...commands: readonly string[]): Promise<void> {
    const done = this.#last.then(() => this.#ask(commands));
    this.#last = done.catch(() => undefined);
    return done;
  }

  async #ask(commands: readonly string[]): Promise<void> {
    this.#complaints = "";
    this.#child.stdin.write([...commands, QUESTION, ""].join("\n"));
    await once(this.#child.stdout, "data");
    if (this.#complaints !== "") throw new Error(`${commands.join("; ")}: ${this.#complaints}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#child, "close");
    this.#child.stdin.end();
    await closed;
  }
}
