// Traffic that no database names, as a real bus is full of it: how many frames a second in, senders with ids of their own
// out. It is there to be denied.
import { ID_MASK_STANDARD } from "../../frame.ts";
import type { Packer } from "./packing.ts";
import { hash } from "./random.ts";
import { BUS_NAMES, type Sender, wireTimeUs } from "./schedule.ts";
import { CHANNEL } from "./state.ts";

/** Where the ids of the background begin: below the priority of most of what the databases name. */
const FIRST_ID = 0x300;
const CYCLE_US = 10_000;
const SECOND_US = 1_000_000;
/** More would make the schedule's table, which has a row for each frame of a second, too large. */
const BACKGROUND_FRAMES_PER_SECOND_MAX = 100_000;

/** Senders on both buses that make `framesPerSecond` frames together. */
export function backgroundSenders(framesPerSecond: number, takenIds: ReadonlySet<number>): Sender[] {
  if (!Number.isInteger(framesPerSecond) || framesPerSecond < 0 || framesPerSecond > BACKGROUND_FRAMES_PER_SECOND_MAX) {
    throw new RangeError(
      `background frames a second: 0 to ${BACKGROUND_FRAMES_PER_SECOND_MAX}, not ${framesPerSecond}`,
    );
  }
  const wireUs = wireTimeUs({ extended: false, lengthBytes: 8, fd: false });
  const perSender = SECOND_US / CYCLE_US;
  const fast = Math.floor(framesPerSecond / perSender);
  // What is left of the rate is made of senders with one frame a second.
  const count = fast + (framesPerSecond % perSender);
  const senders: Sender[] = [];
  for (let index = 0, id = FIRST_ID; index < count; id++) {
    const free = id & ID_MASK_STANDARD;
    if (takenIds.has(free)) continue;
    const cycleUs = index < fast ? CYCLE_US : SECOND_US;
    const phaseUs = Math.floor((index * 0.618_034 * cycleUs) % cycleUs);
    senders.push({ bus: BUS_NAMES[index % 2] ?? "can0", id: free, cycleUs, phaseUs, wireUs });
    index++;
  }
  return senders;
}

/** A counter and bits that change as measured values do: most frames differ a little from the one before. */
export function createBackgroundPacker(seed: number, id: number): Packer {
  return (_, sent, bytes, offset) => {
    const bits = hash(seed, CHANNEL.background + id, Math.floor(sent / 4));
    bytes[offset] = sent & 0xff;
    bytes[offset + 1] = id & 0xff;
    bytes[offset + 2] = bits & 0xff;
    bytes[offset + 3] = (bits >>> 8) & 0xff;
    bytes[offset + 4] = (bits >>> 16) & 0x0f;
    bytes[offset + 7] = (sent >>> 3) & 0x3f;
  };
}
