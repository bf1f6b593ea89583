// The chart's engine: signals and a view come in, a plot that is loaded, live and steerable comes out, without rendering the page
// around it again. It owns the plot, its requests and its timers. What the hands do to the view is told outside, where the address is.
import type uPlot from "uplot";
import type { Gap, Signal, Span, StreamEvents } from "../../types.ts";
import { serverNow } from "../clock.ts";
import { onThemeChange } from "../theme.ts";
import { listenToHands } from "./gestures.ts";
import { Loader } from "./loader.ts";
import { readPalette } from "./palette.ts";
import { createPlot } from "./plot.ts";
import { type Reading, readAt } from "./reading.ts";
import { align, gapsOf, type Line, lineOf, rowAt, type Track } from "./track.ts";
import { type Horizon, isFollowing, pan, type View, windowOf, zoom } from "./view.ts";

export interface EngineListener {
  /** The hands chose another view; "settled" once they rest, for the address bar. */
  viewChanged(view: View, how: "push" | "replace"): void;
  read(reading: Reading | undefined): void;
  loading(isLoading: boolean): void;
  failed(error: unknown): void;
  drawn(summary: Summary): void;
}

/** What the chart shows now, for the words around it. */
export interface Summary {
  readonly window: Span;
  readonly gaps: readonly Gap[];
  readonly datapoints: number;
  readonly thinned: boolean;
  /** No datapoint is in sight. */
  readonly empty: boolean;
}

export interface Facts {
  readonly online: boolean;
  readonly lastDatapointMs: number | null;
  readonly extent: Span | null;
}

const REDRAW_MS_MIN = 60;
const REDRAW_MS_MAX = 1_000;
/** Panning by hand changes the address when the hand rests, not with every pixel. */
const SETTLE_MS = 250;

export class Engine {
  readonly #listener: EngineListener;
  readonly #signals: readonly Signal[];
  readonly #plot: uPlot;
  readonly #loader: Loader;
  readonly #ended: (() => void)[] = [];
  #palette = readPalette();
  #view: View;
  #facts: Facts;
  #gaps = new Map<string, readonly Gap[]>();
  #pointedMs: number | undefined;
  #settleTimer = 0;
  #redrawTimer = 0;
  #frame = 0;

