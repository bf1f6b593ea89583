// Arbitrary datapoints for the properties of the wire, and how two lots of them are compared: exactly, alias by alias.
import fc from "fast-check";
import { createDatapoints, type Datapoints } from "../../src/wire/datapoints.ts";

export interface Series {
  readonly alias: number;
  /** In order of time. */
  readonly points: readonly { readonly timeMs: number; readonly raw: bigint }[];
}

export interface Recording {
  readonly points: Datapoints;
  readonly groups: Uint16Array;
}

const RAW_EDGES = [
  ...[0n, 1n, -1n, 0x7fff_ffffn, 0x8000_0000n, 0xffff_ffffn, 0x1_0000_0000n, 2n ** 53n, 2n ** 53n + 1n],
  ...[
    2n ** 63n - 1n,
    -(2n ** 63n),
    0x7ff8_0000_0000_0000n,
    0x7ff0_0000_0000_0001n,
    -(2n ** 51n),
    0x7fc0_0001n,
    0xffc0_0000n,
  ],
];

const anyRaw = fc.oneof(
  fc.constantFrom(...RAW_EDGES),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.bigInt({ min: -300n, max: 300n }),
);

/** Raw values as signals have them: constant, counting, noisy, smooth, a few states, floats, anything. */
const anyRaws: fc.Arbitrary<bigint[]> = fc.oneof(
  fc.tuple(anyRaw, fc.nat(40)).map(([raw, length]) => Array.from({ length: length + 1 }, () => raw)),
  fc
    .tuple(anyRaw, fc.bigInt({ min: -9n, max: 9n }), fc.nat(40))
    .map(([start, step, length]) => Array.from({ length: length + 1 }, (_, i) => start + step * BigInt(i))),
  fc.array(fc.bigInt({ min: 580n, max: 610n }), { minLength: 1, maxLength: 60 }),
  fc.array(fc.constantFrom<bigint>(0n, 1n, 7n), { minLength: 1, maxLength: 60 }),
  fc.array(fc.float().map(bitsOfFloat32), { minLength: 1, maxLength: 30 }),
  fc.array(fc.double().map(bitsOfFloat64), { minLength: 1, maxLength: 30 }),
  fc.array(anyRaw, { minLength: 1, maxLength: 30 }),
);

const anyStep = fc.oneof(
  fc.constantFrom(0, 10, 10, 10, 100),
  fc.nat(300),
  fc.constantFrom(2 ** 31, 2 ** 32 + 5, 2 ** 45),
);

const anySeries = fc
  .record({ alias: fc.nat(39), startMs: fc.oneof(fc.nat(50), fc.constantFrom(2 ** 32 - 3, 2 ** 41)), raws: anyRaws })
  .chain(({ alias, startMs, raws }) =>
    fc.array(anyStep, { minLength: raws.length, maxLength: raws.length }).map((steps): Series => {
      const times = steps.map((_, index) => steps.slice(0, index + 1).reduce((sum, step) => sum + step, startMs));
      return { alias, points: raws.map((raw, index) => ({ timeMs: times[index] ?? startMs, raw })) };
    }),
  );

/** Datapoints of up to eight signals in up to four messages, their rows mixed; groups need not follow the aliases. */
export const anyRecording: fc.Arbitrary<Recording> = fc
  .record({
    series: fc.uniqueArray(anySeries, { selector: ({ alias }) => alias, maxLength: 8 }),
    groups: fc.array(fc.constantFrom(0, 1, 7, 65_535), { minLength: 40, maxLength: 40 }),
    mix: fc.array(fc.nat(7), { maxLength: 200 }),
  })
  .map(({ series, groups, mix }) => ({ points: mixRows(series, mix), groups: Uint16Array.from(groups) }));

/** Takes rows from the series in the order that `mix` says, then what is left. */
function mixRows(series: readonly Series[], mix: readonly number[]): Datapoints {
  const queues = series.map(({ alias, points }) => points.map((point) => ({ alias, ...point })));
  const rows = mix.flatMap((index) => queues[index]?.splice(0, 1) ?? []);
  return datapointsOf([...rows, ...queues.flat()]);
}

export function datapointsOf(
  rows: readonly { readonly alias: number; readonly timeMs: number; readonly raw: bigint }[],
): Datapoints {
  const points = createDatapoints(rows.length);
  for (const { alias, timeMs, raw } of rows) {
    const row = points.count++;
    points.aliases[row] = alias;
    points.timesMs[row] = timeMs;
    points.lows[row] = Number(BigInt.asIntN(32, raw));
    points.highs[row] = Number(BigInt.asIntN(32, raw >> 32n));
  }
  return points;
}

/** Everything that is promised of datapoints: for each alias its times and raw values, in order. */
export function byAlias(points: Datapoints, offsetMs = 0): ReadonlyMap<number, readonly string[]> {
  const series = new Map<number, string[]>();
  for (let row = 0; row < points.count; row += 1) {
    const alias = points.aliases[row] ?? -1;
    const list = series.get(alias) ?? [];
    list.push(`${(points.timesMs[row] ?? 0) + offsetMs} ms ${points.highs[row]}:${points.lows[row]}`);
    series.set(alias, list);
  }
  return new Map([...series].sort(([a], [b]) => a - b));
}

/** Rows `from` to `to`, as datapoints of their own. */
export function slice(points: Datapoints, from: number, to: number): Datapoints {
  return {
    count: to - from,
    aliases: points.aliases.slice(from, to),
    timesMs: points.timesMs.slice(from, to),
    lows: points.lows.slice(from, to),
    highs: points.highs.slice(from, to),
  };
}

function bitsOfFloat32(value: number): bigint {
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, value);
  return BigInt(view.getUint32(0));
}

function bitsOfFloat64(value: number): bigint {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  return view.getBigInt64(0);
}
