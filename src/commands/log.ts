// The log of a service: one JSON line for each thing worth knowing.
import { type DestinationStream, type Logger, pino } from "pino";

export function createLog(level: string, destination: DestinationStream): Logger {
  return pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime, serializers: { err: brief } },
    destination,
  );
}

/** What operating errors say; where in the code they were made is of no use to an operator. */
function brief(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { message, cause } = error;
  const code: unknown = Reflect.get(error, "code");
  return { message, ...(code !== undefined && { code }), ...(cause instanceof Error && { cause: cause.message }) };
}
