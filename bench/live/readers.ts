// What the readers of the live benchmarks, each a process of its own, have in common: they say "ready" once they listen,
// and at SIGUSR2 what they have received and what CPU time they have used. A reader that holds lets frames gather in the
// kernel, and tells how long it takes to fetch them.
import { readSync } from "node:fs";

export interface Counts {
  readonly frames: number;
  /** By the kernel; undefined where the reader cannot know. */
  readonly dropped: number | undefined;
  /** By the gate, where the reader has one. */
  readonly admitted?: number;
}

/** Says ready, and from now on what `counts` gives, with the CPU time of the process, whenever it is asked. */
export function announce(counts: () => Counts): void {
  process.on("SIGUSR2", () => {
    const { user, system } = process.cpuUsage();
    say({ ...counts(), cpu_us: user + system });
  });
  process.stdout.write(`ready ${process.pid}\n`);
}

/** Measures, of each `count` frames, how long the last of them take that wait in the kernel. */
export class Holder {
  readonly #count: number;
  #taken = 0;
  #before = 0;
  #startMs = 0;

  constructor(count: number) {
    this.#count = count;
  }

  /** With each frame or block, before anything is done with it. The first of each round waits for a line of the standard input. */
  hold(frames: number): void {
    if (this.#count === 0 || this.#taken > 0) return;
    // The whole process waits, and its event loop: what comes meanwhile gathers in the kernel.
    readSync(0, Buffer.alloc(64));
    this.#before = frames;
    this.#startMs = performance.now();
  }

  /** After it. */
  take(frames: number): void {
    if (this.#count === 0) return;
    this.#taken += frames;
    if (this.#taken < this.#count) return;
    say({ frames: this.#taken - this.#before, seconds: (performance.now() - this.#startMs) / 1000 });
    this.#taken = 0;
  }
}

function say(what: unknown): void {
  process.stdout.write(`${JSON.stringify(what)}\n`);
}
