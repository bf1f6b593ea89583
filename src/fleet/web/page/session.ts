// One vehicle as a page holds it: its facts, its signals, a board of newest values, and a feed of datapoints for the chart. What is
// fetched and what comes by events is put together here; after an interruption all of it is fetched again.
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { BusReport, SignalList, Span, StreamEvents, Vehicle, VehicleDetail } from "../types.ts";
import { Board } from "./board.ts";
import { eventsAddress, fetchSignals, fetchVehicle } from "./client.ts";
import { type Answer, useAnswer } from "./hooks.ts";
import { LiveStream } from "./stream.ts";

export interface FeedListener {
  datapoints(datapoints: StreamEvents["datapoints"]): void;
  /** Something was missed; fetch again. */
  missed(): void;
}

/** Passes datapoints on to whoever draws them, past the components. */
export class Feed {
  readonly listeners = new Set<FeedListener>();

  listen(listener: FeedListener): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }
}

export interface Session {
  readonly detail: Answer<VehicleDetail>;
  readonly signals: Answer<SignalList>;
  /** The newest facts. */
  readonly vehicle: Vehicle | undefined;
  /** What the vehicle said last of its buses; null where it said nothing. */
  readonly buses: BusReport | null;
  readonly extent: Span | null;
  readonly board: Board;
  readonly feed: Feed;
}

/** `paths` are those whose datapoints the feed carries. */
export function useSession(id: string, paths: readonly string[]): Session {
  const detail = useAnswer(useCallback((signal: AbortSignal) => fetchVehicle(id, signal), [id]));
  const signals = useAnswer(useCallback((signal: AbortSignal) => fetchSignals(id, signal), [id]));
  const board = useMemo(() => new Board(), []);
  const feed = useMemo(() => new Feed(), []);
  const [news, setNews] = useState<Vehicle>();
  const [buses, setBuses] = useState<BusReport>();
  const opened = useRef(0);
  useEffect(() => {
    if (signals.content !== undefined) board.write(signals.content.signals.map(({ latest }) => latest));
  }, [board, signals.content]);
  const isKnown = detail.content !== undefined;
  const address = eventsAddress(id, paths);
  useEffect(() => {
    if (!isKnown) return;
    const missed = () => {
      signals.ask();
      detail.ask();
      for (const listener of feed.listeners) listener.missed();
    };
    const stream = new LiveStream(address, {
      opened: () => {
        // The first opens as the page loads, and has missed nothing.
        if (opened.current++ > 0) missed();
      },
      vehicle: setNews,
      buses: setBuses,
      latest: ({ values }) => board.write(values),
      datapoints: (datapoints) => {
        for (const listener of feed.listeners) listener.datapoints(datapoints);
      },
      stale: missed,
    });
    return () => stream.close();
  }, [address, isKnown, board, feed, signals.ask, detail.ask]);
  return {
    detail,
    signals,
    vehicle: newer(news, detail.content?.vehicle),
    buses: newerReport(buses, detail.content?.buses ?? null),
    extent: detail.content?.extent ?? null,
    board,
    feed,
  };
}

function newer(news: Vehicle | undefined, fetched: Vehicle | undefined): Vehicle | undefined {
  if (news === undefined || fetched === undefined) return news ?? fetched;
  const isOlder = (news.presence.sinceMs ?? 0) < (fetched.presence.sinceMs ?? 0);
  return isOlder || (news.lastDatapointMs ?? 0) < (fetched.lastDatapointMs ?? 0) ? fetched : news;
}

function newerReport(news: BusReport | undefined, fetched: BusReport | null): BusReport | null {
  return news === undefined || (fetched !== null && fetched.saidMs > news.saidMs) ? fetched : news;
}
