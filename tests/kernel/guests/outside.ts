// No guest at all: the tests that start guests themselves, or that need no kernel with CAN.
import { environmentOf, type Guest, runBounded } from "./guest.ts";
import { uml } from "./uml.ts";

export const outside: Guest = {
  name: "outside",
  compiler: ["gcc"],
  timeLimitS: { usual: 300, full: 300 },
  obstacle: () => uml.obstacle(),
  run: (job) => runBounded(job.command, { ...process.env, ...environmentOf("outside", job) }, job.timeLimitS),
};
