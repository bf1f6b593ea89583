// A small fleet for the tests of the page, in a real store: an electric vehicle of forty signals with a past that has gaps in it and a
// present that goes on, and others in every state of presence. Batches are made with the vehicle's own codec.
import { openStore } from "../../src/fleet/store/sqlite.ts";
import type { Arrival, Store } from "../../src/fleet/store/store.ts";
import type { FleetEvents } from "../../src/fleet/web/events.ts";
import type { CatalogueEntry } from "../../src/wire/catalogue.ts";
import { encodeStatus, type Status } from "../../src/wire/status.ts";
import { batchOf, birthOf, entry, type Row, streamOf } from "./batches.ts";
import { healthyBuses, troubledBuses } from "./bus-examples.ts";

export const VEHICLE = "EV-PUNE-07";
export const POLICY = "2026.11-1";

type Shape = (seconds: number) => number;

interface Making {
  readonly entry: CatalogueEntry;
  readonly everyS: number;
  readonly raw: Shape;
}

const names = (...texts: readonly string[]) => new Map(texts.map((text, value) => [String(value), text]));
const wave = (periodS: number, low: number, high: number, phase = 0): Shape => {
  return (seconds) => low + ((high - low) * (1 + Math.sin((2 * Math.PI * seconds) / periodS + phase))) / 2;
};
/** Accelerates, cruises, brakes and stands, as in a town. */
const speed: Shape = (seconds) => {
  const leg = seconds % 90;
  const top = 28 + 24 * Math.abs(Math.sin(Math.floor(seconds / 90) * 1.7));
  if (leg < 12) return 0;
  if (leg < 30) return top * Math.sin(((leg - 12) / 18) * (Math.PI / 2));
  if (leg < 72) return top + 1.8 * Math.sin(leg / 2.3) + 0.7 * Math.sin(leg * 1.9);
  return Math.max(0, top * (1 - (leg - 72) / 16));
};
const isMoving = (seconds: number) => speed(seconds) > 0.5;
const BATTERY = "Vehicle.Powertrain.TractionBattery";
const MOTOR = "Vehicle.Powertrain.ElectricMotor";
const OFF_ON = names("Off", "On");
const CLOSED_OPEN = names("Closed", "Open");

type Row_ = readonly [
  path: string,
  unit: string,
  factor: number,
  everyS: number,
  shape: Shape,
  over?: Partial<CatalogueEntry>,
];

