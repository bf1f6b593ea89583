// Bytes go in as they come from a file or a pipe; whole lines come out, side by side in one fixed buffer. It never grows:
// of a line that is too long, only its beginning is kept, which no reader takes for a line of its own.
export const NEWLINE = 0x0a;

/** How many bytes a window takes at once. */
export const CHUNK_BYTES_MAX = 256 * 1024;

export interface LineWindow {
  readonly lineBytesMax: number;
  readonly text: Uint8Array;
  /** Where the next line begins. */
  at: number;
  /** Where the last whole line ends, behind its newline. */
  end: number;
  /** Where the beginning of a line that is not yet whole ends. */
  filled: number;
}

export function createLineWindow(lineBytesMax: number): LineWindow {
  return { lineBytesMax, text: new Uint8Array(lineBytesMax + 1 + CHUNK_BYTES_MAX), at: 0, end: 0, filled: 0 };
}

/** Adds `chunk`, of CHUNK_BYTES_MAX at most. The lines that were in the window must have been read. */
export function pushBytes(window: LineWindow, chunk: Uint8Array): void {
  const { text, lineBytesMax } = window;
  const held = Math.min(window.filled - window.end, lineBytesMax + 1);
  text.copyWithin(0, window.end, window.end + held);
  const isTooLong = held > lineBytesMax;
  const from = isTooLong ? chunk.indexOf(NEWLINE) : 0;
  const added = from < 0 ? chunk.subarray(0, 0) : chunk.subarray(from);
  text.set(added, held);
  window.at = 0;
  const lastNewline = added.lastIndexOf(NEWLINE);
  window.end = lastNewline < 0 ? 0 : held + lastNewline + 1;
  window.filled = held + added.length;
}

/** Ends the last line where its newline is missing. Call it when there are no more bytes. */
export function endLines(window: LineWindow): void {
  if (window.filled > window.end) pushBytes(window, Uint8Array.of(NEWLINE));
}

/** Passes over the line at `window.at`. */
export function skipLine(window: LineWindow): void {
  window.at = window.text.indexOf(NEWLINE, window.at) + 1;
}
