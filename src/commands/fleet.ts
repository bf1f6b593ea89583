// `canward fleet`: the fleet service, until it is asked to stop.
import { dirname, isAbsolute, join } from "node:path";
import { brokerFaults, IN_CLEAR, travelsInClear } from "../broker.ts";
import { type FleetConfig, FleetConfigSchema } from "../fleet/config.ts";
import { startFleet } from "../fleet/fleet.ts";
import { VERSION } from "../version.ts";
import { FileError, readYamlFile } from "../yaml.ts";
import { createLog } from "./log.ts";
import { createServiceOutput, outputClosedError } from "./output.ts";
import { demandFreePort } from "./port.ts";
import { listenForStop } from "./stop.ts";

export async function fleet(configFile: string): Promise<void> {
  const stop = listenForStop();
  const config = readConfig(configFile);
  const { host = "127.0.0.1", port = 8080 } = config.web ?? {};
  await demandFreePort(host, port, `\`web.host\` and \`web.port\` in ${configFile}`);
  const output = createServiceOutput(() => stop.ask("output closed"));
  const log = createLog(config.log_level ?? "info", output);
  const resolve = (path: string): string => (isAbsolute(path) ? path : join(dirname(configFile), path));
  const service = await startFleet(config, resolve, log);
  log.info({ version: VERSION, page: service.url, broker: config.broker.url }, "fleet service started");
  if (travelsInClear(config.broker.url)) log.warn({ broker: config.broker.url }, IN_CLEAR);
  const reason = await stop.asked;
  log.info({ reason }, "stopping");
  await service.stop();
  log.info({ ...service.counters }, "fleet service stopped");
  if (reason === "output closed") throw outputClosedError();
}

function readConfig(file: string): FleetConfig {
  const { value, locate } = readYamlFile(file, FleetConfigSchema, "fleet configuration");
  const problems = brokerFaults(value.broker).map(({ key, message }) => ({ ...locate(["broker", key]), message }));
  if (problems.length === 0) return value;
  throw new FileError(problems, "Correct the fleet configuration; its JSON schema is in deploy/schema/.");
}
