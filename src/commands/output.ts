// The standard output, and what becomes of a command when it cannot be written: nobody reads it any more, or the disk is full.
import { writeSync } from "node:fs";
import { OperatingError } from "../errors.ts";

const STANDARD_OUTPUT = 1;
/** What waits for a reader who is slow, or for a disk that is full; beyond it the oldest goes. */
const WAITING_BYTES_MAX = 1024 * 1024;

/** For what exists for its output alone: it ends on the spot. Whoever stops reading (`| head`) has made no error. */
export function leaveWhenOutputFails(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    // With the exit code that the command has come to.
    if (error.code === "EPIPE") process.exit();
    tell(
      new OperatingError(`the output cannot be written (${error.code ?? error.message})`, {
        code: "OUTPUT_FAILED",
        remedy: "Make room on the disk that it goes to, or send it elsewhere. What was written is not complete.",
      }),
    );
    process.exit(1);
  });
  // Where even complaints cannot be written, there is nobody to tell.
  process.stderr.on("error", () => undefined);
}

/** Tells a person what went wrong and what to do. */
export function tell({ message, remedy, code }: OperatingError): void {
  process.stderr.write(`canward: ${message}\n  ${remedy} [${code}]\n`);
}

interface LineOutput {
  write(line: string): void;
}

/**
 * For a service, whose work is not its output: lines that cannot be written now wait, within a bound, and the service goes on.
 * Only when nobody will ever read them, `onClosed` is called, once.
 */
export function createServiceOutput(onClosed: () => void): LineOutput {
  let waiting: Buffer = Buffer.alloc(0);
  let isClosed = false;
  return {
    write: (line) => {
      if (isClosed) return;
      waiting = Buffer.concat([waiting, Buffer.from(line)]).subarray(-WAITING_BYTES_MAX);
      try {
        while (waiting.length > 0) waiting = waiting.subarray(writeSync(STANDARD_OUTPUT, waiting));
      } catch (error) {
        isClosed = error instanceof Error && "code" in error && error.code === "EPIPE";
        if (isClosed) onClosed();
      }
    },
  };
}

/** For a service that stopped because of it: a service manager then starts it again, with a log that is read. */
export function outputClosedError(): OperatingError {
  return new OperatingError("nobody reads the log any more, so the service has stopped, and put everything away", {
    code: "OUTPUT_CLOSED",
    remedy: "Start it again with its output going to a file or to the service manager.",
  });
}
