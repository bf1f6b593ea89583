// A process that uses an outbox until it is killed: it commits without a pause, and takes and acknowledges now and then. It
// says what it has done when the outbox has returned, and what it is about to acknowledge before. Arguments: path, seed.
import { writeSync } from "node:fs";
import { openOutbox } from "../../src/vehicle/outbox/outbox.ts";
import { ALL, commitSecond, LIMITS } from "./segments.ts";

const [, , path = "", seed = "1"] = process.argv;
const outbox = openOutbox(path, 1e9);
// At once and not through a stream: what was done is said before anything else is done.
const say = (line: unknown): void => void writeSync(1, `${JSON.stringify(line)}\n`);

for (let step = 0; ; step++) {
  say({ committed: commitSecond(outbox, (step * Number(seed) * 7) % 300) });
  if (step % 5 !== 4) continue;
  const batch = outbox.take(...ALL, { ...LIMITS, segmentsMax: 3 });
  if (batch === undefined) continue;
  const { firstSequence, lastSequence } = batch;
  say({ acknowledging: { firstSequence, lastSequence } });
  outbox.acknowledge(batch);
  say({ acknowledged: { firstSequence, lastSequence } });
}
