// The time by which the vehicle's parts wait and schedule: one monotonic clock, the wall clock, and a sleep that an abort
// ends. It is passed in, so that a test can drive hours of traffic in no time at all.

export interface Clock {
  /** Whole microseconds by a clock that never steps back; where its zero lies means nothing. */
  nowUs(): number;
  /** Whole microseconds since 1970 by the wall clock, which may step. */
  wallUs(): number;
  /** Resolves after about `durationMs`, perhaps sooner, and at once when `signal` is aborted. Never rejects. */
  sleep(durationMs: number, signal: AbortSignal): Promise<void>;
}

/** The longest sleep. A longer one is cut to this, far below the 2^31 ms at which a Node timer fires at once. */
const SLEEP_MS_MAX = 60_000;

export const systemClock: Clock = {
  nowUs: () => Math.floor(performance.now() * 1000),
  wallUs: () => Date.now() * 1000,
  sleep: (durationMs, signal) =>
    new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const wake = (): void => {
        clearTimeout(timer);
        signal.removeEventListener("abort", wake);
        resolve();
      };
      const timer = setTimeout(wake, Math.min(Math.ceil(durationMs), SLEEP_MS_MAX));
      signal.addEventListener("abort", wake);
    }),
};
