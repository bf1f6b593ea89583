// Labels of the time axis, as fine as its steps, with the day wherever it is not plain. Pure; in the browser's time zone.
import { formatDay, formatMillisecond, formatMinute, formatSecond } from "../format.ts";

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** Steps between labels that a person counts in. */
export const TIME_STEPS_MS: readonly number[] = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * SECOND_MS),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE_MS),
  ...[1, 2, 3, 6, 12].map((hours) => hours * HOUR_MS),
  ...[1, 2, 7, 14, 28].map((days) => days * DAY_MS),
];

export function timeLabels(splits: readonly number[], stepMs: number): string[] {
  let day = "";
  return splits.map((timeMs) => {
    const today = formatDay(timeMs);
    if (stepMs >= DAY_MS) return today;
    const time =
      stepMs < 1_000 ? formatMillisecond(timeMs) : stepMs < 60_000 ? formatSecond(timeMs) : formatMinute(timeMs);
    const label = today === day ? time : `${time}\n${today}`;
    day = today;
    return label;
  });
}
