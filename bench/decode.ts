// gate + decode to raw values, frames in memory, against the best C from the same plan, in one run. Both decode the same
// records into memory, and their values add up to the same sum, or the figure does not count.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Database, Message, Signal } from "../src/dbc/database.ts";
import { parseDatabase } from "../src/dbc/parse.ts";
import { decodeText } from "../src/dbc/text.ts";
import { createDecoder } from "../src/vehicle/decode/decode.ts";
import { BLOCK_FRAMES_MAX, type FrameBlock } from "../src/vehicle/frame.ts";
import { createGate } from "../src/vehicle/gate/gate.ts";
import { createMemory, takeBlock } from "../src/vehicle/memory.ts";
import type { Plan } from "../src/vehicle/plan.ts";
import { type AllowList, AllowListSchema } from "../src/vehicle/policy/allowlist.ts";
import { compile } from "../src/vehicle/policy/compile.ts";
import { parseYaml } from "../src/yaml.ts";
import { cSource } from "./decode/c-source.ts";
import { createRandom, fillBlocks } from "./decode/frames.ts";
import type { Row } from "./report.ts";

const BLOCKS = 15;
const REPEATS = 150;
const ROUNDS = 7;

/** A database of our own, and where the shared set is there, real ones. */
const CASES = [
  { name: "little-endian, own", database: () => ownDatabase("little"), share: 1 },
  { name: "big-endian, own", database: () => ownDatabase("big"), share: 1 },
  { name: "little-endian, own, 30 % listed", database: () => ownDatabase("little"), share: 0.3 },
  { name: "big-endian, own, 30 % listed", database: () => ownDatabase("big"), share: 0.3 },
  { name: "big-endian, Ford", database: () => shared("opendbc/ford_lincoln_base_pt.dbc"), share: 1 },
  { name: "big-endian, Ford, 30 % listed", database: () => shared("opendbc/ford_lincoln_base_pt.dbc"), share: 0.3 },
  { name: "little-endian, VW", database: () => shared("opendbc/vw_mqb.dbc"), share: 1 },
  { name: "little-endian, VW, 30 % listed", database: () => shared("opendbc/vw_mqb.dbc"), share: 0.3 },
] as const;

export function benchDecode(): readonly Row[] {
  return CASES.flatMap(({ name, database, share }) => {
    const found = database();
    return found === undefined ? [] : [measure(name, found, share)];
  });
}

function measure(name: string, database: Database, share: number): Row {
  const usable = database.messages.filter(isUsable);
  const listed = usable.filter((_, i) => ((i * 7) % 10) / 10 < share);
  const plan = planOf(database, listed);
  const memory = createMemory();
  const blocks = Array.from({ length: BLOCKS }, () => takeBlock(memory));
  fillBlocks(blocks, usable, 1);
  const gate = createGate(memory, plan.gate);
  const decode = createDecoder(memory, plan.decode);

  const sum = checksum(plan, blocks, memory.admitted, memory.values, gate, decode);
  const pass = (): void => {
    for (const block of blocks) {
      const admitted = gate(block);
      for (let from = 0; from < admitted; ) from = decode(block, from, admitted);
    }
  };
  for (let i = 0; i < 50; i++) pass();
  let best = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const start = process.hrtime.bigint();
    for (let i = 0; i < REPEATS; i++) pass();
    const seconds = Number(process.hrtime.bigint() - start) / 1e9;
    best = Math.max(best, (REPEATS * BLOCKS * BLOCK_FRAMES_MAX) / seconds / 1e6);
  }
  const c = runC(plan, database, blocks);
  if (c.sum !== BigInt.asUintN(64, sum)) throw new Error(`${name}: C and canward decode different values`);
  const signals = plan.catalogue.entries.length / Math.max(1, listed.length);
  return {
    what: `gate + decode, ${name} (${signals.toFixed(1)} signals a message)`,
    value: best / c.rate,
    unit: "of C",
    reach: 0.5,
    better: "higher",
    detail: `${best.toFixed(1)} M frames/s; C ${c.rate.toFixed(1)} M frames/s`,
  };
}

/** What the C program and the gate's table have in common: 11-bit ids, one message to an id, no multiplexing. */
function isUsable({ extended, signals, lengthBytes, id }: Message, _i: number, all?: readonly Message[]): boolean {
  return (
    !extended &&
    lengthBytes <= 64 &&
    signals.length > 0 &&
    signals.every(({ multiplexing }) => multiplexing === undefined) &&
    all?.findIndex((other) => other.id === id && !other.extended) === _i
  );
}

