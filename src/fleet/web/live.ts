// From "this was stored" to events for the browsers that look at it. Nothing is read or decoded for a vehicle that nobody watches,
// and what comes faster than a person can see is told together, a few times a second.
import type { FastifyBaseLogger } from "fastify";
import type { Store } from "../store/store.ts";
import { toBuses, toVehicle } from "./answers.ts";
import { readNews } from "./batches.ts";
import type { FleetEvents } from "./events.ts";
import type { Streams } from "./streams.ts";

/** What is stored within this time is told together. */
const TELL_INTERVAL_MS = 200;
/** Batches of one vehicle that are decoded at a time; a draining backlog brings more, and the page then fetches instead. */
const PENDING_BATCHES_MAX = 32;
/** A vehicle's facts (last datapoint, backlog) are read and told at most this often. */
const FACTS_INTERVAL_MS = 1_000;

interface Pending {
  payloads: Uint8Array[];
  overflowed: boolean;
}

/** Connects the events to the streams. Returns what ends it. */
export function tellLive(store: Store, events: FleetEvents, streams: Streams, log: FastifyBaseLogger): () => void {
  const batches = new Map<string, Pending>();
  const facts = new Set<string>();
  const stopStored = events.onStored((vehicle, arrivals) => {
    if (streams.size === 0) return;
    facts.add(vehicle);
    if (streams.wanted(vehicle) === undefined) return;
    const payloads = arrivals.map(({ payload }) => payload);
    remember(batches, vehicle, payloads);
  });
  const stopStatus = events.onStatus((vehicle) => {
    if (streams.size > 0) facts.add(vehicle);
  });
  const stopTelling = every(TELL_INTERVAL_MS, log, async () => {
    const due = [...batches];
    batches.clear();
    for (const [vehicle, pending] of due) {
      // One vehicle's broken batch must not keep the others from being told.
      await tellBatches(store, streams, vehicle, pending).catch((error: unknown) => {
        log.error({ err: error, vehicle }, "web: a batch could not be told to the browsers");
      });
    }
  });
  const stopFacts = every(FACTS_INTERVAL_MS, log, async () => {
    const due = [...facts];
    facts.clear();
    for (const vehicle of due) await tellFacts(store, streams, vehicle);
  });
  return () => {
    stopStored();
    stopStatus();
    stopTelling();
    stopFacts();
  };
}

function remember(batches: Map<string, Pending>, vehicle: string, payloads: readonly Uint8Array[]): void {
  const pending = batches.get(vehicle) ?? { payloads: [], overflowed: false };
  batches.set(vehicle, pending);
  if (pending.payloads.length + payloads.length > PENDING_BATCHES_MAX) {
    pending.overflowed = true;
    pending.payloads = [];
  } else if (!pending.overflowed) {
    pending.payloads.push(...payloads);
  }
}

async function tellBatches(store: Store, streams: Streams, vehicle: string, pending: Pending): Promise<void> {
  const ofVehicle = (subscription: { readonly vehicle: string | undefined }) => subscription.vehicle === vehicle;
  const wanted = streams.wanted(vehicle);
  if (wanted === undefined) return;
  if (pending.overflowed) return streams.send("stale", { reason: "busy" }, ofVehicle);
  const catalogue = await store.catalogue(vehicle);
  for (const payload of pending.payloads) {
    const news = catalogue === undefined ? undefined : readNews(catalogue, payload, wanted);
    if (news === undefined) return streams.send("stale", { reason: "catalogue" }, ofVehicle);
    const { fromMs, toMs } = news;
    if (news.latest.length > 0) streams.send("latest", { values: news.latest }, ofVehicle);
    for (const [path, { timesMs, values }] of news.series) {
      const content = { path, fromMs, toMs, timesMs, values };
      streams.send("datapoints", content, (to) => to.vehicle === vehicle && to.paths.includes(path));
    }
  }
}

async function tellFacts(store: Store, streams: Streams, vehicle: string): Promise<void> {
  if (!streams.listWatched && streams.wanted(vehicle) === undefined) return;
  const summary = await store.vehicle(vehicle);
  if (summary === undefined) return;
  streams.send("vehicle", toVehicle(summary), (to) => to.vehicle === undefined || to.vehicle === vehicle);
  const buses = toBuses(summary);
  if (buses !== null) streams.send("buses", buses, (to) => to.vehicle === vehicle);
}

/** Runs the work again and again, one at a time; a failure is logged and does not end it. */
function every(intervalMs: number, log: FastifyBaseLogger, work: () => Promise<void>): () => void {
  let running = false;
  const timer = setInterval(() => {
    if (running) return;
    running = true;
    work()
      .catch((error: unknown) => log.error({ err: error }, "web: telling the browsers failed"))
      .finally(() => {
        running = false;
      });
  }, intervalMs);
  timer.unref();
  return () => clearInterval(timer);
}
