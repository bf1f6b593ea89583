// A connection for server-sent events that looks after itself: it says whether it is live, notices silence, connects again, and rests
// while the page is hidden. Each time it (re)connects it says so, for what was missed must be fetched.
import type { StreamEventName, StreamEvents } from "../types.ts";
import { setServerNow } from "./clock.ts";
import { isLive, setConnection } from "./connection.ts";

/** Three of the server's beats. */
const SILENCE_MS_MAX = 32_000;
const RETRY_MS_FIRST = 1_000;
const RETRY_MS_MAX = 15_000;
/** A page in the background needs no events; a short look away should not cost a reconnection. */
const REST_AFTER_HIDDEN_MS = 60_000;

export type StreamHandlers = {
  readonly [Name in Exclude<StreamEventName, "beat">]?: (content: StreamEvents[Name]) => void;
} & {
  /** Events flow from now on; `again` where they did before, too. */
  readonly opened?: (again: boolean) => void;
};

export class LiveStream {
  readonly #address: string;
  readonly #handlers: StreamHandlers;
  #source: EventSource | undefined;
  #openedBefore = false;
  #retryMs = RETRY_MS_FIRST;
  #retryTimer = 0;
  #silenceTimer = 0;
  #restTimer = 0;

  constructor(address: string, handlers: StreamHandlers) {
    this.#address = address;
    this.#handlers = handlers;
    document.addEventListener("visibilitychange", this.#seen);
    globalThis.addEventListener("online", this.#seen);
    this.#connect();
  }

  close(): void {
    document.removeEventListener("visibilitychange", this.#seen);
    globalThis.removeEventListener("online", this.#seen);
    this.#disconnect();
  }

  #connect(): void {
    this.#disconnect();
    // One stream that takes over from another is no interruption to speak of.
    if (this.#openedBefore) setConnection("reconnecting");
    else if (!isLive()) setConnection("connecting");
    const source = new EventSource(this.#address);
    this.#source = source;
    source.addEventListener("error", () => this.#connectLater());
    source.addEventListener("open", () => this.#opened());
    for (const name of ["beat", "vehicle", "buses", "latest", "datapoints", "stale"] as const) {
      source.addEventListener(name, (event: MessageEvent<string>) => this.#receive(name, event));
    }
    this.#expectWord();
  }

  #opened(): void {
    setConnection("live");
    this.#retryMs = RETRY_MS_FIRST;
    this.#handlers.opened?.(this.#openedBefore);
    this.#openedBefore = true;
  }

  #receive<Name extends StreamEventName>(name: Name, event: MessageEvent<string>): void {
    this.#expectWord();
    const content = JSON.parse(event.data) as StreamEvents[Name];
    if (name === "beat") setServerNow((content as StreamEvents["beat"]).nowMs);
    const handlers = this.#handlers as { readonly [N in StreamEventName]?: (content: StreamEvents[N]) => void };
    handlers[name]?.(content);
  }

  /** The browser's own retry gives up on an HTTP error; this one does not. */
  #connectLater(): void {
    this.#disconnect();
    setConnection("reconnecting");
    this.#openedBefore = true;
    this.#retryTimer = setTimeout(() => this.#connect(), this.#retryMs * (0.75 + Math.random() / 2));
    this.#retryMs = Math.min(RETRY_MS_MAX, this.#retryMs * 2);
  }

  #expectWord(): void {
    clearTimeout(this.#silenceTimer);
    this.#silenceTimer = setTimeout(() => this.#connectLater(), SILENCE_MS_MAX);
  }

  readonly #seen = (): void => {
    clearTimeout(this.#restTimer);
    if (document.visibilityState === "hidden") {
      this.#restTimer = setTimeout(() => {
        this.#disconnect();
        setConnection("paused");
      }, REST_AFTER_HIDDEN_MS);
    } else if (this.#source === undefined) {
      this.#retryMs = RETRY_MS_FIRST;
      this.#connect();
    }
  };

  #disconnect(): void {
    clearTimeout(this.#retryTimer);
    clearTimeout(this.#silenceTimer);
    clearTimeout(this.#restTimer);
    this.#source?.close();
    this.#source = undefined;
  }
}
