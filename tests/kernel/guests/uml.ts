// The guest for every run: user-mode-linux, a kernel that is a program, booted by the same script that users get for
// their CI. One CPU, bounded memory, the host's files read-only.
import { join } from "node:path";
import { CHECKOUT, environmentOf, type Guest, OWN_PLACE, runBounded } from "./guest.ts";
import { missingPackages } from "./packages.ts";

const SCRIPT = join(CHECKOUT, "deploy", "ci", "in-uml.sh");
/** vitest, a gateway, a broker and a fleet at once. */
const MEMORY = "2G";

export const uml: Guest = {
  name: "uml",
  compiler: ["gcc"],
  timeLimitS: { usual: 600, full: 3600 },

  obstacle: () =>
    missingPackages([
      ["linux.uml", "user-mode-linux"],
      ["/usr/lib/uml/modules", "user-mode-linux"],
      ["ip", "iproute2"],
      ["insmod", "kmod"],
      ["taskset", "util-linux"],
      ["gcc", "gcc"],
    ]),

  run(job) {
    const writable = job.writable === undefined ? [] : ["--writable", job.writable];
    // The script's own limit is a second net, for the case that this process can no longer end it.
    const limit = String(job.timeLimitS + 30);
    const options = ["--interface", "", "--memory", MEMORY, "--time-limit", limit, "--read-only", ...writable];
    return runBounded(
      ["bash", SCRIPT, ...options, "--", ...job.command],
      { ...process.env, ...OWN_PLACE, ...environmentOf("uml", job) },
      job.timeLimitS,
    );
  },
};
