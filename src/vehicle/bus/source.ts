// The frames' source that a configuration names, behind the one interface: a log or the generator, paced, repeated.
import { type Clock, systemClock } from "../clock.ts";
import type { SourceConfig } from "../config.ts";
import { BUS_UNKNOWN, type Bus, createFrameBlock, type FrameBlock } from "../frame.ts";
import { openCandump } from "./candump.ts";
import { readExampleDatabases } from "./example.ts";
import { createGenerator } from "./generator.ts";
import { loopBus } from "./loop.ts";
import { paceBus } from "./pace.ts";

/** `block` lies in the corridor's memory; `buses` are the plan's. */
export function openSource(source: SourceConfig, block: FrameBlock, buses: readonly string[], clock: Clock = systemClock): Bus {
  const { speed, restamp, catchUpUs } = source;
  const isPaced = speed !== "max" || restamp;
  // A pace copies what is due from a block of its own into the corridor's.
  const inner = isPaced ? createFrameBlock() : block;
  const bus = openUnpaced(source, inner, buses, clock);
  if (!isPaced) return bus;
  return paceBus(bus, { speed, restamp, clock, block, isOnTime: catchUpUs > 0 });
}

function openUnpaced(source: SourceConfig, block: FrameBlock, buses: readonly string[], clock: Clock): Bus {
  const busIndexOf = (name: string): number => {
    const index = buses.indexOf(name);
    return index === -1 ? BUS_UNKNOWN : index;
  };
  const { log, generator, loop, catchUpUs } = source;
  if (log !== undefined) {
    const open = (): Bus => openCandump({ path: log, block, busIndexOf });
    return loop ? loopBus(open) : open();
  }
  return createGenerator({
    databases: readExampleDatabases(),
    startUs: clock.wallUs() - catchUpUs,
    seed: generator?.seed ?? 1,
    busIndexes: { can0: busIndexOf("can0"), can1: busIndexOf("can1") },
    backgroundFramesPerSecond: generator?.backgroundFramesPerSecond ?? 0,
    block,
  });
}
