// Runs the tests that need a kernel with CAN, or any other command, on a real one: the host's own where it has CAN, else
// one that it boots by itself. Out come the command's output as it is written, and its exit code.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { OperatingError } from "../../src/errors.ts";
import { arm64 } from "./guests/arm64.ts";
import { controllers } from "./guests/controllers.ts";
import { CHECKOUT, GUESTS, type Guest, type GuestName, type Job, KernelTestError } from "./guests/guest.ts";
import { host } from "./guests/host.ts";
import { outside } from "./guests/outside.ts";
import { uml } from "./guests/uml.ts";

const HELP = `node tests/kernel/run.ts [--in GUEST[,GUEST…]] [--full] [--out FOLDER] [FILTER… | -- COMMAND [ARGUMENT…]]

Runs the tests in tests/kernel on a real kernel with CAN. A FILTER is vitest's: part of a test file's path.

  --in auto         the host's own kernel where it has vcan, else user-mode-linux (the default)
  --in host         the host's own kernel, in a network namespace
  --in uml          user-mode-linux: x86-64, one CPU, about 2 s to boot
  --in arm64        an emulated ARM64 board (QEMU): the tests in tests/kernel/arm64
  --in controllers  an emulated PC with two CAN controllers on one bus (QEMU): the tests in tests/kernel/controllers
  --in outside      no guest: the tests in tests/kernel/outside, which start guests themselves
  --in all          auto, arm64, controllers and outside, one after the other; the first that fails ends the run
  --full            every repetition that the project promises, instead of a quick choice
  --out FOLDER      the guest may write to this folder; the command finds its path in CANWARD_OUT
  --time-limit S    end the guest after so many seconds
  -- COMMAND        run this instead of the tests, in the checkout (a relative path is one of the checkout)

What the guests need is installed by:
  sudo dpkg --add-architecture arm64 && sudo apt-get update && sudo apt-get install -y --no-install-recommends \\
    user-mode-linux iproute2 kmod util-linux can-utils mosquitto gcc g++ g++-aarch64-linux-gnu \\
    qemu-system-arm qemu-system-x86 cpio
A guest that cannot be had is skipped and says why; with CANWARD_REQUIRE_ALL=1 it is a failure.
`;

const VITEST = join(CHECKOUT, "node_modules", "vitest", "vitest.mjs");
const CONFIG = join(import.meta.dirname, "vitest.config.ts");
const PROGRAMS = ["flood", "receive"] as const;

/** A readable error of ours, or of parseArgs. */
const USAGE_CODE = 2;

const guests: Readonly<Record<GuestName, Guest>> = { host, uml, arm64, controllers, outside };

