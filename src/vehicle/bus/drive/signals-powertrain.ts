// Readings of vehicle control, motor, 12 V supply and battery management.
import {
  balancingMask,
  CAPACITY_KWH,
  CHARGE_CURRENT_MAX_A,
  cellVoltage,
  highestCell,
  lowestCell,
  moduleVoltage,
} from "./pack.ts";
import { MOTOR_TORQUE_MAX_NM } from "./powertrain.ts";
import { chance } from "./random.ts";
import type { Reading, Readings } from "./reading.ts";
import {
  CELLS_PER_MODULE,
  CHANNEL,
  CHARGED_BEFORE_WH,
  CONSUMED_BEFORE_WH,
  type DriveState,
  MODULES,
  ODOMETER_BEFORE_M,
} from "./state.ts";
import { isContactorClosed, isOn, isPrecharging, isReady, selectedGear } from "./timeline.ts";

/** Raw value of `DriveMode`: a drive keeps the mode that its driver chose. */
const driveMode: Reading = (state) => (chance(state.seed, CHANNEL.mode, 0) < 0.4 ? 0 : 1);

const moduleTemperatureC = (state: DriveState, module: number) => state.packC + (state.moduleSpreadC[module] ?? 0);

const coldestModuleC: Reading = (state) => {
  return state.moduleSpreadC.reduce((coldest, spreadC) => Math.min(coldest, state.packC + spreadC), Infinity);
};

const hottestModuleC: Reading = (state) => {
  return state.moduleSpreadC.reduce((hottest, spreadC) => Math.max(hottest, state.packC + spreadC), -Infinity);
};

/** Energy a hundred kilometres of this trip, once it is long enough to say. */
const averageConsumption: Reading = (state) => {
  if (state.distanceM < 500) return 0;
  const fromPackWh = state.consumedWh - CONSUMED_BEFORE_WH - (state.chargedWh - CHARGED_BEFORE_WH);
  return (Math.max(fromPackWh + state.stationWh, 0) / state.distanceM) * 100;
};

const rangeM: Reading = (state) => state.socFraction * CAPACITY_KWH * 7_100;

function inverterState(state: DriveState): number {
  if (isPrecharging(state)) return 1;
  if (!isReady(state)) return 0;
  return state.motorTorqueNm === 0 ? 2 : 3;
}

/** Lowest and highest cell of each module; the frame holds the module that the selector names. */
function moduleCells(): Record<string, Reading> {
  const readings: Record<string, Reading> = { Module: (_, sent) => sent % MODULES };
  for (let module = 0; module < MODULES; module++) {
    const first = module * CELLS_PER_MODULE;
    const of = (find: typeof lowestCell): Reading => {
      return (state) => cellVoltage(state, find(state, first, CELLS_PER_MODULE));
    };
    readings[`Module${module + 1}CellMin`] = of(lowestCell);
    readings[`Module${module + 1}CellMax`] = of(highestCell);
  }
  return readings;
}

/** Every cell of the module whose turn it is. */
function cells(): Record<string, Reading> {
  const readings: Record<string, Reading> = {
    Module: (_, sent) => sent % MODULES,
    BalancingMask: (state, sent) => balancingMask(state, sent % MODULES),
    SampleCounter: (_, sent) => sent,
    ModuleVoltage: (state, sent) => moduleVoltage(state, sent % MODULES),
    ModuleTemperature: (state, sent) => moduleTemperatureC(state, sent % MODULES),
  };
  for (let cell = 0; cell < CELLS_PER_MODULE; cell++) {
    readings[`Cell${String(cell + 1).padStart(2, "0")}`] = (state, sent) => {
      return cellVoltage(state, (sent % MODULES) * CELLS_PER_MODULE + cell);
    };
  }
  return readings;
}

/** Sections of the report take turns, and within the last one its kinds. */
const REPORT_SECTIONS = 3;
const REPORT_KINDS = 4;

