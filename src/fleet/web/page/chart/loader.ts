// Fetches the history that a chart's window needs, a little more on both sides so that panning has something to show, at the width's
// resolution; keeps what is loaded, and adds live datapoints to it. One question per signal at a time: a newer one ends the older.
import type { Signal, SignalHistory, Span, StreamEvents } from "../../types.ts";
import { fetchHistory } from "../client.ts";
import { serverNow } from "../clock.ts";
import { append, type Track, trackOf } from "./track.ts";

/** Loaded on each side, as a share of the window. */
const MARGIN = 0.5;
/** Datapoints per pixel of width: what a bucket keeps is its first, lowest, highest and last. */
const POINTS_PER_PIXEL = 2;
const POINTS_MIN = 400;
const POINTS_MAX = 5_000;
/** Seen this much closer than it was loaded for, a thinned history is loaded finer. */
const CLOSER = 2;
/** So many live datapoints are as heavy as a history; it is then loaded afresh, thinned. */
const APPENDED_MAX = 4_000;
/** Datapoints from a backlog come in a rush; the history is loaded again when they pause. */
const LATE_MS = 1_500;
const FAILED_MS = 4_000;

export interface LoaderListener {
  loaded(): void;
  loading(isLoading: boolean): void;
  failed(error: unknown): void;
}

type Live = StreamEvents["datapoints"];

export class Loader {
  readonly tracks = new Map<string, Track>();
  readonly #vehicle: string;
  readonly #signals: readonly Signal[];
  readonly #listener: LoaderListener;
  readonly #asked = new Map<
    string,
    { readonly abort: AbortController; readonly span: Span; readonly meanwhile: Live[] }
  >();
  #lateTimer = 0;
  #failedAtMs = 0;
  #width = 0;

  constructor(vehicle: string, signals: readonly Signal[], listener: LoaderListener) {
    this.#vehicle = vehicle;
    this.#signals = signals;
    this.#listener = listener;
  }

  /** Sees to it that the window is loaded; `afresh` even where it seems to be. */
  load(window: Span, width: number, afresh: boolean): void {
    this.#width = width;
    // After a failure the page offers to try again; drawing goes on without asking meanwhile.
    if (!afresh && Date.now() - this.#failedAtMs < FAILED_MS) return;
    for (const { path } of this.#signals) {
      const asked = this.#asked.get(path);
      const isAsked = asked !== undefined && covers(asked.span, false, window) && !isTooCoarse(asked.span, window);
      if (!afresh && (isAsked || this.#suffices(path, window))) continue;
      void this.#ask(path, window);
    }
  }

  append(live: Live, window: Span): void {
    this.#asked.get(live.path)?.meanwhile.push(live);
    const track = this.tracks.get(live.path);
    if (track === undefined || !track.open) return;
    const fits = append(track, live.timesMs, live.values, live);
    if (!fits && this.#lateTimer === 0) {
      this.#lateTimer = setTimeout(() => {
        this.#lateTimer = 0;
        this.load(window, this.#width, true);
      }, LATE_MS);
    }
  }

  close(): void {
    clearTimeout(this.#lateTimer);
    for (const { abort } of this.#asked.values()) abort.abort();
    this.#asked.clear();
  }

  #suffices(path: string, window: Span): boolean {
    const track = this.tracks.get(path);
    if (track === undefined || !covers(track.loaded, track.open, window)) return false;
    if (track.appended > APPENDED_MAX) return false;
    return !(track.thinned && isTooCoarse(track.loaded, window));
  }

  async #ask(path: string, window: Span): Promise<void> {
    const length = window.toMs - window.fromMs;
    const nowMs = serverNow();
    const fromMs = window.fromMs - length * MARGIN;
    const isOpen = window.toMs + length * MARGIN >= nowMs;
    const span = { fromMs, toMs: Math.max(fromMs + 1, isOpen ? nowMs : window.toMs + length * MARGIN) };
    const points = Math.ceil(this.#width * POINTS_PER_PIXEL * ((span.toMs - span.fromMs) / length));
    this.#asked.get(path)?.abort.abort();
    const question = {
      abort: new AbortController(),
      span: { ...span, toMs: isOpen ? Number.POSITIVE_INFINITY : span.toMs },
      meanwhile: [],
    };
    this.#asked.set(path, question);
    this.#listener.loading(true);
    try {
      const bounded = Math.min(POINTS_MAX, Math.max(POINTS_MIN, points));
      const history = await fetchHistory(this.#vehicle, { path, ...span, points: bounded }, question.abort.signal);
      this.#take(path, history, isOpen, question.meanwhile);
    } catch (error) {
      if (question.abort.signal.aborted) return;
      this.#failedAtMs = Date.now();
      this.#listener.failed(error);
    } finally {
      if (this.#asked.get(path) === question) this.#asked.delete(path);
      if (this.#asked.size === 0) this.#listener.loading(false);
    }
  }

  #take(path: string, history: SignalHistory, isOpen: boolean, meanwhile: readonly Live[]): void {
    const track = trackOf(history, isOpen);
    if (isOpen) for (const live of meanwhile) append(track, live.timesMs, live.values, live);
    this.tracks.set(path, track);
    this.#failedAtMs = 0;
    this.#listener.loaded();
  }
}

function covers(loaded: Span, open: boolean, window: Span): boolean {
  return loaded.fromMs <= window.fromMs && (open || loaded.toMs >= Math.min(window.toMs, serverNow()));
}

function isTooCoarse(loaded: Span, window: Span): boolean {
  const toMs = Number.isFinite(loaded.toMs) ? loaded.toMs : serverNow();
  return toMs - loaded.fromMs > (window.toMs - window.fromMs) * (1 + 2 * MARGIN) * CLOSER;
}