const ROWS: readonly Row_[] = [
  ["Vehicle.Speed", "km/h", 0.01, 0.2, speed],
  ["Vehicle.TraveledDistance", "km", 0.1, 5, (s) => 48_231.4 + (s % 100_000) / 140],
  ["Vehicle.IsMoving", "", 1, 1, (s) => Number(isMoving(s)), { values: names("Standing", "Moving") }],
  ["Vehicle.LowVoltageBattery.CurrentVoltage", "V", 0.01, 1, wave(200, 13.7, 14.2)],
  ["Vehicle.Acceleration.Longitudinal", "m/s^2", 0.01, 0.2, (s) => (speed(s + 0.5) - speed(s - 0.5)) / 3.6],
  ["Vehicle.Acceleration.Lateral", "m/s^2", 0.01, 0.2, wave(17, -0.8, 0.8)],
  ["Vehicle.Exterior.AirTemperature", "celsius", 0.5, 10, wave(7200, 24, 31), { offset: -40 }],
  [
    "Vehicle.CurrentLocation.Latitude",
    "degrees",
    1e-7,
    1,
    (s) => 18.5204 + 0.02 * Math.sin(s / 900),
    { encoding: "signed" },
  ],
  [
    "Vehicle.CurrentLocation.Longitude",
    "degrees",
    1e-7,
    1,
    (s) => 73.8567 + 0.03 * Math.cos(s / 900),
    { encoding: "signed" },
  ],
  ["Vehicle.CurrentLocation.Heading", "degrees", 0.1, 1, (s) => (s / 2.5) % 360],
  [`${BATTERY}.StateOfCharge.Current`, "percent", 0.1, 5, (s) => 78.4 - ((s / 220) % 60)],
  [`${BATTERY}.StateOfHealth`, "percent", 0.1, 60, () => 97.2],
  [`${BATTERY}.CurrentVoltage`, "V", 0.1, 1, (s) => 382 - speed(s) / 6],
  [`${BATTERY}.CurrentCurrent`, "A", 0.1, 0.5, (s) => (isMoving(s) ? speed(s) * 1.9 - 12 : 1.4)],
  [`${BATTERY}.CurrentPower`, "kW", 0.01, 0.5, (s) => (isMoving(s) ? speed(s) * 0.62 - 4 : 0.6)],
  [`${BATTERY}.Temperature.Average`, "celsius", 0.1, 5, wave(5400, 27, 34), { offset: -40 }],
  [`${BATTERY}.Temperature.Max`, "celsius", 0.1, 5, wave(5400, 29, 37), { offset: -40 }],
  [`${BATTERY}.Temperature.Min`, "celsius", 0.1, 5, wave(5400, 25, 31), { offset: -40 }],
  [`${BATTERY}.CellVoltage.Max`, "V", 0.001, 2, wave(90, 3.91, 3.96)],
  [`${BATTERY}.CellVoltage.Min`, "V", 0.001, 2, wave(90, 3.88, 3.93, 0.3)],
  [`${BATTERY}.Range`, "km", 1, 10, (s) => 312 - ((s / 140) % 200)],
  [
    `${BATTERY}.Charging.Mode`,
    "",
    1,
    2,
    (s) => (s % 1800 > 1500 ? 2 : 0),
    { values: names("Not charging", "AC", "DC fast charging") },
  ],
  [
    `${BATTERY}.Charging.IsChargingCableConnected`,
    "",
    1,
    2,
    (s) => Number(s % 1800 > 1480),
    { values: names("No", "Yes") },
  ],
  [`${BATTERY}.NetCapacity`, "kWh", 0.1, 60, () => 60.5],
  [`${MOTOR}.Speed`, "rpm", 1, 0.5, (s) => speed(s) * 96],
  [`${MOTOR}.Torque`, "Nm", 0.5, 0.5, (s) => (speed(s + 0.5) - speed(s - 0.5)) * 55],
  [`${MOTOR}.Temperature`, "celsius", 1, 5, wave(1900, 48, 76), { offset: -40 }],
  [`${MOTOR}.CoolantTemperature`, "celsius", 1, 5, wave(2100, 38, 52), { offset: -40 }],
  [
    "Vehicle.Powertrain.Transmission.CurrentGear",
    "",
    1,
    1,
    (s) => (isMoving(s) ? 1 : 0),
    { values: names("Park", "Drive", "Reverse", "Neutral") },
  ],
  ["Vehicle.Chassis.Axle.Row1.Wheel.Left.Tire.Pressure", "kPa", 1, 30, wave(3600, 231, 238)],
  ["Vehicle.Chassis.Axle.Row1.Wheel.Right.Tire.Pressure", "kPa", 1, 30, wave(3600, 233, 239)],
  ["Vehicle.Chassis.Axle.Row2.Wheel.Left.Tire.Pressure", "kPa", 1, 30, wave(3600, 229, 236)],
  ["Vehicle.Chassis.Axle.Row2.Wheel.Right.Tire.Pressure", "kPa", 1, 30, wave(3600, 230, 236)],
  ["Vehicle.Cabin.HVAC.AmbientAirTemperature", "celsius", 0.5, 5, wave(2400, 22, 25), { offset: -40 }],
  ["Vehicle.Cabin.HVAC.IsAirConditioningActive", "", 1, 5, (s) => Number(s % 600 > 200), { values: OFF_ON }],
  [
    "Vehicle.Cabin.Door.Row1.DriverSide.IsOpen",
    "",
    1,
    1,
    (s) => Number(s % 1800 > 1490 && s % 1800 < 1510),
    { values: CLOSED_OPEN },
  ],
  ["Vehicle.Cabin.Door.Row1.PassengerSide.IsOpen", "", 1, 1, () => 0, { values: CLOSED_OPEN }],
  ["Vehicle.Body.Lights.Beam.Low.IsOn", "", 1, 5, (s) => Number(s % 2000 > 900), { values: OFF_ON }],
  [
    "Vehicle.Body.Windshield.Front.Wiping.Mode",
    "",
    1,
    5,
    (s) => Math.floor(s / 400) % 3,
    { values: names("Off", "Slow", "Fast") },
  ],
  ["Vehicle.Body.Odometer.Counter", "", 1, 60, () => 0],
];

