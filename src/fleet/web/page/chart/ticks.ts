// Labels of the time axis, as fine as its steps, with the day wherever it is not plain. Pure; in the browser's time zone.
import { formatDay, formatMillisecond, formatMinute, formatSecond } from "../format.ts";

const DAY_MS = 86_400_000;

export function timeLabels(splits: readonly number[], stepMs: number): string[] {
  let day = "";
  return splits.map((timeMs) => {
    const today = formatDay(timeMs);
    if (stepMs >= DAY_MS) return today;
    const time = stepMs < 1_000 ? formatMillisecond(timeMs) : stepMs < 60_000 ? formatSecond(timeMs) : formatMinute(timeMs);
    const label = today === day ? time : `${time}\n${today}`;
    day = today;
    return label;
  });
}
