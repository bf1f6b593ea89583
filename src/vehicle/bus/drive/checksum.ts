// Bytes in, the checksum out that the example vehicle's safety messages carry: CRC-8 SAE J1850, seeded with the low byte of
// the id as AUTOSAR's E2E profile 1 does, so that a payload under a wrong id does not pass.

const POLYNOMIAL = 0x1d;
const TABLE = Uint8Array.from({ length: 256 }, (_, byte) => {
  let bits = byte;
  for (let bit = 0; bit < 8; bit++) bits = (bits << 1) ^ (bits & 0x80 ? POLYNOMIAL : 0);
  return bits & 0xff;
});

/** Over `seed` and then the bytes `from` up to, and without, `to`. */
export function crc8(seed: number, bytes: Uint8Array, from: number, to: number): number {
  let sum = TABLE[0xff ^ (seed & 0xff)] ?? 0;
  for (let index = from; index < to; index++) sum = TABLE[sum ^ (bytes[index] ?? 0)] ?? 0;
  return sum ^ 0xff;
}
