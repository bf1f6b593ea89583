// The path of a stepped line: each value holds until the next, and a null ends the line, so that nothing is drawn across a gap.
// (uPlot's own stepped path joins the ends of a gap and clips the middle, which leaves an upright where the line resumes.)
import type uPlot from "uplot";
import { rowAt } from "./track.ts";

export const steps: uPlot.Series.PathBuilder = (plot, seriesIndex) => {
  const xs = plot.data[0];
  const ys = plot.data[seriesIndex] ?? [];
  const scale = plot.series[seriesIndex]?.scale ?? "first";
  const { min = 0, max = 0 } = plot.scales["x"] ?? {};
  const first = Math.max(0, rowAt(xs, min ?? 0));
  const last = Math.min(xs.length - 1, rowAt(xs, max ?? 0) + 1);
  const stroke = new Path2D();
  let heldY: number | undefined;
  for (let row = first; row <= last; row++) {
    const value = ys[row];
    const x = Math.round(plot.valToPos(xs[row] ?? 0, "x", true));
    if (value === null || value === undefined) {
      heldY = undefined;
      continue;
    }
    // On whole pixels, so that level lines are crisp.
    const y = Math.round(plot.valToPos(value, scale, true));
    if (heldY === undefined) {
      stroke.moveTo(x, y);
    } else {
      stroke.lineTo(x, heldY);
      stroke.lineTo(x, y);
    }
    heldY = y;
  }
  return { stroke };
};
