// What can go wrong with a DBC file as a whole. Everything smaller is a warning, and the rest of the file is kept.
import { OperatingError } from "../errors.ts";

type DbcErrorCode = "DBC_NO_MESSAGE" | "DBC_TOO_LARGE";

export class DbcError extends OperatingError {
  constructor(code: DbcErrorCode, message: string, remedy: string) {
    super(message, { code, remedy });
  }
}
