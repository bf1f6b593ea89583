// Every frame with an 11-bit id that there can be goes through the gate, for several sets of rules, and gets the verdict that
// the model gives it: admitted by exactly its rule, or denied for exactly its reason.
import { describe, expect, test } from "vitest";
import { BUS_UNKNOWN, FLAG_FD, ID_ERROR, ID_REMOTE, PAYLOAD_BYTES_MAX } from "../../src/vehicle/frame.ts";
import { compileGate, type Rule } from "../../src/vehicle/policy/rules.ts";
import { createRandom } from "./frames.ts";
import { createModel, verdictOf } from "./model.ts";
import { checkFrames, checkGate } from "./oracle.ts";
import { extendedSets, ruleOf, standardSets } from "./rule-sets.ts";
import { Trial } from "./trial.ts";

const buses = BUS_UNKNOWN + 1;
const standardIds = 2048;

/** Ids × buses × {classic, FD} × every length × {data, remote, error}; returns how many were admitted. */
function passEveryStandardFrame(rules: readonly Rule[]): number {
  const model = createModel(rules);
  const trial = new Trial(compileGate(rules), { blocksPerComparison: 256 });
  for (let bus = 0; bus < buses; bus++) {
    for (let id = 0; id < standardIds; id++) {
      const number = model.ruleOfStandard(bus, id);
      // The other flags and the reserved byte have no meaning for the gate: they vary along.
      const noise = id + bus;
      for (const format of [0, FLAG_FD]) {
        const flags = format | (noise & 0xfb);
        for (let lengthBytes = 0; lengthBytes <= PAYLOAD_BYTES_MAX; lengthBytes++) {
          const verdict = verdictOf(rules, number, flags, lengthBytes);
          trial.put({ idWord: id, lengthBytes, flags, bus }, verdict, noise);
          trial.put({ idWord: id + ID_REMOTE, lengthBytes, flags, bus }, "remote", noise);
          trial.put({ idWord: id + ID_ERROR, lengthBytes, flags, bus }, "error", noise);
        }
      }
    }
  }
  trial.flush();
  return trial.admitted;
}

describe("frames with 11-bit ids: every id × bus × format × length × {data, remote, error}", () => {
  for (const [name, rules] of Object.entries(standardSets)) {
    test(`are admitted by their rule alone, else denied by reason: ${name}`, { timeout: 60_000 }, () => {
      const lengthsOfAll = rules.map(({ lengthMin, lengthMax }) => lengthMax - lengthMin + 1);
      expect(passEveryStandardFrame(rules)).toBe(lengthsOfAll.reduce((sum, lengths) => sum + lengths, 0));
    });
  }
});

describe("frames near to the rules", () => {
  for (const [name, rules] of Object.entries({ ...standardSets, ...extendedSets })) {
    test(`are judged as by the model, wherever the tables put a rule: ${name}`, () => {
      const admitted = checkFrames(createRandom(6), rules, compileGate(rules), 50_000);
      if (rules.length > 0) expect(admitted).toBeGreaterThan(5_000);
    });
  }

  test("are judged the same whichever length of a rule counts as the usual one", () => {
    checkGate(undefined, 3_000);
  });
});

describe("the id word's three top bits", () => {
  test("in every combination, for every 11-bit id: an error is an error first, then a remote frame", () => {
    const rules = [...(standardSets["every id"] ?? []).slice(0, 1024)];
    rules.push(...rules.map(({ message: { id } }) => ruleOf(id + 1024, { bus: 1, extended: true })));
    const model = createModel(rules);
    const trial = new Trial(compileGate(rules));
    for (let top = 0; top < 8; top++) {
      for (let id = 0; id < standardIds; id++) {
        const frame = { idWord: top * 2 ** 29 + id, lengthBytes: 8, flags: id % 3 === 0 ? FLAG_FD : 0, bus: 1 };
        trial.put(frame, model.judge(frame));
      }
    }
    trial.flush();
    const classic = Array.from({ length: 1024 }, (_, i) => i + 1024).filter((id) => id % 3 !== 0);
    expect(trial.admitted).toBe(1024 + classic.length);
  });

  test("are not there, but the id has more than 11 bits: such a frame is not listed", () => {
    const rules = [ruleOf(0, { bus: 1 }), ruleOf(0x800, { extended: true }), ruleOf(0x1fff_ffff, { extended: true })];
    rules.push(ruleOf(0x0c00_0000, { extended: true, byPgn: true }));
    const trial = new Trial(compileGate(rules));
    for (let bit = 0; bit < 32; bit++) trial.put(frameOf(Math.min(0x800 * 2 ** bit, 0x1fff_ffff)), "not_listed");
    for (let id = 0x800; id < 0x1fff_ffff; id += 9_973) trial.put(frameOf(id), "not_listed");
    trial.flush();
    expect(trial.admitted).toBe(0);
  });
});

function frameOf(idWord: number): { idWord: number; lengthBytes: number; flags: number; bus: number } {
  return { idWord, lengthBytes: 8, flags: 0, bus: 0 };
}

describe("a frame's bus", () => {
  const rules = extendedSets["all kinds of rules"] ?? [];

  test("that the plan does not know has nothing admitted", () => {
    const trial = new Trial(compileGate(rules));
    const model = createModel(rules);
    for (const { message, bus, lengthMin } of rules) {
      const idWord = message.id + (message.extended ? 2 ** 31 : 0);
      const frame = { idWord, lengthBytes: lengthMin, flags: message.fd ? FLAG_FD : 0, bus };
      expect(model.judge(frame)).toBeTypeOf("number");
      trial.put({ ...frame, bus: BUS_UNKNOWN }, "not_listed");
      // Neither is a bus that has the known one's number in its lower four bits.
      for (const beyond of [16, 32, 64, 128, 240]) trial.put({ ...frame, bus: bus + beyond }, "not_listed");
    }
    trial.flush();
    expect(trial.admitted).toBe(0);
  });

  test("that no bus can be does not reach the tables behind the one of 11-bit ids", () => {
    const trial = new Trial(compileGate(rules), { blocksPerComparison: 16 });
    for (let bus = BUS_UNKNOWN; bus < 256; bus += bus < 20 ? 1 : 47) {
      for (let id = 0; id < standardIds; id++) {
        for (let i = 0; i < 32; i++) {
          trial.put({ idWord: id, lengthBytes: i * 2, flags: i & 1 ? FLAG_FD : 0, bus }, "not_listed");
        }
      }
    }
    trial.flush();
    expect(trial.admitted).toBe(0);
  });
});