export const powertrainSignals: Readings = {
  VCU_Motion: {
    VehicleSpeed: (state) => state.speedMps * 3.6,
    Acceleration: (state) => state.accelerationMps2,
    Moving: (state) => (state.speedMps > 0 ? 1 : 0),
    Ready: (state) => (isReady(state) ? 1 : 0),
    DriveMode: driveMode,
    AcceleratorPedal: (state) => state.acceleratorPercent,
    SelectedGear: selectedGear,
  },
  VCU_TorqueRequest: {
    TorqueRequest: (state) => state.motorTorqueNm,
    TorqueLimit: (state) =>
      MOTOR_TORQUE_MAX_NM * Math.min(1, 90_000 / Math.max(state.motorRadps * MOTOR_TORQUE_MAX_NM, 1)),
  },
  MCU_Motor: {
    MotorSpeed: (state) => (state.motorRadps * 30) / Math.PI,
    MotorTorque: (state) => state.motorTorqueNm,
    MotorPower: (state) => state.motorPowerW / 1000,
  },
  MCU_Inverter: {
    DcVoltage: (state) => (isContactorClosed(state) ? state.packVoltageV : 0),
    DcCurrent: (state) => (isContactorClosed(state) ? state.inverterPowerW / state.packVoltageV : 0),
    PhaseCurrent: (state) => Math.abs(state.motorTorqueNm) * 1.32,
    InverterState: inverterState,
  },
  MCU_Temperatures: {
    MotorTemperature: (state) => state.motorC,
    InverterTemperature: (state) => state.inverterC,
    CoolantInlet: (state) => state.coolantC,
    CoolantOutlet: (state) => state.coolantC + (state.motorC - state.coolantC) * 0.12,
  },
  DCDC_Status: {
    OutputVoltage: (state) => (isContactorClosed(state) ? 13.9 - 0.004 * state.dcdcOutputA : 12.5),
    OutputCurrent: (state) => (isContactorClosed(state) ? state.dcdcOutputA : 0),
    Temperature: (state) => state.dcdcC,
    State: (state) => (isContactorClosed(state) ? 2 : isOn(state) ? 1 : 0),
  },
  BMS_PackStatus: {
    PackVoltage: (state) => state.packVoltageV,
    PackCurrent: (state) => state.packCurrentA,
    PackPower: (state) => state.packCurrentA * state.packVoltageV,
    ContactorState: (state) => (isPrecharging(state) ? 1 : isContactorClosed(state) ? 2 : 0),
  },
  BMS_StateOfCharge: {
    StateOfCharge: (state) => state.socFraction * 100,
    // The driver's scale leaves a little at either end.
    StateOfChargeDisplayed: (state) => Math.min(Math.max((state.socFraction - 0.03) / 0.94, 0), 1) * 100,
    StateOfHealth: () => 96.5,
    EnergyRemaining: (state) => state.socFraction * CAPACITY_KWH,
  },
  BMS_PackTemperatures: {
    TemperatureAverage: (state) => state.packC,
    TemperatureMin: coldestModuleC,
    TemperatureMax: hottestModuleC,
    CoolantTemperature: (state) => state.packC - Math.min(Math.max((state.packC - 31) * 0.8, 0), 6),
  },
  BMS_ModuleCells: moduleCells(),
  BMS_Cells: cells(),
  BMS_Report: {
    Section: (_, sent) => sent % REPORT_SECTIONS,
    CellVoltageMin: (state) => cellVoltage(state, lowestCell(state)),
    CellVoltageMax: (state) => cellVoltage(state, highestCell(state)),
    CellMinIndex: (state) => lowestCell(state),
    CellMaxIndex: (state) => highestCell(state),
    ChargeCurrentLimit: () => CHARGE_CURRENT_MAX_A,
    DischargeCurrentLimit: (state) => Math.min(380, state.socFraction * 4_000),
    LifetimeKind: (_, sent) => Math.floor(sent / REPORT_SECTIONS) % REPORT_KINDS,
    EnergyCharged: (state) => Math.floor(state.chargedWh) / 1000,
    EnergyConsumed: (state) => Math.floor(state.consumedWh) / 1000,
    ChargeThroughput: (state, sent) => {
      return Math.floor(sent / REPORT_SECTIONS) % REPORT_KINDS === 2 ? state.chargedAh : state.consumedAh;
    },
  },
  VCU_Trip: {
    Odometer: (state) => Math.floor(ODOMETER_BEFORE_M + state.distanceM),
    TripDistance: (state) => Math.floor(state.distanceM),
  },
  VCU_Energy: { AverageConsumption: averageConsumption, Range: rangeM },
};