const MAKINGS: readonly Making[] = ROWS.map(([path, unit, factor, everyS, shape, over], alias) => {
  const made = entry(alias, {
    path,
    unit,
    factor,
    encoding: "signed",
    source: `can0/Message${alias >> 2}/${path.split(".").at(-1)}`,
    ...over,
  });
  return { entry: made, everyS, raw: (seconds) => Math.round((shape(seconds) - made.offset) / made.factor) };
});

const BIRTH = birthOf(
  MAKINGS.map((making) => making.entry),
  POLICY,
);
const RESEND_S = 30;

/** What a sampler does: a value that has changed, at its rate, and now and then even if not. */
class Sampler {
  readonly #sent = new Map<number, { readonly raw: number; readonly atS: number }>();

  /** Datapoints of [fromMs, toMs). */
  rows(fromMs: number, toMs: number): Row[] {
    const rows: Row[] = [];
    for (const {
      entry: { alias },
      everyS,
      raw,
    } of MAKINGS) {
      const everyMs = everyS * 1_000;
      for (let timeMs = Math.ceil(fromMs / everyMs) * everyMs; timeMs < toMs; timeMs += everyMs) {
        const value = raw(timeMs / 1_000);
        const sent = this.#sent.get(alias);
        if (sent?.raw === value && timeMs / 1_000 - sent.atS < RESEND_S) continue;
        this.#sent.set(alias, { raw: value, atS: timeMs / 1_000 });
        rows.push({ alias, timeMs, raw: BigInt(value) });
      }
    }
    return rows;
  }
}

export interface Fleet {
  readonly store: Store;
  readonly events: FleetEvents;
  /** When the history began. */
  readonly fromMs: number;
  /** Stores what the vehicle has sampled since, and tells who listens. */
  drive(untilMs: number): Promise<void>;
  status(vehicle: string, over: Partial<Status>): Promise<void>;
}

/** Gaps in the history, counted back from its end. */
export interface Hole {
  readonly fromS: number;
  readonly toS: number;
  readonly reason: "missing" | "evicted";
}

export const HOLES: readonly Hole[] = [
  { fromS: 210, toS: 150, reason: "missing" },
  { fromS: 80, toS: 50, reason: "evicted" },
];

const BATCH_MS = 5_000;

/** A fleet of one vehicle with so much history; `others` adds more, in all states. */
export async function makeFleet(path: string, historyS: number, holes = HOLES, endMs = Date.now()): Promise<Fleet> {
  const store = openStore(path);
  const storedListeners = new Set<(vehicle: string, arrivals: readonly Arrival[]) => void>();
  const statusListeners = new Set<(vehicle: string) => void>();
  const sampler = new Sampler();
  const fromMs = endMs - historyS * 1_000;
  let sequence = 1;
  let drivenMs = fromMs;

  const batch = (untilMs: number, gaps: readonly Hole[]): Arrival | undefined => {
    const rows = sampler.rows(drivenMs, untilMs).filter(({ timeMs }) => timeMs >= drivenMs);
    const header = {
      firstSequence: sequence++,
      fromMs: drivenMs,
      toMs: untilMs,
      catalogue: BIRTH.digest,
      stream: streamOf(VEHICLE),
    };
    const told = gaps.map((hole) => ({
      firstSequence: sequence++,
      lastSequence: sequence,
      fromMs: endMs - hole.fromS * 1_000,
      toMs: endMs - hole.toS * 1_000,
      datapoints: 900,
      reason: "evicted" as const,
    }));
    drivenMs = untilMs;
    return {
      vehicle: VEHICLE,
      payload: batchOf(rows, { ...header, clockOffsetMs: fromMs - 1_000_000, gaps: told }),
      receivedAtMs: untilMs,
    };
  };
  const put = async (arrivals: readonly Arrival[]) => {
    await store.putBatches(arrivals);
    for (const listener of storedListeners) listener(VEHICLE, arrivals);
  };
  const fleet: Fleet = {
    store,
    events: {
      onStored: (listener) => {
        storedListeners.add(listener);
        return () => void storedListeners.delete(listener);
      },
      onStatus: (listener) => {
        statusListeners.add(listener);
        return () => void statusListeners.delete(listener);
      },
    },
    fromMs,
    drive: async (untilMs) => {
      const made = untilMs > drivenMs ? batch(untilMs, []) : undefined;
      if (made !== undefined) await put([made]);
    },
    status: async (vehicle, over) => {
      await store.putStatus(vehicle, statusOf(over), Date.now());
      for (const listener of statusListeners) listener(vehicle);
    },
  };

  await store.putBirth(VEHICLE, BIRTH.payload, fromMs);
  const arrivals: Arrival[] = [];
  while (drivenMs < endMs) {
    const hole = holes.find(({ fromS, toS }) => drivenMs >= endMs - fromS * 1_000 && drivenMs < endMs - toS * 1_000);
    if (hole !== undefined) {
      drivenMs = endMs - hole.toS * 1_000;
      const made = batch(drivenMs + BATCH_MS, hole.reason === "evicted" ? [hole] : []);
      if (made !== undefined) arrivals.push(made);
      continue;
    }
    const next = Math.min(
      endMs,
      drivenMs + BATCH_MS,
      ...holes.map(({ fromS }) => endMs - fromS * 1_000).filter((ms) => ms > drivenMs),
    );
    const made = batch(next, []);
    if (made !== undefined) arrivals.push(made);
    if (arrivals.length >= 200) await store.putBatches(arrivals.splice(0));
  }
  await store.putBatches(arrivals);
  await fleet.status(VEHICLE, { buses: healthyBuses(endMs) });
  return fleet;
}

