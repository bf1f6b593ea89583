// One connection's life: it introduces the vehicle, then publishes batches until the connection is over. Live ones go first,
// on their interval; what waited while the link was down drains behind them. A batch leaves the outbox when the broker has
// acknowledged it.
import { encodeStatus, type Status } from "../../wire/status.ts";
import { batchTopic, birthTopic, statusTopic } from "../../wire/topics.ts";
import { BATCH_LIMITS, type BatchLimits, type OutboxBatch } from "../segment.ts";
import type { BrokerConnection } from "./broker.ts";
import type { UplinkCounters, UplinkOptions } from "./options.ts";

/** What a batch's packet may have beside its segments: topic, envelope, and a few gaps. */
const ENVELOPE_BYTES = 4096;
/** What is in flight when the gateway stops has this long to be acknowledged; the rest keeps in the outbox. */
const FAREWELL_MS = 2_000;
/** A broker that answers pings and acknowledges nothing for this long is left; on the slowest link a batch takes half of it. */
const SILENCE_US_MAX = 120e6;

export class Session {
  readonly #options: UplinkOptions;
  readonly #counters: UplinkCounters;
  readonly #broker: BrokerConnection;
  readonly #limits: BatchLimits;
  /** Batches that may wait for their acknowledgement; the broker's own limit has room for a status beside them. */
  readonly #inFlightMax: number;
  /** Segments from this number on are live: they were committed while connected. */
  readonly #liveFrom: number;
  readonly #inFlight = new Set<Promise<void>>();
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #over = Promise.withResolvers<Error | undefined>();
  /** Publishes of any kind that are not acknowledged, and when the broker last acknowledged one. */
  #unanswered = 0;
  #answeredAtUs = 0;
  /** Catalogues that were published on this connection. */
  readonly #born = new Set<string>();
  #isReady = false;
  #isLiveDue = false;
  #isLeaving = false;
  #isOver = false;

  constructor(options: UplinkOptions, counters: UplinkCounters, broker: BrokerConnection) {
    this.#options = options;
    this.#counters = counters;
    this.#broker = broker;
    this.#inFlightMax = Math.max(1, Math.min(options.inFlightMax, broker.receiveMax - 1));
    const bytesMax = Math.max(0, Math.min(BATCH_LIMITS.bytesMax, broker.packetBytesMax - ENVELOPE_BYTES));
    this.#limits = { ...BATCH_LIMITS, bytesMax };
    this.#liveFrom = options.outbox.nextSequence();
  }

