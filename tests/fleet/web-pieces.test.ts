// The page's pure pieces: what line is drawn of datapoints and gaps, what span a view means, and how values are written.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toSignal } from "../../src/fleet/web/answers.ts";
import { conditionOf, countSections, listenOnlyWarning, lossesOf } from "../../src/fleet/web/page/bus-words.ts";
import { align, append, gapsOf, lineOf, rowAt, trackOf } from "../../src/fleet/web/page/chart/track.ts";
import { pan, queryOf, type View, viewOf, windowOf, zoom } from "../../src/fleet/web/page/chart/view.ts";
import { formatAge, formatBytes, formatDuration, formatNumber, formatValue } from "../../src/fleet/web/page/format.ts";
import { groupSignals } from "../../src/fleet/web/page/groups.ts";
import { COLUMNS, sortVehicles } from "../../src/fleet/web/page/order.ts";
import type { Bus, Gap, SignalHistory, Vehicle } from "../../src/fleet/web/types.ts";
import { entry } from "./batches.ts";
import { liveBus, troubledBuses } from "./bus-examples.ts";

const signal = (path: string) => toSignal(entry(1, { path }));

function history(over: Partial<SignalHistory>): SignalHistory {
  const span = { fromMs: 0, toMs: 1_000 };
  return {
    ...span,
    nowMs: 1_000,
    signal: signal("Vehicle.Speed"),
    timesMs: [],
    values: [],
    datapoints: 0,
    thinned: false,
    gaps: [],
    extent: span,
    ...over,
  };
}

describe("the line of a signal", () => {
  const gap: Gap = { fromMs: 200, toMs: 600, reason: "missing" };

  it("holds a value up to a gap, breaks, and resumes with the next datapoint only", () => {
    const track = trackOf(history({ timesMs: [100, 700], values: [1, 2], gaps: [gap] }), false);
    expect(lineOf(track, gapsOf(track, 1_000), 1_000)).toEqual({
      xs: [100, 200, 200.5, 700, 1_000],
      ys: [1, 1, null, 2, 2],
    });
  });

  it("is never drawn within a gap, and its times never go back", () => {
    const times = fc.uniqueArray(fc.integer({ min: 0, max: 1_000 }), { maxLength: 40 });
    const spans = fc.array(fc.tuple(fc.integer({ min: 0, max: 980 }), fc.integer({ min: 4, max: 100 })), {
      maxLength: 5,
    });
    fc.assert(
      fc.property(times, spans, (timesMs, gapSpans) => {
        const gaps = disjoint(
          gapSpans.map(([fromMs, length]) => ({ fromMs, toMs: fromMs + length, reason: "evicted" as const })),
        );
        const outside = timesMs
          .filter((time) => !gaps.some(({ fromMs, toMs }) => time >= fromMs && time <= toMs))
          .sort((a, b) => a - b);
        const track = trackOf(history({ timesMs: outside, values: outside.map(() => 1), gaps }), false);
        const { xs, ys } = lineOf(track, gaps, 2_000);
        for (const [row, x] of xs.entries()) expect(x).toBeGreaterThanOrEqual(xs[row - 1] ?? 0);
        for (const { fromMs, toMs } of gaps) {
          for (const moment of [fromMs + 1, (fromMs + toMs) / 2, toMs - 1])
            expect(ys[rowAt(xs, moment)] ?? null).toBeNull();
        }
        for (const time of outside) expect(ys[rowAt(xs, time)]).toBe(1);
      }),
    );
  });

  it("a silence since the last batch is a gap, unless it is just on its way", () => {
    const track = trackOf(history({ timesMs: [100], values: [1] }), true);
    expect(gapsOf(track, 20_000)).toEqual([]);
    expect(gapsOf(track, 90_000)).toEqual([{ fromMs: 1_000, toMs: 90_000, reason: "missing" }]);
  });

  it("live datapoints continue it; what comes late says that it does not fit", () => {
    const track = trackOf(history({ timesMs: [100], values: [1] }), true);
    expect(append(track, [1_500], [2], { fromMs: 1_000, toMs: 2_000 })).toBe(true);
    expect(track.timesMs).toEqual([100, 1_500]);
    expect(append(track, [50], [9], { fromMs: 0, toMs: 90 })).toBe(false);
    expect(track.timesMs).toEqual([100, 1_500]);
    expect(gapsOf(track, 3_000)).toEqual([]);
  });

  it("two lines over common times each keep their own values", () => {
    const first = { xs: [0, 10, 20], ys: [1, null, 2] };
    const second = { xs: [5, 20, 30], ys: [7, 8, 8] };
    expect(align([first, second])).toEqual({
      xs: [0, 5, 10, 20, 30],
      columns: [
        [1, 1, null, 2, null],
        [null, 7, 7, 8, 8],
      ],
    });
  });
});

