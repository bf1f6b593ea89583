// An ingest worker as a process of its own. Its one argument is JSON: the broker's part of the configuration, and the store's path.
// It prints a line when it is subscribed, and its counters when it was asked to stop.
import { pino } from "pino";
import { startIngest } from "../../src/fleet/ingest/ingest.ts";
import { openStore } from "../../src/fleet/store/sqlite.ts";

process.stdin.resume().once("end", () => process.exit());

const { broker, path, level = "fatal" } = JSON.parse(process.argv[2] ?? "{}");
const store = openStore(path);
const ingest = await startIngest({ broker, store, log: pino({ level }, pino.destination(2)) });
process.once("SIGTERM", async () => {
  await ingest.stop();
  await store.close();
  const { user, system } = process.cpuUsage();
  say({ ...ingest.counters, cpuMicros: user + system });
  process.stdin.destroy();
});
await ingest.subscribed;
say({ subscribed: true });

function say(line: unknown): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
