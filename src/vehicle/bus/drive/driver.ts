// The driver: where the road, its lights, the traffic and the state of charge are looked at, and what the vehicle's
// acceleration shall be comes out. The speed never falls below 0, and the vehicle stands while it is boarded or charged.
import { chance, smoothChance } from "./random.ts";
import { ROUTE_STEP_M } from "./route.ts";
import { CHANNEL, type DriveState, STEP_S } from "./state.ts";
import { BOARDING_S, DEPARTING_S } from "./timeline.ts";

/** The intelligent driver model's comfortable acceleration and braking, and its distance to what it stops at. */
const ACCELERATION_MPS2 = 1.7;
const BRAKING_MPS2 = 1.6;
const STANDING_GAP_M = 1.5;
const HEADWAY_S = 0.4;
const BRAKING_MAX_MPS2 = 3.2;
const JERK_MPS3 = 3;
const JERK_BRAKING_MPS3 = 7;

/** A light is seen, and answered to, from here on. */
const SIGHT_M = 140;
/** The charging park is signposted. */
const CHARGER_SIGHT_M = 350;
/** No light stands this near the charging park. */
const NO_LIGHT_M = 180;
/** Below this state of charge the driver turns into the charging park. */
const CHARGE_BELOW = 0.5;
/** Streets up to this limit have traffic lights. */
const LIGHTS_UP_TO_MPS = 61 / 3.6;
const NO_STOP_M = 1e9;

export function stepDriver(state: DriveState): void {
  if (state.phase === "boarding" && state.timeS - state.phaseSinceS >= BOARDING_S) driveOn(state);
  if (state.phase === "charging" && hasDeparted(state)) departFromCharger(state);
  if (state.phase === "waiting" && state.timeS >= state.greenAtS) driveOn(state);
  if (state.phase !== "driving") return;
  const gapM = gapToStop(state);
  move(state, wantedAcceleration(state, gapM));
  if (state.speedMps < 0.35 && gapM < STANDING_GAP_M + 2.5 && state.accelerationMps2 <= 0) stop(state);
}

function enter(state: DriveState, phase: DriveState["phase"]): void {
  state.phase = phase;
  state.phaseSinceS = state.timeS;
}

function driveOn(state: DriveState): void {
  enter(state, "driving");
}

function stop(state: DriveState): void {
  state.speedMps = 0;
  state.accelerationMps2 = 0;
  const atCharger = state.wantsCharge && state.chargerAtM - state.distanceM < STANDING_GAP_M + 3;
  enter(state, atCharger ? "charging" : "waiting");
  if (atCharger) {
    state.sessionWh = 0;
    state.chargedAfterS = -1;
  }
}

function hasDeparted(state: DriveState): boolean {
  return state.chargedAfterS >= 0 && state.timeS - state.phaseSinceS - state.chargedAfterS >= DEPARTING_S;
}

function departFromCharger(state: DriveState): void {
  state.wantsCharge = false;
  state.chargerAtM += state.route.lengthM;
  driveOn(state);
}

/** Metres to the next line at which the vehicle has to stop; beyond reach where there is none. */
function gapToStop(state: DriveState): number {
  const toChargerM = state.chargerAtM - state.distanceM;
  if (toChargerM < CHARGER_SIGHT_M && !state.wantsCharge && toChargerM > 0) {
    state.wantsCharge = state.socFraction < CHARGE_BELOW;
  }
  if (toChargerM < -ROUTE_STEP_M) state.chargerAtM += state.route.lengthM;
  const chargerGapM = state.wantsCharge ? state.chargerAtM - state.distanceM : NO_STOP_M;
  return Math.max(Math.min(chargerGapM, gapToLight(state)), 0.01);
}

function gapToLight(state: DriveState): number {
  if (state.distanceM >= state.stopLineAtM) nextLight(state);
  const gapM = state.stopLineAtM - state.distanceM;
  if (gapM > SIGHT_M) return NO_STOP_M;
  if (state.greenAtS < 0) {
    const isRed = chance(state.seed, CHANNEL.light, state.stopLines) < 0.45;
    const untilGreenS = 14 + 34 * chance(state.seed, CHANNEL.lightWait, state.stopLines);
    state.greenAtS = isRed && gapM > SIGHT_M / 2 ? state.timeS + untilGreenS : state.timeS;
  }
  return state.timeS < state.greenAtS ? gapM : NO_STOP_M;
}

/** Lights stand every 450 to 1,250 m where the limit is a street's, and not at the charging park. */
function nextLight(state: DriveState): void {
  const { route } = state;
  do {
    state.stopLines++;
    state.stopLineAtM += 450 + 800 * chance(state.seed, CHANNEL.lightPlace, state.stopLines);
  } while (
    (route.limitsMps[Math.floor((state.stopLineAtM % route.lengthM) / ROUTE_STEP_M)] ?? 0) > LIGHTS_UP_TO_MPS ||
    Math.abs((state.stopLineAtM % route.lengthM) - route.chargerAtM) < NO_LIGHT_M
  );
  state.greenAtS = -1;
}

/** What the road permits, less what the traffic takes. */
function wantedSpeed(state: DriveState): number {
  const flow = 0.68 + 0.32 * smoothChance(state.seed, CHANNEL.traffic, state.timeS / 22);
  return Math.max((state.route.speedsMps[state.routeRow] ?? 0) * flow, 2);
}

/** The intelligent driver model, for a standing obstacle `gapM` ahead. */
function wantedAcceleration(state: DriveState, gapM: number): number {
  const { speedMps } = state;
  const gapWantedM =
    STANDING_GAP_M + speedMps * HEADWAY_S + speedMps ** 2 / (2 * Math.sqrt(ACCELERATION_MPS2 * BRAKING_MPS2));
  const free = (speedMps / wantedSpeed(state)) ** 4;
  const wanted = ACCELERATION_MPS2 * (1 - free - (gapWantedM / gapM) ** 2);
  return Math.min(Math.max(wanted, -BRAKING_MAX_MPS2), ACCELERATION_MPS2);
}

function move(state: DriveState, wantedMps2: number): void {
  const change = wantedMps2 - state.accelerationMps2;
  state.accelerationMps2 += Math.min(Math.max(change, -JERK_BRAKING_MPS3 * STEP_S), JERK_MPS3 * STEP_S);
  const before = state.speedMps;
  state.speedMps = Math.max(before + state.accelerationMps2 * STEP_S, 0);
  if (state.speedMps === 0) state.accelerationMps2 = 0;
  state.distanceM += ((before + state.speedMps) / 2) * STEP_S;
  const { route } = state;
  const rows = (state.distanceM % route.lengthM) / ROUTE_STEP_M;
  state.routeRow = Math.floor(rows) % route.rows;
  state.routePart = rows - Math.floor(rows);
  state.grade = route.grades[state.routeRow] ?? 0;
  state.curvaturePerM = alongRoute(route.curvaturesPerM, state);
}

/** A column of the route where the vehicle is, between its two rows. */
export function alongRoute(column: Float64Array, state: DriveState): number {
  const from = column[state.routeRow] ?? 0;
  const to = column[(state.routeRow + 1) % column.length] ?? 0;
  return from + (to - from) * state.routePart;
}
