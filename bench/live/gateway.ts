// `canward run` as it is, but for its outbox, whose commits are timed. At each line of the standard input, which is a number
// of datapoints, it says how old they were when they were committed, once so many are, or when too long has passed.
//
//   gateway.ts CONFIG
import { registerHooks } from "node:module";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";

const OUTBOX = "/src/vehicle/outbox/outbox.ts";
const WAIT_MS_MAX = 15_000;
const LOOK_MS = 50;
const timed = new URL("./timed-outbox.ts", import.meta.url).href;

registerHooks({
  resolve(specifier, context, next) {
    const resolved = next(specifier, context);
    const isForGateway = resolved.url.endsWith(OUTBOX) && context.parentURL !== timed;
    return isForGateway ? { ...resolved, url: timed } : resolved;
  },
});

const { committed, takeAges } = await import("./timed-outbox.ts");
const { run } = await import("../../src/commands/run.ts");
createInterface({ input: process.stdin }).on("line", async (line) => {
  const deadlineMs = performance.now() + WAIT_MS_MAX;
  while (committed() < Number(line) && performance.now() < deadlineMs) await sleep(LOOK_MS);
  process.stdout.write(`${JSON.stringify(takeAges())}\n`);
});
process.stdout.write(`ready ${process.pid}\n`);
await run(process.argv[2] ?? "");
