// proto/canward.proto in, src/wire/canward_pb.js and .d.ts out: static code, without reflection, so that no code is ever
// made from strings. With --check nothing is written, and the exit code is 1 where the committed files are not current.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

const PBJS_OPTIONS = [
  ...["--target", "static-module", "--wrap", "esm", "--dts", "--root", "canward", "--force-number"],
  ...["--dependency", "protobufjs/minimal.js"],
  ...["--no-create", "--no-verify", "--no-convert", "--no-delimited", "--no-typeurl", "--no-service"],
];

const HEAD = "// Made from proto/canward.proto by `node proto/generate.ts`. Do not edit.\n";

// Without this, 64-bit integers are read as objects of the package `long`. The contract has none above 2^53 - 1.
const NUMBERS_ONLY = `
// 64-bit integers are plain numbers here; readers refuse what is not a safe integer.
$protobuf.util.Long = null;
$protobuf.configure();
`;

interface Generated {
  readonly path: string;
  readonly text: string;
}

function generate(): readonly Generated[] {
  const folder = mkdtempSync(join(tmpdir(), "canward-proto-"));
  try {
    const script = join(folder, "canward_pb.js");
    const pbjs = createRequire(import.meta.url).resolve("protobufjs-cli/bin/pbjs");
    const contract = join(import.meta.dirname, "canward.proto");
    execFileSync(process.execPath, [pbjs, ...PBJS_OPTIONS, "--out", script, contract], { stdio: "inherit" });
    const target = join(import.meta.dirname, "..", "src", "wire", "canward_pb");
    return [
      { path: `${target}.js`, text: finishScript(readFileSync(script, "utf8")) },
      { path: `${target}.d.ts`, text: finishTypes(readFileSync(join(folder, "canward_pb.d.ts"), "utf8")) },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function finishScript(script: string): string {
  return (
    HEAD + replaceOnce(script, /^import \$protobuf from "protobufjs\/minimal\.js";\n/m, (line) => line + NUMBERS_ONLY)
  );
}

function finishTypes(types: string): string {
  return HEAD + replaceOnce(types, /^import Long = require\("long"\);\n/m, () => "");
}

function replaceOnce(text: string, pattern: RegExp, replacement: (match: string) => string): string {
  if (!pattern.test(text)) throw new Error(`pbjs no longer writes ${pattern}: adapt proto/generate.ts`);
  return text.replace(pattern, replacement);
}

function isCurrent({ path, text }: Generated): boolean {
  try {
    return readFileSync(path, "utf8") === text;
  } catch {
    // A file that cannot be read is as good as missing: it has to be made.
    return false;
  }
}

const files = generate();
if (process.argv.includes("--check")) {
  const stale = files.filter((file) => !isCurrent(file)).map((file) => file.path);
  if (stale.length > 0) {
    process.stderr.write(
      `Not current with proto/canward.proto: ${stale.join(", ")}\nMake them: node proto/generate.ts\n`,
    );
    process.exitCode = 1;
  }
} else {
  for (const { path, text } of files) writeFileSync(path, text);
}
