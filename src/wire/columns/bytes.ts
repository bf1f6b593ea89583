// Bytes that grow at the end, and LEB128 numbers of 64 bits given as two halves. Reused from batch to batch.

const GROWTH_BYTES_MIN = 4096;

export class ByteSink {
  #bytes = new Uint8Array(GROWTH_BYTES_MIN);
  length = 0;

  clear(): void {
    this.length = 0;
  }

  /** Room for `count` more bytes; the caller writes them from `length` on and moves it. */
  reserve(count: number): Uint8Array {
    const needed = this.length + count;
    if (needed > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
      grown.set(this.#bytes.subarray(0, this.length));
      this.#bytes = grown;
    }
    return this.#bytes;
  }

  /** LEB128 of a whole number from 0 to 2^53. */
  putNumber(value: number): void {
    this.putVarint(value, value / 2 ** 32);
  }

  /** LEB128 of an unsigned 64-bit number. */
  putVarint(low: number, high: number): void {
    const bytes = this.reserve(10);
    let position = this.length;
    let rest = low | 0;
    let above = high | 0;
    while (above !== 0 || rest >>> 0 > 0x7f) {
      bytes[position++] = (rest & 0x7f) | 0x80;
      rest = (rest >>> 7) | (above << 25);
      above >>>= 7;
    }
    bytes[position++] = rest;
    this.length = position;
  }

  /** What was written; valid until the sink is written again. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.length);
  }
}

/** Reads LEB128 numbers one after the other. `low` and `high` hold the last one. */
export class VarintSource {
  readonly #bytes: Uint8Array;
  #position = 0;
  low = 0;
  high = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get exhausted(): boolean {
    return this.#position === this.#bytes.length;
  }

  /** The next number as a float64, rounded above 2^53; NaN where the bytes end first. */
  nextNumber(): number {
    return this.next() ? (this.high >>> 0) * 2 ** 32 + (this.low >>> 0) : Number.NaN;
  }

  /** False where the bytes end first, or the number is wider than 64 bits. */
  next(): boolean {
    this.low = 0;
    this.high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.#bytes[this.#position];
      if (byte === undefined) return false;
      this.#position += 1;
      const bits = byte & 0x7f;
      if (shift < 28) this.low |= bits << shift;
      else if (shift === 28) {
        this.low |= bits << 28;
        this.high = bits >>> 4;
      } else this.high |= bits << (shift - 32);
      if (byte < 0x80) return shift < 63 || bits <= 1;
    }
    return false;
  }
}
