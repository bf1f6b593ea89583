// On a terminal, a line of the standard error that says how far a command has come.

const INTERVAL_MS = 500;
const CLEAR = "\r\x1b[K";

export interface Progress {
  /** Takes the line away for good. */
  end(): void;
  /** Prints a line that stays, above the one that moves. */
  note(text: string): void;
}

/** `told` is asked for the line's text again and again. Where the error output is no terminal, there is no such line. */
export function showProgress(told: () => string, isWanted = true): Progress {
  if (!process.stderr.isTTY || !isWanted) {
    return { end: () => undefined, note: (text) => void process.stderr.write(`${text}\n`) };
  }
  const timer = setInterval(() => process.stderr.write(`${CLEAR}${told()}`), INTERVAL_MS);
  return {
    end: () => {
      clearInterval(timer);
      process.stderr.write(CLEAR);
    },
    note: (text) => void process.stderr.write(`${CLEAR}${text}\n`),
  };
}
