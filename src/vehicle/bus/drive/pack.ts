// The traction battery: 96 cells in series, as an open-circuit voltage with a resistance and one slower polarisation.
// Power or charging in, voltage, current and state of charge out. Currents and powers are positive into the pack.
import { CELLS, CELLS_PER_MODULE, type DriveState, STEP_S } from "./state.ts";
import { CHARGE_STATE, chargeState, isContactorClosed } from "./timeline.ts";

export const CAPACITY_AH = 120;
export const CAPACITY_KWH = 44.5;

/** Open-circuit voltage of a cell at 0, 5, … 100 % of charge. */
const OPEN_CIRCUIT_V = [
  3.0, 3.28, 3.44, 3.51, 3.55, 3.585, 3.615, 3.64, 3.665, 3.692, 3.722, 3.757, 3.797, 3.842, 3.89, 3.938, 3.985, 4.03,
  4.075, 4.125, 4.18,
] as const;
const ROWS = OPEN_CIRCUIT_V.length - 1;

const RESISTANCE_OHM = 0.078;
const POLARISATION_OHM = 0.034;
const POLARISATION_S = 28;

/** Constant current, until the pack reaches the constant voltage; then the current falls until the pack is full enough. */
export const CHARGE_CURRENT_MAX_A = 125;
export const CHARGE_VOLTAGE_MAX_V = CELLS * 4.06;
export const CHARGE_LIMIT = 0.82;
const CHARGE_RAMP_APS = 20;
const CHARGE_RAMP_DOWN_APS = 90;

/** Open-circuit voltage of a cell. */
export function openCircuitVoltage(socFraction: number): number {
  const at = Math.min(Math.max(socFraction, 0), 1) * ROWS;
  const row = Math.min(Math.floor(at), ROWS - 1);
  const from = OPEN_CIRCUIT_V[row] ?? 0;
  return from + ((OPEN_CIRCUIT_V[row + 1] ?? 0) - from) * (at - row);
}

function openCircuitSlope(socFraction: number): number {
  return (openCircuitVoltage(socFraction + 0.02) - openCircuitVoltage(socFraction - 0.02)) / 0.04;
}

/** Warm cells conduct better. */
function resistanceAt(packC: number): number {
  return RESISTANCE_OHM * (1 + 0.012 * (30 - Math.min(Math.max(packC, 0), 50)));
}

/** One step under the load of motor, compressor and 12 V supply, and of the charger where it is plugged in. */
export function stepPack(state: DriveState): void {
  state.openCircuitV = CELLS * openCircuitVoltage(state.socFraction);
  state.resistanceOhm = resistanceAt(state.packC);
  const innerV = state.openCircuitV + state.polarisationV;
  const loadW = isContactorClosed(state) ? state.inverterPowerW + state.dcdcPowerW + state.compressorW : 0;
  stepCharger(state, innerV);
  // The terminal voltage U obeys U = inner + R·(charger − load / U), a quadratic in U.
  const pushedV = innerV + state.resistanceOhm * state.chargerCurrentA;
  const root = Math.sqrt(Math.max(pushedV * pushedV - 4 * state.resistanceOhm * loadW, 0));
  state.packVoltageV = (pushedV + root) / 2;
  state.packCurrentA = (state.packVoltageV - innerV) / state.resistanceOhm;
  state.packLossW = state.packCurrentA ** 2 * state.resistanceOhm + state.polarisationV ** 2 / POLARISATION_OHM;
  const wanted = state.packCurrentA * POLARISATION_OHM;
  state.polarisationV += ((wanted - state.polarisationV) * STEP_S) / POLARISATION_S;
  state.socFraction += (state.packCurrentA * STEP_S) / (3600 * CAPACITY_AH);
  count(state);
}

function stepCharger(state: DriveState, innerV: number): void {
  const charging = chargeState(state) === CHARGE_STATE.charging;
  const untilVoltageA = (CHARGE_VOLTAGE_MAX_V - innerV) / state.resistanceOhm;
  const warmA = CHARGE_CURRENT_MAX_A * Math.min(Math.max((50 - state.packC) / 8, 0.1), 1);
  const wantedA = charging ? Math.max(Math.min(CHARGE_CURRENT_MAX_A, untilVoltageA, warmA), 0) : 0;
  const change = wantedA - state.chargerCurrentA;
  state.chargerCurrentA += Math.min(Math.max(change, -CHARGE_RAMP_DOWN_APS * STEP_S), CHARGE_RAMP_APS * STEP_S);
  const coupled = chargeState(state) >= CHARGE_STATE.precharge && chargeState(state) <= CHARGE_STATE.terminating;
  const stationV = coupled ? state.packVoltageV + state.chargerCurrentA * 0.012 : 0;
  state.chargerVoltageV += (stationV - state.chargerVoltageV) * Math.min(STEP_S / 0.4, 1);
  const stationWh = (state.chargerCurrentA * state.packVoltageV * STEP_S) / 3600;
  state.sessionWh += stationWh;
  state.stationWh += stationWh;
  if (charging && state.socFraction >= CHARGE_LIMIT && state.chargedAfterS < 0) {
    state.chargedAfterS = state.timeS - state.phaseSinceS;
  }
}

/** The lifetime counters of what went in and out. */
function count(state: DriveState): void {
  const ampereHours = (state.packCurrentA * STEP_S) / 3600;
  if (ampereHours > 0) {
    state.chargedAh += ampereHours;
    state.chargedWh += ampereHours * state.packVoltageV;
  } else {
    state.consumedAh -= ampereHours;
    state.consumedWh -= ampereHours * state.packVoltageV;
  }
}

/** Voltage of a cell, numbered from 0. All of them sum to the pack's, since the spreads sum to 0. */
export function cellVoltage(state: DriveState, cell: number): number {
  const byCharge = openCircuitSlope(state.socFraction) * (state.cellChargeSpread[cell] ?? 0);
  const byCurrent = ((state.packCurrentA * state.resistanceOhm) / CELLS) * (state.cellResistanceSpread[cell] ?? 0);
  return state.packVoltageV / CELLS + byCharge + byCurrent;
}

/** The cell with the lowest voltage among `count` from `first` on. */
export function lowestCell(state: DriveState, first = 0, count = CELLS): number {
  let lowest = first;
  for (let cell = first + 1; cell < first + count; cell++) {
    if (cellVoltage(state, cell) < cellVoltage(state, lowest)) lowest = cell;
  }
  return lowest;
}

/** The cell with the highest voltage among `count` from `first` on. */
export function highestCell(state: DriveState, first = 0, count = CELLS): number {
  let highest = first;
  for (let cell = first + 1; cell < first + count; cell++) {
    if (cellVoltage(state, cell) > cellVoltage(state, highest)) highest = cell;
  }
  return highest;
}

export function moduleVoltage(state: DriveState, module: number): number {
  let sumV = 0;
  for (let cell = 0; cell < CELLS_PER_MODULE; cell++) sumV += cellVoltage(state, module * CELLS_PER_MODULE + cell);
  return sumV;
}

/** A bit for each cell of a module that is bled because it is ahead of the others; only near the end of charging. */
export function balancingMask(state: DriveState, module: number): number {
  if (state.chargerCurrentA < 1 || state.socFraction < 0.7) return 0;
  const averageV = state.packVoltageV / CELLS;
  let mask = 0;
  for (let cell = 0; cell < CELLS_PER_MODULE; cell++) {
    if (cellVoltage(state, module * CELLS_PER_MODULE + cell) > averageV + 0.002) mask |= 1 << cell;
  }
  return mask;
}
