// `canward run` as it is, but for its outbox, whose commits are timed. At SIGUSR2 it says how old the datapoints were.
//
//   gateway.ts CONFIG
import { registerHooks } from "node:module";

const OUTBOX = "/src/vehicle/outbox/outbox.ts";
const timed = new URL("./timed-outbox.ts", import.meta.url).href;

registerHooks({
  resolve(specifier, context, next) {
    const resolved = next(specifier, context);
    const isForGateway = resolved.url.endsWith(OUTBOX) && context.parentURL !== timed;
    return isForGateway ? { ...resolved, url: timed } : resolved;
  },
});

const { takeAges } = await import("./timed-outbox.ts");
const { run } = await import("../../src/commands/run.ts");
process.on("SIGUSR2", () => void process.stdout.write(`${JSON.stringify(takeAges())}\n`));
process.stdout.write(`ready ${process.pid}\n`);
await run(process.argv[2] ?? "");
