// The live reader as a process of its own, for what a test cannot do to itself: be another user, be killed, end. Its one
// argument is JSON. A line on its standard input makes it print how it is; the end of the input makes it stop, and then
// nothing may keep the process alive.
import { createInterface } from "node:readline";
import { loadFallback } from "../../../src/vehicle/bus/live/fallback.ts";
import { listen } from "./support-live.ts";
import { type Buses, planOf } from "./support-plan.ts";

export interface ReaderOptions {
  readonly buses: Buses;
  /** By the bus's name. */
  readonly interfaces: Readonly<Record<string, string>>;
  readonly fallback?: boolean;
  readonly receiveBufferBytes?: number;
}

/** What it prints of each bus. */
export interface ReaderLine {
  readonly name: string;
  readonly state: string;
  readonly reader: string;
  readonly countsLosses: boolean;
  readonly receiveBufferBytes: number;
  readonly frames: number;
  readonly missing: number;
}

const { buses, interfaces, fallback = false, receiveBufferBytes }: ReaderOptions = JSON.parse(process.argv[2] ?? "");
const listener = await listen(planOf(buses), interfaces, {
  ...(fallback ? { open: await loadFallback() } : {}),
  ...(receiveBufferBytes === undefined ? {} : { receiveBufferBytes }),
});
process.stdout.write("ready\n");
for await (const _line of createInterface({ input: process.stdin })) {
  const lines = listener.source.statuses().map((status): ReaderLine => {
    const { frames, missing } = listener.book(status.name);
    const { name, state, reader, countsLosses, receiveBufferBytes: bytes } = status;
    return { name, state, reader, countsLosses, receiveBufferBytes: bytes, frames, missing };
  });
  process.stdout.write(`${JSON.stringify(lines)}\n`);
}
await listener.stop();
process.stdout.write("stopped\n");
