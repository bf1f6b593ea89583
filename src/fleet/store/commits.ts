// Group commit: jobs that are handed in during one turn of the event loop run in one transaction, and are flushed to disk once.
// Either all of them are on disk when their promises resolve, or none is and all are rejected.
import type { Database } from "./database.ts";

interface Job {
  readonly run: () => unknown;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

export class Commits {
  readonly #transaction: (jobs: readonly Job[]) => unknown[];
  readonly #onRollback: (error: unknown) => unknown;
  #jobs: Job[] = [];

  /** `onRollback` forgets what the jobs believed to be stored, and answers the error to reject with. */
  constructor(database: Database, onRollback: (error: unknown) => unknown) {
    // Immediate: a transaction that reads before it writes would otherwise fail when another worker writes in between.
    this.#transaction = database.transaction((jobs: readonly Job[]) => jobs.map((job) => job.run())).immediate;
    this.#onRollback = onRollback;
  }

  run<T>(run: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#jobs.length === 0) queueMicrotask(() => this.#commit());
      this.#jobs.push({ run, resolve: (result) => resolve(result as T), reject });
    });
  }

  #commit(): void {
    const jobs = this.#jobs;
    this.#jobs = [];
    try {
      const results = this.#transaction(jobs);
      for (const [index, job] of jobs.entries()) job.resolve(results[index]);
    } catch (error) {
      const told = this.#onRollback(error);
      for (const job of jobs) job.reject(told);
    }
  }
}
