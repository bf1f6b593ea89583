// The line over the plot: what the crosshair reads, else the span that is shown. It keeps its height, so that nothing jumps.
import type { Span } from "../../types.ts";
import {
  formatDay,
  formatDuration,
  formatMillisecond,
  formatMoment,
  formatSecond,
  formatValue,
  timeZone,
  unitAfter,
} from "../format.ts";
import type { Reading } from "./reading.ts";

export function ReadOut({ reading, window }: { reading: Reading | undefined; window: Span | undefined }) {
  return (
    <p class="readout" aria-live="polite" aria-atomic="true">
      {reading === undefined ? <Shown window={window} /> : <Pointed reading={reading} />}
    </p>
  );
}

function Shown({ window }: { window: Span | undefined }) {
  if (window === undefined) return <span>&nbsp;</span>;
  const { fromMs, toMs } = window;
  const isOneDay = formatDay(fromMs) === formatDay(toMs);
  return (
    <span class="readout-span" aria-hidden="true">
      {formatMoment(fromMs)} – {isOneDay ? formatSecond(toMs) : formatMoment(toMs)}
      <span class="aside"> · {formatDuration(toMs - fromMs)}</span>
      <span class="zone">{timeZone()}</span>
    </span>
  );
}

function Pointed({ reading: { timeMs, gap, values } }: { reading: Reading }) {
  if (gap !== undefined) {
    return (
      <span>
        <time>{formatMillisecond(timeMs)}</time> <strong>{gap.reason}</strong>{" "}
        <span class="aside">
          {formatSecond(gap.fromMs)} – {formatSecond(gap.toMs)}
        </span>
      </span>
    );
  }
  return (
    <>
      {values.map(({ signal, takenMs, value }, index) => (
        <span key={signal.path} class={`reading reading-${index}`}>
          <span class="swatch" aria-hidden="true" />
          {takenMs === undefined ? (
            <span class="aside">{formatMillisecond(timeMs)} nothing known</span>
          ) : (
            <>
              <time dateTime={new Date(takenMs).toISOString()}>{formatMillisecond(takenMs)}</time>{" "}
              <strong>
                {formatValue(signal, value, null)}
                {signal.unit !== "" && <span class="unit">{unitAfter(signal.unit)}</span>}
              </strong>
            </>
          )}
        </span>
      ))}
    </>
  );
}
