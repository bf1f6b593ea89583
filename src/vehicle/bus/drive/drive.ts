// The example vehicle's drive: a seed and a wall clock in, the vehicle at any later moment out. The same seed and clock give
// the same drive for ever; it has no end. One step is 10 ms.
import { CLIMATE_STEP_S, stepClimate } from "./climate.ts";
import { stepDriver } from "./driver.ts";
import { stepPack } from "./pack.ts";
import { stepPowertrain } from "./powertrain.ts";
import { createState, type DriveState, STEPS_PER_SECOND } from "./state.ts";
import { isDriverDoorOpen, isReady } from "./timeline.ts";

const STEPS_PER_CLIMATE_STEP = Math.round(CLIMATE_STEP_S * STEPS_PER_SECOND);

/** The vehicle as it stands, before anybody gets in. */
export function createDrive(seed: number, beganAtUs: number): DriveState {
  const state = createState(seed, beganAtUs);
  stepClimate(state);
  stepPack(state);
  return state;
}

/** Takes the drive to `steps` steps from its beginning. */
export function advance(state: DriveState, steps: number): void {
  while (state.steps < steps) step(state);
}

function step(state: DriveState): void {
  state.steps++;
  state.timeS = state.steps / STEPS_PER_SECOND;
  stepDriver(state);
  stepPowertrain(state);
  stepPack(state);
  if (state.steps % STEPS_PER_CLIMATE_STEP === 0) stepClimate(state);
  if (!isReady(state) || isDriverDoorOpen(state)) state.locked = false;
  else if (state.speedMps > 15 / 3.6) state.locked = true;
}
