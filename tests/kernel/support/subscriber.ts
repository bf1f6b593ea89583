// What a gateway's broker has of it: every batch once, decoded by the contract that the fleet uses too, and what the gateway
// says of itself and of its buses. The subscription outlives a restart of the broker.
import { connectAsync, type MqttClient } from "mqtt";
import { type Batch, readBatch } from "../../../src/wire/batch.ts";
import { type Birth, readBirth } from "../../../src/wire/birth.ts";
import type { BusStatus } from "../../../src/wire/bus-status.ts";
import { physicalOf, rawOf } from "../../../src/wire/physical.ts";
import { readStatus, type Status } from "../../../src/wire/status.ts";
import { parseTopic } from "../../../src/wire/topics.ts";

export interface Value {
  readonly timeMs: number;
  readonly value: number;
  /** Of the catalogue that it was sent under. */
  readonly catalogue: string;
}

export async function subscribe(url: string, vehicle: string): Promise<Subscriber> {
  const client = await connectAsync(url, {
    ...{ protocolVersion: 4, clean: false, clientId: `subscriber-${process.pid}`, reconnectPeriod: 100 },
  });
  const subscriber = new Subscriber(client);
  await client.subscribeAsync(`canward/v1/${vehicle}/#`, { qos: 1 });
  return subscriber;
}

export class Subscriber implements AsyncDisposable {
  /** By its digest. */
  readonly births = new Map<string, Birth>();
  readonly statuses: Status[] = [];
  readonly #client: MqttClient;
  /** By stream and first sequence: a batch that came twice is one. */
  readonly #batches = new Map<string, Batch>();

  constructor(client: MqttClient) {
    this.#client = client;
    client.on("message", (topic, payload) => {
      const kind = parseTopic(topic)?.kind;
      if (kind === "batch") this.#take(readBatch(payload));
      else if (kind === "status") this.statuses.push(readStatus(payload));
      else if (kind === "birth") {
        const birth = readBirth(payload);
        this.births.set(birth.catalogue.digest, birth);
      } else throw new Error(`a message on ${topic}`);
    });
  }

  /** In the order of their sequences. */
  get batches(): readonly Batch[] {
    return [...this.#batches.values()].sort((a, b) => a.header.firstSequence - b.header.firstSequence);
  }

  get status(): Status | undefined {
    return this.statuses.at(-1);
  }

  /** What it said last of a bus; undefined before it said anything, and of a vehicle that is lost. */
  bus(name: string): BusStatus | undefined {
    return this.status?.buses.find((bus) => bus.name === name);
  }

  /** A bus's counter by its last word; NaN where there is none. */
  counter(bus: string, name: string): number {
    return this.bus(bus)?.counters.get(name) ?? Number.NaN;
  }

  /** All that has come of a path, in the order in which the gateway committed it. */
  values(path: string): readonly Value[] {
    return this.batches.flatMap((batch) => this.#valuesIn(batch, path));
  }

  /** Sequences that lie between those that came, of streams that are one. */
  missing(): readonly number[] {
    const seen = new Set(this.batches.flatMap(({ header }) => upTo(header.firstSequence, header.lastSequence)));
    return upTo(1, Math.max(0, ...seen)).filter((sequence) => !seen.has(sequence));
  }

  /** How many lives of an outbox there were. */
  streams(): number {
    return new Set(this.batches.map(({ header }) => nameOf(header.stream))).size;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.endAsync(true);
  }

  #take(batch: Batch): void {
    const { stream, firstSequence } = batch.header;
    this.#batches.set(`${nameOf(stream)} ${firstSequence}`, batch);
  }

  #valuesIn({ header, points }: Batch, path: string): readonly Value[] {
    const birth = this.births.get(header.catalogue);
    if (birth === undefined) throw new Error(`a batch of catalogue ${header.catalogue}, which was never born`);
    const entry = birth.catalogue.entries.find((one) => one.path === path);
    if (entry === undefined) return [];
    const rows = upTo(0, points.count - 1).filter((row) => points.aliases[row] === entry.alias);
    return rows.map((row) => ({
      timeMs: points.timesMs[row] ?? Number.NaN,
      value: Number(physicalOf(entry, rawOf(entry, points.lows[row] ?? 0, points.highs[row] ?? 0))),
      catalogue: header.catalogue,
    }));
  }
}

function nameOf(stream: Uint8Array): string {
  return Buffer.from(stream).toString("hex");
}

/** Both included. */
function upTo(first: number, last: number): readonly number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
}
