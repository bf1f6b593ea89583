// What the control units measure: for each message the physical value of each of its signals, read from the drive. Here the
// two DBC files and the model meet; that every signal of the one has a value from the other is checked when frames are made.
import { bodySignals } from "./signals-body.ts";
import { chassisSignals } from "./signals-chassis.ts";
import { powertrainSignals } from "./signals-powertrain.ts";
import type { DriveState } from "./state.ts";

/** The value of a signal now, in its physical unit; `sent` says how many frames of its message were sent before. */
export type Reading = (state: DriveState, sent: number) => number;

/** By message, by signal. Alive counters and checksums are not in it: they belong to the sending, not to the vehicle. */
export type Readings = Readonly<Record<string, Readonly<Record<string, Reading>>>>;

export const READINGS: Readonly<Record<"can0" | "can1", Readings>> = {
  can0: { ...chassisSignals, ...powertrainSignals },
  can1: bodySignals,
};
