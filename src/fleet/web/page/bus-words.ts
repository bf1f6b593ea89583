// What a bus's status means, in words for someone who looks after the fleet at night: how it is in a word or two, what is wrong and
// what helps, whether frames were lost, and what was counted from the frame to the acknowledged datapoint. Pure.
import type { Bus } from "../types.ts";
import { formatCount, formatDuration } from "./format.ts";

export type Tone = "good" | "warn" | "bad" | "none";

export interface Condition {
  readonly tone: Tone;
  readonly word: string;
  /** What it means, and what to do; undefined where all is well. */
  readonly meaning: string | undefined;
}

/** Bits per second as one says them: "500 kbit/s", "1 Mbit/s". */
export function formatBitRate(bitRate: number): string {
  return bitRate >= 1e6 ? `${bitRate / 1e6} Mbit/s` : `${bitRate / 1e3} kbit/s`;
}

/** The worst that is the matter. */
export function conditionOf(bus: Bus): Condition {
  const { state, interface: face, controller, silent, silenceLimitMs, lastFrameMs } = bus;
  if (bus.name === "") return { tone: "none", word: "Of no listed bus", meaning: OTHER_MEANING };
  switch (state) {
    case "replay":
      return { tone: "none", word: "Recording", meaning: undefined };
    case "absent":
      return face === ""
        ? bad("Not connected", "The gateway’s configuration names no interface for this bus.")
        : bad("No interface", `The vehicle’s computer has no interface ${face}. Check the CAN adapter and its driver.`);
    case "down":
      return bad("Switched off", `The interface ${face} is down. Reception goes on by itself when it is up.`);
    case "no_carrier":
      return bad(
        "Off the bus",
        controller === "bus_off"
          ? "The controller left the bus after too many errors. Check wiring, termination and bit rate."
          : "The controller is not on the bus. Check cable, termination and bit rate.",
      );
    case "up":
      break;
  }
  if (controller === "bus_off") {
    return bad(
      "Off the bus",
      "The controller left the bus after too many errors. Check wiring, termination and bit rate.",
    );
  }
  if (silent) {
    const limit = silenceLimitMs === 0 ? "" : ` for longer than ${formatDuration(silenceLimitMs)}`;
    return warn("Silent", `Up, but no frame has come${limit}. The vehicle may be asleep, or a plug is off.`);
  }
  if (controller === "passive")
    return warn("Many errors", "The controller is error-passive: wiring or bit rate is wrong.");
  if (controller === "warning") return warn("Some errors", "The controller has counted errors on the bus; watch it.");
  if (lastFrameMs === null) return { tone: "none", word: "Waiting", meaning: "Up, and no frame has come yet." };
  return { tone: "good", word: "Receiving", meaning: undefined };
}

const OTHER_MEANING =
  "Frames of buses that the allow-list does not name, and datapoints that were kept before buses were told apart.";

function bad(word: string, meaning: string): Condition {
  return { tone: "bad", word, meaning };
}

function warn(word: string, meaning: string): Condition {
  return { tone: "warn", word, meaning };
}

/** Undefined where there is nothing to warn of. */
export function listenOnlyWarning({ name, listenOnly, state }: Bus): string | undefined {
  if (name === "" || state === "replay" || state === "absent") return undefined;
  if (listenOnly === "no") {
    return "Not in listen-only mode: the controller takes part in the bus and could send. Set it to listen-only.";
  }
  return listenOnly === "unknown" ? "Whether the controller is in listen-only mode is not known." : undefined;
}

/** What the kernel dropped because the gateway did not fetch it in time. */
export function lossesOf({ state, countsLosses, counters }: Bus): { readonly tone: Tone; readonly text: string } {
  if (state === "replay") return { tone: "none", text: "none possible" };
  if (!countsLosses) return { tone: "warn", text: "cannot be counted" };
  const dropped = (counters["frames_dropped"] ?? 0) + (counters["interface_drops"] ?? 0);
  return dropped === 0
    ? { tone: "none", text: "none" }
    : { tone: "bad", text: `dropped by the kernel: ${formatCount(dropped)}` };
}

