// The wall clock as the gateway sees it: steady over small differences, so that segments can be joined, and not over large ones.
import fc from "fast-check";
import { expect, it } from "vitest";
import { createFrameBlock } from "../../src/vehicle/frame.ts";
import { WallClock } from "../../src/vehicle/wall-clock.ts";

const block = createFrameBlock(4);

/** Learns from a block whose last frame came at `monotonicUs`, when the wall clock was `offsetUs` ahead. */
function learn(clock: WallClock, monotonicUs: number, offsetUs: number): void {
  block.count = 2;
  block.monotonicUs.set([0, monotonicUs]);
  block.capturedAtUs.set([0, monotonicUs + offsetUs]);
  clock.learn(block);
}

it("the offset is never off by more than 50 ms and a rounding, and changes only for that", () => {
  const step = fc.oneof(fc.integer({ min: -60_000, max: 60_000 }), fc.integer({ min: -(2 ** 40), max: 2 ** 50 }));
  fc.assert(
    fc.property(fc.array(step, { minLength: 1 }), (steps) => {
      const clock = new WallClock();
      let offsetUs = 1.79e15;
      let heldMs: number | undefined;
      for (const [index, us] of steps.entries()) {
        offsetUs += us;
        learn(clock, index * 1e6, offsetUs);
        const offUs = Math.abs(clock.offsetMs * 1000 - offsetUs);
        expect(offUs).toBeLessThanOrEqual(50_500);
        if (heldMs !== undefined && clock.offsetMs !== heldMs) {
          expect(Math.abs(heldMs * 1000 - offsetUs)).toBeGreaterThan(49_500);
        }
        heldMs = clock.offsetMs;
      }
    }),
  );
});

it("an empty block says nothing, and before the first frame the offset is zero", () => {
  const clock = new WallClock();
  block.count = 0;
  clock.learn(block);
  expect(clock.offsetMs).toBe(0);
  learn(clock, 5e6, 1e12);
  block.count = 0;
  clock.learn(block);
  expect(clock.offsetMs).toBe(1e9);
});
