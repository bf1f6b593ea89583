// From the 64 raw bits of a datapoint to what a person reads: the physical value and its name. Integers stay exact at any width.
import type { CatalogueEntry } from "./catalogue.ts";

const bits = new DataView(new ArrayBuffer(8));

/** The raw value: a bigint where a number would not be exact. */
export function rawOf(entry: CatalogueEntry, low: number, high: number): number | bigint {
  switch (entry.encoding) {
    case "float32":
      bits.setInt32(0, low);
      return bits.getFloat32(0);
    case "float64":
      bits.setInt32(0, high);
      bits.setInt32(4, low);
      return bits.getFloat64(0);
    case "signed":
      return exact(high * 2 ** 32 + (low >>> 0), () => (BigInt(high) << 32n) | BigInt(low >>> 0));
    case "unsigned":
      return exact((high >>> 0) * 2 ** 32 + (low >>> 0), () => (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0));
  }
}

/** The physical value. A decimal string where it is a whole number that a float64 would not hold; null where it is no number. */
export function physicalOf(entry: CatalogueEntry, raw: number | bigint): number | string | null {
  const { factor, offset } = entry;
  const value = Number(raw) * factor + offset;
  const isInteger = entry.encoding === "signed" || entry.encoding === "unsigned";
  const isWhole = isInteger && Number.isSafeInteger(factor) && Number.isSafeInteger(offset);
  if (isWhole && !(typeof raw === "number" && Number.isSafeInteger(value))) {
    const whole = BigInt(raw) * BigInt(factor) + BigInt(offset);
    const near = Number(whole);
    return Number.isSafeInteger(near) ? near : whole.toString();
  }
  return Number.isFinite(value) ? value : null;
}

/** The same for drawing, where the nearest number will do. */
export function physicalNumberOf(entry: CatalogueEntry, raw: number | bigint): number | null {
  const value = physicalOf(entry, raw);
  return typeof value === "string" ? Number(value) : value;
}

/** The value's name, where the catalogue has one. */
export function textOf(entry: CatalogueEntry, raw: number | bigint): string | undefined {
  return entry.values.size === 0 ? undefined : entry.values.get(raw.toString());
}

function exact(near: number, wide: () => bigint): number | bigint {
  return Number.isSafeInteger(near) ? near : wide();
}
