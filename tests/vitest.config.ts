// How the tests run. CANWARD_REQUIRE_ALL=1 makes a failure of what would be a skip.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { SkipReporter } from "./skipped.ts";

const root = join(import.meta.dirname, "..");
const build = join(import.meta.dirname, "build.ts");

// biome-ignore lint/style/noDefaultExport: vitest asks for it
export default defineConfig({
  root,
  test: {
    include: ["tests/**/*.test.ts"],
    // These run inside a kernel with CAN: npm run test:kernel.
    exclude: ["tests/kernel/**"],
    reporters: ["default", new SkipReporter()],
    globalSetup: existsSync(build) ? [build] : [],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: "forks",
  },
});
