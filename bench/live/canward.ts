// A reader of the live benchmarks: canward's own live source, its gate and its decoder, as in a gateway.
//
//   canward.ts INTERFACE ALLOWLIST BUFFER_BYTES filtered|all HOLD
//
// "filtered" has the kernel filter as the plan wants, "all" lets every frame come. HOLD frames are held, 0 for none.
import { setFlagsFromString } from "node:v8";
import { pino } from "pino";
import { loadAddon } from "../../src/vehicle/bus/live/addon.ts";
import { createLive } from "../../src/vehicle/bus/live/live.ts";
import type { OpenReceiver, Receiver } from "../../src/vehicle/bus/live/receiver.ts";
import { systemClock } from "../../src/vehicle/clock.ts";
import { createDecoder } from "../../src/vehicle/decode/decode.ts";
import { createGate } from "../../src/vehicle/gate/gate.ts";
import { createMemory, takeBlock } from "../../src/vehicle/memory.ts";
import { loadPlan } from "../../src/vehicle/policy/load.ts";
import { announce, Holder } from "./readers.ts";

// As `canward run` does.
setFlagsFromString("--no-turbofan");

const EVERYTHING = new Uint32Array([0, 0]);

const [interfaceName = "", allowlist = "", bufferBytes = "0", filtering = "filtered", held = "0"] =
  process.argv.slice(2);
const addon = loadAddon();
if (addon instanceof Error) throw addon;
let receiver: Receiver | undefined;
const open: OpenReceiver = (name, filters, bytes) => {
  receiver = addon.open(name, filtering === "all" ? EVERYTHING : filters, bytes);
  announce(() => {
    receiver?.bufferBytes();
    return { frames, dropped: receiver?.dropped, admitted };
  });
  return receiver;
};

const { plan } = loadPlan(allowlist);
const memory = createMemory();
const gate = createGate(memory, plan.gate);
const decode = createDecoder(memory, plan.decode);
const live = await createLive({
  buses: new Map([["can0", { interfaceName, receiveBufferBytes: Number(bufferBytes), silenceUs: 0 }]]),
  plan,
  block: takeBlock(memory),
  clock: systemClock,
  log: pino({ enabled: false }),
  open,
});
const holder = new Holder(Number(held));
let frames = 0;
let admitted = 0;
for await (const block of live.receive(new AbortController().signal)) {
  holder.hold(block.count);
  const passed = gate(block);
  for (let from = 0; from < passed; ) from = decode(block, from, passed);
  frames += block.count;
  admitted += passed;
  holder.take(block.count);
}
