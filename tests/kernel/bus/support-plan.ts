// Plans for the tests of live buses: a few messages with a number as their only signal, compiled by the product's own
// policy from an allow-list and DBC files that are written for it.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Plan } from "../../../src/vehicle/plan.ts";
import { loadPlan } from "../../../src/vehicle/policy/load.ts";

export interface MessageParts {
  readonly id: number;
  readonly extended?: boolean;
  /** 8 bytes, classic, by default. */
  readonly lengthBytes?: number;
  readonly fd?: boolean;
  readonly cycleMs?: number;
}

/** By the bus's name. */
export type Buses = Readonly<Record<string, readonly MessageParts[]>>;

/** The plan that lists these messages. With `j1939`, 29-bit ones by their parameter group. */
export function planOf(buses: Buses, { j1939 = false } = {}): Plan {
  const folder = mkdtempSync(join(tmpdir(), "canward-plan-"));
  try {
    return loadPlan(writePolicy(folder, buses, { j1939 })).plan;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Writes the allow-list and what it names into the folder, and gives its path. */
export function writePolicy(folder: string, buses: Buses, { j1939 = false } = {}): string {
  for (const [name, messages] of Object.entries(buses))
    writeFileSync(join(folder, `${name}.dbc`), dbcOf([...messages, UNLISTED]));
  const signals = Object.entries(buses).flatMap(([name, messages]) =>
    messages.map((message) => [
      `Test.${name}.${messageName(message)}`,
      { from: `${name}/${messageName(message)}/Number`, every: "1s" },
    ]),
  );
  const list = {
    version: `test-${signals.length}`,
    buses: Object.fromEntries(Object.keys(buses).map((name) => [name, { dbc: [`${name}.dbc`], j1939 }])),
    signals: Object.fromEntries(signals),
  };
  const file = join(folder, "allowlist.yaml");
  // JSON is YAML.
  writeFileSync(file, JSON.stringify(list));
  return file;
}

/** In every database and on no list: a database has to have a message. */
const UNLISTED: MessageParts = { id: 0x1fff_fffe, extended: true };

function messageName({ id, extended = false }: MessageParts): string {
  return `${extended ? "X" : "S"}${id.toString(16)}`;
}

function dbcOf(messages: readonly MessageParts[]): string {
  const idOf = ({ id, extended = false }: MessageParts): number => id + (extended ? 2 ** 31 : 0);
  return [
    'VERSION ""',
    "BU_: Unit",
    ...messages.flatMap((message) => [
      `BO_ ${idOf(message)} ${messageName(message)}: ${message.lengthBytes ?? 8} Unit`,
      ' SG_ Number : 0|32@1+ (1,0) [0|0] "" Vector__XXX',
      "",
    ]),
    'BA_DEF_ BO_ "GenMsgCycleTime" INT 0 100000;',
    'BA_DEF_ BO_ "VFrameFormat" ENUM "StandardCAN","ExtendedCAN","StandardCAN_FD","ExtendedCAN_FD";',
    ...messages.flatMap((message) => [
      ...(message.cycleMs === undefined ? [] : [`BA_ "GenMsgCycleTime" BO_ ${idOf(message)} ${message.cycleMs};`]),
      ...(message.fd === true ? [`BA_ "VFrameFormat" BO_ ${idOf(message)} ${message.extended === true ? 3 : 2};`] : []),
    ]),
    "",
  ].join("\n");
}
