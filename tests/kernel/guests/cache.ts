// What is made once and kept: folders under node_modules/.cache/canward-kernel, each named after what it was made of. One
// appears whole or not at all, so that an interrupted run leaves nothing that a later one would trust.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { CHECKOUT, KernelTestError } from "./guest.ts";

const CACHE = join(CHECKOUT, "node_modules", ".cache", "canward-kernel");

/** The folder `name-KEY`, made by `fill` where it is not there yet. `madeOf` is everything that it depends on. */
export function cached(name: string, madeOf: readonly string[], fill: (folder: string) => void): string {
  const key = createHash("sha256").update(madeOf.join("\0")).digest("hex").slice(0, 12);
  const folder = join(CACHE, `${name}-${key}`);
  if (existsSync(folder)) return folder;
  process.stdout.write(`making ${name} (once)…\n`);
  const startMs = performance.now();
  const next = `${folder}.next-${process.pid}`;
  try {
    mkdirSync(next, { recursive: true });
    fill(next);
    // Where another run was faster, its folder is as good.
    if (!existsSync(folder)) renameSync(next, folder);
    process.stdout.write(`made ${name} in ${((performance.now() - startMs) / 1000).toFixed(0)} s\n`);
    return folder;
  } finally {
    rmSync(next, { recursive: true, force: true });
  }
}

const OUTPUT_BYTES_MAX = 64 * 1024 * 1024;

/** Runs a program in `folder` and gives its output; where it fails, what it said last is in the error. */
export function make(folder: string, command: readonly string[], environment: NodeJS.ProcessEnv = {}): string {
  const [program = "", ...words] = command;
  const { status, stdout, stderr, error } = spawnSync(program, words, {
    cwd: folder,
    env: { ...process.env, PATH: `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin`, ...environment },
    encoding: "utf8",
    maxBuffer: OUTPUT_BYTES_MAX,
  });
  if (status === 0) return stdout;
  const said = `${stdout}\n${stderr}`.trim().split("\n").slice(-5).join("\n  ");
  throw new KernelTestError(`${command.slice(0, 4).join(" ")} failed: ${error?.message ?? said}`, {
    code: "KERNEL_PREPARATION",
    remedy: "It needs Debian's packages and npm's; where they cannot be reached now, try again later.",
    cause: error,
  });
}
