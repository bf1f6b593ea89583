// How a command hears that it is to stop: Ctrl-C, the service manager, the terminal that is closed, or its own wish. Once is
// polite, and everything is put away; twice ends it on the spot.
import { constants } from "node:os";

export type StopReason = NodeJS.Signals | "output closed";

export interface Stop {
  /** Resolves with the reason when the process is asked to stop. */
  readonly asked: Promise<StopReason>;
  /** Aborted at the same moment. */
  readonly signal: AbortSignal;
  /** Why, once it was asked. */
  readonly reason: StopReason | undefined;
  ask(reason: StopReason): void;
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
/** A second signal within this time is the same request: `npm start` hands on the Ctrl-C that the terminal has sent already. */
const SAME_REQUEST_MS = 500;

/**
 * To be called before anything is made that has to be put away. With `hangUp` given, SIGHUP calls it instead of stopping; but
 * not where the process has a terminal: there it says that the terminal was closed.
 */
export function listenForStop(hangUp?: () => void): Stop {
  const { promise: asked, resolve } = Promise.withResolvers<StopReason>();
  const controller = new AbortController();
  let reason: StopReason | undefined;
  let askedAtMs = 0;
  const ask = (why: StopReason): void => {
    if (reason !== undefined) return;
    reason = why;
    askedAtMs = performance.now();
    controller.abort();
    resolve(why);
  };
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      if (signal === "SIGHUP" && hangUp !== undefined && !process.stderr.isTTY && !process.stdin.isTTY) return hangUp();
      if (reason !== undefined && performance.now() - askedAtMs > SAME_REQUEST_MS) process.exit(exitCodeOf(signal));
      ask(signal);
    });
  }
  return {
    asked,
    signal: controller.signal,
    get reason() {
      return reason;
    },
    ask,
  };
}

/** Of a signal, what a shell answers for a process that it has ended. */
export function exitCodeOf(reason: StopReason): number {
  return reason === "output closed" ? 1 : 128 + constants.signals[reason];
}
