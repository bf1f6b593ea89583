// Waiting for something to be so, for as long as a slow guest may take and no longer.
import { setTimeout as sleep } from "node:timers/promises";

const POLL_MS = 50;
const LIMIT_MS = 60_000;

/** Resolves once it is so, with how long that took, in milliseconds. Fails after the limit with what was waited for. */
export async function until(
  what: string,
  isSo: () => boolean | Promise<boolean>,
  limitMs: number = LIMIT_MS,
): Promise<number> {
  const beganMs = performance.now();
  for (;;) {
    // Before the look: that the look itself takes long is no delay of what it finds.
    const tookMs = performance.now() - beganMs;
    if (await isSo()) return tookMs;
    if (tookMs > limitMs) throw new Error(`not within ${limitMs} ms: ${what}`);
    await sleep(POLL_MS);
  }
}
