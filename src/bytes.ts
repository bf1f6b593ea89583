// Amounts of memory as people write them in a file, to bytes.
import Type from "typebox";

const UNIT_BYTES: Readonly<Record<string, number>> = {
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
};
const PATTERN = "^([1-9][0-9]{0,8})(kB|MB|GB|KiB|MiB|GiB)$";

/** A schema for an amount. */
export function Bytes(description: string): Type.TString {
  return Type.String({
    pattern: PATTERN,
    description: `${description} An amount with its unit, such as 512KiB, 256MB or 1GiB.`,
    examples: ["256MB"],
  });
}

/** Bytes of an amount that the schema has accepted. */
export function bytesOf(text: string): number {
  const [, amount = "0", unit = "kB"] = new RegExp(PATTERN).exec(text) ?? [];
  return Number(amount) * (UNIT_BYTES[unit] ?? 1);
}
