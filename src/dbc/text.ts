// The bytes of a DBC file in, its text out. UTF-8 where the bytes are that, else Windows-1252, which reads every byte.

/** The text of a file, without its byte order mark. Never throws. */
export function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    // Not UTF-8. Vector's tools write the code page of the machine, which is 1252 in most of the world's garages.
    return new TextDecoder("windows-1252").decode(bytes);
  }
}
