// Before all tests: makes `dist/` where a source is newer than it, since the command line is tested as it is shipped.
// CANWARD_BUILT=1 says that it is to be taken as it is.
import { execFileSync } from "node:child_process";
import { join } from "node:path";

export function setup(): void {
  if (process.env["CANWARD_BUILT"] === "1") return;
  const script = join(import.meta.dirname, "..", "deploy", "build.ts");
  execFileSync(process.execPath, [script, "--if-stale"], { stdio: "inherit" });
}
