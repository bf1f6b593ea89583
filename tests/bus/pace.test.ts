// Properties of the pace and of the loop, by a clock that a test turns: when frames are released, what their times are,
// and how often the process wakes.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openCandump } from "../../src/vehicle/bus/candump.ts";
import { LAP_GAP_US, loopBus } from "../../src/vehicle/bus/loop.ts";
import { paceBus, WAKE_INTERVAL_US } from "../../src/vehicle/bus/pace.ts";
import { type Clock, systemClock } from "../../src/vehicle/clock.ts";
import { type Bus, createFrameBlock, type FrameBlock } from "../../src/vehicle/frame.ts";
import { anyFrame, busIndexOf, candumpLine, collectFrames, frameAt, type TestFrame } from "./candump-text.ts";

/** A clock that moves only when something sleeps on it, or when the test moves it. */
class TurnedClock implements Clock {
  us = 5_000_000;
  readonly wallAheadUs = 1_700_000_000_000_000;
  /** How late each sleep ends, in turn. */
  readonly latenessUs: readonly number[];
  readonly wokeAtUs: number[] = [];

  constructor(latenessUs: readonly number[] = [0]) {
    this.latenessUs = latenessUs;
  }

  nowUs(): number {
    return this.us;
  }

  wallUs(): number {
    return this.us + this.wallAheadUs;
  }

  async sleep(durationMs: number, signal: AbortSignal): Promise<void> {
    await Promise.resolve();
    if (signal.aborted) return;
    this.us += Math.ceil(durationMs) * 1000 + (this.latenessUs[this.wokeAtUs.length % this.latenessUs.length] ?? 0);
    this.wokeAtUs.push(this.us);
  }
}

const unaborted = new AbortController().signal;

/** A log with a frame at each of these times, in microseconds. */
function logAt(timesUs: readonly number[], capacity?: number): Bus {
  const frames = fc.sample(anyFrame, { numRuns: timesUs.length, seed: 11 });
  const lines = timesUs.map((capturedAtUs, row) => `${candumpLine({ ...frames[row], capturedAtUs } as TestFrame)}\n`);
  async function* bytes(): AsyncGenerator<Uint8Array, void, undefined> {
    yield Buffer.from(lines.join(""));
  }
  return openCandump({ path: "test.log", block: createFrameBlock(capacity), busIndexOf, bytes });
}

interface Released extends TestFrame {
  readonly monotonicUs: number;
  /** By the clock. */
  readonly atUs: number;
}

async function release(bus: Bus, clock: TurnedClock, consume: () => void = () => undefined): Promise<Released[]> {
  const frames: Released[] = [];
  for await (const block of bus.receive(unaborted)) {
    for (let row = 0; row < block.count; row++) {
      frames.push({ ...frameAt(block, row), monotonicUs: block.monotonicUs[row] ?? Number.NaN, atUs: clock.us });
    }
    consume();
  }
  return frames;
}

const logTimes = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 400_000 })), {
    minLength: 1,
    maxLength: 150,
  })
  .map((steps) => {
    let us = 1_600_000_000_000_000;
    return steps.map((step) => {
      us += step;
      return us;
    });
  });
const speeds = fc.oneof(fc.constantFrom(1, 2, 10, 0.5), fc.double({ min: 0.1, max: 100, noNaN: true }));

