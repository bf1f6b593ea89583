// The C++ compiler and its tools, which some tests of the live reader need and not every machine has.
import { spawnSync } from "node:child_process";
import { beforeEach, type TestContext } from "vitest";

const REASON = "needs g++ and nm; enable it with: sudo apt-get install -y g++ binutils";

/** Call inside a `describe`: as `needs` of requirements.ts. */
export function needsCompiler(): void {
  const isThere = ["g++", "nm"].every((name) => spawnSync(name, ["--version"]).status === 0);
  beforeEach((context: TestContext) => {
    if (isThere) return;
    if (process.env["CANWARD_REQUIRE_ALL"] === "1") throw new Error(`CANWARD_REQUIRE_ALL=1, but this test ${REASON}`);
    context.skip(REASON);
  });
}
