// Server-sent events to many browsers: a client is an open response, written to as things happen, told the time every few seconds.
// Numbers and queues are bounded: who reads too slowly is cut off, reconnects by itself, and fetches what it missed.
import type { FastifyReply } from "fastify";
import { Refusal } from "./problems.ts";
import type { StreamEventName, StreamEvents } from "./types.ts";

/** Open streams in all; each costs a socket and at most CLIENT_QUEUE_BYTES_MAX. */
export const STREAM_CLIENTS_MAX = 256;
/** What may wait for one client: some seconds of a busy vehicle on a bad link. */
export const CLIENT_QUEUE_BYTES_MAX = 256 * 1024;
/** The page takes three beats without a word as a lost connection; proxies commonly cut idle ones after 60 s. */
export const BEAT_INTERVAL_MS = 10_000;
/** What a browser is told to wait before it connects again. */
export const RETRY_MS = 2_000;

/** One open stream: of a vehicle, with the paths whose datapoints it wants in full, or of the list of vehicles. */
export interface Subscription {
  readonly vehicle: string | undefined;
  readonly paths: readonly string[];
}

/** Owns the open responses. */
export class Streams {
  readonly #clients = new Map<FastifyReply, Subscription>();
  readonly #beat: NodeJS.Timeout;
  #closed = false;

  constructor() {
    this.#beat = setInterval(() => this.send("beat", { nowMs: Date.now() }, () => true), BEAT_INTERVAL_MS);
    this.#beat.unref();
  }

  get size(): number {
    return this.#clients.size;
  }

  /** Takes the reply over as an event stream. Refuses, with 503, what would be one too many. */
  open(reply: FastifyReply, subscription: Subscription): void {
    if (this.#closed || this.#clients.size >= STREAM_CLIENTS_MAX) {
      throw new Refusal(503, "WEB_TOO_MANY_STREAMS", "Too many event streams are open. Close some pages.", 10);
    }
    const { raw } = reply;
    raw.once("close", () => void this.#clients.delete(reply));
    raw.on("error", () => raw.destroy());
    reply.hijack();
    for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) raw.setHeader(name, value);
    raw.setHeader("content-type", "text/event-stream; charset=utf-8");
    // nginx would otherwise collect the events before it passes them on.
    raw.setHeader("x-accel-buffering", "no");
    raw.writeHead(200);
    this.#clients.set(reply, subscription);
    raw.write(`retry: ${RETRY_MS}\n\n${format("beat", { nowMs: Date.now() })}`);
  }

  /** Writes the event to each client whose subscription is chosen. */
  send<Name extends StreamEventName>(
    name: Name,
    content: StreamEvents[Name],
    chosen: (subscription: Subscription) => boolean,
  ): void {
    let text: string | undefined;
    for (const [reply, subscription] of this.#clients) {
      if (!chosen(subscription)) continue;
      text ??= format(name, content);
      reply.raw.write(text);
      if (reply.raw.writableLength > CLIENT_QUEUE_BYTES_MAX) reply.raw.destroy();
    }
  }

  /** The paths that clients of a vehicle want in full; undefined where no client watches the vehicle. */
  wanted(vehicle: string): ReadonlySet<string> | undefined {
    let paths: Set<string> | undefined;
    for (const subscription of this.#clients.values()) {
      if (subscription.vehicle !== vehicle) continue;
      paths ??= new Set();
      for (const path of subscription.paths) paths.add(path);
    }
    return paths;
  }

  /** Whether anyone looks at the list. */
  get listWatched(): boolean {
    for (const subscription of this.#clients.values()) if (subscription.vehicle === undefined) return true;
    return false;
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#beat);
    for (const reply of this.#clients.keys()) reply.raw.end();
    this.#clients.clear();
  }
}

function format<Name extends StreamEventName>(name: Name, content: StreamEvents[Name]): string {
  return `event: ${name}\ndata: ${JSON.stringify(content)}\n\n`;
}
