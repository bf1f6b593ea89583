// Before all tests: makes `dist/` where a source is newer than it, since the command line is tested as it is shipped.
// CANWARD_BUILT=1 says that it is to be taken as it is.
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

const repository = join(import.meta.dirname, "..");
/** What is made, and by what. */
const PRODUCTS = [
  { product: "dist/canward.js", script: "deploy/build.ts" },
  { product: "dist/page/index.html", script: "src/fleet/web/page/build.ts" },
] as const;
const SOURCES = ["src", "deploy/build.ts", "package.json"] as const;

export function setup(): void {
  if (process.env["CANWARD_BUILT"] === "1") return;
  const changedMs = Math.max(...SOURCES.map((source) => newestMs(join(repository, source))));
  // The first script clears the folder for the second.
  if (PRODUCTS.every(({ product }) => madeMs(join(repository, product)) > changedMs)) return;
  for (const { script } of PRODUCTS) execFileSync(process.execPath, [join(repository, script)], { stdio: "inherit" });
}

function madeMs(file: string): number {
  return existsSync(file) ? statSync(file).mtimeMs : 0;
}

function newestMs(path: string): number {
  const stats = statSync(path);
  if (!stats.isDirectory()) return stats.mtimeMs;
  return Math.max(...readdirSync(path).map((name) => newestMs(join(path, name))));
}