  /** Resolves when the connection is over, with the reason if there is one. Rejects when the outbox failed. */
  async serve(stopping: AbortSignal): Promise<Error | undefined> {
    const over = Promise.race([this.#broker.closed, this.#over.promise]);
    const stop = (): void => this.#over.resolve(undefined);
    stopping.addEventListener("abort", stop);
    if (stopping.aborted) stop();
    try {
      const isIntroduced = this.announce().then(
        () => true,
        (cause) => this.#end(asError(cause)),
      );
      if (await Promise.race([isIntroduced, over.then(() => false)])) this.#start();
      return await over;
    } finally {
      stopping.removeEventListener("abort", stop);
      this.#isOver = true;
      for (const timer of this.#timers) clearInterval(timer);
      await (stopping.aborted ? this.#broker.close() : this.#broker.drop());
      await Promise.allSettled(this.#inFlight);
    }
  }

  /** Sends what it can in the time that it has, and says that the vehicle goes. */
  async farewell(): Promise<void> {
    const { promise: timeout, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, FAREWELL_MS);
    if (this.#isReady) {
      this.#isLiveDue = true;
      this.#drain();
      await Promise.race([this.#settled(), timeout]);
    }
    // From here on no "online" may come after it: the last one that was said is kept by the broker.
    this.#isLeaving = true;
    await Promise.race([this.#say("offline").catch(() => undefined), timeout]);
    clearTimeout(timer);
  }

  /** Publishes the catalogues that are new, and the status. Publishes keep their order: a batch never comes before its catalogue. */
  async announce(): Promise<void> {
    await this.#bear();
    await this.#say("online");
  }

  async #bear(): Promise<void> {
    const { outbox, vehicle } = this.#options;
    const unborn = outbox.catalogues().filter(({ digest }) => !this.#born.has(digest));
    for (const { digest } of unborn) this.#born.add(digest);
    await Promise.all(unborn.map(({ digest, birth }) => this.#publish(birthTopic(vehicle, digest), birth, true)));
  }

  #start(): void {
    const { batchIntervalMs, statusIntervalMs } = this.#options;
    this.#isReady = true;
    this.#every(batchIntervalMs, () => {
      this.#isLiveDue = true;
      this.#drain();
    });
    let isSaying = false;
    this.#every(statusIntervalMs, () => {
      this.#leaveSilence();
      // One at a time: they would pile up before a broker that does not answer.
      if (isSaying) return;
      isSaying = true;
      void this.#say("online")
        .catch(() => undefined)
        .finally(() => {
          isSaying = false;
        });
    });
    this.#drain();
  }

  /** Publishes what may go now: live data if its interval is over, else the oldest that waits. */
  #drain(): void {
    const { outbox } = this.#options;
    try {
      while (!this.#isOver && this.#inFlight.size < this.#inFlightMax) {
        const live = this.#isLiveDue ? outbox.take(this.#liveFrom, Number.MAX_SAFE_INTEGER, this.#limits) : undefined;
        if (live === undefined) this.#isLiveDue = false;
        // One place is kept free for what comes next.
        const mayDrain = this.#inFlight.size < Math.max(1, this.#inFlightMax - 1);
        const batch = live ?? (mayDrain ? outbox.take(0, this.#liveFrom, this.#limits) : undefined);
        if (batch === undefined) return;
        const sent = this.#send(batch).finally(() => {
          this.#inFlight.delete(sent);
          this.#drain();
        });
        this.#inFlight.add(sent);
      }
    } catch (cause) {
      this.#fail(cause);
    }
  }

  async #send(batch: OutboxBatch): Promise<void> {
    const { outbox, vehicle, log } = this.#options;
    this.#counters.batchesPublished += 1;
    this.#counters.datapointsPublished += batch.datapoints;
    const { sharesPublished } = this.#counters;
    for (const [bus, share] of batch.shares) sharesPublished.set(bus, (sharesPublished.get(bus) ?? 0) + share);
    try {
      await this.#publish(batchTopic(vehicle), batch.payload, false);
    } catch (cause) {
      outbox.giveBack(batch);
      if (this.#isOver) return;
      // Refused, not lost: the broker would refuse it again at once. A new connection, after a pause, is another chance.
      log.warn(
        { reason: asError(cause).message, sequence: batch.firstSequence },
        "the broker refused a batch; it stays in the outbox",
      );
      this.#end(asError(cause));
      return;
    }
    try {
      outbox.acknowledge(batch);
    } catch (cause) {
      this.#fail(cause);
      return;
    }
    this.#counters.batchesAcknowledged += 1;
    this.#counters.bytesAcknowledged += batch.payload.length;
  }

  async #say(presence: Status["presence"]): Promise<void> {
    if (presence === "online" && this.#isLeaving) return;
    const payload = encodeStatus(this.#options.status(presence));
    await this.#publish(statusTopic(this.#options.vehicle), payload, true);
  }

  async #publish(topic: string, payload: Uint8Array, retain: boolean): Promise<void> {
    const { clock } = this.#options;
    if (this.#unanswered === 0) this.#answeredAtUs = clock.nowUs();
    this.#unanswered += 1;
    try {
      await this.#broker.publish(topic, payload, retain);
    } finally {
      this.#unanswered -= 1;
      this.#answeredAtUs = clock.nowUs();
    }
  }

  #leaveSilence(): void {
    if (this.#unanswered === 0 || this.#options.clock.nowUs() - this.#answeredAtUs < SILENCE_US_MAX) return;
    this.#end(new Error(`the broker has acknowledged nothing for ${SILENCE_US_MAX / 1e6} s`));
  }

  #end(reason: Error): false {
    this.#isOver = true;
    this.#over.resolve(reason);
    return false;
  }

  /** The outbox failed: that is not the broker's fault, and no new connection would help. */
  #fail(cause: unknown): void {
    this.#isOver = true;
    this.#over.reject(cause);
  }

  async #settled(): Promise<void> {
    while (this.#inFlight.size > 0) await Promise.allSettled(this.#inFlight);
  }

  #every(intervalMs: number, action: () => void): void {
    this.#timers.push(setInterval(action, intervalMs));
  }
}

function asError(cause: unknown): Error {
  return cause instanceof Error ? cause : new Error(String(cause));
}
