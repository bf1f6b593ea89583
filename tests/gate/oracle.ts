// The gate's properties as one function, for any kernel: the shipped one in the tests, mutated ones in tests/mutation. It
// throws at the first frame that is judged otherwise than by the model.
import { FLAG_FD } from "../../src/vehicle/frame.ts";
import type { GateTables } from "../../src/vehicle/plan.ts";
import { LISTED, NO_RULE } from "../../src/vehicle/plan.ts";
import { compileGate, type Rule } from "../../src/vehicle/policy/rules.ts";
import { createRandom, type Random, randomFrame } from "./frames.ts";
import { createModel } from "./model.ts";
import { extendedSets, standardSets } from "./rule-sets.ts";
import { Trial, type TrialOptions } from "./trial.ts";

/** Rule sets × frames near to them, with the tables as they are compiled and with other usual lengths. */
export function checkGate(kernel?: Uint8Array<ArrayBuffer>, framesPerSet = 20_000): void {
  for (const [name, rules] of Object.entries({ ...standardSets, ...extendedSets })) {
    const random = createRandom(name.length);
    const tables = compileGate(rules);
    checkFrames(random, rules, tables, framesPerSet, { kernel });
    checkFrames(random, rules, withOtherUsualLengths(random, tables), framesPerSet, { kernel });
    checkOpposites(rules, tables, { kernel });
  }
}

/** Frames whose second word is the rule's entry with every bit of the shape turned round: as far from the rule as can be. */
function checkOpposites(rules: readonly Rule[], tables: GateTables, options: TrialOptions): void {
  const model = createModel(rules);
  const trial = new Trial(tables, options);
  for (const [i, { bus, message, lengthMax }] of rules.entries()) {
    if (message.extended || bus !== (i & 0xff)) continue;
    const flags = (LISTED >> 8) | (message.fd ? 0 : FLAG_FD);
    const frame = { idWord: message.id, lengthBytes: lengthMax ^ 0xff, flags, bus };
    trial.put(frame, model.judge(frame), i >> 8);
  }
  trial.flush();
}

/** Judges so many frames near to the rules; returns how many were admitted. The last block is not full. */
export function checkFrames(
  random: Random,
  rules: readonly Rule[],
  tables: GateTables,
  frames: number,
  options: TrialOptions = {},
): number {
  const model = createModel(rules);
  const trial = new Trial(tables, options);
  for (let i = 0; i < frames; i++) {
    const frame = randomFrame(random, rules);
    trial.put(frame, model.judge(frame), random(2) * random(256));
  }
  trial.flush();
  return trial.admitted;
}

/** Which length of its range an entry has as the usual one is a matter of speed: it must not change a verdict. */
export function withOtherUsualLengths(random: Random, { standard, extended, pgn, lengths }: GateTables): GateTables {
  const changed = (table: Uint32Array): Uint32Array =>
    table.map((entry, i) => {
      const isEntry = table === standard || i % 2 === 1;
      if (!isEntry || entry === NO_RULE) return entry;
      const range = lengths[entry >>> 16] ?? 0;
      const [least, most] = [range & 0xff, range >>> 8];
      return ((entry & 0xffff_ff00) | (least + random(most - least + 1))) >>> 0;
    });
  return { standard: changed(standard), extended: changed(extended), pgn: changed(pgn), lengths };
}