describe("a pace", () => {
  it("releases every frame unchanged, none early, and none later than the wake interval", async () => {
    await fc.assert(
      fc.asyncProperty(logTimes, speeds, fc.integer({ min: 1, max: 40 }), async (times, speed, capacity) => {
        const clock = new TurnedClock();
        const paced = paceBus(logAt(times), { speed, restamp: false, clock, block: createFrameBlock(capacity) });
        const startUs = clock.us;
        const released = await release(paced, clock);
        expect(released.map(({ monotonicUs: _, atUs: __, ...frame }) => frame)).toEqual(
          await collectFrames(logAt(times)),
        );
        for (const frame of released) {
          const lateUs = frame.atUs - (startUs + (frame.capturedAtUs - (times[0] ?? 0)) / speed);
          expect(lateUs).toBeGreaterThanOrEqual(0);
          expect(lateUs).toBeLessThanOrEqual(WAKE_INTERVAL_US + 1000); // a sleep is whole milliseconds
        }
        expect(paced.counters).toMatchObject({ frames: times.length, junkLines: 0 });
      }),
    );
  });

  it("wakes 100 times a second at most, however dense the frames and however late the timers", async () => {
    const lateness = fc.array(fc.integer({ min: 0, max: 3000 }), { minLength: 1, maxLength: 10 });
    await fc.assert(
      fc.asyncProperty(logTimes, speeds, lateness, async (times, speed, latenessUs) => {
        const clock = new TurnedClock(latenessUs);
        await release(paceBus(logAt(times), { speed, restamp: false, clock }), clock);
        for (const [index, wokeAtUs] of clock.wokeAtUs.entries()) {
          if (index > 0) expect(wokeAtUs - (clock.wokeAtUs[index - 1] ?? 0)).toBeGreaterThanOrEqual(WAKE_INTERVAL_US);
        }
      }),
    );
  });

  it("sleeps through silence in one go", async () => {
    const clock = new TurnedClock();
    await release(paceBus(logAt([0, 3_600_000_000]), { speed: 1, restamp: false, clock }), clock);
    expect(clock.wokeAtUs).toEqual([3_605_000_000]);
  });

  it("does not drift: after a stall it releases what is due at once, and is on time again", async () => {
    const times = Array.from({ length: 1000 }, (_, index) => index * 2000);
    const clock = new TurnedClock();
    const startUs = clock.us;
    let blocks = 0;
    const paced = paceBus(logAt(times), { speed: 1, restamp: false, clock });
    const released = await release(paced, clock, () => {
      if (++blocks === 20) clock.us += 500_000;
    });
    const latenessUs = released.map((frame) => frame.atUs - startUs - frame.capturedAtUs);
    expect(Math.max(...latenessUs)).toBeGreaterThan(480_000);
    expect(Math.max(...latenessUs.slice(-500))).toBeLessThanOrEqual(WAKE_INTERVAL_US);
    expect(released.at(-1)?.atUs).toBeLessThanOrEqual(startUs + 1_998_000 + WAKE_INTERVAL_US);
  });

  it("restamps with the clocks of the start and the spacing of the log, and with no time that is yet to come", async () => {
    await fc.assert(
      fc.asyncProperty(logTimes, speeds, async (times, speed) => {
        const clock = new TurnedClock();
        const startUs = clock.us;
        const released = await release(paceBus(logAt(times), { speed, restamp: true, clock }), clock);
        const sinceStart = times.map((us) => Math.floor((us - (times[0] ?? 0)) / speed));
        expect(released.map((frame) => frame.monotonicUs)).toEqual(sinceStart.map((us) => startUs + us));
        expect(released.map((frame) => frame.capturedAtUs)).toEqual(
          sinceStart.map((us) => startUs + clock.wallAheadUs + us),
        );
        expect(released.every((frame) => frame.monotonicUs <= frame.atUs)).toBe(true);
      }),
    );
  });

  it("restamps by the monotonic time, so that a log that steps back does not take the times with it", async () => {
    const clock = new TurnedClock();
    const released = await release(
      paceBus(logAt([5_000_000, 1_000_000, 1_000_700]), { speed: 1, restamp: true, clock }),
      clock,
    );
    expect(released.map((frame) => frame.capturedAtUs - clock.wallAheadUs - 5_000_000)).toEqual([0, 0, 700]);
  });

  it("is the bus itself at full speed, and restamps without sleeping if it has to", async () => {
    const times = [7, 8, 9_000_000];
    const log = logAt(times);
    expect(paceBus(log, { speed: "max", restamp: false })).toBe(log);
    const clock = new TurnedClock();
    const released = await release(paceBus(log, { speed: "max", restamp: true, clock }), clock);
    expect(released.map((frame) => frame.monotonicUs - clock.us)).toEqual([0, 1, 8_999_993]);
    expect(clock.wokeAtUs).toEqual([]);
  });

  it("is on time where it is asked to: the past comes at once, what is to come comes when its time has come", async () => {
    const clock = new TurnedClock();
    const { us: startUs } = clock;
    const sinceStart = [-10_000_000, -5_000_000, 0, 1, 40_000, 90_000];
    const log = logAt(sinceStart.map((us) => clock.wallUs() + us));
    const paced = paceBus(log, { speed: 1, restamp: true, isOnTime: true, clock });
    const released = await release(paced, clock);
    expect(released.map((frame) => frame.atUs - startUs)).toEqual([0, 0, 0, 1000, 40_000, 90_000]);
    expect(released.map((frame) => frame.monotonicUs - startUs)).toEqual(sinceStart);
    expect(released.map((frame) => frame.capturedAtUs - startUs - clock.wallAheadUs)).toEqual(sinceStart);
  });

  it("starts with its first frame, again for each reading", async () => {
    const clock = new TurnedClock();
    const paced = paceBus(logAt([1000, 2000]), { speed: 1, restamp: true, clock });
    await release(paced, clock);
    clock.us = 90_000_000;
    expect((await release(paced, clock))[0]?.monotonicUs).toBe(90_000_000);
  });

  it("ends with the signal while it sleeps, and closes the bus that it paces", async () => {
    let isClosed = false;
    const block = createFrameBlock();
    const log = logAt([0, 60_000, 1_000_000_000]);
    async function* receive(signal: AbortSignal): AsyncGenerator<FrameBlock, void, undefined> {
      try {
        yield* log.receive(signal);
      } finally {
        isClosed = true;
      }
    }
    const abort = new AbortController();
    const paced = paceBus({ ...log, receive }, { speed: 1, restamp: false, block });
    const released: number[] = [];
    for await (const { count } of paced.receive(abort.signal)) {
      released.push(count);
      if (released.length === 2) setImmediate(() => abort.abort());
    }
    expect(released).toEqual([1, 1]);
    expect(isClosed).toBe(true);
    expect(paced.counters.frames).toBe(2);
  });

  it("refuses a speed that is no speed", () => {
    for (const speed of [0, -1, Number.NaN]) {
      expect(() => paceBus(logAt([0]), { speed, restamp: false })).toThrow("speed");
    }
  });
});