function planOf(database: Database, listed: readonly Message[]): Plan {
  const signals = listed.flatMap((message, m) =>
    message.signals.map((signal, s) => `  V.m${m}.s${s}: { from: "can0/${message.name}/${signal.name}" }`),
  );
  const text = `version: bench\nbuses: { can0: { dbc: [bench.dbc] } }\nsignals:\n${signals.join("\n")}\n`;
  const list = parseYaml(text, "bench.yaml", AllowListSchema, "allow-list") satisfies { value: AllowList };
  const { plan, problems } = compile(list, new Map([["can0", [database]]]));
  if (plan === undefined) throw new Error(problems.map(({ message }) => message).join("\n"));
  return plan;
}

function checksum(
  plan: Plan,
  blocks: readonly FrameBlock[],
  admitted: Int32Array,
  values: Int32Array,
  gate: ReturnType<typeof createGate>,
  decode: ReturnType<typeof createDecoder>,
): bigint {
  const { firstSlot, word, wide, words } = plan.sample;
  let sum = 0n;
  for (const block of blocks) {
    const count = gate(block);
    for (let from = 0; from < count; ) {
      const end = decode(block, from, count);
      for (let base = 0; from < end; from++) {
        const rule = (admitted[from] ?? 0) >>> 16;
        for (let slot = firstSlot[rule] ?? 0; slot < (firstSlot[rule + 1] ?? 0); slot++) {
          const at = base + (word[slot] ?? 0);
          const low = values[at] ?? 0;
          sum += wide[slot] === 1 ? (BigInt(values[at + 1] ?? 0) << 32n) | BigInt(low >>> 0) : BigInt(low);
        }
        base += words[rule] ?? 0;
      }
    }
  }
  return sum;
}

function runC(
  plan: Plan,
  database: Database,
  blocks: readonly FrameBlock[],
): { readonly rate: number; readonly sum: bigint } {
  const rules = new Map<string, { entry: number; message: Message; signals: Signal[] }>();
  for (const { source, group } of plan.catalogue.entries) {
    const [, messageName = "", signalName = ""] = source.split("/");
    const message = database.messages.find(({ name }) => name === messageName);
    const signal = message?.signals.find(({ name }) => name === signalName);
    if (message === undefined || signal === undefined) throw new Error(`${source} is not in the database`);
    const entry = plan.gate.standard[message.id] ?? 0;
    if (entry >>> 16 !== group) throw new Error(`${source}: group ${group}, rule ${entry >>> 16}`);
    const rule = rules.get(messageName) ?? { entry, message, signals: [] };
    rule.signals.push(signal);
    rules.set(messageName, rule);
  }
  const folder = mkdtempSync(join(tmpdir(), "canward-bench-"));
  try {
    const program = {
      rules: [...rules.values()],
      frames: BLOCKS * BLOCK_FRAMES_MAX,
      blockFrames: BLOCK_FRAMES_MAX,
      repeats: REPEATS,
    };
    writeFileSync(join(folder, "decode.c"), cSource(program));
    writeFileSync(join(folder, "frames.bin"), Buffer.concat(blocks.map(({ bytes }) => bytes)));
    execFileSync("cc", ["-O2", "-o", join(folder, "decode"), join(folder, "decode.c")]);
    const [rate = "0", sum = "0"] = execFileSync(join(folder, "decode"), [join(folder, "frames.bin")], {
      encoding: "utf8",
    })
      .trim()
      .split(" ");
    return { rate: Number(rate), sum: BigInt(sum) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** 30 messages of 8 bytes with about 9 signals each, every third one signed. */
function ownDatabase(order: "little" | "big"): Database {
  const random = createRandom(7);
  const lines = ['VERSION ""', "BU_: ECU"];
  for (let m = 0; m < 30; m++) {
    lines.push(`BO_ ${0x100 + m * 13} M${m}: 8 ECU`);
    for (let s = 0, bit = 0; s < 9; s++) {
      const length = s < 8 ? 3 + (random() % 8) : 4;
      if (bit + length > 64) break;
      const start = order === "little" ? bit : (bit >> 3) * 8 + 7 - (bit & 7);
      lines.push(
        ` SG_ S${s} : ${start}|${length}@${order === "little" ? 1 : 0}${random() % 3 === 0 ? "-" : "+"} (1,0) [0|0] "" ECU`,
      );
      bit += length;
    }
  }
  return parseDatabase(`${lines.join("\n")}\n`, `${order}.dbc`).database;
}

function shared(file: string): Database | undefined {
  const path = join(import.meta.dirname, "..", "..", "shared", "data", "dbc", file);
  return existsSync(path) ? parseDatabase(decodeText(readFileSync(path)), file).database : undefined;
}

if (import.meta.main)
  for (const row of benchDecode())
    process.stdout.write(`${row.what}: ${row.value.toFixed(2)} ${row.unit}; ${row.detail}\n`);
