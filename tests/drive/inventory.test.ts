import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Message, Signal } from "../../src/dbc/database.ts";
import { parseDatabase } from "../../src/dbc/parse.ts";
import { EXAMPLE_DIRECTORY, EXAMPLE_FILES } from "../../src/vehicle/bus/example.ts";
import { BUSES, databases, readAllowList } from "./vehicle.ts";

const messages = BUSES.flatMap((bus) => databases[bus].messages.map((message) => ({ bus, message })));
const signals = messages.flatMap(({ message }) => message.signals.map((signal) => ({ message, signal })));
const OFF_LIMITS = ["EPS", "ESC", "ACU"];

describe("the example's databases", () => {
  test.each(BUSES)("%s is read without a single warning", (bus) => {
    const file = EXAMPLE_FILES[bus];
    expect(parseDatabase(readFileSync(join(EXAMPLE_DIRECTORY, file), "utf8"), file).warnings).toEqual([]);
  });

  test("have about 30 messages and 150 to 180 signals", () => {
    expect(messages).toHaveLength(32);
    expect(signals).toHaveLength(180);
  });

  test("have every feature that the gateway has to know", () => {
    const has = (feature: (signal: Signal, message: Message) => boolean) =>
      signals.some(({ signal, message }) => feature(signal, message));
    expect(has(({ byteOrder }) => byteOrder === "little")).toBe(true);
    expect(has(({ byteOrder }) => byteOrder === "big")).toBe(true);
    expect(has(({ signed, format }) => signed && format === "integer")).toBe(true);
    expect(has(({ format, byteOrder }) => format === "float32" && byteOrder === "little")).toBe(true);
    expect(has(({ format, byteOrder }) => format === "float32" && byteOrder === "big")).toBe(true);
    expect(has(({ lengthBits, format }) => lengthBits > 32 && format === "integer")).toBe(true);
    expect(has(({ multiplexing }) => multiplexing !== undefined)).toBe(true);
    expect(has(({ multiplexing, isSelector }) => multiplexing !== undefined && isSelector)).toBe(true);
    expect(has(({ multiplexing }) => multiplexing?.ranges.some(({ from, to }) => from < to) === true)).toBe(true);
    expect(has(({ values }) => values.size > 0)).toBe(true);
    expect(has((_, { extended }) => extended)).toBe(true);
    expect(has((_, { fd, lengthBytes }) => fd && lengthBytes === 64)).toBe(true);
  });

  test.each(messages.map(({ bus, message }) => [`${bus}/${message.name}`, message] as const))(
    "%s has a sender, a cycle time, a comment, and signals that do not overlap",
    (_, message) => {
      expect(message.transmitter).toBeDefined();
      expect(message.cycleMs).toBeGreaterThan(0);
      expect(message.comment).toBeTruthy();
      expect(overlaps(message)).toEqual([]);
    },
  );

  test("a control unit keeps to one byte order", () => {
    const orders = new Map<string, Set<string>>();
    for (const { message, signal } of signals) {
      const transmitter = message.transmitter ?? "";
      orders.set(transmitter, (orders.get(transmitter) ?? new Set()).add(signal.byteOrder));
    }
    expect([...orders.values()].every((order) => order.size === 1)).toBe(true);
  });
});

describe("the example's allow-list", () => {
  const allowed = readAllowList();

  test("names each signal once, and only signals that are there", () => {
    const sources = [...allowed.values()].map(({ from }) => from);
    expect(new Set(sources).size).toBe(sources.length);
    const known = new Set(
      messages.flatMap(({ bus, message }) => message.signals.map(({ name }) => `${bus}/${message.name}/${name}`)),
    );
    expect(sources.filter((source) => !known.has(source))).toEqual([]);
    expect(sources.length).toBeGreaterThanOrEqual(40);
  });

  test("steering, brakes and airbags are on the bus and not on the list", () => {
    const critical = messages.filter(({ message }) => OFF_LIMITS.includes(message.transmitter ?? ""));
    expect(critical.map(({ message }) => message.name)).toEqual([
      "EPS_Steering",
      "ESC_Brake",
      "ESC_ParkingBrake",
      "ACU_Restraints",
      "ESC_WheelSpeeds",
      "ESC_Inertial",
      "ACU_CrashSignal",
    ]);
    const sources = [...allowed.values()].map(({ from }) => from);
    for (const { bus, message } of critical) {
      expect(sources.filter((source) => source.startsWith(`${bus}/${message.name}/`))).toEqual([]);
    }
  });
});

/** Bits that two signals claim which can be in one payload. */
function overlaps(message: Message): string[] {
  const found: string[] = [];
  for (const [index, one] of message.signals.entries()) {
    for (const other of message.signals.slice(index + 1)) {
      const shared = bitsOf(one).filter((bit) => bitsOf(other).includes(bit));
      if (shared.length > 0 && !areAlternatives(message, one, other)) found.push(`${one.name} and ${other.name}`);
    }
    if (bitsOf(one).some((bit) => bit < 0 || bit >= message.lengthBytes * 8)) found.push(`${one.name} is outside`);
  }
  return found;
}

/** Bits as counted through the payload, each byte from its top. */
function bitsOf({ startBit, lengthBits, byteOrder }: Signal): number[] {
  const fromTop = (bit: number) => (bit & ~7) + 7 - (bit & 7);
  return Array.from({ length: lengthBits }, (_, step) =>
    byteOrder === "little" ? fromTop(startBit + step) : fromTop(startBit) + step,
  );
}

/** The selectors that a signal stands under, outermost first, each with the values that choose it. */
function choices(message: Message, signal: Signal): string[] {
  const { multiplexing } = signal;
  if (multiplexing === undefined) return [];
  const selector = message.signals.find(({ name }) => name === multiplexing.selector);
  const ranges = multiplexing.ranges.map(({ from, to }) => `${from}-${to}`).join(",");
  return [...(selector === undefined ? [] : choices(message, selector)), `${multiplexing.selector}=${ranges}`];
}

function areAlternatives(message: Message, one: Signal, other: Signal): boolean {
  const [ones, others] = [choices(message, one), choices(message, other)];
  return ones.some((choice, level) => {
    const otherChoice = others[level];
    return otherChoice !== undefined && choice.split("=")[0] === otherChoice.split("=")[0] && choice !== otherChoice;
  });
}