async function main(): Promise<number> {
  const split = process.argv.indexOf("--", 2);
  const command = split < 0 ? undefined : process.argv.slice(split + 1);
  const { values, positionals } = parseArgs({
    args: process.argv.slice(2, split < 0 ? undefined : split),
    allowPositionals: true,
    options: {
      in: { type: "string", default: "auto" },
      full: { type: "boolean", default: false },
      out: { type: "string" },
      "time-limit": { type: "string" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const chosen = choose(values.in);
  build();
  for (const guest of chosen) {
    const obstacle = guest.obstacle();
    if (obstacle !== undefined) {
      if (process.env["CANWARD_REQUIRE_ALL"] === "1") throw unavailable(guest.name, obstacle);
      process.stdout.write(`\nskipped: the guest ${guest.name}: ${obstacle}\n`);
      continue;
    }
    if (chosen.length > 1) process.stdout.write(`\n— ${guest.name} —\n`);
    const code = await runIn(guest, { ...values, command: command ?? testsOf(positionals) });
    if (code !== 0) return code;
  }
  return 0;
}

interface Wanted {
  readonly full: boolean;
  readonly out?: string;
  readonly "time-limit"?: string;
  readonly command: readonly string[];
}

function choose(names: string): readonly Guest[] {
  const asked = names
    .split(",")
    .flatMap((name) => (name === "all" ? ["auto", "arm64", "controllers", "outside"] : [name]));
  return asked.map((name) => {
    if (name === "auto") return host.obstacle() === undefined ? host : uml;
    const known = GUESTS.find((guest) => guest === name);
    if (known !== undefined) return guests[known];
    throw new KernelTestError(`there is no guest called "${name}"`, {
      code: "KERNEL_NO_SUCH_GUEST",
      remedy: `Choose from auto, all, ${GUESTS.join(", ")}.`,
    });
  });
}

/** What is shipped is made here, since a guest may be slow and cannot write to the checkout. */
function build(): void {
  if (process.env["CANWARD_BUILT"] === "1") return;
  runHere([process.execPath, join(CHECKOUT, "deploy", "build.ts"), "--if-stale"]);
}

async function runIn(guest: Guest, wanted: Wanted): Promise<number> {
  const tools = mkdtempSync(join(realpathSync(tmpdir()), "canward-kernel-"));
  try {
    for (const name of PROGRAMS) compile(guest, name, tools);
    const out = wanted.out === undefined ? undefined : resolve(wanted.out);
    if (out !== undefined) mkdirSync(out, { recursive: true });
    const job: Job = {
      command: [wanted.command[0] ?? "true", ...wanted.command.slice(1)],
      environment: {
        PATH: `${join(CHECKOUT, "node_modules", ".bin")}${delimiter}${process.env["PATH"] ?? ""}${delimiter}/usr/sbin${delimiter}/sbin`,
        CANWARD_BUILT: "1",
        CANWARD_KERNEL_TOOLS: tools,
        ...(wanted.full ? { CANWARD_KERNEL_FULL: "1" } : {}),
        ...(out === undefined ? {} : { CANWARD_OUT: out }),
      },
      tools,
      writable: out,
      timeLimitS: timeLimitOf(guest, wanted),
    };
    return await guest.run(job);
  } finally {
    rmSync(tools, { recursive: true, force: true });
  }
}

function timeLimitOf(guest: Guest, wanted: Wanted): number {
  const given = wanted["time-limit"];
  if (given === undefined) return wanted.full ? guest.timeLimitS.full : guest.timeLimitS.usual;
  if (/^[1-9]\d{0,5}$/.test(given)) return Number(given);
  throw new KernelTestError(`--time-limit ${given} is no whole number of seconds`, {
    code: "KERNEL_TIME_LIMIT",
    remedy: "Give it in seconds, as in --time-limit 900.",
  });
}

function testsOf(filters: readonly string[]): readonly string[] {
  // "native" because vitest's other ways to read a config write beside it, and the checkout is read-only in a guest.
  return [process.execPath, VITEST, "run", "--config", CONFIG, "--configLoader", "native", ...filters];
}

function compile(guest: Guest, name: string, folder: string): void {
  const source = join(import.meta.dirname, "support", `${name}.c`);
  runHere([...guest.compiler, "-O2", "-std=gnu17", "-Wall", "-Wextra", "-Werror", "-o", join(folder, name), source]);
}

function runHere(command: readonly [string, ...string[]]): void {
  const { status, error } = spawnSync(command[0], command.slice(1), { cwd: CHECKOUT, stdio: "inherit" });
  if (status === 0) return;
  throw new KernelTestError(`${command.join(" ")} failed`, {
    code: "KERNEL_PREPARATION",
    remedy: "Its own output above says why.",
    cause: error,
  });
}

function unavailable(name: GuestName, obstacle: string): KernelTestError {
  return new KernelTestError(`CANWARD_REQUIRE_ALL=1, but the guest ${name} cannot be had`, {
    code: "KERNEL_NO_GUEST",
    remedy: obstacle,
  });
}

try {
  process.exitCode = await main();
} catch (error) {
  const remedy = error instanceof OperatingError ? `\n  ${error.remedy}` : "";
  process.stderr.write(`test:kernel: ${error instanceof Error ? error.message : String(error)}${remedy}\n`);
  process.exitCode = USAGE_CODE;
}
