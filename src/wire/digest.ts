// A catalogue's digest: 16 hexadecimal digits where people and topics name it, 8 bytes inside messages.
import { requireField } from "./wire-error.ts";

/** Bytes of a digest. */
export const DIGEST_BYTES = 8;

export function isDigest(text: string): boolean {
  return /^[0-9a-f]{16}$/.test(text);
}

export function bytesFromDigest(digest: string): Uint8Array {
  return Buffer.from(digest, "hex");
}

/** @throws WireError */
export function digestFromBytes(bytes: Uint8Array, message: string): string {
  requireField(bytes.length === DIGEST_BYTES, `${message}: a catalogue digest of ${bytes.length} bytes`);
  return Buffer.from(bytes).toString("hex");
}
