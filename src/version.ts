// The version of the software, as package.json says it.
import { readFileSync } from "node:fs";
import { join } from "node:path";

export const PACKAGE_DIRECTORY = join(import.meta.dirname, "..");

export const VERSION: string = (() => {
  const manifest: unknown = JSON.parse(readFileSync(join(PACKAGE_DIRECTORY, "package.json"), "utf8"));
  const version: unknown =
    typeof manifest === "object" && manifest !== null ? Reflect.get(manifest, "version") : undefined;
  if (typeof version !== "string") throw new TypeError("package.json has no version");
  return version;
})();
