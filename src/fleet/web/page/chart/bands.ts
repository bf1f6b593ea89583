// Gaps, drawn over the grid and beneath the lines: a hatched band over the span, rising for what is missing, falling for what was evicted, and the word
// on it where there is room, so that neither colour nor direction alone carries the meaning.
import type uPlot from "uplot";
import type { Gap } from "../../types.ts";
import type { Palette } from "./palette.ts";

const HATCH_PIXELS = 8;
const TINT = 0.09;
const HATCH = 0.42;
/** Shorter gaps are drawn this wide all the same: a gap must not vanish because the view is long. */
const WIDTH_PIXELS_MIN = 3;
const LABEL_MARGIN = 8;
const LABEL_FONT_PIXELS = 11;

export function drawGaps(plot: uPlot, gaps: readonly Gap[], palette: Palette): void {
  const { ctx, bbox } = plot;
  const ratio = devicePixelRatio;
  for (const gap of gaps) {
    const left = Math.max(bbox.left, plot.valToPos(gap.fromMs, "x", true));
    const right = Math.min(bbox.left + bbox.width, plot.valToPos(gap.toMs, "x", true));
    if (right < bbox.left || left > bbox.left + bbox.width) continue;
    const width = Math.max(right - left, WIDTH_PIXELS_MIN * ratio);
    ctx.save();
    ctx.beginPath();
    ctx.rect(left, bbox.top, width, bbox.height);
    ctx.clip();
    ctx.fillStyle = ctx.strokeStyle = gap.reason === "evicted" ? palette.evicted : palette.missing;
    ctx.globalAlpha = TINT;
    ctx.fillRect(left, bbox.top, width, bbox.height);
    ctx.globalAlpha = HATCH;
    hatch(ctx, left, bbox.top, width, bbox.height, gap.reason === "evicted" ? -1 : 1, ratio);
    ctx.globalAlpha = 1;
    label(ctx, gap.reason, left, bbox.top, width, ratio, palette.surface);
    ctx.restore();
  }
}

function hatch(
  ctx: CanvasRenderingContext2D,
  left: number,
  top: number,
  width: number,
  height: number,
  slope: 1 | -1,
  ratio: number,
): void {
  const step = HATCH_PIXELS * ratio;
  ctx.lineWidth = ratio;
  ctx.setLineDash([]);
  ctx.beginPath();
  // The lines lie on a lattice of the canvas, so that they stand still while a band moves under them.
  const first = Math.floor((left - height) / step) * step;
  for (let x = first; x < left + width + height; x += step) {
    ctx.moveTo(x, slope === 1 ? top + height : top);
    ctx.lineTo(x + height, slope === 1 ? top : top + height);
  }
  ctx.stroke();
}

function label(
  ctx: CanvasRenderingContext2D,
  text: string,
  left: number,
  top: number,
  width: number,
  ratio: number,
  surface: string,
): void {
  ctx.font = `600 ${LABEL_FONT_PIXELS * ratio}px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif`;
  const textWidth = ctx.measureText(text).width;
  const margin = LABEL_MARGIN * ratio;
  if (textWidth + 3 * margin > width) return;
  const x = left + margin;
  const y = top + margin;
  const ink = ctx.fillStyle;
  ctx.fillStyle = surface;
  ctx.fillRect(x - 4 * ratio, y - 2 * ratio, textWidth + 8 * ratio, (LABEL_FONT_PIXELS + 6) * ratio);
  ctx.fillStyle = ink;
  ctx.textAlign = "left";
  ctx.textBaseline = "top";
  ctx.fillText(text, x, y + ratio);
}
