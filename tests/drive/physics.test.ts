import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { advance, createDrive } from "../../src/vehicle/bus/drive/drive.ts";
import { alongRoute } from "../../src/vehicle/bus/drive/driver.ts";
import {
  CAPACITY_AH,
  CHARGE_CURRENT_MAX_A,
  CHARGE_VOLTAGE_MAX_V,
  cellVoltage,
  openCircuitVoltage,
} from "../../src/vehicle/bus/drive/pack.ts";
import {
  DRAG_N_PER_MPS2,
  GRAVITY_MPS2,
  MASS_KG,
  MASS_ROTATING_KG,
  ROLLING_RESISTANCE,
} from "../../src/vehicle/bus/drive/powertrain.ts";
import { CELLS, type DriveState, STEP_S } from "../../src/vehicle/bus/drive/state.ts";
import { START_US } from "./vehicle.ts";

/** The drive step by step, `look` after each; returns the drive. */
function drive(seed: number, seconds: number, look: (state: DriveState) => void): DriveState {
  const state = createDrive(seed, START_US);
  for (let steps = 1; steps <= seconds / STEP_S; steps++) {
    advance(state, steps);
    look(state);
  }
  return state;
}

const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 });

/** Metres between two positions on a sphere, by the haversine formula. */
function distanceM(fromDeg: readonly [number, number], toDeg: readonly [number, number]): number {
  const radians = Math.PI / 180;
  const [fromLatitude, toLatitude] = [fromDeg[0] * radians, toDeg[0] * radians];
  const height = Math.sin((toLatitude - fromLatitude) / 2) ** 2;
  const width = Math.sin(((toDeg[1] - fromDeg[1]) * radians) / 2) ** 2;
  return 2 * 6_371_000 * Math.asin(Math.sqrt(height + Math.cos(fromLatitude) * Math.cos(toLatitude) * width));
}

describe("a drive is physically plausible, whatever its seed", () => {
  test("speed, acceleration and state of charge stay within what a car can do, and do not jump", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const seen = { kmhMax: 0, kmhMin: 0, forwardMax: 0, brakingMax: 0, socJumpMax: 0, outside: 0 };
        let soc: number | undefined;
        drive(seed, 1500, (state) => {
          seen.kmhMax = Math.max(seen.kmhMax, state.speedMps * 3.6);
          seen.kmhMin = Math.min(seen.kmhMin, state.speedMps);
          seen.forwardMax = Math.max(seen.forwardMax, state.accelerationMps2);
          seen.brakingMax = Math.max(seen.brakingMax, -state.accelerationMps2);
          if (!(state.socFraction > 0 && state.socFraction < 1)) seen.outside++;
          if (soc !== undefined) seen.socJumpMax = Math.max(seen.socJumpMax, Math.abs(state.socFraction - soc));
          soc = state.socFraction;
        });
        expect(seen.kmhMin).toBe(0);
        expect(seen.kmhMax).toBeGreaterThan(30);
        expect(seen.kmhMax).toBeLessThanOrEqual(150);
        expect(seen.forwardMax).toBeLessThanOrEqual(4);
        expect(seen.brakingMax).toBeLessThanOrEqual(4);
        expect(seen.outside).toBe(0);
        // 300 A for one step.
        expect(seen.socJumpMax).toBeLessThan((300 * STEP_S) / 3600 / CAPACITY_AH);
      }),
      { numRuns: 8 },
    );
  });

  test("a charging stop comes within 25 minutes, and the vehicle drives on", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const state = createDrive(seed, START_US);
        const stoppedAtS = timeWhen(state, 25 * 60, () => state.chargerCurrentA > 1);
        const leftAtS = timeWhen(state, stoppedAtS + 3600, () => state.phase === "driving" && state.speedMps > 5);
        expect(stoppedAtS).toBeLessThan(25 * 60);
        expect(leftAtS).toBeLessThan(stoppedAtS + 3600);
        expect(state.socFraction).toBeGreaterThan(0.8);
      }),
      { numRuns: 8 },
    );
  });
});

/** When `isSo` first holds, looked at once a second; `untilS` where it does not before. */
function timeWhen(state: DriveState, untilS: number, isSo: () => boolean): number {
  while (!isSo() && state.timeS < untilS) advance(state, state.steps + 100);
  return state.timeS;
}

