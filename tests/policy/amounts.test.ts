// Durations and amounts of memory, as people write them.
import fc from "fast-check";
import { Value } from "typebox/value";
import { describe, expect, test } from "vitest";
import { Bytes, bytesOf } from "../../src/bytes.ts";
import { Duration, durationUs } from "../../src/duration.ts";

const duration = Duration("How long.");
const bytes = Bytes("How much.");

describe("a duration", () => {
  test.each([
    ["0s", 0],
    ["1us", 1],
    ["250ms", 250_000],
    ["1s", 1e6],
    ["1.5s", 1_500_000],
    ["0.000001s", 1],
    ["5min", 300e6],
    ["0.5h", 1800e6],
    ["1h", 3600e6],
    ["999999999h", 999_999_999 * 3600e6],
  ])("%s", (text, us) => {
    expect(Value.Check(duration, text)).toBe(true);
    expect(durationUs(text)).toBe(us);
  });

  test.each([
    ...[
      "",
      "5",
      "ms",
      "-1s",
      "+1s",
      " 1s",
      "1s ",
      "1 s",
      "01s",
      "1.s",
      ".5s",
      "1e3s",
      "1S",
      "1m",
      "1d",
      "1s\n",
      "1,5s",
    ],
    ...["1h30min", "Infinitys", "NaNs", "0x1s", "9999999999s", "1.0000000s", "१s", 5, null, true],
  ])("not %j", (text) => {
    expect(Value.Check(duration, text)).toBe(false);
  });

  test("is never less than its microsecond where it is not zero", () => {
    expect(durationUs("0.4us")).toBe(1);
    expect(durationUs("0.000001us")).toBe(1);
    expect(durationUs("0.0us")).toBe(0);
  });

  test("is the number times its unit, to the microsecond", () => {
    const units = { us: 1n, ms: 1000n, s: 1_000_000n, min: 60_000_000n, h: 3_600_000_000n };
    const anyUnit = fc.constantFrom<keyof typeof units>("us", "ms", "s", "min", "h");
    fc.assert(
      fc.property(fc.nat(999_999), fc.nat(999_999), anyUnit, (whole, millionths, unit) => {
        const text = `${whole}.${String(millionths).padStart(6, "0")}${unit}`;
        expect(Value.Check(duration, text)).toBe(true);
        const exact = (BigInt(whole) * 1_000_000n + BigInt(millionths)) * units[unit];
        expect(Math.abs(durationUs(text) - Number(exact) / 1e6)).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe("an amount of memory", () => {
  test.each([
    ["1kB", 1000],
    ["512KiB", 524_288],
    ["256MB", 256e6],
    ["1MiB", 1_048_576],
    ["2GB", 2e9],
    ["1GiB", 1_073_741_824],
  ])("%s", (text, amount) => {
    expect(Value.Check(bytes, text)).toBe(true);
    expect(bytesOf(text)).toBe(amount);
  });

  test.each(["", "0kB", "1", "1B", "1 MB", "-1MB", "1.5MB", "01MB", "1mb", "1TB", "1MB\n", "1e3MB", "9999999999MB", 1])(
    "not %j",
    (text) => {
      expect(Value.Check(bytes, text)).toBe(false);
    },
  );
});
