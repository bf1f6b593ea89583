// What goes wrong in operation and is told to a person: each error has a stable code, a message that names the place,
// and a remedy. A programmer's mistake is not one of these: it is an assertion, and crashes.

export interface OperatingErrorOptions {
  /** Stable, for machines and for searching: `DBC_NO_MESSAGE`. */
  readonly code: string;
  /** What the person can do about it, as a sentence. */
  readonly remedy: string;
  readonly cause?: unknown;
}

export class OperatingError extends Error {
  readonly code: string;
  readonly remedy: string;

  constructor(message: string, options: OperatingErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = options.code;
    this.remedy = options.remedy;
  }
}
