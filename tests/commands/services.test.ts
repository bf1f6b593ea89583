// `canward run` and `canward fleet` as two processes with a broker between them: the data flows, a gateway that is killed is
// missed and comes back, and what it had on disk arrives.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import type { SignalHistory, VehicleDetail } from "../../src/fleet/web/types.ts";
import { startAedes } from "../fleet/processes.ts";
import { EXAMPLE, start, temporaryFolder } from "./process.ts";

const VEHICLE = "test-01";
const POWER = "Vehicle.Powertrain.TractionBattery.CurrentPower";

/** The vehicle as the fleet sees it, as soon as it is as it should be. */
async function vehicleOnce(page: string, isSo: (detail: VehicleDetail) => boolean): Promise<VehicleDetail> {
  for (;;) {
    const response = await fetch(`${page}/api/v1/vehicles/${VEHICLE}`);
    if (response.ok) {
      const detail = (await response.json()) as VehicleDetail;
      if (isSo(detail)) return detail;
    }
    await sleep(50);
  }
}

const lastMs = ({ vehicle }: VehicleDetail): number => vehicle.lastDatapointMs ?? 0;

test("data goes from the gateway to the page, and goes on after the gateway was killed", async () => {
  const broker = await startAedes();
  onTestFinished(() => broker.end());
  const folder = temporaryFolder();
  writeFileSync(
    join(folder, "gateway.yaml"),
    `vehicle: ${VEHICLE}
allowlist: ${EXAMPLE}/allowlist.yaml
source: { log: ${EXAMPLE}/drive.log.gz, loop: true }
outbox: { path: outbox.db, flush_interval: 100ms }
uplink: { url: "${broker.url}", batch_interval: 300ms, status_interval: 1s }
`,
  );
  writeFileSync(
    join(folder, "fleet.yaml"),
    `broker: { url: "${broker.url}" }\nstore: { path: fleet.db }\nweb: { port: 0 }\n`,
  );
  const fleet = start(["fleet", "--config", "fleet.yaml"], { cwd: folder });
  const [, page = ""] = await fleet.printed(/"page":"([^"]+)"/);
  await fleet.printed(/"subscribed"/);

  const first = start(["run", "--config", "gateway.yaml"], { cwd: folder });
  const begun = await vehicleOnce(page, (detail) => lastMs(detail) > 0 && detail.vehicle.presence.state === "online");
  await vehicleOnce(page, (detail) => lastMs(detail) > lastMs(begun));
  await first.stop("SIGKILL");
  const lost = await vehicleOnce(page, ({ vehicle }) => vehicle.presence.state === "lost");

  const second = start(["run", "--config", "gateway.yaml"], { cwd: folder });
  const back = await vehicleOnce(page, (detail) => {
    return detail.vehicle.presence.state === "online" && lastMs(detail) > lastMs(lost);
  });
  await vehicleOnce(page, (detail) => lastMs(detail) > lastMs(back) + 1_000);
  const { code, stdout, stderr } = await second.stop("SIGTERM");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const counters = JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "");
  expect(counters.datapoints_found + counters.datapoints_committed).toBe(
    counters.datapoints_acknowledged + counters.datapoints_evicted + counters.datapoints_waiting,
  );
  const gone = await vehicleOnce(page, ({ vehicle }) => vehicle.presence.state === "offline");
  expect(gone.vehicle.backlog?.segments).toBe(0);

  // Nothing is missing but the time in which there was no gateway.
  const { fromMs, toMs } = gone.extent ?? { fromMs: 0, toMs: 0 };
  const url = `${page}/api/v1/vehicles/${VEHICLE}/history?path=${POWER}&from=${fromMs}&to=${toMs}`;
  const { gaps, timesMs } = (await (await fetch(url)).json()) as SignalHistory;
  expect(gaps.length).toBeLessThanOrEqual(1);
  for (const gap of gaps) expect(timesMs.filter((ms) => ms > gap.fromMs && ms < gap.toMs)).toEqual([]);
  expect(timesMs.some((ms) => ms > lastMs(lost))).toBe(true);

  expect(await fleet.stop("SIGINT")).toMatchObject({ code: 0, stderr: "" });
});
