// Every vector of the shared set through plan, gate and kernel: the raw values that leave are the oracle's, exactly.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Message } from "../../src/dbc/database.ts";
import { FLAG_FD, ID_EXTENDED } from "../../src/vehicle/frame.ts";
import { compile } from "../../src/vehicle/policy/compile.ts";
import { rawOf } from "../../src/wire/physical.ts";
import { isSame, messagesOfShared, readSharedRows, type SharedNumber, sharedFiles } from "../dbc/shared-set.ts";
import { databasesOf, listOf, type TestFrame } from "../policy/plans.ts";
import { needs, SHARED_DATA } from "../requirements.ts";
import { createBench, decodeFrames } from "./decoded.ts";

interface Vector {
  readonly d: string;
  readonly raw: readonly (SharedNumber | null)[];
}

interface MessageVectors {
  readonly msg: string;
  readonly id: number;
  readonly ext: boolean;
  readonly signals: readonly string[];
  readonly vectors: readonly Vector[];
  readonly truncated?: readonly Vector[];
}

/** Where the oracle misses selected signals; see tests/dbc/vectors.test.ts. */
const ORACLE_MISSES_SELECTED = "model3dbc/Model3CAN.dbc ID201VCFRONT_loggingAndVitals10Hz";
const vectorFile = (file: string) => `vectors/${file.replace("/", "__")}.jsonl.gz`;
const withVectors = sharedFiles().filter((file) => existsSync(join(SHARED_DATA, vectorFile(file))));

const bench = createBench();
const tally = { exact: 0, denied: 0, tooLong: 0, missedByOracle: 0 };

interface Job {
  /** Renamed: `m12` with the signals `s0`, `s1`, … */
  readonly message: Message;
  readonly names: readonly string[];
  readonly row: MessageVectors;
}

describe("every vector of the shared set, by the plan's tables", () => {
  needs("sharedData");

  test.for(withVectors)("%s", (file) => {
    const differences: string[] = [];
    const jobs = jobsOf(file).filter(({ message, row }) => {
      if (message.lengthBytes <= 64) return message.signals.length > 0;
      tally.tooLong += vectorsOf(row).length;
      return false;
    });
    for (const part of partsThatFit(jobs)) differences.push(...differencesOf(file, part));
    expect(differences).toEqual([]);
  });

  test("what was compared, and what a rule cannot express", () => {
    const { exact, denied, tooLong, missedByOracle } = tally;
    expect(missedByOracle).toBe(17);
    // Shorter than their message are 5,211 payloads: the gate denies them, since the plan names no other length.
    expect({ exact, denied, tooLong }).toEqual({ exact: 63_983, denied: 5_211, tooLong: 0 });
    expect(exact + denied + missedByOracle).toBe(69_211);
  });
});

function vectorsOf({ vectors, truncated = [] }: MessageVectors): readonly Vector[] {
  return [...vectors, ...truncated];
}

/** Names of real files may be the same twice or hold anything; the plan is about bits, so they are numbered here. */
function jobsOf(file: string): Job[] {
  const messages = messagesOfShared(`dbc/${file}`);
  return readSharedRows<MessageVectors>(vectorFile(file)).map((row) => {
    const index = messages.findIndex(({ id, extended }) => id === row.id && extended === row.ext);
    const found = messages[index];
    if (found === undefined) throw new Error(`${file}: ${row.msg} is not in the database`);
    const names = found.signals.map(({ name }) => name);
    const signals = found.signals.map((signal, number) => ({
      ...signal,
      name: `s${number}`,
      multiplexing: signal.multiplexing && {
        ...signal.multiplexing,
        selector: `s${names.indexOf(signal.multiplexing.selector)}`,
      },
    }));
    return { message: { ...found, name: `m${index}`, j1939: false, signals }, names, row };
  });
}

interface Part {
  readonly jobs: readonly Job[];
  readonly plan: NonNullable<ReturnType<typeof compile>["plan"]>;
}

/** As few plans as have room for all messages. */
function partsThatFit(jobs: readonly Job[]): readonly Part[] {
  if (jobs.length === 0) return [];
  const paths = jobs.flatMap(({ message }) => message.signals.map(({ name }) => `${message.name}.${name}`));
  const signals = Object.fromEntries(
    paths.map((path) => [`V.${path}`, { from: `can0/${path.replace(".", "/")}`, on_change: false }]),
  );
  const databases = databasesOf({ can0: jobs.map(({ message }) => message) });
  const { plan, problems } = compile(listOf(["can0"], { signals }), databases);
  if (plan !== undefined) return [{ jobs, plan }];
  if (jobs.length === 1) throw new Error(problems.map(({ message }) => message).join("\n"));
  const half = Math.ceil(jobs.length / 2);
  return [...partsThatFit(jobs.slice(0, half)), ...partsThatFit(jobs.slice(half))];
}

function differencesOf(file: string, { jobs, plan }: Part): string[] {
  const differences: string[] = [];
  for (const { message, names, row } of jobs) {
    const frames = vectorsOf(row).map(({ d }): TestFrame => {
      const id = (message.extended ? ID_EXTENDED : 0) + message.id;
      return { bus: 0, id, flags: message.fd ? FLAG_FD : 0, payload: Buffer.from(d, "hex"), monotonicUs: 0 };
    });
    for (const [index, values] of decodeFrames(bench, plan, frames).entries()) {
      const { d, raw } = vectorsOf(row)[index] ?? { d: "", raw: [] };
      if (values === undefined) {
        if (d.length / 2 >= message.lengthBytes) differences.push(`${row.msg}: denied ${d}`);
        tally.denied += 1;
        continue;
      }
      let isMissed = false;
      for (const [place, name] of row.signals.entries()) {
        const value = values.get(`V.${message.name}.s${names.indexOf(name)}`);
        const entry = value && plan.catalogue.entries[value.slot];
        const actual = value && entry && rawOf(entry, value.low, value.high);
        const expected = raw[place] ?? null;
        if (expected === null && actual !== undefined && `${file} ${row.msg}` === ORACLE_MISSES_SELECTED)
          isMissed = true;
        else if (expected === null ? actual !== undefined : !isSame(actual, expected)) {
          differences.push(`${row.msg}/${name} in ${d}: ${actual} instead of ${expected}`);
        }
      }
      if (isMissed) tally.missedByOracle += 1;
      else tally.exact += 1;
    }
  }
  return differences;
}
