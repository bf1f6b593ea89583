// Buses as vehicles report them, in every condition that there is: for the store, the API and the page.
import type { BusStatus } from "../../src/wire/bus-status.ts";

/** What the stages count of a bus of which `received` frames came: every sum holds. */
export function countersOfStages(received: number, waiting = 0): ReadonlyMap<string, number> {
  const part = (share: number): number => Math.floor(received * share);
  const admitted = received - part(0.6) - part(0.001) - part(0.002) - 3 - 1;
  const [observed, produced] = [admitted * 4, admitted];
  return new Map([
    ["frames_received", received],
    ["frames_denied_not_listed", part(0.6)],
    ["frames_denied_length", part(0.001)],
    ["frames_denied_format", part(0.002)],
    ["frames_denied_remote", 3],
    ["frames_denied_error", 1],
    ["frames_admitted", admitted],
    ["values_observed", observed],
    ["values_held_back", observed - produced - 5],
    ["values_in_hand", 5],
    ["datapoints_produced", produced],
    ["datapoints_found", 1_204],
    ["datapoints_committed", produced],
    ["datapoints_evicted", 0],
    ["datapoints_published", produced + 1_300 - waiting],
    ["datapoints_acknowledged", produced + 1_204 - waiting],
    ["datapoints_waiting", waiting],
  ]);
}

const life = (over: Readonly<Record<string, number>>): ReadonlyMap<string, number> =>
  new Map(
    Object.entries({
      ...{ interface_drops: 0, frames_dropped: 0, frames_filtered: 48_201_113, interface_absent: 0, interface_down: 0 },
      ...{
        interface_replaced: 0,
        bit_rate_changes: 0,
        bus_off: 0,
        restarts: 0,
        silences: 0,
        recoveries: 0,
        socket_errors: 0,
      },
      ...over,
    }),
  );

/** A live bus on which all is well. */
export function liveBus(name: string, nowMs: number, over: Partial<BusStatus> = {}): BusStatus {
  return {
    ...{ name, interface: name, state: "up", isSilent: false, controller: "active", listenOnly: "yes" },
    ...{
      bitRate: 500_000,
      reader: "canward",
      timestamps: "hardware",
      countsLosses: true,
      receiveBufferBytes: 4_194_304,
    },
    ...{ silenceLimitMs: 2_000, lastFrameMs: nowMs, counters: new Map([...life({}), ...countersOfStages(3_481_220)]) },
    ...over,
  };
}

export function replayedBus(name: string, received: number): BusStatus {
  return {
    ...liveBus(name, 0, { interface: "", state: "replay", controller: "unknown", listenOnly: "virtual", bitRate: 0 }),
    ...{ reader: "replay", timestamps: "recorded", receiveBufferBytes: 0, silenceLimitMs: 0, lastFrameMs: undefined },
    counters: countersOfStages(received),
  };
}

export function healthyBuses(nowMs: number): readonly BusStatus[] {
  return [
    liveBus("can0", nowMs),
    liveBus("can1", nowMs, { bitRate: 250_000, counters: new Map([...life({}), ...countersOfStages(812_004)]) }),
  ];
}

/** Each in trouble of its own. */
export function troubledBuses(nowMs: number): readonly BusStatus[] {
  const minutes = (count: number): number => nowMs - count * 60_000;
  const counts = (received: number, over: Readonly<Record<string, number>>) =>
    new Map([...life(over), ...countersOfStages(received, 900)]);
  return [
    liveBus("powertrain", minutes(14), {
      ...{ interface: "can0", state: "no_carrier", controller: "bus_off", timestamps: "hardware" },
      counters: counts(2_204_113, { bus_off: 3, restarts: 2, recoveries: 2 }),
    }),
    liveBus("body", nowMs, {
      interface: "can1",
      listenOnly: "no",
      counters: counts(911_402, { frames_dropped: 18_412 }),
    }),
    liveBus("chassis", minutes(3), {
      ...{ interface: "can2", isSilent: true, reader: "socketcan", timestamps: "arrival", countsLosses: false },
      ...{ listenOnly: "unknown", counters: countersOfStages(50_218) },
    }),
    liveBus("adas", nowMs, { interface: "usb-can", state: "absent", lastFrameMs: minutes(61), controller: "unknown" }),
    {
      ...replayedBus("", 0),
      ...{ state: "absent", listenOnly: "unknown", reader: "", timestamps: "none" },
      counters: new Map([...countersOfStages(0)].map(([name]) => [name, name === "datapoints_waiting" ? 31 : 0])),
    },
  ];
}
