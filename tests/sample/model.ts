// The sampling semantics as a slow model: an object for each value, plain arithmetic, one signal at a time. It is written from
// the words of the design, not from the sampler: aggregate → change, delta, resend → minimum interval.

/** Times in microseconds. */
export interface Setting {
  readonly encoding: "unsigned" | "signed" | "float32" | "float64";
  readonly factor: number;
  readonly onChange: boolean;
  /** Raw units; 0 where any change counts. */
  readonly delta: number;
  readonly everyUs: number;
  readonly resendUs: number;
  readonly aggregate: "last" | "mean" | "min" | "max" | undefined;
  readonly windowUs: number;
}

/** A moment and a value's 64 bits, as a signed number. */
export interface Moment {
  readonly atUs: number;
  readonly bits: bigint;
}

const view = new DataView(new ArrayBuffer(8));

export function float32Bits(value: number): bigint {
  view.setFloat32(0, value);
  return BigInt(view.getUint32(0));
}

export function float64Bits(value: number): bigint {
  view.setFloat64(0, value);
  return view.getBigInt64(0);
}

export function numberOf(encoding: Setting["encoding"], bits: bigint): number {
  view.setBigInt64(0, bits);
  if (encoding === "float64") return view.getFloat64(0);
  if (encoding === "float32") return view.getFloat32(4);
  return Number(encoding === "unsigned" ? BigInt.asUintN(64, bits) : bits);
}

export class SignalModel {
  readonly datapoints: Moment[] = [];
  readonly #setting: Setting;
  /** A state that the minimum interval holds back. */
  #held: bigint | undefined;
  #window: { readonly endUs: number; readonly values: bigint[] } | undefined;

  constructor(setting: Setting) {
    this.#setting = setting;
  }

  observe(atUs: number, bits: bigint): void {
    this.pass(atUs);
    const { aggregate, windowUs } = this.#setting;
    if (aggregate === undefined) this.#judge(atUs, bits);
    else {
      this.#window ??= { endUs: (Math.floor(atUs / windowUs) + 1) * windowUs, values: [] };
      this.#window.values.push(bits);
    }
  }

  /** Time goes on to `nowUs`, without a new value. */
  pass(nowUs: number): void {
    const last = this.datapoints.at(-1);
    const dueUs = (last?.atUs ?? 0) + this.#setting.everyUs;
    if (this.#held !== undefined && dueUs <= nowUs) this.#tell(dueUs, this.#held);
    if (this.#window !== undefined && this.#window.endUs <= nowUs) this.#endWindow(this.#window.endUs);
  }

  finish(nowUs: number): void {
    if (this.#held !== undefined) this.#tell(nowUs, this.#held);
    if (this.#window !== undefined) this.#endWindow(nowUs);
  }

  #judge(atUs: number, bits: bigint): void {
    const last = this.datapoints.at(-1);
    if (last === undefined) this.#tell(atUs, bits);
    else if (!this.#isWanted(last, atUs, bits)) this.#held = undefined;
    else if (atUs - last.atUs >= this.#setting.everyUs) this.#tell(atUs, bits);
    else if (this.#setting.onChange) this.#held = bits;
  }

  #isWanted(last: Moment, atUs: number, bits: bigint): boolean {
    const { onChange, resendUs } = this.#setting;
    return !onChange || atUs - last.atUs >= resendUs || this.#differs(last.bits, bits);
  }

  #differs(a: bigint, b: bigint): boolean {
    const { delta, encoding, aggregate } = this.#setting;
    if (a === b) return false;
    if (delta === 0) return true;
    if (aggregate === "mean" || encoding === "float32" || encoding === "float64") {
      const [x, y] = [a, b].map((bits) => numberOf(aggregate === "mean" ? "float64" : encoding, bits));
      return Number.isNaN(x) || Number.isNaN(y) || Math.abs((x ?? 0) - (y ?? 0)) >= delta;
    }
    const [x, y] = [a, b].map((bits) => (encoding === "unsigned" ? BigInt.asUintN(64, bits) : bits));
    const distance = (x ?? 0n) - (y ?? 0n);
    return (distance < 0n ? -distance : distance) >= BigInt(delta);
  }

  #endWindow(atUs: number): void {
    const bits = aggregateOf(this.#setting, this.#window?.values ?? []);
    this.#window = undefined;
    const last = this.datapoints.at(-1);
    if (last === undefined || this.#isWanted(last, atUs, bits)) this.#tell(atUs, bits);
  }

  #tell(atUs: number, bits: bigint): void {
    this.datapoints.push({ atUs, bits });
    this.#held = undefined;
  }
}

/** Minimum and maximum are of physical values; what is no number counts only where there is nothing else. */
export function aggregateOf({ aggregate, encoding, factor }: Setting, values: readonly bigint[]): bigint {
  const last = values.at(-1) ?? 0n;
  if (aggregate === "last") return last;
  const numbers = values.filter((bits) => !Number.isNaN(numberOf(encoding, bits)));
  if (aggregate === "mean") {
    const sum = numbers.reduce((total, bits) => total + numberOf(encoding, bits), 0);
    const mean = sum / numbers.length;
    return Number.isNaN(mean) ? 0x7ff8_0000_0000_0000n : float64Bits(mean);
  }
  if (numbers.length === 0) return last;
  const physical = (bits: bigint): number => numberOf(encoding, bits) * factor;
  return numbers.reduce((best, bits) =>
    (aggregate === "min" ? physical(bits) < physical(best) : physical(bits) > physical(best)) ? bits : best,
  );
}
