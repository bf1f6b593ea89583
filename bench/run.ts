// `npm run bench`: each trial in a process of its own, medians, what is to be reached beside what was, the machine and the
// versions; and all of it stored under the date. `-- --only decode,wire` for some of them, `-- --minutes 10` for the long watch.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg, totalmem } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Row } from "./report.ts";
import { SUITE } from "./suite.ts";

const { values } = parseArgs({
  options: {
    only: { type: "string" },
    minutes: { type: "string", default: "1" },
    "no-store": { type: "boolean", default: false },
  },
});
const names = values.only === undefined ? Object.keys(SUITE) : values.only.split(",");

const machine = {
  cpu: cpus()[0]?.model.trim() ?? "unknown",
  cores: cpus().length,
  memoryGb: Math.round(totalmem() / 1e9),
  node: process.version,
  v8: process.versions.v8,
  cc: execFileSync("cc", ["--version"], { encoding: "utf8" }).split("\n")[0] ?? "unknown",
  load: loadavg()
    .map((load) => load.toFixed(2))
    .join(" "),
};
print(
  `${Object.entries(machine)
    .map(([name, value]) => `${name} ${value}`)
    .join(", ")}\n`,
);

const results: (Row & { readonly trials: readonly number[] })[] = [];
for (const name of names) {
  const benchmark = SUITE[name];
  if (benchmark === undefined) throw new Error(`no benchmark ${name}; there are ${Object.keys(SUITE).join(", ")}`);
  for (const row of collect(name, benchmark.trials)) {
    results.push(row);
    print(line(row));
  }
}
if (!values["no-store"]) store();
const missed = results.filter((row) => !isReached(row));
print(
  missed.length === 0
    ? "\nall that is to be reached is reached"
    : `\nnot reached: ${missed.map(({ what }) => what).join("; ")}`,
);

/** Runs the trials; of each row the median, with the detail of that trial. */
function collect(name: string, trials: number): readonly (Row & { readonly trials: readonly number[] })[] {
  const runs = Array.from({ length: trials }, () => trial(name));
  return (runs[0] ?? []).map(({ what }) => {
    const rows = runs.flatMap((run) => run.filter((row) => row.what === what)).toSorted((a, b) => a.value - b.value);
    const middle = rows[rows.length >> 1];
    if (middle === undefined) throw new Error(`${name}: no row ${what}`);
    return { ...middle, trials: rows.map(({ value }) => value) };
  });
}

function trial(name: string): readonly Row[] {
  const { status, stdout } = spawnSync(
    process.execPath,
    [join(import.meta.dirname, "suite.ts"), name, values.minutes],
    {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  if (status !== 0) throw new Error(`the benchmark ${name} failed`);
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "[]") as readonly Row[];
}

function isReached({ value, reach, better }: Row): boolean {
  return reach === undefined || (better === "higher" ? value >= reach : value <= reach);
}

function line(row: Row & { readonly trials: readonly number[] }): string {
  const { what, value, unit, reach, better, detail } = row;
  const aim =
    reach === undefined
      ? ""
      : `  (${isReached(row) ? "reached" : "NOT REACHED"}: ${better === "higher" ? "≥" : "≤"} ${reach})`;
  const spread = row.trials.length > 1 ? `\n    trials: ${row.trials.map(short).join(" ")}` : "";
  return `${what}: ${short(value)} ${unit}${aim}${detail === undefined ? "" : `\n    ${detail}`}${spread}`;
}

function short(value: number): string {
  return value >= 1000 ? Math.round(value).toLocaleString("en") : value.toPrecision(3);
}

/** One file a day; what was measured before on the same day and not again is kept. */
function store(): void {
  const folder = join(import.meta.dirname, "results");
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${new Date().toISOString().slice(0, 10)}.json`);
  const fresh = new Set(results.map(({ what }) => what));
  const before = earlier(file).filter(({ what }) => !fresh.has(what));
  writeFileSync(file, `${JSON.stringify({ machine, results: [...before, ...results] }, null, 2)}\n`);
  print(`\nstored in bench/results/`);
}

function earlier(file: string): readonly Row[] {
  try {
    return (JSON.parse(readFileSync(file, "utf8")) as { results: readonly Row[] }).results;
  } catch {
    // The first run of the day.
    return [];
  }
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
