// What keeps frames from being sent, told to a person: which interface, what is wrong with it, and what to do.
import { OperatingError } from "../../errors.ts";

export type SendErrorCode =
  | "SEND_NO_IP"
  | "SEND_NO_ADDON"
  | "SEND_NO_CAN"
  | "SEND_ABSENT"
  | "SEND_NOT_CAN"
  | "SEND_NOT_VIRTUAL"
  | "SEND_DOWN"
  | "SEND_LISTEN_ONLY"
  | "SEND_CLASSIC_ONLY"
  | "SEND_REFUSED"
  | "SEND_REPLACED"
  | "SEND_STUCK"
  | "SEND_NOTHING";

export class SendError extends OperatingError {
  declare readonly code: SendErrorCode;

  constructor(message: string, code: SendErrorCode, remedy: string, cause?: unknown) {
    super(message, { code, remedy, cause });
  }
}
