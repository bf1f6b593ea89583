// `canward run`: the gateway, until its source ends or it is asked to stop.
import { access, constants, stat } from "node:fs/promises";
import { setFlagsFromString } from "node:v8";
import type { Logger } from "pino";
import { IN_CLEAR, travelsInClear } from "../broker.ts";
import { OperatingError } from "../errors.ts";
import { readingError } from "../vehicle/bus/log-error.ts";
import { type GatewayConfig, readGatewayConfig } from "../vehicle/config.ts";
import { type Gateway, startGateway } from "../vehicle/gateway.ts";
import type { Plan } from "../vehicle/plan.ts";
import { type LoadedPlan, loadPlan } from "../vehicle/policy/load.ts";
import { VERSION } from "../version.ts";
import { createLog } from "./log.ts";
import { createServiceOutput, outputClosedError } from "./output.ts";
import { listenForStop } from "./stop.ts";

/**
 * The optimising compiler of last resort costs 5 MB of memory for 1 % of a core at 8,000 frames/s; the tier below it is kept,
 * and the kernels are not concerned. bench/gateway measures it.
 */
const FLAGS = "--no-turbofan";
/**
 * Buffers of segments and batches that are done with lie outside V8's heap, and it would let tens of megabytes of them
 * gather before it looked. A collection takes 12 ms. Without --expose-gc (see the first line of canward.ts) there is none.
 */
const COLLECTION_INTERVAL_MS = 30_000;

export async function run(configFile: string): Promise<void> {
  setFlagsFromString(FLAGS);
  // The MQTT library keeps a few bytes for each length of a packet that it has seen, and with each the 64 KiB that Node had
  // cut them from: 16 MB in an hour. Without that pool they are a few bytes.
  Buffer.poolSize = 0;
  // A hang-up before the gateway is there asks for what happens anyway.
  const stop = listenForStop(() => reload?.());
  let reload: (() => void) | undefined;
  const config = readGatewayConfig(configFile);
  const { plan, warnings } = loadPlan(config.allowlist);
  await demandReadable(config.source.log);
  const log = createLog(
    config.logLevel,
    createServiceOutput(() => stop.ask("output closed")),
  );
  tellOfPlan(plan, warnings, config, log);
  if (travelsInClear(config.uplink.url)) log.warn({ broker: config.uplink.url }, IN_CLEAR);
  const gateway = startGateway(config, plan, log);
  const collection = setInterval(
    () => void globalThis.gc?.({ type: "major", execution: "async" }),
    COLLECTION_INTERVAL_MS,
  );
  reload = () => reloadPlan(gateway, config, log);
  log.info({ version: VERSION, vehicle: config.vehicle, ...namesOf(plan) }, "gateway started");
  try {
    const reason = await Promise.race([stop.asked, gateway.ended]);
    if (reason === undefined) log.info("the source has ended");
    else log.info({ reason }, "stopping");
  } finally {
    clearInterval(collection);
    await gateway.stop();
    const buses = gateway.buses().map(({ name, counters }) => [name, Object.fromEntries(counters)] as const);
    log.info({ ...Object.fromEntries(gateway.counters()), buses: Object.fromEntries(buses) }, "gateway stopped");
  }
  if (stop.reason === "output closed") throw outputClosedError();
}

/** The allow-list's file was changed: it is read again, and put in force if every line of it holds. Else the old one stays. */
function reloadPlan(gateway: Gateway, config: GatewayConfig, log: Logger): void {
  try {
    const { plan, warnings } = loadPlan(config.allowlist);
    gateway.enact(plan);
    tellOfPlan(plan, warnings, config, log);
    log.info(namesOf(plan), "the allow-list was read again, and is in force");
  } catch (error) {
    if (!(error instanceof OperatingError)) throw error;
    const { code, remedy } = error;
    log.error({ code, remedy }, `the allow-list stays as it was: ${error.message}`);
  }
}

function namesOf({ catalogue, digest }: Plan): object {
  return { policy: catalogue.policyVersion, plan: digest, signals: catalogue.entries.length };
}

function tellOfPlan(plan: Plan, warnings: LoadedPlan["warnings"], config: GatewayConfig, log: Logger): void {
  for (const { file, line, message } of warnings) log.warn({ file, line }, message);
  if (plan.catalogue.entries.length === 0) {
    log.warn({ file: config.allowlist }, "the allow-list names no signal: nothing leaves the vehicle");
  }
  const { live } = config.source;
  for (const name of plan.buses) {
    if (live?.has(name) === false) log.warn({ bus: name }, "the allow-list has a bus that no interface is");
  }
  for (const name of live?.keys() ?? []) {
    if (!plan.buses.includes(name)) log.warn({ bus: name }, "the allow-list has no such bus: nothing of it leaves");
  }
}

/** A log that is not there is told before an outbox is made for it. */
async function demandReadable(log: string | undefined): Promise<void> {
  if (log === undefined || log === "-") return;
  try {
    await access(log, constants.R_OK);
    if ((await stat(log)).isDirectory()) throw Object.assign(new Error("a folder"), { code: "EISDIR" });
  } catch (cause) {
    throw readingError(log, 0, cause);
  }
}
