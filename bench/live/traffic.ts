// The frames that the sender of the live benchmarks puts on the bus, as a file of `struct can_frame`: recorded ones of the
// example vehicle, or those of the bus with 400 messages, each in its turn.
import { writeFileSync } from "node:fs";
import { readExampleDatabases } from "../../src/vehicle/bus/example.ts";
import { createGenerator } from "../../src/vehicle/bus/generator.ts";
import { BUS_OFFSET, FLAG_FD, FLAGS_OFFSET, FRAME_BYTES } from "../../src/vehicle/frame.ts";
import { createGate } from "../../src/vehicle/gate/gate.ts";
import { createMemory, takeBlock } from "../../src/vehicle/memory.ts";
import { loadPlan } from "../../src/vehicle/policy/load.ts";
import { createRandom } from "../decode/frames.ts";
import { EXAMPLE_ALLOWLIST, idOf, MESSAGES } from "./plans.ts";

const CAN_FRAME_BYTES = 16;
const FRAMES = 20_000;
const DRIVE_S = 120;

/** Classic frames of can0 in the order of the drive: of those that the plan lists, `share` of all; the rest is not listed. */
export async function writeExampleTraffic(file: string, share: number): Promise<void> {
  const { listed, others } = await recordDrive();
  const random = createRandom(1);
  const frames = Array.from({ length: FRAMES }, (_, i) => {
    const pool = random() % 1000 < share * 1000 ? listed : others;
    return pool[i % pool.length] ?? Buffer.alloc(CAN_FRAME_BYTES);
  });
  writeFileSync(file, Buffer.concat(frames));
}

/** Each message in its turn. */
export function writeBusTraffic(file: string): void {
  const frames = Array.from({ length: MESSAGES }, (_, message) => {
    const frame = Buffer.alloc(CAN_FRAME_BYTES, message);
    frame.writeUInt32LE(idOf(message), 0);
    frame.writeUInt32LE(8, 4);
    return frame;
  });
  writeFileSync(file, Buffer.concat(frames));
}

async function recordDrive(): Promise<{ readonly listed: readonly Buffer[]; readonly others: readonly Buffer[] }> {
  const memory = createMemory();
  const gate = createGate(memory, loadPlan(EXAMPLE_ALLOWLIST).plan.gate);
  const block = takeBlock(memory);
  const source = createGenerator({
    databases: readExampleDatabases(),
    startUs: 1.75e15,
    durationS: DRIVE_S,
    seed: 1,
    busIndexes: { can0: 0, can1: 1 },
    block,
  });
  const listed: Buffer[] = [];
  const others: Buffer[] = [];
  for await (const { count, bytes } of source.receive(new AbortController().signal)) {
    const admitted = new Set(memory.admitted.subarray(0, gate(block)).map((entry) => entry & 0xffff));
    for (let i = 0; i < count; i++) {
      if (bytes[i * FRAME_BYTES + BUS_OFFSET] !== 0 || ((bytes[i * FRAME_BYTES + FLAGS_OFFSET] ?? 0) & FLAG_FD) !== 0)
        continue;
      const frame = Buffer.from(bytes.subarray(i * FRAME_BYTES, i * FRAME_BYTES + CAN_FRAME_BYTES));
      frame.fill(0, 5, 8);
      (admitted.has(i) ? listed : others).push(frame);
    }
  }
  return { listed, others };
}
