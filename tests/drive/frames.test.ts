import { describe, expect, test } from "vitest";
import type { Message } from "../../src/dbc/database.ts";
import { encodeMessage, type RawValue } from "../../src/dbc/encode.ts";
import { crc8 } from "../../src/vehicle/bus/drive/checksum.ts";
import { advance, createDrive } from "../../src/vehicle/bus/drive/drive.ts";
import { createFrameMaker } from "../../src/vehicle/bus/drive/frames.ts";
import type { Reading } from "../../src/vehicle/bus/drive/reading.ts";
import { READINGS } from "../../src/vehicle/bus/drive/signals.ts";
import { BLOCK_SPAN_US_MAX, createFrameBlock } from "../../src/vehicle/frame.ts";
import { BUSES, databases, framesOf, type SeenFrame, START_US } from "./vehicle.ts";

describe("the frames of a drive", () => {
  test("come in order of time, and a bus never sends two at once", () => {
    const lastUs = new Map<string, number>();
    let last = -1;
    for (const { bus, monotonicUs, capturedAtUs } of framesOf({ durationS: 5 })) {
      expect(monotonicUs).toBeGreaterThanOrEqual(last);
      expect(monotonicUs).toBeGreaterThan(lastUs.get(bus) ?? -1);
      expect(capturedAtUs - monotonicUs).toBe(START_US);
      last = monotonicUs;
      lastUs.set(bus, monotonicUs);
    }
    expect(last).toBeLessThan(5_000_000);
    expect(last).toBeGreaterThan(4_990_000);
  });

  test("hold each message at its cycle time, within the time that it waits for the wire", () => {
    const frames = [...framesOf({ durationS: 10 })];
    for (const bus of BUSES) {
      for (const message of databases[bus].messages) {
        const times = frames.filter((frame) => frame.message === message).map(({ monotonicUs }) => monotonicUs);
        const cycleUs = (message.cycleMs ?? 0) * 1000;
        expect(times.length, message.name).toBeGreaterThanOrEqual(10_000_000 / cycleUs - 1);
        const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
        for (const gap of gaps) expect(Math.abs(gap - cycleUs), message.name).toBeLessThan(3_000);
      }
    }
    const framesPerSecond = frames.length / 10;
    expect(framesPerSecond).toBeGreaterThan(1_000);
    expect(framesPerSecond).toBeLessThan(2_000);
  });

  test("are all of messages that the databases name, at their full length", () => {
    for (const { message, payload } of framesOf({ durationS: 3, fromS: 400 })) {
      expect(payload).toHaveLength(message?.lengthBytes ?? -1);
    }
  });

  test("decode to values within the range that the database states", () => {
    for (const { message, payload, decode } of framesOf({ durationS: 60, fromS: 996, seed: 22 })) {
      for (const [name, { value }] of decode?.(payload) ?? []) {
        const signal = message?.signals.find((other) => other.name === name);
        if (signal === undefined || signal.minimum === signal.maximum) continue;
        if (value < signal.minimum || value > signal.maximum) expect.fail(`${message?.name}.${name} is ${value}`);
      }
    }
  });

  test("are what the reference encoder makes of the decoded values, bit by bit", () => {
    for (const { message, payload, decode } of framesOf({ durationS: 5, fromS: 300 })) {
      if (message === undefined || decode === undefined) continue;
      const values = new Map<string, RawValue>();
      for (const [name, { raw }] of decode(payload)) values.set(name, raw);
      const again = new Uint8Array(message.lengthBytes);
      encodeMessage(message, values, again);
      expect(again).toEqual(payload);
    }
  });

  test("carry what the control units measure at that moment, to half a step of each signal", () => {
    const drive = createDrive(22, START_US - 1_040_000_000);
    const sent = new Map<Message, number>();
    let compared = 0;
    for (const { bus, message, payload, decode, monotonicUs } of framesOf({ durationS: 12, fromS: 1040, seed: 22 })) {
      if (message === undefined || decode === undefined) continue;
      advance(drive, 104_000 + Math.floor(monotonicUs / 10_000));
      const count = sent.get(message) ?? 0;
      sent.set(message, count + 1);
      for (const [name, { value }] of decode(payload)) {
        const reading: Reading | undefined = READINGS[bus][message.name]?.[name];
        const { factor = 1, format } = message.signals.find((signal) => signal.name === name) ?? {};
        if (reading === undefined) continue;
        const measured = reading(drive, count);
        const error = Math.abs(Number(value) - (format === "float32" ? Math.fround(measured) : measured));
        // A little more than half a step: neither the factor nor the division by it is exact.
        if (error > factor * 0.500_01) expect.fail(`${message.name}.${name} is ${value}, not ${measured}`);
        compared++;
      }
    }
    expect(compared).toBeGreaterThan(50_000);
  });

  test("carry alive counters that miss no step, and checksums that hold", () => {
    const alive = new Map<Message, number>();
    let checked = 0;
    for (const frame of framesOf({ durationS: 10, fromS: 50 })) {
      const decoded = decodeOf(frame);
      const { message } = frame;
      if (message === undefined) continue;
      const counter = decoded.get("AliveCounter");
      if (counter !== undefined) {
        const before = alive.get(message);
        if (before !== undefined) expect(counter, message.name).toBe((before + 1) % 16);
        alive.set(message, counter);
      }
      const checksum = decoded.get("Checksum");
      if (checksum === undefined) continue;
      expect(checksum).toBe(crc8(message.id & 0xff, frame.payload, 0, message.lengthBytes - 1));
      checked++;
    }
    expect(checked).toBeGreaterThan(3_000);
  });

  test("show every value of every selector, and so every signal of both databases", () => {
    const seen = new Set<string>();
    for (const frame of framesOf({ durationS: 5 })) {
      for (const name of decodeOf(frame).keys()) seen.add(`${frame.bus}/${frame.message?.name}/${name}`);
    }
    const all = BUSES.flatMap((bus) =>
      databases[bus].messages.flatMap(({ name, signals }) => signals.map((signal) => `${bus}/${name}/${signal.name}`)),
    );
    expect(all.filter((signal) => !seen.has(signal))).toEqual([]);
  });

  test("carry module voltages that sum to the pack's", () => {
    const modules = new Map<number, number>();
    let packV = 0;
    // Parked at the charger, so that nothing changes between the frames.
    for (const frame of framesOf({ durationS: 2, fromS: 1040, seed: 22 })) {
      const decoded = decodeOf(frame);
      if (frame.message?.name === "BMS_PackStatus") packV = decoded.get("PackVoltage") ?? 0;
      if (frame.message?.name !== "BMS_Cells") continue;
      const cells = [...decoded].filter(([name]) => /^Cell\d\d$/.test(name)).reduce((sum, [, volts]) => sum + volts, 0);
      expect(cells).toBeCloseTo(decoded.get("ModuleVoltage") ?? 0, 4);
      modules.set(decoded.get("Module") ?? -1, cells);
    }
    expect([...modules.keys()].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(Math.abs([...modules.values()].reduce((sum, volts) => sum + volts, 0) - packV)).toBeLessThan(0.1);
  });

  test("are the same where a drive is entered in the middle as where it is driven from its beginning", () => {
    const motion = (frames: Iterable<SeenFrame>) =>
      [...frames]
        .filter(({ message }) => message?.name === "TCU_Position")
        .map(({ payload }) => Buffer.from(payload).toString("hex"));
    const whole = motion(framesOf({ startUs: START_US, durationS: 200 }));
    const part = motion(framesOf({ startUs: START_US + 180_000_000, fromS: 180, durationS: 20 }));
    expect(part).toEqual(whole.slice(1800));
  });
});

describe("blocks", () => {
  test("are as the seed says, whatever their capacity; another seed is another drive", () => {
    const lines = (capacity: number, seed: number) =>
      [...framesOf({ durationS: 2, fromS: 100, seed }, capacity)].map(
        ({ idWord, monotonicUs, payload }) => `${monotonicUs} ${idWord} ${Buffer.from(payload).toString("hex")}`,
      );
    const whole = lines(1024, 4);
    expect(lines(1024, 4)).toEqual(whole);
    expect(lines(7, 4)).toEqual(whole);
    expect(lines(1024, 5)).not.toEqual(whole);
  });

  test("hold neither more frames than they can nor a longer span than they may", () => {
    for (const [capacity, backgroundFramesPerSecond] of [
      [1024, 0],
      [64, 0],
      [512, 7000],
    ] as const) {
      const block = createFrameBlock(capacity);
      const maker = createFrameMaker({
        startUs: START_US,
        durationS: 3,
        seed: 1,
        databases,
        busIndexes: { can0: 3, can1: 2 },
        backgroundFramesPerSecond,
      });
      while (maker.fill(block)) {
        expect(block.count).toBeLessThanOrEqual(capacity);
        expect((block.monotonicUs[block.count - 1] ?? 0) - (block.monotonicUs[0] ?? 0)).toBeLessThan(BLOCK_SPAN_US_MAX);
      }
      expect(block.count).toBe(0);
      expect(maker.fill(block)).toBe(false);
    }
  });

  test("take background traffic of exactly the rate that was asked for, under ids that no database names", () => {
    const named = [...framesOf({ durationS: 2 })].length;
    const frames = [...framesOf({ durationS: 2, backgroundFramesPerSecond: 6_781 })];
    const unnamed = frames.filter(({ message }) => message === undefined);
    expect(frames.length - unnamed.length).toBe(named);
    expect(Math.abs(unnamed.length - 2 * 6_781)).toBeLessThanOrEqual(4);
    const ids = new Set(BUSES.flatMap((bus) => databases[bus].messages.map(({ id }) => id)));
    expect(unnamed.some(({ idWord }) => ids.has(idWord))).toBe(false);
    expect(new Set(unnamed.map(({ bus }) => bus)).size).toBe(2);
    for (const wrong of [-1, 0.5, 1e6]) {
      expect(() => [...framesOf({ backgroundFramesPerSecond: wrong, durationS: 1 })]).toThrow(RangeError);
    }
  });
});

/** The physical values of a frame; empty where no database names it. */
function decodeOf({ decode, payload }: SeenFrame): Map<string, number> {
  return new Map([...(decode?.(payload) ?? [])].map(([name, { value }]) => [name, Number(value)]));
}
