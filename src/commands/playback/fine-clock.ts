// The system's clock with a sleep that ends within a fraction of a millisecond, for frames that are to be sent on time.
import { setImmediate } from "node:timers/promises";
import { type Clock, systemClock } from "../../vehicle/clock.ts";

/** The timers of the event loop are two milliseconds off at worst; the last stretch is slept by the thread itself. */
const STRETCH_MS = 2;

/** Never written: a wait for it to change is a sleep of the thread. */
const unchanged = new Int32Array(new SharedArrayBuffer(4));

export const fineClock: Clock = {
  ...systemClock,
  sleep: async (durationMs, signal) => {
    // Woken before the time, the pace sleeps again, and that is the last stretch.
    if (durationMs > STRETCH_MS) return systemClock.sleep(Math.floor(durationMs) - 1, signal);
    const untilMs = performance.now() + durationMs;
    // The event loop has its turn at each sleep, for signals and for the log.
    await setImmediate();
    if (!signal.aborted) Atomics.wait(unchanged, 0, 0, Math.max(0, untilMs - performance.now()));
  },
};
