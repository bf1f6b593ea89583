// The order of vehicles in the list. Pure; what is unknown comes last in either direction, and the id decides between equals.
import type { Vehicle } from "../types.ts";

export type Column = "id" | "presence" | "last" | "backlog" | "policy" | "software" | "signals";

export const COLUMNS: readonly { readonly column: Column; readonly label: string }[] = [
  { column: "id", label: "Vehicle" },
  { column: "presence", label: "Presence" },
  { column: "last", label: "Last datapoint" },
  { column: "backlog", label: "Backlog" },
  { column: "policy", label: "Policy" },
  { column: "software", label: "Software" },
  { column: "signals", label: "Signals" },
];

export interface Order {
  readonly by: Column;
  readonly down: boolean;
}

/** What needs someone to look comes first. */
const PRESENCE_RANKS = { lost: 0, unknown: 1, offline: 2, online: 3 } as const;

const collator = new Intl.Collator("en", { numeric: true });

export function sortVehicles(vehicles: readonly Vehicle[], { by, down }: Order): Vehicle[] {
  const direction = down ? -1 : 1;
  return vehicles.toSorted((a, b) => {
    const left = keyOf(a, by);
    const right = keyOf(b, by);
    if (left === null || right === null) {
      return Number(left === null) - Number(right === null) || collator.compare(a.id, b.id);
    }
    const order =
      typeof left === "number" && typeof right === "number"
        ? left - right
        : collator.compare(String(left), String(right));
    return order * direction || collator.compare(a.id, b.id);
  });
}

function keyOf(vehicle: Vehicle, column: Column): number | string | null {
  switch (column) {
    case "id":
      return vehicle.id;
    case "presence":
      return PRESENCE_RANKS[vehicle.presence.state];
    case "last":
      return vehicle.lastDatapointMs;
    case "backlog":
      return vehicle.backlog?.bytes ?? null;
    case "policy":
      return vehicle.policyVersion;
    case "software":
      return vehicle.softwareVersion;
    case "signals":
      return vehicle.signals;
  }
}