  constructor(
    host: HTMLElement,
    vehicle: string,
    signals: readonly Signal[],
    view: View,
    facts: Facts,
    listener: EngineListener,
  ) {
    this.#listener = listener;
    this.#signals = signals;
    this.#view = view;
    this.#facts = facts;
    this.#loader = new Loader(vehicle, signals, {
      loaded: () => this.#draw(),
      loading: (isLoading) => listener.loading(isLoading),
      failed: (error) => listener.failed(error),
    });
    this.#plot = createPlot(host, {
      signals,
      palette: () => this.#palette,
      gaps: () => this.#shownGaps(),
      chosen: (span) => this.#choose(span, "push"),
      pointed: (timeMs) => this.#point(timeMs),
    });
    this.#listen(host);
    this.#load();
    this.#draw();
    this.#tick();
  }

  /** The window that is shown. */
  get window(): Span {
    return windowOf(this.#view, this.#horizon());
  }

  setView(view: View): void {
    this.#view = view;
    this.#load();
    this.#draw();
  }

  setFacts(facts: Facts): void {
    this.#facts = facts;
    this.#draw();
  }

  append(datapoints: StreamEvents["datapoints"]): void {
    this.#loader.append(datapoints, this.window);
  }

  /** Something may have been missed: load again. */
  refresh(): void {
    this.#loader.load(this.window, this.#plot.width, true);
  }

  zoomBy(factor: number): void {
    this.#zoom(factor, 0.5);
  }

  destroy(): void {
    clearTimeout(this.#settleTimer);
    clearTimeout(this.#redrawTimer);
    cancelAnimationFrame(this.#frame);
    for (const end of this.#ended) end();
    this.#loader.close();
    this.#plot.destroy();
  }

  #listen(host: HTMLElement): void {
    const reset = () => this.#show({ follow: isFollowing(this.#view) ? this.#view.follow : "5m" }, "push");
    this.#ended.push(
      listenToHands(this.#plot.over, host, {
        zoom: (factor, at) => this.#zoom(factor, at),
        pan: (share) => {
          const { window } = this;
          this.#choose(pan(window, (window.toMs - window.fromMs) * share), "replace");
        },
        reset,
        follow: reset,
        point: (steps) => this.#step(steps),
      }),
      onThemeChange(() => {
        this.#palette = readPalette();
        this.#plot.redraw(false, true);
      }),
    );
    const resized = new ResizeObserver(() => {
      this.#plot.setSize({ width: Math.max(200, host.clientWidth), height: Math.max(120, host.clientHeight) });
      this.#load();
    });
    resized.observe(host);
    this.#ended.push(() => resized.disconnect());
  }

  #horizon(): Horizon {
    const { online, lastDatapointMs, extent } = this.#facts;
    const nowMs = serverNow();
    const lastMs = Math.max(lastDatapointMs ?? 0, extent?.toMs ?? 0);
    return { newestMs: online || lastMs === 0 ? nowMs : lastMs, oldestMs: extent?.fromMs };
  }

  #zoom(factor: number, at: number): void {
    const { window } = this;
    // Following, the newest stays where it is; a fixed view is zoomed about the pointer.
    this.#choose(zoom(window, factor, window.fromMs + (window.toMs - window.fromMs) * at), "replace");
  }

  #choose(span: Span, how: "push" | "replace"): void {
    this.#show(
      { fromMs: Math.round(span.fromMs), toMs: Math.max(Math.round(span.toMs), Math.round(span.fromMs) + 1) },
      how,
    );
  }

  #show(view: View, how: "push" | "replace"): void {
    const wasFollowing = isFollowing(this.#view);
    this.#view = view;
    this.#draw();
    clearTimeout(this.#settleTimer);
    const settle = () => {
      this.#load();
      this.#listener.viewChanged(view, wasFollowing ? "push" : how);
    };
    if (how === "push" || wasFollowing) settle();
    else this.#settleTimer = setTimeout(settle, SETTLE_MS);
  }

  #load(): void {
    this.#loader.load(this.window, this.#plot.width, false);
  }

  #draw(): void {
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#drawNow();
    });
  }

  #drawNow(): void {
    const { window } = this;
    const nowMs = serverNow();
    const tracks = this.#loader.tracks;
    const lines = this.#signals.map(({ path }): Line => {
      const track = tracks.get(path);
      if (track === undefined) return { xs: [], ys: [] };
      const gaps = gapsOf(track, nowMs);
      this.#gaps.set(path, gaps);
      return lineOf(track, gaps, this.#holdTo(track, nowMs));
    });
    const { xs, columns } = align(lines);
    this.#plot.batch(() => {
      this.#plot.setData([xs, ...columns], false);
      this.#plot.setScale("x", { min: window.fromMs, max: window.toMs });
    });
    this.#listener.drawn(this.#summary(window, lines));
    if (this.#pointedMs !== undefined) this.#point(this.#pointedMs);
  }

  /** A value holds until now while the vehicle is online, else as far as its batches cover. */
  #holdTo(track: Track, nowMs: number): number {
    if (!track.open) return track.loaded.toMs;
    return this.#facts.online ? nowMs : track.coveredToMs;
  }

  #summary(window: Span, lines: readonly Line[]): Summary {
    const tracks = [...this.#loader.tracks.values()];
    const isEmpty = lines.every(({ xs, ys }) => {
      const last = rowAt(xs, window.toMs);
      return last < 0 || (ys[last] === null && (xs[last] ?? 0) < window.fromMs);
    });
    return {
      window,
      gaps: this.#shownGaps(),
      datapoints: tracks.reduce((sum, { datapoints, appended }) => sum + datapoints + appended, 0),
      thinned: tracks.some(({ thinned }) => thinned),
      empty: isEmpty && tracks.length === this.#signals.length,
    };
  }

  /** Those in sight; signals of one vehicle mostly share theirs. */
  #shownGaps(): readonly Gap[] {
    const { fromMs, toMs } = this.window;
    const shown = new Map<string, Gap>();
    for (const gaps of this.#gaps.values()) {
      for (const gap of gaps) {
        if (gap.toMs > fromMs && gap.fromMs < toMs) shown.set(`${gap.fromMs} ${gap.reason}`, gap);
      }
    }
    return [...shown.values()];
  }

  #point(timeMs: number | undefined): void {
    this.#pointedMs = timeMs;
    this.#listener.read(
      timeMs === undefined ? undefined : readAt(timeMs, this.#signals, this.#loader.tracks, this.#gaps),
    );
  }

  /** Moves the crosshair from datapoint to datapoint of the first signal. */
  #step(steps: number): void {
    const times = this.#plot.data[0];
    const from = this.#pointedMs ?? this.window.toMs;
    const row = Math.max(0, Math.min(times.length - 1, rowAt(times, from) + steps));
    const timeMs = times[row];
    if (timeMs === undefined) return;
    const left = this.#plot.valToPos(timeMs, "x");
    this.#plot.setCursor({ left: Math.max(0, left), top: 0 }, false);
    this.#point(timeMs);
  }

  /** Live, the newest moves on; no faster than it moves by a pixel, and calmly where motion is not wanted. */
  #tick(): void {
    const { fromMs, toMs } = this.window;
    const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const perPixelMs = (toMs - fromMs) / Math.max(1, this.#plot.width);
    const delayMs = isCalm ? REDRAW_MS_MAX : Math.min(REDRAW_MS_MAX, Math.max(REDRAW_MS_MIN, perPixelMs));
    this.#redrawTimer = setTimeout(() => {
      const isDragging = this.#plot.select.width > 0;
      if (
        document.visibilityState === "visible" &&
        !isDragging &&
        (isFollowing(this.#view) || this.window.toMs > serverNow())
      ) {
        this.#load();
        this.#draw();
      }
      this.#tick();
    }, delayMs);
  }
}