describe("a view", () => {
  it("survives its address", () => {
    const span = fc.tuple(fc.nat(1e12), fc.integer({ min: 1, max: 1e9 }));
    const views = fc.oneof(
      fc.constantFrom<View>({ follow: "5m" }, { follow: "1h" }, { follow: "all" }),
      span.map(([fromMs, length]): View => ({ fromMs, toMs: fromMs + length })),
    );
    fc.assert(
      fc.property(views, (view) => {
        expect(viewOf(new URLSearchParams(queryOf(["A.B"], view)))).toEqual(view);
      }),
    );
  });

  it("a mistyped address follows the newest", () => {
    for (const query of ["from=abc&to=2", "from=5&to=4", "range=9y", "from=1"]) {
      expect(viewOf(new URLSearchParams(query))).toEqual({ follow: "5m" });
    }
  });

  it("zooming in and out again, and panning there and back, are where they began", () => {
    const span = { fromMs: 1_000_000, toMs: 1_600_000 };
    expect(zoom(zoom(span, 0.5, 1_200_000), 2, 1_200_000)).toEqual(span);
    expect(pan(pan(span, 500), -500)).toEqual(span);
  });

  it("of everything shows from the first to the newest", () => {
    const horizon = { oldestMs: 5_000, newestMs: 500_000 };
    expect(windowOf({ follow: "all" }, horizon)).toEqual({ fromMs: 5_000, toMs: 500_000 });
  });
});

describe("what a person reads", () => {
  it.each([
    [12.345, 2, "12.35"],
    [-0.001, 2, "0.00"],
    [-12.5, 1, "−12.5"],
    [48_231.42, 1, "48 231.4"],
    [1234, 0, "1234"],
    [0.1 + 0.2, null, "0.3"],
    [18.5204303, null, "18.5204"],
  ])("%d with %j decimals is %s", (value, decimals, text) => {
    expect(formatNumber(value, decimals).replaceAll("\u202f", " ")).toBe(text);
  });

  it("a name stands for its value, also where it is read from a chart", () => {
    const gear = toSignal(
      entry(1, {
        values: new Map([
          ["0", "Park"],
          ["1", "Drive"],
        ]),
      }),
    );
    expect(gear.shape).toBe("state");
    expect(formatValue(gear, 1, null)).toBe("Drive");
    expect(formatValue(gear, 7, null)).toBe("7");
    expect(formatValue(gear, "18446744073709551615", null).replaceAll("\u202f", "")).toBe("18446744073709551615");
  });

  it("a quantity with a name for one value stays a quantity", () => {
    const sensor = toSignal(
      entry(1, { unit: "degC", factor: 0.5, offset: -40, values: new Map([["255", "Not available"]]) }),
    );
    expect(sensor).toMatchObject({ shape: "quantity", decimals: 1, names: [{ value: 87.5, text: "Not available" }] });
  });

  it("sizes and times are in units of a person", () => {
    expect([999, 1_000, 48_200_000].map(formatBytes)).toEqual(["999 B", "1.0 kB", "48 MB"]);
    expect([500, 90_000, 12_000_000].map(formatDuration)).toEqual(["500 ms", "1 min 30 s", "3 h 20 min"]);
    expect([900, 59_999, 5_700_000].map(formatAge)).toEqual(["now", "59 s", "1 h"]);
  });
});

describe("lists", () => {
  it("grouping and filtering lose no signal and show none twice", () => {
    const names = fc.constantFrom("Vehicle", "Cabin", "Door", "Speed", "Row1", "Row2");
    const paths = fc.uniqueArray(fc.array(names, { minLength: 1, maxLength: 6 }).map((parts) => parts.join(".")));
    fc.assert(
      fc.property(paths, (all) => {
        const shown = groupSignals(all.map(signal), "").flatMap((group) => group.signals.map(({ path }) => path));
        expect(shown.toSorted()).toEqual(all.toSorted());
      }),
    );
  });

  it("what is unknown comes last, whichever way the list is sorted", () => {
    const make = (id: string, lastDatapointMs: number | null): Vehicle => ({
      ...{ id, lastDatapointMs, presence: { state: "online", sinceMs: null }, backlog: null },
      ...{ policyVersion: null, softwareVersion: null, signals: 0 },
    });
    const vehicles = [make("a", null), make("b", 1), make("c", 2)];
    const ids = (down: boolean) => sortVehicles(vehicles, { by: "last", down }).map(({ id }) => id);
    expect(ids(true)).toEqual(["c", "b", "a"]);
    expect(ids(false)).toEqual(["b", "c", "a"]);
    for (const { column } of COLUMNS) expect(sortVehicles(vehicles, { by: column, down: false })).toHaveLength(3);
  });
});

