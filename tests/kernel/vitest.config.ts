// How the tests run inside a guest: one file after the other, since a guest has one CPU and its interfaces are shared.
// Which tests there are depends on the guest.
import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { SkipReporter } from "../skipped.ts";
import { FOLDERS, type GuestName } from "./guests/guest.ts";

const guest = process.env["CANWARD_GUEST"] as GuestName | undefined;
if (guest === undefined) throw new Error("these tests need a kernel with CAN; run them with: npm run test:kernel");

const folders = FOLDERS[guest];
const elsewhere = Object.values(FOLDERS)
  .flatMap((names) => (names === "the rest" ? [] : names))
  .filter((name) => name !== "every");

// biome-ignore lint/style/noDefaultExport: vitest asks for it
export default defineConfig({
  root: join(import.meta.dirname, "..", ".."),
  // The checkout is read-only in a guest.
  cacheDir: join(process.env["TMPDIR"] ?? "/tmp", "canward-vite"),
  test: {
    include:
      folders === "the rest"
        ? ["tests/kernel/*/**/*.test.ts"]
        : folders.map((folder) => `tests/kernel/${folder}/**/*.test.ts`),
    exclude: folders === "the rest" ? elsewhere.map((folder) => `tests/kernel/${folder}/**`) : [],
    reporters: [new SkipReporter(), "default"],
    fileParallelism: false,
    fsModuleCache: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: "forks",
  },
});
