// The import rules of .dependency-cruiser.cjs: the tree keeps them, and each of them catches a planted violation. A rule
// that cannot fail, or a tool that reads nothing, is found here.
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { cruise, type ICruiseOptions, type ICruiseResult, type IFlattenedRuleSet } from "dependency-cruiser";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const repository = join(import.meta.dirname, "..", "..");
const configuration: { forbidden: IFlattenedRuleSet["forbidden"]; options: ICruiseOptions } = createRequire(
  import.meta.url,
)(join(repository, ".dependency-cruiser.cjs"));

async function violations(baseDir: string): Promise<ICruiseResult> {
  const { forbidden = [], options } = configuration;
  const result = await cruise(
    ["src"],
    { ...options, baseDir, ruleSet: { forbidden }, validate: true },
    { ...options.enhancedResolveOptions },
  );
  if (typeof result.output === "string") throw new Error("no structured result");
  return result.output;
}

/** By rule: a file that breaks it, and what else must be there for it. */
const planted: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "stages-are-strangers": { "src/vehicle/gate/planted.ts": 'import "../sample/sample.ts";' },
  "nouns-know-no-stage": { "src/vehicle/planted.ts": 'import "./gate/gate.ts";' },
  "hot-stages-are-pure": { "src/vehicle/sample/planted.ts": 'import "node:fs";' },
  "hot-stages-know-no-clock": { "src/vehicle/decode/planted.ts": 'import "../clock.ts";' },
  "policy-is-beside-the-corridor": { "src/vehicle/policy/planted.ts": 'import "../outbox/outbox.ts";' },
  "vehicle-knows-no-fleet": { "src/vehicle/planted.ts": 'import "../fleet/config.ts";' },
  "fleet-knows-no-vehicle": { "src/fleet/planted.ts": 'import "../vehicle/frame.ts";' },
  "web-knows-no-ingest": { "src/fleet/web/planted.ts": 'import "../ingest/ingest.ts";' },
  "page-shares-types-alone": { "src/fleet/web/page/planted.ts": 'import "../server.ts";' },
  "shared-rooms-are-below": { "src/wire/planted.ts": 'import "../vehicle/frame.ts";' },
  "dbc-is-pure": { "src/dbc/planted.ts": 'import "node:crypto";' },
  "door-mqtt": { "src/vehicle/planted.ts": 'import "mqtt";' },
  "door-better-sqlite3": { "src/fleet/web/planted.ts": 'import "better-sqlite3";' },
  "door-protobufjs": { "src/vehicle/planted.ts": 'import "protobufjs/minimal.js";' },
  "door-yaml": { "src/commands/planted.ts": 'import "yaml";' },
  "door-commander": { "src/commands/planted.ts": 'import "commander";' },
  "door-pino": { "src/vehicle/uplink/planted.ts": 'import "pino";' },
  "door-aedes": { "src/fleet/planted.ts": 'import "aedes";' },
  "door-fastify": { "src/fleet/planted.ts": 'import "fastify";' },
  "door-uplot": { "src/fleet/web/page/planted.ts": 'import "uplot";' },
  "door-socketcan": { "src/vehicle/bus/planted.ts": 'import "socketcan";' },
  "the-gateway-cannot-send": {
    "src/vehicle/planted.ts": 'import "../planted-other.ts";',
    "src/planted-other.ts": 'export const open = () => import("./commands/playback/sender.ts");',
  },
  "no-network-server-on-the-vehicle": { "src/vehicle/planted.ts": 'import "node:http";' },
  "no-way-back": { "src/planted.ts": 'import "../tests/requirements.ts";' },
  "no-circle": {
    "src/dbc/planted.ts": 'import { other } from "./planted-other.ts"; export const here = other;',
    "src/dbc/planted-other.ts": 'import { here } from "./planted.ts"; export const other = () => here;',
  },
  "no-orphan-dependency": { "src/planted.ts": 'import "left-pad-of-nobody";' },
};

describe("the import rules", () => {
  const copy = mkdtempSync(join(tmpdir(), "canward-imports-"));

  beforeAll(() => {
    for (const folder of ["src", "tests"]) cpSync(join(repository, folder), join(copy, folder), { recursive: true });
    for (const file of ["package.json", "tsconfig.json"]) cpSync(join(repository, file), join(copy, file));
    symlinkSync(join(repository, "node_modules"), join(copy, "node_modules"));
  });
  afterAll(() => rmSync(copy, { recursive: true }));

  test("hold for the tree as it stands, of which every file was read", async () => {
    const { summary, modules } = await violations(repository);
    expect(summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`)).toEqual([]);
    const read = new Set(modules.map(({ source }) => source));
    for (const file of ["src/canward.ts", "src/vehicle/gateway.ts", "src/fleet/web/page/main.tsx", "src/dbc/parse.ts"])
      expect(read).toContain(file);
    expect(summary.totalCruised).toBeGreaterThan(150);
    expect(summary.totalDependenciesCruised ?? 0).toBeGreaterThan(400);
  });

  test("are all planted here", () => {
    expect(Object.keys(planted).toSorted()).toEqual((configuration.forbidden ?? []).map(({ name }) => name).toSorted());
  });

  test.each(Object.entries(planted))("%s catches what breaks it", async (rule, files) => {
    const paths = Object.entries(files).map(([file, text]) => {
      const path = join(copy, file);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, `${text}\n`);
      return path;
    });
    try {
      const { summary } = await violations(copy);
      const caught = summary.violations
        .filter(({ from }) => from.includes("planted"))
        .map((violation) => violation.rule.name);
      expect(caught).toContain(rule);
    } finally {
      for (const path of paths) rmSync(path);
    }
  });
});