describe("a loop", () => {
  /** The first so many frames of a loop over a log with frames at these times. */
  async function lapped(
    timesUs: readonly number[],
    wanted: number,
  ): Promise<{ captured: number[]; monotonic: number[] }> {
    const bus = loopBus(() => logAt(timesUs, 3));
    const captured: number[] = [];
    const monotonic: number[] = [];
    for await (const block of bus.receive(unaborted)) {
      captured.push(...block.capturedAtUs.subarray(0, block.count));
      monotonic.push(...block.monotonicUs.subarray(0, block.count));
      expect(bus.counters.frames).toBe(captured.length);
      if (captured.length >= wanted) break;
    }
    return { captured, monotonic };
  }

  it("repeats a log with times that go on", async () => {
    await fc.assert(
      fc.asyncProperty(logTimes, async (times) => {
        const { captured, monotonic } = await lapped(times, times.length * 3);
        const first = times[0] ?? 0;
        const lapUs = (times.at(-1) ?? 0) - first + LAP_GAP_US;
        const expected = [0, 1, 2].flatMap((lap) => times.map((us) => us + lap * lapUs));
        expect(captured).toEqual(expected);
        expect(monotonic).toEqual(expected);
      }),
    );
  });

  it("goes on by each clock where the log steps back", async () => {
    const { captured, monotonic } = await lapped([9_000_000, 1_000_000], 4);
    expect(captured).toEqual([9_000_000, 1_000_000, 1_010_000, -6_990_000]);
    expect(monotonic).toEqual([9_000_000, 9_000_000, 9_010_000, 9_010_000]);
  });

  it("ends with the signal, and where the log is empty", async () => {
    expect(await collectFrames(loopBus(() => logAt([])))).toEqual([]);
    const abort = new AbortController();
    let blocks = 0;
    for await (const block of loopBus(() => logAt([1, 2, 3])).receive(abort.signal)) {
      expect(block.count).toBe(3);
      if (++blocks === 5) abort.abort();
    }
    expect(blocks).toBe(5);
  });

  it("is paced without a seam", async () => {
    const clock = new TurnedClock();
    const paced = paceBus(
      loopBus(() => logAt([0, 20_000])),
      { speed: 1, restamp: true, clock },
    );
    const atUs: number[] = [];
    for await (const block of paced.receive(unaborted)) {
      atUs.push(...block.monotonicUs.subarray(0, block.count));
      if (atUs.length >= 6) break;
    }
    expect(atUs.map((us) => us - 5_000_000)).toEqual([0, 20_000, 30_000, 50_000, 60_000, 80_000]);
  });
});

describe("the system's clock", () => {
  it("counts whole microseconds, and sleeps until the time is over", async () => {
    const before = systemClock.nowUs();
    await systemClock.sleep(2, unaborted);
    expect(systemClock.nowUs()).toBeGreaterThan(before);
    expect(Number.isInteger(systemClock.nowUs()) && Number.isInteger(systemClock.wallUs())).toBe(true);
  });

  it("wakes with the signal, and at once where it is aborted already", async () => {
    const abort = new AbortController();
    const sleeping = systemClock.sleep(3_000_000, abort.signal);
    abort.abort();
    await sleeping;
    await systemClock.sleep(3_000_000, abort.signal);
  });
});
