// Which packages of Debian a guest needs, told by a program or file of each; what is missing becomes one command.
import { accessSync, constants, existsSync } from "node:fs";
import { join } from "node:path";

/** A program on the PATH (or an absolute path), and the package that brings it. */
export type Needed = readonly [file: string, packageName: string];

/** One sentence with the command that installs what is missing; undefined where nothing is. */
export function missingPackages(needed: readonly Needed[]): string | undefined {
  const missing = needed.filter(([file]) => !isThere(file)).map(([, name]) => name);
  if (missing.length === 0) return undefined;
  return `install what it needs with: sudo apt-get install -y --no-install-recommends ${[...new Set(missing)].join(" ")}`;
}

function isThere(file: string): boolean {
  if (file.startsWith("/")) return existsSync(file);
  // ip, insmod and depmod stand where an ordinary user's PATH does not look.
  const folders = [...(process.env["PATH"] ?? "").split(":"), "/usr/sbin", "/sbin"];
  return folders.some((folder) => isExecutable(join(folder, file)));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
