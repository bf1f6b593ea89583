// Readings of the chassis: steering, brakes, restraints, inertial sensors. Most of these never leave the vehicle; they are
// on the bus because a real one has them, and because the gate has to be seen denying them.
import type { Readings } from "./reading.ts";
import type { DriveState } from "./state.ts";
import { isDriverBelted, isOn, isParkingBrakeApplied, isPassengerBelted, isReady } from "./timeline.ts";

const WHEELBASE_M = 2.65;
const TRACK_M = 1.54;
const STEERING_RATIO = 15.2;
const DEGREES = 180 / Math.PI;

function steeringAngleDeg(state: DriveState): number {
  // Understeer: a fast bend needs a little more angle.
  const understeer = 1 + 0.0016 * state.speedMps ** 2;
  return Math.atan(WHEELBASE_M * state.curvaturePerM * understeer) * STEERING_RATIO * DEGREES;
}

function steeringRateDegps(state: DriveState): number {
  const { curvaturesPerM } = state.route;
  const ahead = curvaturesPerM[(state.routeRow + 1) % curvaturesPerM.length] ?? 0;
  const perMetre = (ahead - (curvaturesPerM[state.routeRow] ?? 0)) / 5;
  return WHEELBASE_M * perMetre * state.speedMps * STEERING_RATIO * DEGREES;
}

function brakePressureBar(state: DriveState): number {
  return Math.max(-state.frictionForceN / 92, state.speedMps === 0 ? state.brakePercent * 0.8 : 0);
}

/** Speed of a wheel: the outer ones run faster in a bend, and no two tyres are quite as large. */
function wheelKmh(state: DriveState, side: -1 | 1, wear: number): number {
  return state.speedMps * 3.6 * (1 + (side * state.curvaturePerM * TRACK_M) / 2) * wear;
}

export const chassisSignals: Readings = {
  EPS_Steering: {
    SteeringAngle: steeringAngleDeg,
    SteeringRate: steeringRateDegps,
    DriverTorque: (state) => 0.021 * steeringAngleDeg(state) + 0.012 * steeringRateDegps(state),
    AssistState: (state) => (isReady(state) ? (state.speedMps > 0 ? 2 : 1) : 0),
  },
  ESC_Brake: {
    BrakePressure: brakePressureBar,
    BrakePedalPosition: (state) => state.brakePercent,
    BrakePedalPressed: (state) => (state.brakePercent > 1.5 ? 1 : 0),
    AbsActive: () => 0,
    EspActive: () => 0,
    FrictionTorque: (state) => Math.abs(state.frictionForceN) * 0.312,
  },
  ESC_ParkingBrake: {
    ParkingBrakeState: (state) => (isParkingBrakeApplied(state) ? 2 : 0),
    ClampForce: (state) => (isParkingBrakeApplied(state) ? 14.2 : 0),
  },
  ACU_Restraints: {
    CrashDetected: () => 0,
    DeploymentState: (state) => (isOn(state) ? 1 : 0),
    DriverBelt: (state) => (isDriverBelted(state) ? 1 : 0),
    PassengerBelt: (state) => (isPassengerBelted(state) ? 1 : 0),
    AirbagLamp: (state) => (isOn(state) && state.timeS < 12 ? 1 : 0),
  },
  ESC_WheelSpeeds: {
    WheelSpeedFrontLeft: (state) => wheelKmh(state, -1, 1.0011),
    WheelSpeedFrontRight: (state) => wheelKmh(state, 1, 0.9993),
    WheelSpeedRearLeft: (state) => wheelKmh(state, -1, 0.9998),
    WheelSpeedRearRight: (state) => wheelKmh(state, 1, 1.0002),
  },
  ESC_Inertial: {
    LongitudinalAcceleration: (state) => state.accelerationMps2,
    LateralAcceleration: (state) => state.speedMps ** 2 * state.curvaturePerM,
    YawRate: (state) => state.speedMps * state.curvaturePerM * DEGREES,
  },
};
