// The reading noun: how a signal's value is read from the drive.
import type { DriveState } from "./state.ts";

/** The value of a signal now, in its physical unit; `sent` says how many frames of its message were sent before. */
export type Reading = (state: DriveState, sent: number) => number;

/** By message, by signal. Alive counters and checksums are not in it: they belong to the sending, not to the vehicle. */
export type Readings = Readonly<Record<string, Readonly<Record<string, Reading>>>>;
