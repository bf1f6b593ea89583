// Makes what is shipped, in `dist/`: `canward.js` with a chunk for each command, all libraries bundled but the native ones,
// the receiver for live buses, and the operator's page. A few files instead of a thousand take 16 MB off the gateway's memory.
// With --if-stale only where a source is newer. The folder is swapped in whole, so that nobody meets half of it.
import { copyFileSync, existsSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { buildPage } from "../src/fleet/web/page/build.ts";
import { buildReceiver } from "./receiver.ts";

const repository = join(import.meta.dirname, "..");
const product = join(repository, "dist");
const leftOut = join(import.meta.dirname, "left-out.ts");
const SOURCES = ["src", "deploy", "package.json"] as const;

function isStale(): boolean {
  const made = join(product, "page", "index.html");
  if (!existsSync(made)) return true;
  return Math.max(...SOURCES.map((source) => newestMs(join(repository, source)))) > statSync(made).mtimeMs;
}

function newestMs(path: string): number {
  const stats = statSync(path);
  if (!stats.isDirectory()) return stats.mtimeMs;
  return Math.max(...readdirSync(path).map((name) => newestMs(join(path, name))));
}

async function buildAll(): Promise<void> {
  const [next, last] = [`${product}.next-${process.pid}`, `${product}.last-${process.pid}`];
  try {
    const receiver = buildReceiver();
    await buildCode(next);
    if (receiver !== undefined) copyFileSync(receiver, join(next, "receiver.node"));
    await buildPage(join(next, "page"));
    if (existsSync(product)) renameSync(product, last);
    renameSync(next, product);
  } finally {
    rmSync(next, { recursive: true, force: true });
    rmSync(last, { recursive: true, force: true });
  }
}

async function buildCode(outdir: string): Promise<void> {
  await build({
    entryPoints: [join(repository, "src", "canward.ts")],
    outdir,
    bundle: true,
    splitting: true,
    // In one folder, so that every file finds the package beside it in the same way.
    chunkNames: "[name]-[hash]",
    format: "esm",
    platform: "node",
    target: "node26",
    // Names stay readable in a stack trace; the rest is only bytes to be parsed and kept.
    minifySyntax: true,
    minifyWhitespace: true,
    // When the process crashes, Node prints the line at which it did.
    lineLimit: 160,
    legalComments: "linked",
    alias: { ws: leftOut, socks: leftOut },
    // Native code finds its binary beside its own files.
    external: ["better-sqlite3", "socketcan"],
    // Libraries that are CommonJS ask for Node's own modules in its way.
    banner: {
      js: 'import { createRequire as canwardRequire } from "node:module"; const require = canwardRequire(import.meta.url);',
    },
    logLevel: "warning",
  });
}

if (!process.argv.includes("--if-stale") || isStale()) await buildAll();
