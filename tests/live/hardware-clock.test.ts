// A controller's own clock as wall time: within a millisecond of the truth, and never later than the kernel saw the frame,
// though the controller's clock drifts, the kernel is late by what it likes, and either of them is set.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRandom } from "../gate/frames.ts";
import { needsCompiler } from "./compiler.ts";

const WALL_START_US = 1.7e15;
let folder: string;
let program: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "canward-clock-"));
  program = join(folder, "clock");
  execFileSync("g++", ["-O2", "-Wall", "-o", program, join(import.meta.dirname, "hardware-clock.cc")]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Frame {
  /** When it really was on the bus, by the wall clock. */
  readonly trueUs: number;
  readonly hardwareUs: number;
  readonly kernelUs: number;
}

function wallTimes(frames: readonly Frame[]): readonly number[] {
  const input = frames.map(({ hardwareUs, kernelUs }) => `${hardwareUs.toFixed(3)} ${kernelUs.toFixed(3)}`).join("\n");
  return execFileSync(program, { input, encoding: "utf8", maxBuffer: 1e9 }).trim().split("\n").map(Number);
}

interface Drive {
  readonly seconds: number;
  readonly framesPerSecond: number;
  /** How much faster the controller's clock runs, in parts per million. */
  readonly driftPpm: number;
  /** The kernel is this late at least, and by up to the jitter more. */
  readonly latencyUs: number;
  readonly jitterUs: number;
  readonly seed: number;
}

function framesOf({ seconds, framesPerSecond, driftPpm, latencyUs, jitterUs, seed }: Drive): Frame[] {
  const random = createRandom(seed);
  let beforeUs = 0;
  return Array.from({ length: seconds * framesPerSecond }, (_, i) => {
    const sinceUs = (i * 1e6) / framesPerSecond;
    const trueUs = WALL_START_US + sinceUs;
    // Mostly on time, now and then late: as interrupts are.
    const late = random(10) === 0 ? random(jitterUs + 1) : random(Math.floor(jitterUs / 20) + 1);
    // One is seen after the other.
    const kernelUs = Math.max(beforeUs, trueUs + latencyUs + late);
    beforeUs = kernelUs;
    return { trueUs, hardwareUs: 5e6 + sinceUs * (1 + driftPpm / 1e6), kernelUs };
  });
}

function demandNeverLater(frames: readonly Frame[], times: readonly number[]): void {
  // Printed and read in steps of a quarter of a microsecond: what a double has at this size.
  for (const [i, { kernelUs }] of frames.entries()) expect(times[i]).toBeLessThanOrEqual(kernelUs + 0.5);
}

function worstErrorUs(frames: readonly Frame[], times: readonly number[]): number {
  return frames.reduce((worst, { trueUs }, i) => Math.max(worst, Math.abs((times[i] ?? Number.NaN) - trueUs)), 0);
}

describe("the wall time of a controller's time", () => {
  needsCompiler();

  it.each([-100, -20, 0, 20, 100])("is within 1 ms at a drift of %i ppm for five minutes", (driftPpm) => {
    const frames = framesOf({ seconds: 300, framesPerSecond: 200, driftPpm, latencyUs: 30, jitterUs: 20_000, seed: 1 });
    const times = wallTimes(frames);
    demandNeverLater(frames, times);
    // Until the first frame that was on time the latency of those before is all that is known.
    expect(worstErrorUs(frames.slice(400), times.slice(400))).toBeLessThan(1000);
  });

  it("is within 1 ms and never later than the kernel, whatever drift, rate and jitter", () => {
    const drive = fc.record({
      seconds: fc.constant(60),
      framesPerSecond: fc.integer({ min: 10, max: 500 }),
      driftPpm: fc.integer({ min: -50, max: 50 }),
      latencyUs: fc.integer({ min: 0, max: 300 }),
      jitterUs: fc.integer({ min: 0, max: 30_000 }),
      seed: fc.nat(),
    });
    fc.assert(
      fc.property(drive, (parts) => {
        const frames = framesOf(parts);
        const times = wallTimes(frames);
        demandNeverLater(frames, times);
        const settled = 10 * parts.framesPerSecond;
        // The kernel's least lateness cannot be told from the controller's offset, and its usual one adds to it.
        const unknowableUs = parts.latencyUs + parts.jitterUs / 20;
        expect(worstErrorUs(frames.slice(settled), times.slice(settled))).toBeLessThan(1000 + unknowableUs);
      }),
      { numRuns: 40 },
    );
  });

  it.each([-3600e6, -2e6, 2e6, 3600e6])("follows the wall clock when it is set by %d us", (stepUs) => {
    const before = framesOf({
      seconds: 30,
      framesPerSecond: 100,
      driftPpm: 10,
      latencyUs: 50,
      jitterUs: 2000,
      seed: 2,
    });
    const frames = before.map((frame, i) =>
      i < 1500 ? frame : { ...frame, trueUs: frame.trueUs + stepUs, kernelUs: frame.kernelUs + stepUs },
    );
    const times = wallTimes(frames);
    demandNeverLater(frames, times);
    expect(worstErrorUs(frames.slice(1700), times.slice(1700))).toBeLessThan(1000);
    // At once not worse than the kernel's own time.
    expect(worstErrorUs(frames.slice(1500), times.slice(1500))).toBeLessThan(2100);
  });

  it("follows the controller's clock when it starts anew", () => {
    const before = framesOf({
      seconds: 30,
      framesPerSecond: 100,
      driftPpm: 10,
      latencyUs: 50,
      jitterUs: 2000,
      seed: 3,
    });
    const frames = before.map((frame, i) => (i < 1500 ? frame : { ...frame, hardwareUs: frame.hardwareUs - 18e6 }));
    const times = wallTimes(frames);
    demandNeverLater(frames, times);
    expect(worstErrorUs(frames.slice(1700), times.slice(1700))).toBeLessThan(1000);
  });

  it("keeps the order of frames while the clocks run on", () => {
    const frames = framesOf({
      seconds: 60,
      framesPerSecond: 1000,
      driftPpm: 40,
      latencyUs: 20,
      jitterUs: 500,
      seed: 4,
    });
    const times = wallTimes(frames);
    const back = times.filter((time, i) => i > 0 && time < (times[i - 1] ?? 0) - 1);
    // The offset is known better when a frame comes that was less late.
    expect(back.length).toBeLessThan(frames.length / 100);
  });
});
