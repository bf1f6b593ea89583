// The slow half of the model, ten times a second: weather and daylight, temperatures of pack, drive, cabin and tyres, and
// what the climate control does about them.
import { smoothChance } from "./random.ts";
import { CHANNEL, type DriveState } from "./state.ts";
import { isOn, isReady } from "./timeline.ts";

export const CLIMATE_STEP_S = 0.1;
export const CABIN_SET_C = 24;
/** Pune's time of day against UTC. */
const LOCAL_OFFSET_HOURS = 5.5;

/** Heat that a part stores per kelvin, and hands on per second and kelvin. */
const PACK_JPK = 262_000;
const MOTOR_JPK = 26_000;
const INVERTER_JPK = 5_200;
const COOLANT_JPK = 21_000;
const CABIN_JPK = 78_000;
const TYRE_S = 640;

export function stepClimate(state: DriveState): void {
  stepWeather(state);
  stepDriveTemperatures(state);
  stepPackTemperature(state);
  stepCabin(state);
  stepTyres(state);
  const inletWantedC = state.outsideC + (state.chargerCurrentA / 125) ** 2 * 34;
  state.inletC += ((inletWantedC - state.inletC) * CLIMATE_STEP_S) / 420;
  const dcdcWantedC = state.coolantC + state.dcdcOutputA * 0.35;
  state.dcdcC += ((dcdcWantedC - state.dcdcC) * CLIMATE_STEP_S) / 150;
}

function localHour(state: DriveState): number {
  return ((state.beganAtUs / 1e6 + state.timeS) / 3600 + LOCAL_OFFSET_HOURS) % 24;
}

function stepWeather(state: DriveState): void {
  const hour = localHour(state);
  const altitudeM = state.route.altitudesM[state.routeRow] ?? 560;
  state.outsideC =
    26.5 + 5.5 * Math.sin(((hour - 9) / 24) * 2 * Math.PI) - 0.0065 * (altitudeM - 560) - state.rainPercent * 0.03;
  const cloud = smoothChance(state.seed, CHANNEL.rain, state.timeS / 460);
  state.rainPercent = 100 * Math.max((cloud - 0.72) / 0.28, 0);
  const sun = Math.max(Math.sin(((hour - 6.3) / 12.2) * Math.PI), 0);
  state.ambientLux = 4 + 82_000 * sun * (1 - 0.75 * cloud);
  if (state.ambientLux < 900 || state.rainPercent > 45) state.lowBeam = isReady(state);
  else if (state.ambientLux > 1_400 && state.rainPercent < 30) state.lowBeam = false;
  state.wiperMode = wiperMode(state);
  if (!isOn(state)) state.wiperMode = 0;
}

/** Raw value of `WiperMode`. A band between coming on and going off keeps the mode from flickering. */
function wiperMode(state: DriveState): number {
  const { rainPercent, wiperMode: before } = state;
  if (rainPercent > 62 || (before === 3 && rainPercent > 54)) return 3;
  if (rainPercent > 34 || (before === 1 && rainPercent > 27)) return 1;
  return rainPercent > 3 || (before === 5 && rainPercent > 1) ? 5 : 0;
}

function stepDriveTemperatures(state: DriveState): void {
  const toMotorW = 0.66 * state.driveLossW - 62 * (state.motorC - state.coolantC);
  const toInverterW = 0.34 * state.driveLossW - 95 * (state.inverterC - state.coolantC);
  const radiatorWpk = 34 + 13 * state.speedMps;
  const throughW = 62 * (state.motorC - state.coolantC) + 95 * (state.inverterC - state.coolantC);
  const toCoolantW = throughW - radiatorWpk * (state.coolantC - state.outsideC);
  state.motorC += (toMotorW * CLIMATE_STEP_S) / MOTOR_JPK;
  state.inverterC += (toInverterW * CLIMATE_STEP_S) / INVERTER_JPK;
  state.coolantC += (toCoolantW * CLIMATE_STEP_S) / COOLANT_JPK;
}

/** What the chiller takes out of the pack. */
function packCooling(state: DriveState): number {
  return isOn(state) ? Math.min(Math.max((state.packC - 31) * 450, 0), 2_600) : 0;
}

function stepPackTemperature(state: DriveState): void {
  const toPackW = state.packLossW - packCooling(state) - 9 * (state.packC - state.outsideC);
  state.packC += (toPackW * CLIMATE_STEP_S) / PACK_JPK;
}

function stepCabin(state: DriveState): void {
  const sunW = 0.0085 * state.ambientLux;
  const tooWarmC = state.cabinC - CABIN_SET_C;
  const active = isOn(state);
  const coolingW = active ? Math.min(Math.max(tooWarmC * 650 + sunW, 0), 3_800) : 0;
  const toCabinW = sunW + 90 - 55 * (state.cabinC - state.outsideC) - coolingW;
  state.cabinC += (toCabinW * CLIMATE_STEP_S) / CABIN_JPK;
  const wantedW = active ? Math.min((coolingW + packCooling(state)) / 2.7, 2_600) : 0;
  state.compressorW += (wantedW - state.compressorW) * Math.min(CLIMATE_STEP_S / 3, 1);
  state.airConditioning = active && state.compressorW > (state.airConditioning ? 60 : 150);
  // A level has a band of its own, so that it does not hop to and fro between two of them.
  const wantedLevel = active ? Math.min(1 + coolingW / 600, 8) : 0;
  if (Math.abs(wantedLevel - state.fanLevel) > 0.7) state.fanLevel = Math.round(wantedLevel);
}

function stepTyres(state: DriveState): void {
  for (let wheel = 0; wheel < state.tyresC.length; wheel++) {
    // The driven front wheels work harder.
    const warmthC = (wheel < 2 ? 0.86 : 0.72) * state.speedMps;
    const tyreC = state.tyresC[wheel] ?? 0;
    state.tyresC[wheel] = tyreC + ((state.outsideC + warmthC - tyreC) * CLIMATE_STEP_S) / TYRE_S;
  }
}

/** Pressure of a tyre above the air around it, by the gas law. */
export function tyrePressureKpa(state: DriveState, wheel: number): number {
  const absoluteKpa = ((state.tyresColdKpa[wheel] ?? 0) * (273.15 + (state.tyresC[wheel] ?? 0))) / 293.15;
  return absoluteKpa - 94.8;
}