/** Vehicles in every state of presence. */
export async function addOthers(fleet: Fleet, nowMs = Date.now()): Promise<void> {
  const ago = (minutes: number) => nowMs - minutes * 60_000;
  const backlog = (segments: number, bytes: number, oldestMs: number | undefined) => ({ segments, bytes, oldestMs });
  await fleet.store.putBirth("EV-PUNE-08", BIRTH.payload, nowMs);
  await fleet.status("EV-PUNE-08", {
    backlog: backlog(1_284, 48_200_000, ago(214)),
    buses: troubledBuses(nowMs),
  });
  await fleet.store.putBirth("EV-PUNE-11", BIRTH.payload, nowMs);
  const past = (vehicle: string, minutes: number) => {
    const header = {
      firstSequence: 1,
      fromMs: ago(minutes + 1),
      toMs: ago(minutes),
      catalogue: BIRTH.digest,
      clockOffsetMs: 0,
    };
    const rows = MAKINGS.map(({ entry: { alias }, raw }) => ({
      alias,
      timeMs: ago(minutes),
      raw: BigInt(raw(ago(minutes) / 1_000)),
    }));
    return { vehicle, payload: batchOf(rows, header), receivedAtMs: nowMs };
  };
  await fleet.store.putBatches([past("EV-PUNE-08", 0.1), past("EV-PUNE-11", 95), past("EV-NASHIK-02", 12)]);
  await fleet.status("EV-PUNE-11", { presence: "offline", timeMs: ago(95) });
  await fleet.store.putBirth("EV-NASHIK-02", BIRTH.payload, nowMs);
  await fleet.status("EV-NASHIK-02", { timeMs: ago(13), buses: healthyBuses(ago(13)) });
  await fleet.status("EV-NASHIK-02", {
    presence: "lost",
    timeMs: ago(12),
    backlog: undefined,
    policyVersion: "2026.10-4",
  });
  await fleet.status("rig-raspberry-lab", { backlog: backlog(3, 9_420, ago(0.2)), softwareVersion: "0.2.0-rc.1" });
  const payload = batchOf([], { firstSequence: 1, fromMs: ago(3_000), toMs: ago(2_999) });
  await fleet.store.putBatches([{ vehicle: "MULE_3", payload, receivedAtMs: nowMs }]);
}

function statusOf(over: Partial<Status>): Uint8Array {
  return encodeStatus({
    presence: "online",
    softwareVersion: "0.1.0",
    catalogue: BIRTH.digest,
    policyVersion: POLICY,
    stream: streamOf(VEHICLE),
    counters: new Map(),
    buses: [],
    backlog: { segments: 0, bytes: 0, oldestMs: undefined },
    timeMs: Date.now(),
    ...over,
  });
}
