// The chart's controls: ranges, following the newest, and zoom.
import { MinusIcon, PlusIcon } from "../icons.tsx";
import { isFollowing, RANGE_DEFAULT, RANGES, type View } from "./view.ts";

interface ToolbarProps {
  readonly view: View;
  readonly isOnline: boolean;
  readonly show: (view: View) => void;
  readonly zoom: (factor: number) => void;
}

const ZOOM_STEP = 2;

export function Toolbar({ view, isOnline, show, zoom }: ToolbarProps) {
  const follows = isFollowing(view);
  const name = isOnline ? "Live" : "Newest";
  return (
    <div class="toolbar" role="toolbar" aria-label="Span of time">
      <fieldset class="ranges">
        <legend class="hidden">Range</legend>
        {RANGES.map((range) => (
          <button
            key={range.name}
            type="button"
            class="range"
            aria-pressed={follows && view.follow === range.name}
            onClick={() => show({ follow: range.name })}
          >
            {range.label}
          </button>
        ))}
      </fieldset>
      <button
        type="button"
        class="button follow"
        aria-pressed={follows}
        title={
          follows
            ? `The chart follows the newest datapoints`
            : "The chart stands still. Follow the newest datapoints again."
        }
        onClick={() => !follows && show({ follow: RANGE_DEFAULT })}
      >
        <span class="follow-dot" aria-hidden="true" />
        {follows ? name : `Go to ${name.toLowerCase()}`}
      </button>
      <span class="zooms">
        <button
          type="button"
          class="button button-icon"
          aria-label="Zoom out"
          title="Zoom out"
          onClick={() => zoom(ZOOM_STEP)}
        >
          <MinusIcon />
        </button>
        <button
          type="button"
          class="button button-icon"
          aria-label="Zoom in"
          title="Zoom in"
          onClick={() => zoom(1 / ZOOM_STEP)}
        >
          <PlusIcon />
        </button>
      </span>
    </div>
  );
}
