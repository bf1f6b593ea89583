// Readings of the body bus: doors, lights, weather, climate, tyres, charging, positioning.
import { CABIN_SET_C, tyrePressureKpa } from "./climate.ts";
import { alongRoute } from "./driver.ts";
import { CAPACITY_AH, CHARGE_LIMIT } from "./pack.ts";
import { smoothChance } from "./random.ts";
import type { Reading, Readings } from "./reading.ts";
import { ROUTE_STEP_M } from "./route.ts";
import { CHANNEL, type DriveState, WHEELS } from "./state.ts";
import {
  CHARGE_STATE,
  chargeState,
  isCableConnected,
  isCableLocked,
  isContactorClosed,
  isDriverDoorOpen,
  isFlapOpen,
  isOn,
  isPassengerDoorOpen,
  isReady,
  isRearLeftDoorOpen,
  isTrunkOpen,
} from "./timeline.ts";

const STATION_POWER_MAX_KW = 60;
/** Tighter than this, and the bend counts as a turn that is signalled, this far ahead. */
const TURN_PER_M = 0.009;
const TURN_AHEAD_M = 30;

const flag = (of: (state: DriveState) => boolean): Reading => {
  return (state) => (of(state) ? 1 : 0);
};

/** Bend of the road ahead; positive to the left. */
function curvatureAhead(state: DriveState): number {
  const { curvaturesPerM } = state.route;
  return curvaturesPerM[(state.routeRow + TURN_AHEAD_M / ROUTE_STEP_M) % curvaturesPerM.length] ?? 0;
}

/** Traffic keeps left: the charging park lies at the left, and the vehicle pulls out to the right. */
function isSignallingLeft(state: DriveState): boolean {
  if (state.phase !== "driving") return false;
  return (state.wantsCharge && state.chargerAtM - state.distanceM < 130) || curvatureAhead(state) > TURN_PER_M;
}

function isSignallingRight(state: DriveState): boolean {
  const pullingOut = state.distanceM < 12 || Math.abs(state.chargerAtM - state.route.lengthM - state.distanceM) < 12;
  if (state.phase === "driving") return pullingOut || curvatureAhead(state) < -TURN_PER_M;
  return state.phase === "boarding" && isReady(state);
}

/** Charge that is still wanted, at the present current. */
const timeToCompleteS: Reading = (state) => {
  if (chargeState(state) !== CHARGE_STATE.charging || state.packCurrentA < 5) return 0;
  return Math.max(((CHARGE_LIMIT - state.socFraction) * CAPACITY_AH * 3600) / state.packCurrentA, 0);
};

function headingDeg(state: DriveState): number {
  const { headingsRad } = state.route;
  const from = headingsRad[state.routeRow] ?? 0;
  const ahead = (headingsRad[(state.routeRow + 1) % headingsRad.length] ?? 0) - from;
  // Where the last row joins the first, the headings may differ by whole turns.
  const turn = ahead - 2 * Math.PI * Math.round(ahead / (2 * Math.PI));
  const degrees = ((from + turn * state.routePart) * 180) / Math.PI;
  // Below 360 after rounding to the signal's hundredths, too.
  return (Math.round((((degrees % 360) + 360) % 360) * 100) % 36_000) / 100;
}

/** Satellites in view, by the minute. */
const satellites: Reading = (state) =>
  Math.round(9 + 8 * smoothChance(state.seed, CHANNEL.satellites, state.timeS / 60));

function tyres(): Record<string, Reading> {
  const readings: Record<string, Reading> = { Wheel: (_, sent) => sent % WHEELS };
  for (const [wheel, name] of ["FrontLeft", "FrontRight", "RearLeft", "RearRight"].entries()) {
    readings[`Pressure${name}`] = (state) => tyrePressureKpa(state, wheel);
    readings[`Temperature${name}`] = (state) => state.tyresC[wheel] ?? 0;
  }
  return readings;
}

/** Raw values of `SystemState`: OFF, ACC and ON. */
function systemState(state: DriveState): number {
  if (isOn(state)) return 3;
  return state.timeS > 5 ? 2 : 1;
}

export const bodySignals: Readings = {
  ACU_CrashSignal: { CrashLevel: () => 0, DisconnectHighVoltage: () => 0 },
  BCM_Doors: {
    // The driver sits on the right.
    DoorFrontLeft: flag(isPassengerDoorOpen),
    DoorFrontRight: flag(isDriverDoorOpen),
    DoorRearLeft: flag(isRearLeftDoorOpen),
    DoorRearRight: () => 0,
    Trunk: flag(isTrunkOpen),
    CentralLocking: (state) => (state.locked ? 2 : 0),
  },
  BCM_Lights: {
    LowBeam: flag((state) => state.lowBeam),
    HighBeam: flag((state) => state.lowBeam && state.ambientLux < 40 && state.speedMps > 20),
    IndicatorLeft: flag(isSignallingLeft),
    IndicatorRight: flag(isSignallingRight),
    BrakeLight: flag((state) => state.brakePercent > 1.5 || state.accelerationMps2 < -1.3),
    LightSwitch: () => 3,
  },
  BCM_Wipers: {
    WiperMode: (state) => state.wiperMode,
    RainIntensity: (state) => state.rainPercent,
    AmbientLight: (state) => state.ambientLux,
  },
  BCM_Supply: {
    BatteryVoltage: (state) => (isContactorClosed(state) ? 13.8 - 0.003 * state.dcdcOutputA : 12.4),
    SystemState: systemState,
  },
  HVAC_Climate: {
    CabinTemperature: (state) => state.cabinC,
    SetTemperature: () => CABIN_SET_C,
    OutsideTemperature: (state) => state.outsideC,
    FanLevel: (state) => state.fanLevel,
    CompressorPower: (state) => state.compressorW,
    AirConditioning: flag((state) => state.airConditioning),
    Recirculation: flag((state) => state.airConditioning && state.cabinC > CABIN_SET_C + 4),
  },
  TPMS_Tyres: tyres(),
  CCU_ChargeStatus: {
    ChargeState: chargeState,
    Charging: flag((state) => state.chargerCurrentA > 0.5),
    CableConnected: flag(isCableConnected),
    CableLocked: flag(isCableLocked),
    FlapOpen: flag(isFlapOpen),
    ChargeVoltage: (state) => state.chargerVoltageV,
    ChargeCurrent: (state) => state.chargerCurrentA,
    ChargeLimit: () => CHARGE_LIMIT * 100,
  },
  CCU_Session: {
    SessionEnergy: (state) => state.sessionWh / 1000,
    TimeToComplete: timeToCompleteS,
    StationPowerMax: (state) => (chargeState(state) >= CHARGE_STATE.initialising ? STATION_POWER_MAX_KW : 0),
    InletTemperature: (state) => state.inletC,
  },
  TCU_Position: {
    Latitude: (state) => alongRoute(state.route.latitudesDeg, state),
    Longitude: (state) => alongRoute(state.route.longitudesDeg, state),
  },
  TCU_Course: {
    Altitude: (state) => alongRoute(state.route.altitudesM, state),
    Heading: headingDeg,
    FixType: () => 2,
    Satellites: satellites,
    HorizontalAccuracy: (state) => 22 / satellites(state, 0),
  },
  TCU_Time: {
    UnixTime: (state) => Math.floor(state.beganAtUs / 1000 + state.timeS * 1000) / 1000,
    ClockQuality: (state) => (state.timeS < 3 ? 1 : 2),
  },
};
