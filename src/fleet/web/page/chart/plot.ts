// uPlot's door: from what is to be drawn to a plot of stepped lines over time, with names of values on the axis where a signal has
// them, and gaps as hatched bands. It draws; what is shown, and when, is decided elsewhere.
import uPlot from "uplot";
import type { Gap, Signal, Span } from "../../types.ts";
import { formatNumber, formatUnit } from "../format.ts";
import { drawGaps } from "./bands.ts";
import type { Palette } from "./palette.ts";
import { steps } from "./steps.ts";
import { TIME_STEPS_MS, timeLabels } from "./ticks.ts";
import { rowAt } from "./track.ts";

export interface PlotInput {
  readonly signals: readonly Signal[];
  readonly palette: () => Palette;
  readonly gaps: () => readonly Gap[];
  /** A span was chosen by dragging. */
  readonly chosen: (span: Span) => void;
  /** The crosshair's time; undefined when it has left. */
  readonly pointed: (timeMs: number | undefined) => void;
}

export const AXIS_FONT = '11px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';
const LABEL_WIDTH_MAX = 104;
const AXIS_SPACE = 14;
/** Below this many pixels a drag was a click. */
const DRAG_PIXELS_MIN = 6;
export const SCALES = ["first", "second"] as const;

export function createPlot(host: HTMLElement, input: PlotInput): uPlot {
  const { signals, palette } = input;
  const stroke = (index: number) => () => palette().lines[index] ?? palette().ink;
  const options: uPlot.Options = {
    width: Math.max(200, host.clientWidth),
    height: Math.max(120, host.clientHeight),
    ms: 1,
    padding: [12, signals.length > 1 ? 4 : 14, 0, 4],
    legend: { show: false },
    scales: {
      x: { time: true, auto: false },
      ...Object.fromEntries(signals.map((signal, index) => [SCALES[index] ?? "first", scaleOf(signal)])),
    },
    series: [
      {},
      ...signals.map(
        (signal, index): uPlot.Series => ({
          label: signal.path,
          scale: SCALES[index] ?? "first",
          stroke: stroke(index),
          width: 1.75,
          paths: steps,
          ...(index === 1 ? { dash: [6, 3] } : {}),
          points: { show: false },
        }),
      ),
    ],
    axes: [timeAxis(palette), ...signals.map((signal, index) => valueAxis(signal, index, signals.length, palette))],
    cursor: {
      drag: { x: true, y: false, setScale: false, dist: DRAG_PIXELS_MIN },
      y: false,
      dataIdx: (plot, _series, _closest, x) => Math.max(0, rowAt(plot.data[0], x)),
      points: { size: 10, width: 2, stroke: () => palette().surface, fill: (_plot, series) => stroke(series - 1)() },
      bind: { dblclick: () => () => null },
    },
    hooks: {
      drawAxes: [(plot) => drawGaps(plot, input.gaps(), palette())],
      setSelect: [(plot) => choose(plot, input.chosen)],
      setCursor: [
        (plot) => {
          const left = plot.cursor.left ?? -1;
          input.pointed(left < 0 ? undefined : plot.posToVal(left, "x"));
        },
      ],
    },
  };
  return new uPlot(options, [[], ...signals.map(() => [])], host);
}

function choose(plot: uPlot, chosen: (span: Span) => void): void {
  const { left, width } = plot.select;
  if (width < DRAG_PIXELS_MIN) return;
  chosen({ fromMs: plot.posToVal(left, "x"), toMs: plot.posToVal(left + width, "x") });
  plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
}

function scaleOf(signal: Signal): uPlot.Scale {
  const named = signal.names.map(({ value }) => value);
  if (signal.shape === "quantity") {
    return {
      range: (_plot, low, high) => {
        if (low === null || high === null) return [0, 1];
        // A constant lies in the middle of an axis that is as fine as the signal, not of one from nought.
        const least = 10 ** -(signal.decimals ?? 2) * 4;
        const margin = Math.max((high - low) * 0.08, (least - (high - low)) / 2);
        return [low - margin, high + margin];
      },
    };
  }
  return {
    range: (_plot, low, high) => {
      const lowest = Math.min(low ?? Number.POSITIVE_INFINITY, ...named);
      const highest = Math.max(high ?? Number.NEGATIVE_INFINITY, ...named);
      return named.length <= STATES_SHOWN_MAX
        ? [lowest - 0.5, highest + 0.5]
        : [(low ?? lowest) - 0.5, (high ?? highest) + 0.5];
    },
  };
}

/** A value table with more names is shown only where the line is. */
const STATES_SHOWN_MAX = 10;

function timeAxis(palette: () => Palette): uPlot.Axis {
  return {
    stroke: () => palette().muted,
    font: AXIS_FONT,
    size: 42,
    gap: 6,
    space: 60,
    incrs: [...TIME_STEPS_MS],
    grid: { stroke: () => palette().grid, width: 1 },
    ticks: { stroke: () => palette().grid, width: 1, size: 4 },
    values: (_plot, splits, _axis, _space, stepMs) => timeLabels(splits, stepMs),
  };
}

function valueAxis(signal: Signal, index: number, count: number, palette: () => Palette): uPlot.Axis {
  const isState = signal.shape === "state";
  return {
    scale: SCALES[index] ?? "first",
    side: index === 0 ? 3 : 1,
    stroke: () => (count > 1 ? (palette().lines[index] ?? palette().muted) : palette().muted),
    font: AXIS_FONT,
    gap: 6,
    size: (plot, labels) => widthOf(plot, labels),
    space: 34,
    grid: index === 0 ? { stroke: () => palette().grid, width: 1 } : { show: false },
    ticks: { show: false },
    ...(isState ? { splits: (_plot, _axis, low, high) => stateSplits(signal, low, high) } : {}),
    values: (plot, splits) =>
      isState
        ? splits.map((value) => shorten(plot, signal.names.find((name) => name.value === value)?.text ?? String(value)))
        : quantityLabels(signal, splits),
  };
}

function stateSplits(signal: Signal, low: number, high: number): number[] {
  return signal.names.map(({ value }) => value).filter((value) => value >= low && value <= high);
}

/** The unit stands with the topmost label. */
function quantityLabels(signal: Signal, splits: readonly number[]): string[] {
  const step = Math.abs((splits[1] ?? 1) - (splits[0] ?? 0));
  const decimals = Math.max(0, Math.min(7, Math.ceil(-Math.log10(step) - 1e-9)));
  const unit = formatUnit(signal.unit);
  return splits.map((value, row) => {
    const number = formatNumber(value, decimals);
    return row === splits.length - 1 && unit !== "" ? `${number} ${unit}` : number;
  });
}

function widthOf(plot: uPlot, labels: readonly string[] | null): number {
  if (labels === null || labels.length === 0) return 44;
  // uPlot measures in the canvas's own pixels only while it draws; a font set by hand measures in the page's.
  plot.ctx.save();
  plot.ctx.font = AXIS_FONT;
  const widest = Math.max(...labels.map((label) => plot.ctx.measureText(label).width));
  plot.ctx.restore();
  return Math.ceil(Math.min(LABEL_WIDTH_MAX, widest) + AXIS_SPACE);
}

function shorten(plot: uPlot, label: string): string {
  plot.ctx.save();
  plot.ctx.font = AXIS_FONT;
  let text = label;
  while (text.length > 2 && plot.ctx.measureText(text).width > LABEL_WIDTH_MAX)
    text = `${text.slice(0, -2).trimEnd()}…`;
  plot.ctx.restore();
  return text;
}
