// How late frames were, in: microseconds, one by one. Out: the lateness that a share of them did not exceed. Its memory does
// not grow.

/** What is told apart, and up to where: a tenth of a millisecond, one second. */
const STEP_US = 100;
const STEPS = 10_000;

export class Lateness {
  readonly #counts = new Float64Array(STEPS + 1);
  #total = 0;

  add(lateUs: number): void {
    const step = Math.min(STEPS, Math.max(0, Math.ceil(lateUs / STEP_US)));
    this.#counts[step] = (this.#counts[step] ?? 0) + 1;
    this.#total += 1;
  }

  /** In microseconds, rounded up; Infinity where it is beyond a second, and NaN where nothing was added. */
  quantile(share: number): number {
    if (this.#total === 0) return Number.NaN;
    let rest = Math.ceil(this.#total * share);
    for (let step = 0; step < STEPS; step++) {
      rest -= this.#counts[step] ?? 0;
      if (rest <= 0) return step * STEP_US;
    }
    return Number.POSITIVE_INFINITY;
  }
}
