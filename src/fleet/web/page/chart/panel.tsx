// The chart with all that belongs to it: the newest values, the range and zoom controls, the crosshair's read-out, and in words what
// the drawing shows, gaps above all.
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Signal, Span, Vehicle } from "../../types.ts";
import { type Board, useValue } from "../board.ts";
import { formatUnit, formatValue } from "../format.ts";
import { CloseIcon } from "../icons.tsx";
import { Ago, PathName } from "../parts.tsx";
import type { Feed } from "../session.ts";
import { Engine, type Summary } from "./engine.ts";
import { GapLegend } from "./legend.tsx";
import type { Reading } from "./reading.ts";
import { ReadOut } from "./readout.tsx";
import { Toolbar } from "./toolbar.tsx";
import type { View } from "./view.ts";

interface PanelProps {
  readonly vehicle: Vehicle;
  readonly signals: readonly Signal[];
  readonly board: Board;
  readonly feed: Feed;
  readonly extent: Span | null;
  readonly view: View;
  readonly show: (view: View, how: "push" | "replace") => void;
  readonly address: (paths: readonly string[]) => string;
}

export function ChartPanel(props: PanelProps) {
  const { vehicle, signals, board, view, show, address } = props;
  const { host, engine, reading, summary, isLoading, error } = useEngine(props);
  const label = `Chart of ${signals.map(({ path }) => path).join(" and ")}`;
  return (
    <section class="chart" aria-label="Chart">
      <div class="chart-heads">
        {signals.map((signal, index) => (
          <ChartHead
            key={signal.path}
            signal={signal}
            board={board}
            index={index}
            closeHref={
              signals.length > 1
                ? address(signals.filter((other) => other !== signal).map(({ path }) => path))
                : undefined
            }
          />
        ))}
      </div>
      <Toolbar
        view={view}
        isOnline={vehicle.presence.state === "online"}
        show={(next) => show(next, "push")}
        zoom={(factor) => engine.current?.zoomBy(factor)}
      />
      <ReadOut reading={reading} window={summary?.window} />
      <div class="plot-frame">
        <div
          ref={host}
          class="plot"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: it takes the keyboard: arrows pan, plus and minus zoom.
          tabIndex={0}
          role="application"
          aria-roledescription="chart"
          aria-label={label}
          aria-describedby="chart-keys"
          aria-busy={isLoading}
        />
        {isLoading && <span class="plot-loading" aria-hidden="true" />}
        {error !== undefined && (
          <div class="plot-message" role="alert">
            <p>The history could not be loaded. {error instanceof Error ? error.message : ""}</p>
            <button type="button" class="button button-main" onClick={() => engine.current?.refresh()}>
              Try again
            </button>
          </div>
        )}
        {error === undefined && summary?.empty === true && !isLoading && (
          <p class="plot-message">No datapoints in this span.</p>
        )}
      </div>
      {error === undefined && <GapLegend summary={summary} show={(span) => show(span, "push")} />}
      <p id="chart-keys" class="keys">
        <span class="keys-mouse">
          Drag to zoom, <kbd>Shift</kbd> drag to pan, double-click to follow the newest. With the keyboard: <kbd>←</kbd>{" "}
          <kbd>→</kbd> pan, <kbd>+</kbd> <kbd>−</kbd> zoom, <kbd>Shift</kbd> <kbd>←</kbd> <kbd>→</kbd> read values,{" "}
          <kbd>0</kbd> follow.
        </span>
        <span class="keys-touch">
          Drag to pan, pinch to zoom, tap to read a value, double-tap to follow the newest.
        </span>
      </p>
    </section>
  );
}

interface EngineState {
  readonly host: preact.RefObject<HTMLDivElement | null>;
  readonly engine: { readonly current: Engine | null };
  readonly reading: Reading | undefined;
  readonly summary: Summary | undefined;
  readonly isLoading: boolean;
  readonly error: unknown;
}

/** Keeps one engine for as long as the charted signals are the same, and tells it of what changes around it. */
function useEngine({ vehicle, signals, feed, extent, view, show }: PanelProps): EngineState {
  const host = useRef<HTMLDivElement>(null);
  const engine = useRef<Engine>(null);
  const [reading, setReading] = useState<Reading>();
  const [summary, setSummary] = useState<Summary>();
  const [isLoading, setLoading] = useState(true);
  const [error, setError] = useState<unknown>();
  const facts = { online: vehicle.presence.state === "online", lastDatapointMs: vehicle.lastDatapointMs, extent };
  // The engine outlives renders; it calls whatever the last render meant.
  const now = useRef({ view, facts, show });
  now.current = { view, facts, show };
  const paths = signals.map(({ path }) => path).join(" ");
  const noteSummary = useCallback((next: Summary) => {
    setSummary((before) => (before !== undefined && isSame(before, next) ? before : next));
  }, []);
  // A signal is its path: the engine lives as long as the paths stay the same.
  useLayoutEffect(() => {
    if (host.current === null) return;
    const made = new Engine(host.current, vehicle.id, signals, now.current.view, now.current.facts, {
      viewChanged: (next, how) => now.current.show(next, how),
      read: setReading,
      loading: (busy) => {
        setLoading(busy);
        if (busy) setError(undefined);
      },
      failed: setError,
      drawn: noteSummary,
    });
    engine.current = made;
    const stop = feed.listen({ datapoints: (rows) => made.append(rows), missed: () => made.refresh() });
    return () => {
      stop();
      engine.current = null;
      made.destroy();
    };
  }, [vehicle.id, paths, feed, noteSummary]);
  useEffect(() => engine.current?.setView(view), [view]);
  // Compared by content: the object is made anew by each rendering.
  useEffect(() => engine.current?.setFacts(facts), [facts.online, facts.lastDatapointMs, extent]);
  return { host, engine, reading, summary, isLoading, error };
}

/** The words around a chart that follows the newest need no new rendering with each frame. */
function isSame(a: Summary, b: Summary): boolean {
  const second = (timeMs: number) => Math.floor(timeMs / 1_000);
  return (
    second(a.window.fromMs) === second(b.window.fromMs) &&
    second(a.window.toMs) === second(b.window.toMs) &&
    a.datapoints === b.datapoints &&
    a.thinned === b.thinned &&
    a.empty === b.empty &&
    a.gaps.length === b.gaps.length &&
    a.gaps.every(
      (gap, row) => gap.fromMs === b.gaps[row]?.fromMs && second(gap.toMs) === second(b.gaps[row]?.toMs ?? 0),
    )
  );
}

interface HeadProps {
  readonly signal: Signal;
  readonly board: Board;
  readonly index: number;
  readonly closeHref: string | undefined;
}

function ChartHead({ signal, board, index, closeHref }: HeadProps) {
  const { value, text, timeMs } = useValue(board, signal.path);
  const shown = formatValue(signal, value, text);
  return (
    <div class={`chart-head chart-head-${index}`}>
      <h2>
        <span class="swatch" aria-hidden="true" />
        <PathName path={signal.path} />
        {closeHref !== undefined && (
          <a class="button button-icon" href={closeHref} aria-label={`Remove ${signal.path} from the chart`}>
            <CloseIcon />
          </a>
        )}
      </h2>
      <p class="chart-now">
        <span class="chart-value">{shown}</span>
        {signal.unit !== "" && <span class="chart-unit">{formatUnit(signal.unit)}</span>}
        <span class="aside">
          <Ago timeMs={timeMs} />
          <span class="source"> · {signal.source}</span>
        </span>
      </p>
    </div>
  );
}
