// deploy/ci/ as a team uses it: a repository of its own with an allow-list, a drive and an expectation, canward as a
// dependency, and the very lines of the workflows.
import { execFileSync, spawnSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import Database from "better-sqlite3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { CHECKOUT } from "../guests/guest.ts";

const CI = join(CHECKOUT, "deploy", "ci");
/** A few seconds of the drive, in which each bus has its share. */
const FRAMES = 6_000;
const LIMIT_MS = 120_000;

interface Workflow {
  readonly jobs: Readonly<
    Record<string, { readonly steps: readonly { readonly name?: string; readonly run?: string }[] }>
  >;
}

let repository: string;

beforeAll(() => {
  repository = mkdtempSync(join(realpathSync(tmpdir()), "canward-user-"));
  const example = join(CHECKOUT, "deploy", "example");
  for (const name of ["gateway.yaml", "allowlist.yaml", "powertrain.dbc", "body.dbc"])
    cpSync(join(example, name), join(repository, name));
  const lines = gunzipSync(readFileSync(join(example, "drive.log.gz")))
    .toString()
    .split("\n")
    .slice(0, FRAMES);
  writeFileSync(join(repository, "drive.log.gz"), gzipSync(`${lines.join("\n")}\n`));
  const modules = join(repository, "node_modules");
  mkdirSync(join(modules, ".bin"), { recursive: true });
  symlinkSync(CHECKOUT, join(modules, "canward"));
  symlinkSync(join(CHECKOUT, "dist", "canward.js"), join(modules, ".bin", "canward"));
  symlinkSync(process.execPath, join(modules, ".bin", "node"));
  const files = ["--config", "gateway.yaml", "--log", "drive.log.gz", "--expect", "drive.expected.ndjson"];
  execFileSync(process.execPath, [join(CHECKOUT, "dist", "canward.js"), "check", ...files, "--update"], {
    cwd: repository,
    stdio: "ignore",
  });
});

afterAll(() => rmSync(repository, { recursive: true, force: true }));

test.for(["canward-vcan.yml", "canward-uml.yml"])(
  "%s is shell that bash reads, and names files that there are",
  (file) => {
    const scripts = stepsOf(file).flatMap(({ run }) => (run === undefined ? [] : [run]));
    expect(scripts.length).toBeGreaterThan(2);
    for (const script of scripts) {
      expect(spawnSync("bash", ["-n"], { input: script, encoding: "utf8" })).toMatchObject({ status: 0, stderr: "" });
      for (const [path] of script.matchAll(/node_modules\/canward\/\S+/g)) readFileSync(join(repository, path));
    }
  },
);

test("where the host has no CAN: the allow-list is as expected, and the drive is on the buses", () => {
  const { status, output } = bash(checkOf("canward-uml.yml"));
  expect(output).toContain("as expected");
  expect(output).toContain(`${FRAMES} frames counted by the interfaces`);
  expect(output).not.toContain("\r");
  expect(status).toBe(0);
});

test("where the host has vcan: the same", () => {
  const host = `${CI}/in-uml.sh --interface vcan0 --interface vcan1 -- bash -c '${checkOf("canward-vcan.yml")}'`;
  const { status, output } = bash(host);
  expect(output).toContain(`${FRAMES} frames counted by the interfaces`);
  expect(status).toBe(0);
});

test("a gateway listens meanwhile, and keeps what it received", () => {
  writeFileSync(join(repository, "live.yaml"), LIVE);
  const { status, output } = bash(`${checkOf("canward-uml.yml")} -- canward run --config live.yaml`);
  expect(output).toContain(`${FRAMES} frames counted by the interfaces`);
  expect(status).toBe(0);
  const database = new Database(join(repository, "outbox.db"), { readonly: true });
  expect(database.prepare("SELECT count(*) AS segments FROM segment").get()).not.toEqual({ segments: 0 });
});

test("an allow-list that makes something else leave is a failure, which names it", () => {
  const allowlist = join(repository, "allowlist.yaml");
  const before = readFileSync(allowlist, "utf8");
  writeFileSync(allowlist, before.replace(/^ {2}Vehicle\.Speed:/m, "  Vehicle.SpeedOverGround:"));
  try {
    const { status, output } = bash(checkOf("canward-uml.yml"));
    expect(output).toContain("Vehicle.SpeedOverGround");
    expect(output).not.toContain("on the bus");
    expect(status).toBe(1);
  } finally {
    writeFileSync(allowlist, before);
  }
});

const LIVE = `vehicle: ci
allowlist: allowlist.yaml
source:
  live:
    can0: { interface: vcan0 }
    can1: { interface: vcan1 }
outbox: { path: outbox.db }
uplink: { url: "mqtt://127.0.0.1:1" }
`;

function stepsOf(file: string): Workflow["jobs"][string]["steps"] {
  const workflow = parse(readFileSync(join(CI, file), "utf8")) as Workflow;
  return Object.values(workflow.jobs).flatMap(({ steps }) => steps);
}

function checkOf(file: string): string {
  const step = stepsOf(file).find(({ name }) => name === "Check the allow-list");
  if (step?.run === undefined) throw new Error(`${file} has no step that checks`);
  return step.run.trim();
}

function bash(script: string): { readonly status: number | null; readonly output: string } {
  const { status, stdout, stderr } = spawnSync("bash", ["-e", "-c", `exec 2>&1; ${script}`], {
    cwd: repository,
    encoding: "utf8",
    timeout: LIMIT_MS,
  });
  return { status, output: stdout + stderr };
}
