// The noun of the drive: everything that the example vehicle is at one moment. The parts of the model change it step by
// step; frames are read from it. All numbers are physical, and their units are in their names.
import { chance, spread } from "./random.ts";
import { createRoute, type Route } from "./route.ts";

/** The model's step. */
export const STEP_S = 0.01;
export const STEPS_PER_SECOND = 100;

export const CELLS = 96;
export const MODULES = 8;
export const CELLS_PER_MODULE = CELLS / MODULES;
export const WHEELS = 4;

/** What the vehicle is about, from getting in to driving on. */
type Phase = "boarding" | "driving" | "waiting" | "charging";

/** Channels of chance, so that no two things are drawn with the same number. */
export const CHANNEL = {
  start: 1,
  traffic: 2,
  light: 3,
  lightWait: 4,
  lightPlace: 5,
  rain: 6,
  cellCharge: 7,
  cellResistance: 8,
  moduleTemperature: 9,
  tyre: 10,
  satellites: 11,
  passenger: 12,
  jitter: 13,
  background: 14,
  mode: 15,
} as const;

export interface DriveState {
  readonly seed: number;
  readonly route: Route;
  /** Wall clock at the beginning of the drive, microseconds since 1970. */
  readonly beganAtUs: number;
  steps: number;
  timeS: number;

  // Driver and motion
  phase: Phase;
  phaseSinceS: number;
  /** Time in the charging phase at which charging was over; below 0 before. */
  chargedAfterS: number;
  distanceM: number;
  speedMps: number;
  accelerationMps2: number;
  /** Where the next stop line is, as a distance of this drive, and when its light turns green (below 0: not yet red). */
  stopLineAtM: number;
  stopLines: number;
  greenAtS: number;
  /** Distance of this drive at which the charging park comes next. */
  chargerAtM: number;
  wantsCharge: boolean;
  /** The row of the route that the vehicle is on, and how far it is to the next one, 0 to 1. */
  routeRow: number;
  routePart: number;
  grade: number;
  curvaturePerM: number;

  // Powertrain
  acceleratorPercent: number;
  brakePercent: number;
  wheelForceN: number;
  motorForceN: number;
  frictionForceN: number;
  motorTorqueNm: number;
  motorRadps: number;
  motorPowerW: number;
  driveLossW: number;
  inverterPowerW: number;
  dcdcPowerW: number;
  dcdcOutputA: number;
  compressorW: number;

  // Pack. Currents and powers are positive into it.
  socFraction: number;
  packVoltageV: number;
  packCurrentA: number;
  openCircuitV: number;
  polarisationV: number;
  resistanceOhm: number;
  packLossW: number;
  chargerCurrentA: number;
  chargerVoltageV: number;
  sessionWh: number;
  /** What the stations of this drive gave, all sessions together. */
  stationWh: number;
  chargedWh: number;
  consumedWh: number;
  chargedAh: number;
  consumedAh: number;
  readonly cellChargeSpread: Float64Array;
  readonly cellResistanceSpread: Float64Array;

  // Temperatures
  outsideC: number;
  packC: number;
  motorC: number;
  inverterC: number;
  coolantC: number;
  cabinC: number;
  dcdcC: number;
  inletC: number;
  readonly moduleSpreadC: Float64Array;
  readonly tyresC: Float64Array;
  /** Absolute, of the cold tyre at 20 °C. */
  readonly tyresColdKpa: Float64Array;

  // Body
  rainPercent: number;
  ambientLux: number;
  lowBeam: boolean;
  wiperMode: number;
  fanLevel: number;
  airConditioning: boolean;
  locked: boolean;
  readonly hasPassenger: boolean;
}

/** Distance and energies of the vehicle's life before the drive. */
export const ODOMETER_BEFORE_M = 21_734_000;
export const CHARGED_BEFORE_WH = 3_941_000;
export const CONSUMED_BEFORE_WH = 3_702_000;
const CHARGED_BEFORE_AH = 11_210;
const CONSUMED_BEFORE_AH = 11_150;

export function createState(seed: number, beganAtUs: number): DriveState {
  const route = createRoute();
  return {
    ...motionAtStart(seed, beganAtUs, route),
    ...electricsAtStart(seed),
    ...temperaturesAtStart(seed),
    rainPercent: 0,
    ambientLux: 20_000,
    lowBeam: false,
    wiperMode: 0,
    fanLevel: 0,
    airConditioning: false,
    locked: false,
    hasPassenger: chance(seed, CHANNEL.passenger, 0) < 0.5,
  };
}

function motionAtStart(seed: number, beganAtUs: number, route: Route) {
  return {
    seed,
    route,
    beganAtUs,
    steps: 0,
    timeS: 0,
    phase: "boarding" as Phase,
    phaseSinceS: 0,
    chargedAfterS: -1,
    distanceM: 0,
    speedMps: 0,
    accelerationMps2: 0,
    stopLineAtM: 0,
    stopLines: 0,
    greenAtS: -1,
    chargerAtM: route.chargerAtM,
    wantsCharge: false,
    routeRow: 0,
    routePart: 0,
    grade: 0,
    curvaturePerM: 0,
    acceleratorPercent: 0,
    brakePercent: 0,
    wheelForceN: 0,
    motorForceN: 0,
    frictionForceN: 0,
    motorTorqueNm: 0,
    motorRadps: 0,
    motorPowerW: 0,
    driveLossW: 0,
    inverterPowerW: 0,
    dcdcPowerW: 0,
    dcdcOutputA: 0,
    compressorW: 0,
  };
}

function electricsAtStart(seed: number) {
  const [chargeSpread = 0] = spread(seed, CHANNEL.start, 2);
  return {
    // Low enough that every drive comes to the charging park needing it.
    socFraction: 0.41 + 0.03 * chargeSpread,
    packVoltageV: 0,
    packCurrentA: 0,
    openCircuitV: 0,
    polarisationV: 0,
    resistanceOhm: 0,
    packLossW: 0,
    chargerCurrentA: 0,
    chargerVoltageV: 0,
    sessionWh: 0,
    stationWh: 0,
    chargedWh: CHARGED_BEFORE_WH,
    consumedWh: CONSUMED_BEFORE_WH,
    chargedAh: CHARGED_BEFORE_AH,
    consumedAh: CONSUMED_BEFORE_AH,
    cellChargeSpread: spread(seed, CHANNEL.cellCharge, CELLS).map((part) => part * 0.004),
    cellResistanceSpread: spread(seed, CHANNEL.cellResistance, CELLS).map((part) => part * 0.06),
  };
}

function temperaturesAtStart(seed: number) {
  return {
    outsideC: 25,
    packC: 27,
    motorC: 28,
    inverterC: 28,
    coolantC: 28,
    cabinC: 33,
    dcdcC: 30,
    inletC: 27,
    moduleSpreadC: spread(seed, CHANNEL.moduleTemperature, MODULES).map((part) => part * 1.4),
    tyresC: new Float64Array(WHEELS).fill(27),
    tyresColdKpa: spread(seed, CHANNEL.tyre, WHEELS).map((part) => 331 + part * 4),
  };
}
