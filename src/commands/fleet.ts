// `canward fleet`: the fleet service, until it is asked to stop.
import { dirname, isAbsolute, join } from "node:path";
import { FleetConfigSchema } from "../fleet/config.ts";
import { startFleet } from "../fleet/fleet.ts";
import { VERSION } from "../version.ts";
import { readYamlFile } from "../yaml.ts";
import { createLog } from "./log.ts";
import { askedToStop } from "./signals.ts";

export async function fleet(configFile: string): Promise<void> {
  const { value } = readYamlFile(configFile, FleetConfigSchema, "fleet configuration");
  const log = createLog(value.log_level ?? "info");
  const resolve = (path: string): string => (isAbsolute(path) ? path : join(dirname(configFile), path));
  const service = await startFleet(value, resolve, log);
  log.info({ version: VERSION, url: service.url, broker: value.broker.url }, "fleet service started");
  const signal = await askedToStop();
  log.info({ signal }, "stopping");
  await service.stop();
  log.info({ ...service.counters }, "fleet service stopped");
}
