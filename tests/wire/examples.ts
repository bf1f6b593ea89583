// One message of each kind, for the tests in which its content does not matter much.
import type { BatchHeader } from "../../src/wire/batch-header.ts";
import { type Birth, catalogueDigest } from "../../src/wire/birth.ts";
import type { CatalogueEntry } from "../../src/wire/catalogue.ts";
import type { Status } from "../../src/wire/status.ts";

const STREAM = Buffer.from("000102030405060708090a0b0c0d0e0f", "hex");

export const HEADER: Omit<BatchHeader, "datapoints"> = {
  stream: STREAM,
  firstSequence: 41,
  lastSequence: 45,
  catalogue: "0123456789abcdef",
  fromMs: 1_790_000_000_000,
  toMs: 1_790_000_004_999,
  clockOffsetMs: 1_789_999_000_000,
  clockQuality: "synchronized",
  gaps: [
    {
      ...{ firstSequence: 30, lastSequence: 40, fromMs: 1_789_999_900_000, toMs: 1_789_999_999_999 },
      ...{ datapoints: 512, reason: "evicted" },
    },
  ],
};

const ENTRIES: readonly CatalogueEntry[] = [
  {
    ...{ alias: 0, group: 0, path: "Vehicle.Speed", unit: "km/h", factor: 0.01, offset: 0, encoding: "unsigned" },
    ...{ values: new Map(), source: "can0/Vehicle_Motion/VehicleSpeed" },
  },
  {
    ...{ alias: 1, group: 0, path: "Vehicle.Powertrain.Transmission.SelectedGear", unit: "", factor: 1, offset: -1 },
    ...{ encoding: "signed", source: "can0/Vehicle_Motion/Gear" },
    values: new Map([
      ["-1", "Reverse"],
      ["0", "Neutral"],
      ["1", "Drive"],
    ]),
  },
];

export const BIRTH: Birth = {
  catalogue: { digest: catalogueDigest(ENTRIES, "2026.11-1"), policyVersion: "2026.11-1", entries: ENTRIES },
  softwareVersion: "0.1.0",
  stream: STREAM,
  createdAtMs: 1_790_000_000_000,
};

export const STATUS: Status = {
  presence: "online",
  softwareVersion: "0.1.0",
  catalogue: BIRTH.catalogue.digest,
  policyVersion: "2026.11-1",
  stream: STREAM,
  counters: new Map([
    ["frames_received", 1_234_567],
    ["frames_denied", 2 ** 40],
  ]),
  buses: [
    {
      ...{
        name: "can0",
        interface: "vcan0",
        state: "up",
        isSilent: true,
        controller: "warning",
        listenOnly: "virtual",
      },
      ...{ bitRate: 500_000, reader: "canward", timestamps: "kernel", countsLosses: true, receiveBufferBytes: 425_984 },
      ...{ silenceLimitMs: 2_000, lastFrameMs: 1_789_999_999_000, counters: new Map([["frames_dropped", 7]]) },
    },
    {
      ...{ name: "", interface: "", state: "replay", isSilent: false, controller: "unknown", listenOnly: "unknown" },
      ...{ bitRate: 0, reader: "", timestamps: "none", countsLosses: false, receiveBufferBytes: 0 },
      ...{ silenceLimitMs: 0, lastFrameMs: undefined, counters: new Map() },
    },
  ],
  backlog: { segments: 3, bytes: 4_096, oldestMs: 1_789_999_990_000 },
  timeMs: 1_790_000_000_500,
};