describe("energy is kept", () => {
  test("what leaves the pack's terminals is missing from its charge, but for the heat of its resistances", () => {
    const before = createDrive(7, START_US);
    advance(before, 1);
    let [terminalsJ, heatJ, throughputJ, chemicalJ] = [0, 0, 0, 0];
    let socBefore = before.socFraction;
    drive(7, 3000, (state) => {
      terminalsJ += state.packCurrentA * state.packVoltageV * STEP_S;
      throughputJ += Math.abs(state.packCurrentA * state.packVoltageV) * STEP_S;
      heatJ += state.packLossW * STEP_S;
      if (state.steps === 1) return;
      const coulombs = (state.socFraction - socBefore) * CAPACITY_AH * 3600;
      chemicalJ += coulombs * CELLS * openCircuitVoltage((state.socFraction + socBefore) / 2);
      socBefore = state.socFraction;
    });
    expect(Math.abs(terminalsJ - heatJ - chemicalJ)).toBeLessThan(0.01 * throughputJ);
  });

  test("what the loads draw is what the pack gives and the charger brings", () => {
    let [loadsJ, suppliedJ] = [0, 0];
    drive(7, 3000, (state) => {
      // Before the contactors close nothing is drawn.
      if (state.timeS < 10) return;
      loadsJ += (state.inverterPowerW + state.dcdcPowerW + state.compressorW) * STEP_S;
      suppliedJ += (state.chargerCurrentA - state.packCurrentA) * state.packVoltageV * STEP_S;
    });
    expect(Math.abs(loadsJ - suppliedJ)).toBeLessThan(0.01 * loadsJ);
  });

  test("what the wheels get moves the vehicle: inertia, height, rolling and air", () => {
    let [wheelsJ, resistedJ, gainedJ] = [0, 0, 0];
    let before: { speedMps: number; altitudeM: number } | undefined;
    drive(3, 900, (state) => {
      const altitudeM = alongRoute(state.route.altitudesM, state);
      const { speedMps } = state;
      wheelsJ += (state.motorForceN + state.frictionForceN) * speedMps * STEP_S;
      resistedJ += (MASS_KG * GRAVITY_MPS2 * ROLLING_RESISTANCE + DRAG_N_PER_MPS2 * speedMps ** 2) * speedMps * STEP_S;
      if (before !== undefined) {
        gainedJ += ((MASS_KG + MASS_ROTATING_KG) * (speedMps ** 2 - before.speedMps ** 2)) / 2;
        gainedJ += MASS_KG * GRAVITY_MPS2 * (altitudeM - before.altitudeM);
      }
      before = { speedMps, altitudeM };
    });
    expect(Math.abs(wheelsJ - resistedJ - gainedJ)).toBeLessThan(0.01 * resistedJ);
  });
});

describe("measurements agree with each other", () => {
  test("the position moves as fast as the vehicle, and to where it heads", () => {
    let before: { at: readonly [number, number]; distanceM: number; headingRad: number } | undefined;
    let [worstM, worstRad] = [0, 0];
    drive(5, 1000, (state) => {
      if (state.steps % 100 !== 0) return;
      const at = [alongRoute(state.route.latitudesDeg, state), alongRoute(state.route.longitudesDeg, state)] as const;
      const headingRad = state.route.headingsRad[state.routeRow] ?? 0;
      if (before !== undefined && state.distanceM - before.distanceM > 3) {
        const wentM = state.distanceM - before.distanceM;
        worstM = Math.max(worstM, Math.abs(distanceM(before.at, at) - wentM) / wentM);
        const east = (at[1] - before.at[1]) * Math.cos((at[0] * Math.PI) / 180);
        const wentRad = Math.atan2(east, at[0] - before.at[0]);
        const off = wentRad - (headingRad + before.headingRad) / 2;
        worstRad = Math.max(worstRad, Math.abs(off - 2 * Math.PI * Math.round(off / (2 * Math.PI))));
      }
      before = { at, distanceM: state.distanceM, headingRad };
    });
    expect(worstM).toBeLessThan(0.03);
    expect(worstRad).toBeLessThan(0.1);
  });

  test("the cells' voltages sum to the pack's", () => {
    let worstV = 0;
    drive(5, 1300, (state) => {
      if (state.steps % 1000 !== 0) return;
      const sumV = Array.from({ length: CELLS }, (_, cell) => cellVoltage(state, cell)).reduce(
        (sum, cell) => sum + cell,
      );
      worstV = Math.max(worstV, Math.abs(sumV - state.packVoltageV));
    });
    expect(worstV).toBeLessThan(0.001);
  });

  test("charging is of constant current, then of constant voltage with a falling current", () => {
    const currentsA: number[] = [];
    const voltagesV: number[] = [];
    drive(5, 3600, (state) => {
      if (state.steps % 1000 !== 0 || state.phase !== "charging" || state.chargerCurrentA < 20) return;
      currentsA.push(state.chargerCurrentA);
      voltagesV.push(state.packVoltageV);
    });
    expect(Math.max(...currentsA)).toBeCloseTo(CHARGE_CURRENT_MAX_A, 6);
    const constantVoltageFrom = voltagesV.findIndex((voltage) => voltage > CHARGE_VOLTAGE_MAX_V - 0.5);
    expect(constantVoltageFrom).toBeGreaterThan(currentsA.length / 3);
    expect(Math.max(...voltagesV)).toBeLessThan(CHARGE_VOLTAGE_MAX_V + 0.5);
    const falling = currentsA.slice(constantVoltageFrom + 1);
    expect(falling.length).toBeGreaterThan(20);
    expect(falling.every((current, index) => index === 0 || current <= (falling[index - 1] ?? 0) + 0.01)).toBe(true);
  });

  test("after five hours all temperatures and pressures are still those of a car", () => {
    const state = createDrive(11, START_US);
    advance(state, 18_000 / STEP_S);
    for (const temperatureC of [state.packC, state.motorC, state.inverterC, state.coolantC, state.dcdcC]) {
      expect(temperatureC).toBeGreaterThan(15);
      expect(temperatureC).toBeLessThan(80);
    }
    expect(state.cabinC).toBeGreaterThan(15);
    expect(state.cabinC).toBeLessThan(35);
    expect(state.distanceM).toBeGreaterThan(75_000);
    expect(state.socFraction).toBeGreaterThan(0.25);
  });
});
