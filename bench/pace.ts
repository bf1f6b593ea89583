// `canward replay --to` at the log's own pace: how far from its time a frame is on the bus, by the receiving kernel's clock.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PaceFigures } from "./pace/guest.ts";
import type { Row } from "./report.ts";

const RUNNER = join(import.meta.dirname, "..", "tests", "kernel", "run.ts");
const GUEST_S_MAX = 120;
const MS_MAX = 2;

export function benchPace(): readonly Row[] {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), "canward-bench-"));
  try {
    const words = ["--time-limit", `${GUEST_S_MAX}`, "--out", folder, "--", process.execPath];
    spawnSync(process.execPath, [RUNNER, ...words, join(import.meta.dirname, "pace", "guest.ts")], {
      stdio: ["ignore", "ignore", "inherit"],
    });
    const file = join(folder, "pace.json");
    if (!existsSync(file)) {
      process.stderr.write("pace, left out: it needs a kernel with CAN; see node tests/kernel/run.ts --help\n");
      return [];
    }
    const { frames, p50Ms, p99Ms, maxMs } = JSON.parse(readFileSync(file, "utf8")) as PaceFigures;
    return [
      {
        what: "replay to a bus at the log's pace, 99 % of frames within",
        value: p99Ms,
        unit: "ms of their time",
        reach: MS_MAX,
        better: "lower",
        detail: `median ${p50Ms.toFixed(2)} ms, most ${maxMs.toFixed(1)} ms; ${frames} frames on two buses, sender and kernel on one CPU`,
      },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
