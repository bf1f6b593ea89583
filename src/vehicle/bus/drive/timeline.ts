// What happens when while the vehicle stands: getting in, plugging in, driving on. Moments in seconds of a phase in, who
// has opened, plugged and belted what out; nothing here has a state of its own.
import type { DriveState } from "./state.ts";

/** From the first moment of a drive to moving off. */
export const BOARDING_S = 16;
/** From the end of charging to moving off. */
export const DEPARTING_S = 27;

/** Raw values of `ChargeState` in body.dbc. */
export const CHARGE_STATE = {
  idle: 0,
  connected: 1,
  initialising: 2,
  precharge: 3,
  charging: 4,
  terminating: 5,
  complete: 6,
} as const;

/** Raw values of `SelectedGear`, as VSS numbers gears. */
const GEAR_PARK = 126;
const GEAR_DRIVE = 127;

const PARKED_S = 2;
const PLUG_IN_S = 11.5;
const CHARGE_FROM_S = 17;
const UNPLUG_S = 6;

/** Seconds in the present phase. */
function inPhase(state: DriveState): number {
  return state.timeS - state.phaseSinceS;
}

/** Seconds since charging was over; below 0 before. */
function sinceCharged(state: DriveState): number {
  return state.chargedAfterS < 0 ? -1 : inPhase(state) - state.chargedAfterS;
}

export function isReady(state: DriveState): boolean {
  if (state.phase === "boarding") return inPhase(state) >= 10;
  if (state.phase === "charging") return inPhase(state) < PARKED_S + 1 || sinceCharged(state) >= 22;
  return true;
}

export function isContactorClosed(state: DriveState): boolean {
  return state.phase !== "boarding" || inPhase(state) >= 9.5;
}

export function isPrecharging(state: DriveState): boolean {
  return state.phase === "boarding" && inPhase(state) >= 9 && inPhase(state) < 9.5;
}

/** The driver has switched the vehicle on. */
export function isOn(state: DriveState): boolean {
  return state.phase !== "boarding" || inPhase(state) >= 8;
}

export function selectedGear(state: DriveState): number {
  if (state.phase === "boarding") return inPhase(state) >= 13 ? GEAR_DRIVE : GEAR_PARK;
  if (state.phase === "charging") {
    return inPhase(state) < PARKED_S || sinceCharged(state) >= 24 ? GEAR_DRIVE : GEAR_PARK;
  }
  return GEAR_DRIVE;
}

export function isDriverDoorOpen(state: DriveState): boolean {
  const now = inPhase(state);
  if (state.phase === "boarding") return now >= 0.8 && now < 4.5;
  if (state.phase !== "charging") return false;
  const after = sinceCharged(state);
  return (now >= 4.2 && now < 7.1) || (after >= 12 && after < 16.3);
}

export function isPassengerDoorOpen(state: DriveState): boolean {
  return state.hasPassenger && state.phase === "boarding" && inPhase(state) >= 1.9 && inPhase(state) < 5.8;
}

/** A bag is put on the back seat. */
export function isRearLeftDoorOpen(state: DriveState): boolean {
  return !state.hasPassenger && state.phase === "boarding" && inPhase(state) < 0.7;
}

/** The charging cable of some stations is brought along. */
export function isTrunkOpen(state: DriveState): boolean {
  return state.phase === "charging" && inPhase(state) >= 8.4 && inPhase(state) < 10.9;
}

export function isDriverBelted(state: DriveState): boolean {
  if (state.phase === "boarding") return inPhase(state) >= 7;
  if (state.phase === "charging") return inPhase(state) < 3.4 || sinceCharged(state) >= 19;
  return true;
}

export function isPassengerBelted(state: DriveState): boolean {
  return state.hasPassenger && (state.phase !== "boarding" || inPhase(state) >= 7.6);
}

export function isFlapOpen(state: DriveState): boolean {
  return state.phase === "charging" && inPhase(state) >= PLUG_IN_S - 2 && sinceCharged(state) < UNPLUG_S + 2;
}

export function isCableConnected(state: DriveState): boolean {
  return state.phase === "charging" && inPhase(state) >= PLUG_IN_S && sinceCharged(state) < UNPLUG_S;
}

export function isCableLocked(state: DriveState): boolean {
  return state.phase === "charging" && inPhase(state) >= PLUG_IN_S + 1 && sinceCharged(state) < UNPLUG_S - 2;
}

export function chargeState(state: DriveState): number {
  if (!isCableConnected(state)) return CHARGE_STATE.idle;
  const now = inPhase(state);
  const after = sinceCharged(state);
  if (after >= 2) return CHARGE_STATE.complete;
  if (after >= 0) return CHARGE_STATE.terminating;
  if (now >= CHARGE_FROM_S) return CHARGE_STATE.charging;
  if (now >= PLUG_IN_S + 3.5) return CHARGE_STATE.precharge;
  return now >= PLUG_IN_S + 1.5 ? CHARGE_STATE.initialising : CHARGE_STATE.connected;
}

export function isParkingBrakeApplied(state: DriveState): boolean {
  return selectedGear(state) === GEAR_PARK;
}
