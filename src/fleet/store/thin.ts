// Thins a series for drawing, as it is read: the span is cut into equal buckets, and each keeps its first, lowest, highest and
// last point, so that a peak of one datapoint is still seen. Memory is bounded by the points asked for, not by the series.

export interface Point {
  readonly timeMs: number;
  /** null where the value is no number. */
  readonly value: number | null;
}

/** Points that a bucket keeps at most. */
const KEPT_PER_BUCKET = 4;

interface Bucket {
  readonly first: Point;
  lowest: Point;
  highest: Point;
  last: Point;
}

/** Takes points in order of time. Gives them back whole where there are at most `pointsMax`, else thinned to that. */
export class Thinner {
  readonly #fromMs: number;
  readonly #bucketMs: number;
  readonly #pointsMax: number;
  readonly #buckets: (Bucket | undefined)[];
  #whole: Point[] | undefined = [];
  /** Points that came. */
  count = 0;

  /** `pointsMax` is 4 at least. All points lie in [fromMs, toMs]. */
  constructor(fromMs: number, toMs: number, pointsMax: number) {
    this.#pointsMax = Math.max(pointsMax, KEPT_PER_BUCKET);
    this.#buckets = new Array<Bucket | undefined>(Math.floor(this.#pointsMax / KEPT_PER_BUCKET)).fill(undefined);
    this.#fromMs = fromMs;
    this.#bucketMs = (toMs - fromMs) / this.#buckets.length || 1;
  }

  get isThinned(): boolean {
    return this.#whole === undefined;
  }

  add(point: Point): void {
    this.count++;
    if (this.#whole !== undefined) {
      this.#whole.push(point);
      if (this.#whole.length <= this.#pointsMax) return;
      for (const earlier of this.#whole) this.#put(earlier);
      this.#whole = undefined;
      return;
    }
    this.#put(point);
  }

  points(): readonly Point[] {
    return this.#whole ?? this.#buckets.flatMap((bucket) => (bucket === undefined ? [] : keptOf(bucket)));
  }

  #put(point: Point): void {
    const index = Math.min(this.#buckets.length - 1, Math.floor((point.timeMs - this.#fromMs) / this.#bucketMs));
    const bucket = this.#buckets[index];
    if (bucket === undefined) {
      this.#buckets[index] = { first: point, lowest: point, highest: point, last: point };
      return;
    }
    bucket.last = point;
    if (point.value === null) return;
    if (bucket.lowest.value === null || point.value < bucket.lowest.value) bucket.lowest = point;
    if (bucket.highest.value === null || point.value > bucket.highest.value) bucket.highest = point;
  }
}

function keptOf({ first, lowest, highest, last }: Bucket): Point[] {
  return [...new Set([first, lowest, highest, last])].sort((a, b) => a.timeMs - b.timeMs);
}
