// Where a signal lies in a payload: its place as the file says it in, bytes and shift out. Both byte orders come down to
// the same thing: some neighbouring bytes, read as one whole number, shifted right and cut to the signal's length.
import type { ByteOrder } from "./database.ts";

export interface Place {
  readonly startBit: number;
  readonly lengthBits: number;
  readonly byteOrder: ByteOrder;
}

export interface Span {
  /** The signal's bytes in the payload, the last one included; where big-endian, the first one is the most significant. */
  readonly firstByte: number;
  readonly lastByte: number;
  /** Bits below the signal's least significant one in the number that these bytes are. */
  readonly shift: number;
}

export function spanOf({ startBit, lengthBits, byteOrder }: Place): Span {
  const startByte = Math.floor(startBit / 8);
  const bitInByte = startBit % 8;
  if (byteOrder === "little") {
    const lastByte = Math.floor((startBit + lengthBits - 1) / 8);
    return { firstByte: startByte, lastByte, shift: bitInByte };
  }
  // The start bit is the most significant one; the signal goes on downwards in its byte, then from bit 7 of the next.
  const lastByte = startByte + Math.floor((7 - bitInByte + lengthBits - 1) / 8);
  const bits = (lastByte - startByte + 1) * 8;
  return { firstByte: startByte, lastByte, shift: bits - (7 - bitInByte) - lengthBits };
}

/** Numbers of the bits that the signal occupies: 8 × byte + bit, where bit 0 is the least significant of its byte. */
export function bitsOf(place: Place): number[] {
  const { firstByte, lastByte, shift } = spanOf(place);
  return Array.from({ length: place.lengthBits }, (_, index) => {
    const bit = shift + index;
    const byte = place.byteOrder === "little" ? firstByte + (bit >> 3) : lastByte - (bit >> 3);
    return byte * 8 + (bit & 7);
  });
}
