// An allow-list for the frames of `flood`, of which every frame's number becomes a datapoint: what arrives can be told frame
// by frame. Beside the number each message has a level, whose physical value the test can tell from the number.
import { writeFileSync } from "node:fs";
import { join } from "node:path";

export interface Listed {
  readonly id: number;
  readonly extended?: boolean;
  /** Bytes of the payload: 8, classic, by default; more is FD. */
  readonly bytes?: number;
}

/** Writes the allow-list and what it names into the folder, and gives its path. Buses and messages stand in their order. */
export function writeNumberPolicy(
  folder: string,
  version: string,
  buses: Readonly<Record<string, readonly Listed[]>>,
): string {
  const names = Object.keys(buses);
  for (const name of names) writeFileSync(join(folder, `${name}.dbc`), dbcOf(buses[name] ?? []));
  const signals = Object.entries(buses).flatMap(([bus, messages]) =>
    messages.flatMap((message) => [
      [numberPath(bus, message), { from: `${bus}/${messageName(message)}/Number` }],
      [levelPath(bus, message), { from: `${bus}/${messageName(message)}/Level` }],
    ]),
  );
  const list = {
    version,
    buses: Object.fromEntries(names.map((name) => [name, { dbc: [`${name}.dbc`] }])),
    signals: Object.fromEntries(signals),
  };
  const file = join(folder, "allowlist.yaml");
  // JSON is YAML.
  writeFileSync(file, JSON.stringify(list));
  return file;
}

export function numberPath(bus: string, message: Listed): string {
  return `Test.${bus}.${messageName(message)}.Number`;
}

export function levelPath(bus: string, message: Listed): string {
  return `Test.${bus}.${messageName(message)}.Level`;
}

/** The level in flood's frame `number`: its bytes 5 and 6, big-endian and signed, in tenths from -40 on. */
export function levelOf(number: number): number {
  const payload = new DataView(new ArrayBuffer(2));
  for (const [place, byte] of [5, 6].entries()) payload.setUint8(place, (number * 31 + byte) & 0xff);
  return payload.getInt16(0) * 0.1 - 40;
}

function messageName({ id, extended = false }: Listed): string {
  return `${extended ? "X" : "S"}${id.toString(16)}`;
}

const BYTES_CLASSIC = 8;

function dbcOf(messages: readonly Listed[]): string {
  const idOf = ({ id, extended = false }: Listed): number => id + (extended ? 2 ** 31 : 0);
  return [
    'VERSION ""',
    "BU_: Unit",
    ...messages.flatMap((message) => [
      `BO_ ${idOf(message)} ${messageName(message)}: ${message.bytes ?? BYTES_CLASSIC} Unit`,
      ' SG_ Number : 0|32@1+ (1,0) [0|0] "" Vector__XXX',
      ' SG_ Level : 47|16@0- (0.1,-40) [0|0] "" Vector__XXX',
      "",
    ]),
    'BA_DEF_ BO_ "VFrameFormat" ENUM "StandardCAN","ExtendedCAN","StandardCAN_FD","ExtendedCAN_FD";',
    ...messages
      .filter(({ bytes = BYTES_CLASSIC }) => bytes > BYTES_CLASSIC)
      .map((message) => `BA_ "VFrameFormat" BO_ ${idOf(message)} ${message.extended === true ? 3 : 2};`),
    "",
  ].join("\n");
}
