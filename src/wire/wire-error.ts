// What is wrong with a message that came from outside. Readers of the wire throw this and nothing else.
import { OperatingError } from "../errors.ts";

export type WireErrorCode =
  /** Larger than the contract allows, before or after decompression. */
  | "WIRE_TOO_LARGE"
  /** Not the protobuf message that it should be. */
  | "WIRE_NOT_PROTOBUF"
  /** A field is missing or out of its range. */
  | "WIRE_FIELD"
  /** Not one whole zstd frame. */
  | "WIRE_COMPRESSION"
  /** The columns contradict themselves or their header. */
  | "WIRE_COLUMNS";

export class WireError extends OperatingError {
  declare readonly code: WireErrorCode;

  constructor(code: WireErrorCode, message: string, cause?: unknown) {
    super(message, {
      code,
      remedy: "Keep the message aside, and compare the software versions of vehicle and fleet.",
      ...(cause === undefined ? {} : { cause }),
    });
  }
}

/** Refuses with WIRE_FIELD what does not hold. */
export function requireField(holds: boolean, message: string): asserts holds {
  if (!holds) throw new WireError("WIRE_FIELD", message);
}

/** Refuses with WIRE_COLUMNS what does not hold. */
export function requireColumns(holds: boolean, message: string): asserts holds {
  if (!holds) throw new WireError("WIRE_COLUMNS", message);
}

/** Runs a protobuf decoder; whatever it throws becomes a WireError. */
export function decodeProtobuf<T>(
  name: string,
  payload: Uint8Array,
  bytesMax: number,
  decode: (bytes: Uint8Array) => T,
): T {
  if (payload.length > bytesMax) {
    throw new WireError("WIRE_TOO_LARGE", `${name}: ${payload.length} bytes, where ${bytesMax} are allowed`);
  }
  try {
    return decode(payload);
  } catch (cause) {
    throw new WireError("WIRE_NOT_PROTOBUF", `${name}: ${payload.length} bytes are not this protobuf message`, cause);
  }
}

/** 0 to `maximum`, whole. */
export function isCount(value: number, maximum: number = Number.MAX_SAFE_INTEGER): boolean {
  return Number.isSafeInteger(value) && value >= 0 && value <= maximum;
}
