// `canward run`: the gateway, until its source ends or it is asked to stop.
import { setFlagsFromString } from "node:v8";
import { readGatewayConfig } from "../vehicle/config.ts";
import { startGateway } from "../vehicle/gateway.ts";
import { loadPlan } from "../vehicle/policy/load.ts";
import { VERSION } from "../version.ts";
import { createLog } from "./log.ts";
import { askedToStop } from "./signals.ts";

/**
 * The optimising compiler of last resort costs 5 MB of memory for 1 % of a core at 8,000 frames/s; the tier below it is kept,
 * and the kernels are not concerned. bench/gateway measures it.
 */
const FLAGS = "--no-turbofan";

export async function run(configFile: string): Promise<void> {
  setFlagsFromString(FLAGS);
  const config = readGatewayConfig(configFile);
  const { plan, warnings } = loadPlan(config.allowlist);
  const log = createLog(config.logLevel);
  for (const { file, line, message } of warnings) log.warn({ file, line }, message);
  const gateway = startGateway(config, plan, log);
  const signals = plan.catalogue.entries.length;
  log.info({ version: VERSION, vehicle: config.vehicle, policy: plan.catalogue.policyVersion, plan: plan.digest, signals }, "gateway started");
  try {
    const signal = await Promise.race([askedToStop(), gateway.ended]);
    log.info({ signal }, signal === undefined ? "the source has ended" : "stopping");
  } finally {
    await gateway.stop();
    log.info(Object.fromEntries(gateway.counters()), "gateway stopped");
  }
}
