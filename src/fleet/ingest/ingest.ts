// From the broker into the store: every batch, birth and status of every vehicle. A message is acknowledged when it is on disk and
// not before, so whatever happens in between it comes again, and the store drops what it has already.
import type { Logger } from "pino";
import { readCredentials } from "../../broker.ts";
import { BATCH_FILTER, BIRTH_FILTER, parseTopic, STATUS_FILTER } from "../../wire/topics.ts";
import type { FleetConfig } from "../config.ts";
import type { Arrival, Store } from "../store/store.ts";
import { Connection, type Delivery } from "./broker.ts";
import { type Outcome, Turns } from "./turns.ts";

/** Workers of this group share the batches: each goes to one of them. */
const SHARED_GROUP = "canward-ingest";
const CLIENT_ID_DEFAULT = "canward-ingest";
/** As many messages are committed together at most: one of each connection. */
const CONNECTIONS_DEFAULT = 32;

export interface IngestOptions {
  readonly broker: FleetConfig["broker"];
  /** Turns a path of the configuration into one of this process; as it stands by default. */
  readonly resolve?: (path: string) => string;
  readonly store: Store;
  readonly log: Logger;
}

/** What has happened since the start. */
export interface IngestCounters {
  stored: number;
  duplicates: number;
  invalid: number;
  births: number;
  statuses: number;
  /** Messages under a topic that is none of ours; acknowledged and dropped. */
  foreign: number;
  /** Transactions: stored / turns is how many batches a disk flush carries. */
  turns: number;
}

/** Called with the new batches of a vehicle, when they are on disk. */
export type StoredListener = (vehicle: string, arrivals: readonly Arrival[]) => void;
/** Called when a vehicle's status, or a birth, is on disk. */
export type StatusListener = (vehicle: string) => void;

export interface Ingest {
  readonly counters: Readonly<IngestCounters>;
  /** Resolves when the broker has confirmed the subscriptions: what is published from then on is not missed. */
  readonly subscribed: Promise<void>;
  /** Both answer a function that ends the listening. */
  onStored(listener: StoredListener): () => void;
  onStatus(listener: StatusListener): () => void;
  /** Stores and acknowledges what is in hand, then disconnects. The sessions stay at the broker. */
  stop(): Promise<void>;
}

/** Starts to ingest. The broker need not be there yet. Throws an OperatingError where a file of the configuration cannot be read. */
export async function startIngest({ broker, resolve = (path) => path, store, log }: IngestOptions): Promise<Ingest> {
  const credentials = readCredentials(broker, resolve);
  const counters: IngestCounters = {
    stored: 0,
    duplicates: 0,
    invalid: 0,
    births: 0,
    statuses: 0,
    foreign: 0,
    turns: 0,
  };
  const storedListeners = new Set<StoredListener>();
  const statusListeners = new Set<StatusListener>();
  const turns = new Turns({
    store,
    log,
    onStored: (outcome) => {
      count(counters, outcome);
      tell(outcome, storedListeners, statusListeners);
    },
  });
  const onDelivery = (delivery: Delivery) => {
    const topic = parseTopic(delivery.topic);
    if (topic !== undefined) {
      turns.add({ kind: topic.kind, vehicle: topic.vehicle, delivery, receivedAtMs: Date.now() });
      return;
    }
    counters.foreign++;
    delivery.acknowledge();
  };

  const connect = (index: number, filters: (canShare: boolean) => readonly string[]) =>
    new Connection({
      url: broker.url,
      clientId: `${broker.client_id ?? CLIENT_ID_DEFAULT}-${index}`,
      credentials,
      filters,
      onDelivery,
      log,
    });
  const batches = (canShare: boolean) => (canShare ? `$share/${SHARED_GROUP}/${BATCH_FILTER}` : BATCH_FILTER);
  // What is retained comes with an ordinary subscription alone, so the first connection has those. [MQTT-4.8.2]
  const first = connect(0, (canShare) => [BIRTH_FILTER, STATUS_FILTER, batches(canShare)]);
  const connections = [first];
  let isStopping = false;
  const subscribed = first.subscribed.then(async (canShare) => {
    // Without sharing every further connection would receive everything again.
    if (!canShare || isStopping) return;
    for (let index = 1; index < (broker.connections ?? CONNECTIONS_DEFAULT); index++) {
      connections.push(connect(index, (stillShares) => (stillShares ? [batches(true)] : [])));
    }
    await Promise.all(connections.map((connection) => connection.subscribed));
  });

  return {
    counters,
    subscribed,
    onStored: (listener) => listen(storedListeners, listener),
    onStatus: (listener) => listen(statusListeners, listener),
    stop: async () => {
      isStopping = true;
      await turns.stop();
      await Promise.all(connections.map((connection) => connection.stop()));
    },
  };
}

function listen<T>(listeners: Set<T>, listener: T): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function count(counters: IngestCounters, { messages, receptions }: Outcome): void {
  counters.turns++;
  for (const reception of receptions) {
    if (reception === "stored") counters.stored++;
    else if (reception === "duplicate") counters.duplicates++;
    else counters.invalid++;
  }
  for (const { kind } of messages) {
    if (kind === "birth") counters.births++;
    else if (kind === "status") counters.statuses++;
  }
}

function tell(
  { messages, arrivals, receptions }: Outcome,
  storedListeners: ReadonlySet<StoredListener>,
  statusListeners: ReadonlySet<StatusListener>,
): void {
  const stored = arrivals.filter((_, index) => receptions[index] === "stored");
  for (const [vehicle, own] of Map.groupBy(stored, (arrival) => arrival.vehicle)) {
    for (const listener of storedListeners) listener(vehicle, own);
  }
  const spoke = new Set(messages.filter(({ kind }) => kind !== "batch").map(({ vehicle }) => vehicle));
  for (const vehicle of spoke) {
    for (const listener of statusListeners) listener(vehicle);
  }
}
