// The MQTT topics: made from a vehicle's id, and read back. All lie below one root that carries the contract's version.
import { isDigest } from "./digest.ts";

const ROOT = "canward/v1";

/** What the fleet subscribes to, for all vehicles. */
export const BATCH_FILTER = `${ROOT}/+/batch`;
export const BIRTH_FILTER = `${ROOT}/+/birth/+`;
export const STATUS_FILTER = `${ROOT}/+/status`;

export type Topic =
  | { readonly kind: "batch" | "status"; readonly vehicle: string }
  | { readonly kind: "birth"; readonly vehicle: string; readonly catalogue: string };

/** Ids have no character that means something in a topic, a path or a URL. */
export function isVehicleId(text: string): boolean {
  return /^[A-Za-z0-9_-]{1,64}$/.test(text);
}

export function batchTopic(vehicle: string): string {
  return `${ROOT}/${checkedId(vehicle)}/batch`;
}

/** `catalogue` is a catalogue's digest. */
export function birthTopic(vehicle: string, catalogue: string): string {
  if (!isDigest(catalogue)) throw new RangeError(`not a catalogue digest: "${catalogue}"`);
  return `${ROOT}/${checkedId(vehicle)}/birth/${catalogue}`;
}

export function statusTopic(vehicle: string): string {
  return `${ROOT}/${checkedId(vehicle)}/status`;
}

/** undefined where the topic is none of ours. */
export function parseTopic(topic: string): Topic | undefined {
  const [root, version, vehicle, kind, catalogue, ...rest] = topic.split("/");
  if (`${root}/${version}` !== ROOT || vehicle === undefined || !isVehicleId(vehicle) || rest.length > 0)
    return undefined;
  if (kind === "birth") {
    return catalogue !== undefined && isDigest(catalogue) ? { kind, vehicle, catalogue } : undefined;
  }
  return (kind === "batch" || kind === "status") && catalogue === undefined ? { kind, vehicle } : undefined;
}

function checkedId(vehicle: string): string {
  if (!isVehicleId(vehicle)) throw new RangeError(`not a vehicle id: "${vehicle}"`);
  return vehicle;
}
