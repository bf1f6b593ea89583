// From the vehicle's motion to the power that its electrics draw: driving resistances, motor, inverter and 12 V supply.
// What the wheels need beyond what the motor may recuperate is left to the friction brakes.
import { type DriveState, STEP_S } from "./state.ts";
import { isReady } from "./timeline.ts";

export const MASS_KG = 1720;
/** Wheels and rotor count as mass when speeding up. */
export const MASS_ROTATING_KG = 70;
export const ROLLING_RESISTANCE = 0.0108;
/** Air density at Pune's height, drag coefficient and front: newtons at 1 m/s. */
export const DRAG_N_PER_MPS2 = 0.5 * 1.12 * 0.29 * 2.3;
export const GRAVITY_MPS2 = 9.81;

const WHEEL_RADIUS_M = 0.312;
const GEAR_RATIO = 9.3;
const GEAR_EFFICIENCY = 0.975;
export const MOTOR_TORQUE_MAX_NM = 310;
const RECUPERATION_MAX_W = 55_000;
const RECUPERATION_TORQUE_MAX_NM = 160;

export function stepPowertrain(state: DriveState): void {
  state.wheelForceN = wheelForce(state);
  splitForce(state);
  state.motorRadps = (state.speedMps / WHEEL_RADIUS_M) * GEAR_RATIO;
  const efficiency = state.motorForceN >= 0 ? 1 / GEAR_EFFICIENCY : GEAR_EFFICIENCY;
  state.motorTorqueNm = ((state.motorForceN * WHEEL_RADIUS_M) / GEAR_RATIO) * efficiency;
  state.motorPowerW = state.motorTorqueNm * state.motorRadps;
  state.driveLossW = isReady(state) ? 110 + 0.034 * state.motorTorqueNm ** 2 + 1.15 * state.motorRadps : 0;
  state.inverterPowerW = state.motorPowerW + state.driveLossW;
  pedals(state);
  stepSupply(state);
}

/** Force at the wheels' rims that moves the vehicle as the driver has it. */
function wheelForce(state: DriveState): number {
  if (state.speedMps === 0) return 0;
  const slope = state.grade / Math.sqrt(1 + state.grade ** 2);
  const inertia = (MASS_KG + MASS_ROTATING_KG) * state.accelerationMps2;
  return inertia + MASS_KG * GRAVITY_MPS2 * (ROLLING_RESISTANCE + slope) + DRAG_N_PER_MPS2 * state.speedMps ** 2;
}

function splitForce(state: DriveState): void {
  const { wheelForceN, speedMps } = state;
  if (wheelForceN >= 0) {
    state.motorForceN = wheelForceN;
  } else {
    // Recuperation fades out before the vehicle stands, and where the pack is full.
    const fade =
      Math.min(Math.max((speedMps - 0.7) / 2, 0), 1) * Math.min(Math.max((0.97 - state.socFraction) / 0.03, 0), 1);
    const byTorqueN = (RECUPERATION_TORQUE_MAX_NM * GEAR_RATIO) / WHEEL_RADIUS_M;
    const mostN = Math.min(byTorqueN, RECUPERATION_MAX_W / Math.max(speedMps, 1)) * fade;
    state.motorForceN = Math.max(wheelForceN, -mostN);
  }
  state.frictionForceN = wheelForceN - state.motorForceN;
}

function pedals(state: DriveState): void {
  const driving = Math.max(state.motorTorqueNm, 0) / MOTOR_TORQUE_MAX_NM;
  const wantedAccelerator = Math.min(100 * Math.sqrt(driving), 100);
  const braking = Math.max(-state.wheelForceN - 900, 0);
  const wantedBrake = state.speedMps === 0 ? 22 : Math.min(braking / 75, 100);
  const share = Math.min(STEP_S / 0.08, 1);
  state.acceleratorPercent += (wantedAccelerator - state.acceleratorPercent) * share;
  state.brakePercent += (wantedBrake - state.brakePercent) * share;
}

/** The 12 V loads, and what their converter takes from the pack. */
function stepSupply(state: DriveState): void {
  const loadW =
    190 +
    (isReady(state) ? 130 : 0) +
    (state.lowBeam ? 95 : 0) +
    22 * state.fanLevel +
    (state.wiperMode === 0 ? 0 : 55);
  state.dcdcOutputA = loadW / 13.8;
  state.dcdcPowerW = loadW / 0.92 + 12;
}
