// The corridor on one core: frames of the example drive in memory → gate → decode → sample (on change) → segments
// committed in SQLite, durably. And what each of its parts takes of it.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readExampleDatabases } from "../src/vehicle/bus/example.ts";
import { createGenerator } from "../src/vehicle/bus/generator.ts";
import { createCorridor } from "../src/vehicle/corridor.ts";
import { createFrameBlock, FRAME_WORDS, type FrameBlock } from "../src/vehicle/frame.ts";
import { createMemory, takeBlock } from "../src/vehicle/memory.ts";
import { openOutbox } from "../src/vehicle/outbox/outbox.ts";
import type { Plan } from "../src/vehicle/plan.ts";
import { AllowListSchema } from "../src/vehicle/policy/allowlist.ts";
import { compile } from "../src/vehicle/policy/compile.ts";
import { loadPlan } from "../src/vehicle/policy/load.ts";
import { parseYaml } from "../src/yaml.ts";
import type { Row } from "./report.ts";

const DRIVE_S = 600;
const FLUSH_INTERVAL_US = 1e6;

export async function benchCorridor(): Promise<readonly Row[]> {
  const blocks = await recordDrive();
  const { plan: listed } = loadPlan(join(import.meta.dirname, "..", "deploy", "example", "allowlist.yaml"));
  return [
    measure(
      "corridor to SQLite, on change, the allow-list's signals",
      onChange(listed.catalogue.entries.map(({ source }) => source)),
      blocks,
      1,
    ),
    measure("corridor to SQLite, on change, every signal of the vehicle", onChange(allSignals()), blocks, undefined),
    measure("corridor to SQLite, the allow-list with its sampling", listed, blocks, undefined),
  ];
}

/** Copies of the generator's blocks, one after the other. */
async function recordDrive(): Promise<readonly FrameBlock[]> {
  const block = createFrameBlock();
  const source = createGenerator({
    databases: readExampleDatabases(),
    startUs: 1.75e15,
    durationS: DRIVE_S,
    seed: 1,
    busIndexes: { can0: 0, can1: 1 },
    block,
  });
  const blocks: FrameBlock[] = [];
  for await (const { count, words, capturedAtUs, monotonicUs } of source.receive(new AbortController().signal)) {
    const copy = createFrameBlock(count);
    copy.count = count;
    copy.words.set(words.subarray(0, count * FRAME_WORDS));
    copy.capturedAtUs.set(capturedAtUs.subarray(0, count));
    copy.monotonicUs.set(monotonicUs.subarray(0, count));
    blocks.push(copy);
  }
  return blocks;
}

function measure(what: string, plan: Plan, blocks: readonly FrameBlock[], reach: number | undefined): Row {
  const folder = mkdtempSync(join(tmpdir(), "canward-bench-"));
  const outbox = openOutbox(join(folder, "outbox.db"), 1e9);
  try {
    const memory = createMemory();
    const block = takeBlock(memory);
    let commitSeconds = 0;
    let segments = 0;
    const corridor = createCorridor(plan, memory, FLUSH_INTERVAL_US, (points, fromUs, toUs) => {
      const start = process.hrtime.bigint();
      const span = {
        fromMs: Math.floor(fromUs / 1000),
        toMs: Math.floor(toUs / 1000),
        clockOffsetMs: 0,
        clockQuality: "recorded",
      } as const;
      outbox.commit(points, plan, plan.catalogue.digest, span);
      commitSeconds += Number(process.hrtime.bigint() - start) / 1e9;
      segments += 1;
    });
    const start = process.hrtime.bigint();
    for (const from of blocks) {
      block.count = from.count;
      block.words.set(from.words);
      block.capturedAtUs.set(from.capturedAtUs);
      block.monotonicUs.set(from.monotonicUs);
      corridor.pass(block);
    }
    corridor.finish();
    const seconds = Number(process.hrtime.bigint() - start) / 1e9;
    const { framesReceived, datapointsProduced } = corridor.counters();
    return {
      what,
      value: framesReceived / seconds / 1e6,
      unit: "M frames/s",
      ...(reach !== undefined && { reach }),
      better: "higher",
      detail: `${framesReceived} frames, ${datapointsProduced} datapoints, ${segments} segments; packing and committing took ${((100 * commitSeconds) / seconds).toFixed(0)} % of the time`,
    };
  } finally {
    outbox.close();
    rmSync(folder, { recursive: true });
  }
}

function allSignals(): readonly string[] {
  return Object.entries(readExampleDatabases()).flatMap(([bus, { messages }]) =>
    messages.flatMap((message) => message.signals.map((signal) => `${bus}/${message.name}/${signal.name}`)),
  );
}

/** A plan of these signals, every change of which makes a datapoint. */
function onChange(sources: readonly string[]): Plan {
  const signals = sources.map((source, i) => `  V.s${i}: { from: "${source}" }`);
  const text = `version: bench\nbuses: { can0: { dbc: [a] }, can1: { dbc: [b] } }\nsignals:\n${signals.join("\n")}\n`;
  const list = parseYaml(text, "bench.yaml", AllowListSchema, "allow-list");
  const databases = new Map(
    Object.entries(readExampleDatabases()).map(([bus, database]) => [bus, [database]] as const),
  );
  const { plan, problems } = compile(list, databases);
  if (plan === undefined) throw new Error(problems.map(({ message }) => message).join("\n"));
  return plan;
}

if (import.meta.main)
  for (const row of await benchCorridor())
    process.stdout.write(`${row.what}: ${row.value.toFixed(2)} ${row.unit}; ${row.detail}\n`);
