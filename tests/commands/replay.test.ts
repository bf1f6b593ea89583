// `canward replay`: its lines are the datapoints that the corridor makes of the same log, and its summary adds up.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { openCandump } from "../../src/vehicle/bus/candump.ts";
import { createCorridor } from "../../src/vehicle/corridor.ts";
import { BUS_UNKNOWN } from "../../src/vehicle/frame.ts";
import { createMemory, takeBlock } from "../../src/vehicle/memory.ts";
import { loadPlan } from "../../src/vehicle/policy/load.ts";
import { physicalOf, rawOf, textOf } from "../../src/wire/physical.ts";
import { canward, EXAMPLE, type Result, rowsOf, temporaryFolder } from "./process.ts";

interface Line {
  readonly t: number;
  readonly path: string;
  readonly value: number | string | null;
  readonly text?: string;
}

const DRIVE = join(EXAMPLE, "drive.log.gz");
const CONFIG = join(EXAMPLE, "gateway.yaml");
const ALLOW_LIST = join(EXAMPLE, "allowlist.yaml");

/** What the corridor makes of the drive, without the command. */
async function datapointsOfDrive(): Promise<readonly Line[]> {
  const { plan } = loadPlan(ALLOW_LIST);
  const memory = createMemory();
  const lines: Line[] = [];
  const corridor = createCorridor(plan, memory, 1e6, (points) => {
    for (let row = 0; row < points.count; row++) {
      const entry = plan.catalogue.entries[points.aliases[row] ?? -1];
      if (entry === undefined) throw new RangeError("a datapoint without an entry");
      const raw = rawOf(entry, points.lows[row] ?? 0, points.highs[row] ?? 0);
      const text = textOf(entry, raw);
      const value = physicalOf(entry, raw);
      lines.push({
        t: (points.timesMs[row] ?? 0) / 1000,
        path: entry.path,
        value,
        ...(text !== undefined && { text }),
      });
    }
  });
  const busIndexOf = (name: string): number => {
    const index = plan.buses.indexOf(name);
    return index === -1 ? BUS_UNKNOWN : index;
  };
  const source = openCandump({ path: DRIVE, block: takeBlock(memory), busIndexOf });
  for await (const block of source.receive(new AbortController().signal)) corridor.pass(block);
  corridor.finish();
  return lines;
}

/** The rows of a summary: what was counted, by its name. */
function rowsOfSummary(stderr: string): ReadonlyMap<string, number> {
  const rows = [...stderr.matchAll(/^ +([\d,.]+) +(\S.*)$/gm)];
  return new Map(rows.map(([, number = "", name = ""]) => [name, Number(number.replaceAll(",", ""))]));
}

function byPath(lines: readonly Line[]): Readonly<Record<string, readonly Line[]>> {
  return Object.fromEntries([...Map.groupBy(lines, ({ path }) => path)].sort(([a], [b]) => a.localeCompare(b)));
}

describe("of the example drive", () => {
  let result: Promise<Result> | undefined;
  const replayed = (): Promise<Result> => {
    result ??= canward(["replay", DRIVE, "--config", CONFIG]);
    return result;
  };

  test("the lines are the corridor's datapoints, all of them, in its order", async () => {
    const lines = await datapointsOfDrive();
    const result = await replayed();
    expect(lines.length).toBeGreaterThan(1000);
    expect(rowsOf<Line>(result.stdout)).toEqual(lines);
    expect(result.code).toBe(0);
  });

  test("nothing that is not on the allow-list is among them", async () => {
    const result = await replayed();
    const allowed = new Set(loadPlan(ALLOW_LIST).plan.catalogue.entries.map(({ path }) => path));
    expect(rowsOf<Line>(result.stdout).filter(({ path }) => !allowed.has(path))).toEqual([]);
  });

  test("the summary adds up: frames, datapoints, bytes", async () => {
    const result = await replayed();
    const rows = rowsOfSummary(result.stderr);
    const number = (name: string): number => rows.get(name) ?? Number.NaN;
    const sum = (pattern: RegExp): number =>
      [...rows].reduce((total, [name, value]) => total + (pattern.test(name) ? value : 0), 0);
    const lines = rowsOf<Line>(result.stdout);
    expect(number("frames seen")).toBe(gunzipSync(readFileSync(DRIVE)).toString().trimEnd().split("\n").length);
    expect(sum(/^denied: /) + number("admitted")).toBe(number("frames seen"));
    expect([...rows.keys()].filter((name) => name.startsWith("denied: "))).toEqual([
      "denied: not listed",
      "denied: length",
      "denied: format",
      "denied: remote",
      "denied: error",
    ]);
    expect(number("datapoints")).toBe(lines.length);
    expect(number("held back by sampling") + lines.length).toBe(number("values of listed signals"));
    expect(sum(/^Vehicle\./)).toBe(lines.length);
    for (const [path, own] of Object.entries(byPath(lines))) expect(number(path), path).toBe(own.length);
    const [, bytes = Number.NaN] = [...rows].find(([name]) => name.startsWith("bytes on the wire, in ")) ?? [];
    expect(number("bytes per datapoint")).toBe(Number((bytes / lines.length).toFixed(2)));
    expect(number("lines that are no frame")).toBe(0);
  });

  test("the standard input gives the same", async () => {
    const result = await replayed();
    const piped = await canward(["replay", "-", "--config", CONFIG], { input: gunzipSync(readFileSync(DRIVE)) });
    expect(byPath(rowsOf<Line>(piped.stdout))).toEqual(byPath(rowsOf<Line>(result.stdout)));
    expect(piped.stderr.split("\n")[0]).toBe(result.stderr.split("\n")[0]);
    expect(piped.code).toBe(0);
  });

  test.for(["1", "10"])("at --speed %s the datapoints are the same", async (speed) => {
    const log = join(temporaryFolder(), "short.log");
    const lines = gunzipSync(readFileSync(DRIVE)).toString().split("\n");
    writeFileSync(log, `${lines.slice(0, 2_000).join("\n")}\n`);
    const paced = await canward(["replay", log, "--config", CONFIG, "--speed", speed]);
    const atOnce = await canward(["replay", log, "--config", CONFIG, "--speed", "max"]);
    expect(rowsOf<Line>(paced.stdout).length).toBeGreaterThan(40);
    expect(byPath(rowsOf<Line>(paced.stdout))).toEqual(byPath(rowsOf<Line>(atOnce.stdout)));
    expect(paced.code).toBe(0);
  });
});

test("an allow-list without a signal lets nothing out, and the summary says so", async () => {
  const folder = temporaryFolder();
  const config = readFileSync(CONFIG, "utf8").replace("allowlist.yaml", "empty.yaml");
  writeFileSync(join(folder, "gateway.yaml"), config);
  writeFileSync(
    join(folder, "empty.yaml"),
    `version: "1"\nbuses: { can0: { dbc: ["${EXAMPLE}/powertrain.dbc"] } }\nsignals: {}\n`,
  );
  const { code, stdout, stderr } = await canward(["replay", DRIVE, "--config", join(folder, "gateway.yaml")]);
  expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
  expect(rowsOfSummary(stderr).get("denied: not listed")).toBe(rowsOfSummary(stderr).get("frames seen"));
  expect(stderr).toContain("the allow-list names no signal: nothing leaves the vehicle");
});
