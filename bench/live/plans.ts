// The plans of the live benchmarks, as allow-lists on disk: the example vehicle's, and those of a bus with 400 messages of
// which some are listed, each with one signal that the sender may fill with the time.
import { writeFileSync } from "node:fs";
import { join } from "node:path";

export const EXAMPLE_ALLOWLIST = join(import.meta.dirname, "..", "..", "deploy", "example", "allowlist.yaml");

/** Messages of the bus that is not the example's. */
export const MESSAGES = 400;

/** Writes the allow-list of that bus, with the database that it names, and gives its path. */
export function writeBusAllowlist(folder: string, listed: number): string {
  const signals = Array.from({ length: listed }, (_, i) => {
    const message = Math.floor((i * MESSAGES) / listed);
    return `  V.m${message}: { from: can0/M${message}/When, on_change: true }`;
  });
  const file = join(folder, `allowlist-${listed}.yaml`);
  writeFileSync(file, `version: bench\nbuses: { can0: { dbc: [bus.dbc] } }\nsignals:\n${signals.join("\n")}\n`);
  writeFileSync(join(folder, "bus.dbc"), databaseText());
  return file;
}

/** Spread over the ids as a vehicle's are. */
export function idOf(message: number): number {
  return 0x60 + message * 4 + (message % 3);
}

function databaseText(): string {
  const messages = Array.from(
    { length: MESSAGES },
    (_, m) =>
      `BO_ ${idOf(m)} M${m}: 8 ECU\n SG_ When : 0|32@1+ (1,0) [0|0] "" ECU\n SG_ Rest : 32|32@1+ (1,0) [0|0] "" ECU`,
  );
  return `VERSION ""\nBU_: ECU\n${messages.join("\n")}\n`;
}
