// Frames that are there already or are made: a log or the generator, paced, repeated, behind the one interface.
import { type Clock, systemClock } from "../clock.ts";
import type { SourceConfig } from "../config.ts";
import { BUS_UNKNOWN, type Bus, createFrameBlock, type FrameBlock } from "../frame.ts";
import { openCandump } from "./candump.ts";
import { loopBus } from "./loop.ts";
import { paceBus } from "./pace.ts";

/** `block` lies in the corridor's memory; `buses` are the plan's. */
export async function openRecording(
  source: SourceConfig,
  block: FrameBlock,
  buses: readonly string[],
  clock: Clock = systemClock,
): Promise<Bus> {
  const { speed, restamp, catchUpUs } = source;
  const isPaced = speed !== "max" || restamp;
  // A pace copies what is due from a block of its own into the corridor's.
  const inner = isPaced ? createFrameBlock() : block;
  const bus = await openUnpaced(source, inner, buses, clock);
  if (!isPaced) return bus;
  return paceBus(bus, { speed, restamp, clock, block, isOnTime: catchUpUs > 0 });
}

async function openUnpaced(
  source: SourceConfig,
  block: FrameBlock,
  buses: readonly string[],
  clock: Clock,
): Promise<Bus> {
  const busIndexOf = (name: string): number => {
    const index = buses.indexOf(name);
    return index === -1 ? BUS_UNKNOWN : index;
  };
  const { log, generator, loop, catchUpUs } = source;
  if (log !== undefined) {
    const open = (): Bus => openCandump({ path: log, block, busIndexOf });
    return loop ? loopBus(open) : open();
  }
  // A vehicle's gateway never needs them, and need not carry them.
  const [{ createGenerator }, { readExampleDatabases }] = await Promise.all([
    import("./generator.ts"),
    import("./example.ts"),
  ]);
  return createGenerator({
    databases: readExampleDatabases(),
    startUs: clock.wallUs() - catchUpUs,
    seed: generator?.seed ?? 1,
    busIndexes: { can0: busIndexOf("can0"), can1: busIndexOf("can1") },
    backgroundFramesPerSecond: generator?.backgroundFramesPerSecond ?? 0,
    block,
  });
}
