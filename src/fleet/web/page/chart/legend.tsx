// In words what the plot shows of gaps, and how dense it is: which spans, why, and what that means. Each gap can be gone to.
import type { Gap, Span } from "../../types.ts";
import { formatCount, formatDay, formatDuration, formatSecond, timeZone } from "../format.ts";
import type { Summary } from "./engine.ts";

const MEANINGS = {
  missing: "No batch covers it: the vehicle was off or out of reach, or its backlog has not come through yet.",
  evicted: "The vehicle’s outbox was full, and dropped it to make room. It will not come.",
} as const;

/** More are counted, not listed. */
const LISTED_MAX = 6;

export function GapLegend({ summary, show }: { summary: Summary | undefined; show: (span: Span) => void }) {
  if (summary === undefined) return <div class="gap-legend" />;
  const { gaps, datapoints, thinned } = summary;
  return (
    <div class="gap-legend">
      {(["missing", "evicted"] as const).map((reason) => (
        <Reason key={reason} reason={reason} gaps={gaps.filter((gap) => gap.reason === reason)} show={show} />
      ))}
      <p class="density">
        {gaps.length === 0 && "No gaps in sight. "}
        {formatCount(datapoints)} datapoints loaded
        {thinned && ", thinned to each pixel’s first, lowest, highest and last"}. Times are {timeZone()}.
      </p>
    </div>
  );
}

interface ReasonProps {
  readonly reason: Gap["reason"];
  readonly gaps: readonly Gap[];
  readonly show: (span: Span) => void;
}

function Reason({ reason, gaps, show }: ReasonProps) {
  if (gaps.length === 0) return null;
  return (
    <div class={`gap-reason gap-${reason}`}>
      <p>
        <span class="gap-swatch" aria-hidden="true" />
        <strong>
          {gaps.length} {gaps.length === 1 ? "gap" : "gaps"} {reason}
        </strong>{" "}
        {MEANINGS[reason]}
      </p>
      <ul>
        {gaps.slice(0, LISTED_MAX).map((gap) => (
          <li key={gap.fromMs}>
            <button type="button" class="gap-span" onClick={() => show(around(gap))}>
              {formatDay(gap.fromMs)}, {formatSecond(gap.fromMs)} – {formatSecond(gap.toMs)}
              <span class="aside"> · {formatDuration(gap.toMs - gap.fromMs)}</span>
            </button>
          </li>
        ))}
        {gaps.length > LISTED_MAX && <li class="aside">and {gaps.length - LISTED_MAX} more</li>}
      </ul>
    </div>
  );
}

/** The gap in the middle third. */
function around({ fromMs, toMs }: Gap): Span {
  const length = Math.max(1_000, toMs - fromMs);
  return { fromMs: fromMs - length, toMs: toMs + length };
}
