// Store first, acknowledge after: messages that are there in one turn of the event loop are stored in one transaction, and
// acknowledged when it is on disk. While the store fails they wait, unacknowledged, and are tried again; none is given up.
import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import { OperatingError } from "../../errors.ts";
import type { Arrival, Reception, Store } from "../store/store.ts";
import type { Delivery } from "./broker.ts";

/** A message on its way into the store. */
export interface Message {
  readonly kind: "batch" | "birth" | "status";
  readonly vehicle: string;
  readonly delivery: Delivery;
  readonly receivedAtMs: number;
}

export interface TurnsOptions {
  readonly store: Store;
  readonly log: Logger;
  /** Called when the messages are on disk and acknowledged. */
  readonly onStored: (outcome: Outcome) => void;
}

/** One turn's messages, and among them the batches with what became of each. */
export interface Outcome {
  readonly messages: readonly Message[];
  readonly arrivals: readonly Arrival[];
  readonly receptions: readonly Reception[];
}

/** A failing store is tried again after this, doubled each time up to the second. */
const RETRY_MS_MIN = 100;
const RETRY_MS_MAX = 10_000;

export class Turns {
  readonly #options: TurnsOptions;
  readonly #stopping = new AbortController();
  #waiting: Message[] = [];
  #running: Promise<void> | undefined;

  constructor(options: TurnsOptions) {
    this.#options = options;
  }

  add(message: Message): void {
    if (this.#stopping.signal.aborted) return;
    this.#waiting.push(message);
    this.#running ??= this.#run();
  }

  /** Finishes what is in hand. What a failing store did not take stays unacknowledged, and comes again. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      // The other connections hand in their message in the same turn as this one: wait for them.
      await new Promise((resolve) => setImmediate(resolve));
      const messages = this.#waiting;
      this.#waiting = [];
      const outcome = await this.#storeAtLast(messages);
      if (outcome === undefined) break;
      for (const { delivery } of messages) delivery.acknowledge();
      this.#options.onStored(outcome);
    }
    this.#running = undefined;
  }

  /** Resolves when the messages are on disk; with undefined only where the service stops while the store fails. */
  async #storeAtLast(messages: readonly Message[]): Promise<Outcome | undefined> {
    for (let retryMs = RETRY_MS_MIN; ; retryMs = Math.min(2 * retryMs, RETRY_MS_MAX)) {
      try {
        const outcome = await this.#store(messages);
        if (retryMs > RETRY_MS_MIN) this.#options.log.info("the store takes batches again");
        return outcome;
      } catch (error) {
        if (!(error instanceof OperatingError)) throw error;
        if (retryMs === RETRY_MS_MIN) {
          const { code, remedy, message } = error;
          this.#options.log.error(
            { code, remedy, reason: message },
            "nothing can be stored; batches wait at the broker",
          );
        }
      }
      if (this.#stopping.signal.aborted) return undefined;
      // A stop ends the wait, and one last attempt is made.
      await sleep(retryMs, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
    }
  }

  async #store(messages: readonly Message[]): Promise<Outcome> {
    const { store } = this.#options;
    const arrivals = messages.flatMap(({ kind, vehicle, delivery, receivedAtMs }) =>
      kind === "batch" ? [{ vehicle, payload: delivery.payload, receivedAtMs }] : [],
    );
    // All handed in during one turn, so that the store can commit them together.
    const receptions = arrivals.length === 0 ? [] : store.putBatches(arrivals);
    const others = messages.map(({ kind, vehicle, delivery, receivedAtMs }) => {
      if (kind === "birth") return store.putBirth(vehicle, delivery.payload, receivedAtMs);
      if (kind === "status") return store.putStatus(vehicle, delivery.payload, receivedAtMs);
      return undefined;
    });
    const [stored] = await Promise.all([receptions, ...others]);
    return { messages, arrivals, receptions: stored };
  }
}
