// What the control units measure: for each message the physical value of each of its signals, read from the drive. Here the
// two DBC files and the model meet; that every signal of the one has a value from the other is checked when frames are made.

import type { Readings } from "./reading.ts";
import { bodySignals } from "./signals-body.ts";
import { chassisSignals } from "./signals-chassis.ts";
import { powertrainSignals } from "./signals-powertrain.ts";

export const READINGS: Readonly<Record<"can0" | "can1", Readings>> = {
  can0: { ...chassisSignals, ...powertrainSignals },
  can1: bodySignals,
};