const TIMESTAMP_WORDS: Readonly<Record<Bus["timestamps"], string>> = {
  none: "none yet",
  recorded: "those of the recording",
  arrival: "on arrival in the gateway",
  kernel: "by the kernel",
  hardware: "by the CAN controller",
};

export function timestampWords({ timestamps }: Bus): string {
  return TIMESTAMP_WORDS[timestamps];
}

export interface CountRow {
  readonly label: string;
  /** A part of the row above it, as a reason of denial. */
  readonly isPart: boolean;
  /** One for each bus; null where it does not count this, undefined where it cannot. */
  readonly counts: readonly (number | null | undefined)[];
}

export interface CountSection {
  readonly title: string;
  readonly rows: readonly CountRow[];
}

type Named = readonly (readonly [counter: string, label: string, part?: "part"])[];

const SECTIONS: readonly (readonly [title: string, counters: Named])[] = [
  [
    "Frames",
    [
      ["frames_filtered", "Not asked for, kept out by the kernel’s filter"],
      ["interface_drops", "Dropped by the kernel at the interface: lost, listed or not"],
      ["frames_dropped", "Dropped by the kernel, the receive buffer was full: lost"],
      ["frames_received", "Received"],
      ["frames_denied_not_listed", "denied: not on the allow-list", "part"],
      ["frames_denied_length", "denied: wrong length", "part"],
      ["frames_denied_format", "denied: classic instead of FD, or FD instead of classic", "part"],
      ["frames_denied_remote", "denied: remote request", "part"],
      ["frames_denied_error", "denied: error frame", "part"],
      ["frames_admitted", "admitted", "part"],
    ],
  ],
  [
    "Values",
    [
      ["values_observed", "Seen in admitted frames"],
      ["values_held_back", "held back by sampling", "part"],
      ["values_in_hand", "waiting for their interval to end", "part"],
      ["datapoints_produced", "became datapoints", "part"],
    ],
  ],
  [
    "Datapoints",
    [
      ["datapoints_found", "Found in the outbox at the start"],
      ["datapoints_committed", "Committed to the outbox"],
      ["datapoints_acknowledged", "acknowledged by the broker", "part"],
      ["datapoints_evicted", "evicted: the outbox was full", "part"],
      ["datapoints_waiting", "waiting in the outbox", "part"],
      ["datapoints_published", "Published, repetitions included"],
    ],
  ],
  [
    "Interface",
    [
      ["interface_absent", "Times it was not there"],
      ["interface_down", "Times it was down"],
      ["interface_replaced", "Times it was replaced"],
      ["bit_rate_changes", "Changes of the bit rate"],
      ["bus_off", "Times the controller left the bus"],
      ["restarts", "Restarts of the controller"],
      ["controller_overflows", "Overflows of the controller"],
      ["silences", "Times it fell silent"],
      ["recoveries", "Recoveries"],
      ["socket_errors", "Errors of the socket"],
    ],
  ],
];

const KNOWN = new Set(SECTIONS.flatMap(([, counters]) => counters.map(([counter]) => counter)));

/** All that was counted, in the order of its way; what this page has no words for comes last, under its own name. */
export function countSections(buses: readonly Bus[]): readonly CountSection[] {
  const others = [...new Set(buses.flatMap(({ counters }) => Object.keys(counters)))].filter(
    (name) => !KNOWN.has(name),
  );
  const named: typeof SECTIONS = [
    ...SECTIONS,
    ["Others", others.map((name) => [name, name.replaceAll("_", " ")] as const)],
  ];
  return named.flatMap(([title, counters]) => {
    const rows = counters.flatMap(([counter, label, part]): CountRow[] => {
      const counts = buses.map((bus) => countOf(bus, counter));
      return counts.some((count) => count !== null) ? [{ label, isPart: part !== undefined, counts }] : [];
    });
    return rows.length === 0 ? [] : [{ title, rows }];
  });
}

function countOf(bus: Bus, counter: string): number | null | undefined {
  if (counter === "frames_dropped" && !bus.countsLosses) return undefined;
  return bus.counters[counter] ?? null;
}
