// What some tests need and not every machine has. A missing requirement is a skip that names the reason and the command
// that enables it; with CANWARD_REQUIRE_ALL=1 it is a failure, so that CI cannot pass by skipping.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, type TestContext } from "vitest";

interface Requirement {
  readonly met: boolean;
  /** Why it is missing, and the command that enables it. */
  readonly reason: string;
}

const repository = join(import.meta.dirname, "..");

export const SHARED_DATA = join(repository, "..", "shared", "data");
export const CHROMIUM = process.env["CANWARD_CHROMIUM"] ?? "/usr/bin/chromium";
const PRLIMIT = "/usr/bin/prlimit";
export const MOSQUITTO = process.env["CANWARD_MOSQUITTO"] ?? "/usr/sbin/mosquitto";
export const OPENSSL = process.env["CANWARD_OPENSSL"] ?? "/usr/bin/openssl";

export const requirements = {
  sharedData: {
    met: existsSync(join(SHARED_DATA, "manifest.json")),
    reason:
      "needs the vector set at ../shared/data; enable it with: ln -s PATH_TO_SHARED ../shared (beside the checkout)",
  },
  chromium: {
    met: existsSync(CHROMIUM),
    reason: `needs Chromium at ${CHROMIUM}; enable it with: sudo apt-get install -y chromium (or set CANWARD_CHROMIUM)`,
  },
  prlimit: {
    met: existsSync(PRLIMIT),
    reason: `needs ${PRLIMIT} to fill a disk; enable it with: sudo apt-get install -y util-linux (Linux only)`,
  },
  mosquitto: {
    met: existsSync(MOSQUITTO),
    reason: `needs the broker at ${MOSQUITTO}; enable it with: sudo apt-get install -y mosquitto (or set CANWARD_MOSQUITTO)`,
  },
  openssl: {
    met: existsSync(OPENSSL),
    reason: `needs ${OPENSSL}, to make certificates; enable it with: sudo apt-get install -y openssl (or set CANWARD_OPENSSL)`,
  },
} as const satisfies Record<string, Requirement>;

export function isMet(name: keyof typeof requirements): boolean {
  return requirements[name].met;
}

/** Call inside a `describe`: every test in it is skipped, or failed when CI requires all, where `name` is not met. */
export function needs(name: keyof typeof requirements): void {
  beforeEach((context: TestContext) => demand(context, name));
}

function demand(context: TestContext, name: keyof typeof requirements): void {
  const { met, reason } = requirements[name];
  if (met) return;
  if (process.env["CANWARD_REQUIRE_ALL"] === "1") throw new Error(`CANWARD_REQUIRE_ALL=1, but this test ${reason}`);
  context.skip(reason);
}