describe("a bus in words", () => {
  const bus = (over: Partial<Bus> = {}): Bus => ({
    ...{ name: "can0", interface: "can0", state: "up", silent: false, controller: "active", listenOnly: "yes" },
    ...{ bitRate: 500_000, reader: "canward", timestamps: "kernel", countsLosses: true, receiveBufferBytes: 1 },
    ...{ silenceLimitMs: 2_000, lastFrameMs: 1, counters: { frames_dropped: 0 } },
    ...over,
  });

  it.each<[string, Partial<Bus>, ReturnType<typeof conditionOf>["tone"]]>([
    ["Receiving", {}, "good"],
    ["Waiting", { lastFrameMs: null }, "none"],
    ["Silent", { silent: true }, "warn"],
    ["Silent", { silent: true, controller: "passive" }, "warn"],
    ["Some errors", { controller: "warning" }, "warn"],
    ["Many errors", { controller: "passive" }, "warn"],
    ["Off the bus", { controller: "bus_off", silent: true }, "bad"],
    ["Off the bus", { state: "no_carrier" }, "bad"],
    ["Switched off", { state: "down", controller: "bus_off" }, "bad"],
    ["No interface", { state: "absent" }, "bad"],
    ["Not connected", { state: "absent", interface: "" }, "bad"],
    ["Recording", { state: "replay", interface: "" }, "none"],
    ["Of no listed bus", { name: "", state: "replay" }, "none"],
  ])("is %s where %j", (word, over, tone) => {
    const condition = conditionOf(bus(over));
    expect(condition).toMatchObject({ word, tone });
    // Whatever is wrong comes with what it means.
    if (tone === "bad" || tone === "warn") expect(condition.meaning).toMatch(/\.$/);
  });

  it("warns of a controller that could send, or of which it is not known; not where there is none", () => {
    expect(listenOnlyWarning(bus({ listenOnly: "no" }))).toContain("could send");
    expect(listenOnlyWarning(bus({ listenOnly: "unknown" }))).toContain("not known");
    for (const over of [{}, { listenOnly: "virtual" }, { listenOnly: "no", state: "absent" }, { name: "" }] as const)
      expect(listenOnlyWarning(bus(over))).toBeUndefined();
  });

  it("says of losses how many, none, or that they cannot be counted: never none where nobody counts", () => {
    expect(lossesOf(bus({ counters: { frames_dropped: 12_345 } }))).toMatchObject({ tone: "bad" });
    expect(lossesOf(bus({ counters: { frames_dropped: 12_345 } })).text).toMatch(/^dropped by the kernel: 12.345$/);
    expect(lossesOf(bus())).toEqual({ tone: "none", text: "none" });
    expect(lossesOf(bus({ countsLosses: false, counters: {} }))).toEqual({ tone: "warn", text: "cannot be counted" });
    expect(lossesOf(bus({ state: "replay" })).text).toBe("none possible");
  });

  it("shows every counter of every bus once, those of later versions too, and none of nobody", () => {
    const buses = [...troubledBuses(0), liveBus("later", 0, { counters: new Map([["moon_phases", 3]]) })].map(
      (status) =>
        bus({ name: status.name, countsLosses: status.countsLosses, counters: Object.fromEntries(status.counters) }),
    );
    const rows = countSections(buses).flatMap((section) => section.rows);
    const names = new Set(buses.flatMap(({ counters }) => Object.keys(counters)));
    expect(rows).toHaveLength(names.size);
    expect(rows.map(({ label }) => label)).toContain("moon phases");
    for (const { counts } of rows) expect(counts).toHaveLength(buses.length);
    const dropped = rows.find(({ label }) => label.includes("the receive buffer was full"));
    expect(dropped?.counts).toEqual([0, 18_412, undefined, 0, null, null]);
    expect(countSections([])).toEqual([]);
  });
});

function disjoint(gaps: readonly Gap[]): Gap[] {
  const sorted = gaps.toSorted((a, b) => a.fromMs - b.fromMs);
  const kept: Gap[] = [];
  for (const gap of sorted) if (gap.fromMs > (kept.at(-1)?.toMs ?? -1)) kept.push(gap);
  return kept;
}
