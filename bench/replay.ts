// `canward replay` of a candump file at full speed, the whole process: from the file to datapoints as NDJSON.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Row } from "./report.ts";

const REPOSITORY = join(import.meta.dirname, "..");
/** About three million frames. */
const LOG_S = 2_400;

export function benchReplay(): readonly Row[] {
  const folder = mkdtempSync(join(tmpdir(), "canward-bench-"));
  try {
    const log = join(folder, "drive.log");
    const script = join(REPOSITORY, "deploy", "example", "make-drive.ts");
    execFileSync(process.execPath, [script, "--seconds", String(LOG_S), log], { stdio: "ignore" });
    const config = join(REPOSITORY, "deploy", "example", "gateway.yaml");
    const start = process.hrtime.bigint();
    const { stderr, status } = spawnSync(join(REPOSITORY, "dist", "canward.js"), ["replay", log, "--config", config], {
      encoding: "utf8",
      stdio: ["ignore", "ignore", "pipe"],
    });
    const seconds = Number(process.hrtime.bigint() - start) / 1e9;
    const frames = Number((/([\d,]+)\s+frames seen/.exec(stderr)?.[1] ?? "0").replaceAll(",", ""));
    if (status !== 0 || frames === 0) throw new Error(`replay failed: ${stderr}`);
    const detail = `${frames} frames in ${seconds.toFixed(2)} s, start of the process included`;
    return [
      {
        what: "canward replay, file to datapoints",
        value: frames / seconds,
        unit: "frames/s",
        reach: 500_000,
        better: "higher",
        detail,
      },
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (import.meta.main)
  for (const row of benchReplay())
    process.stdout.write(`${row.what}: ${row.value.toFixed(0)} ${row.unit}; ${row.detail}\n`);
