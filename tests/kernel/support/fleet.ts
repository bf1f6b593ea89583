// The fleet service as it is shipped, in a process of its own: what it answers, and its page in a browser. It does not
// outlive its test.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { onTestFinished } from "vitest";
import type { Bus, SignalList, VehicleDetail } from "../../../src/fleet/web/types.ts";
import { rowsOf, start } from "../../commands/process.ts";
import { CHROMIUM } from "../../requirements.ts";

export interface FleetProcess {
  /** Of the operator's page. */
  readonly url: string;
  signals(vehicle: string): Promise<SignalList["signals"]>;
  /** What the vehicle said last of its buses; none before it said anything. */
  buses(vehicle: string): Promise<readonly Bus[]>;
}

/** Resolves once the page is served. */
export async function startFleetService(folder: string, broker: string): Promise<FleetProcess> {
  const file = join(folder, "fleet.yaml");
  writeFileSync(file, JSON.stringify({ broker: { url: broker }, store: { path: "fleet.db" }, web: { port: 0 } }));
  const running = start(["fleet", "--config", file], { cwd: folder });
  await running.printed(/fleet service started.*\n/);
  const [{ page: url } = { page: "" }] = rowsOf<{ msg: string; page: string }>(running.stdout()).filter(
    ({ msg }) => msg === "fleet service started",
  );
  const ask = async <T>(path: string): Promise<T | undefined> => {
    const response = await fetch(new URL(`/api/v1/vehicles/${path}`, url));
    return response.ok ? ((await response.json()) as T) : undefined;
  };
  return {
    url,
    signals: async (vehicle) => (await ask<SignalList>(`${vehicle}/signals`))?.signals ?? [],
    buses: async (vehicle) => (await ask<VehicleDetail>(vehicle))?.buses?.buses ?? [],
  };
}

/** A guest's one CPU takes about 20 s to show the first page. */
export const BROWSER_LIMIT_MS = 120_000;
const BROWSER_ARGUMENTS = [
  ...["--no-sandbox", "--no-zygote", "--disable-gpu", "--disable-software-rasterizer", "--disable-quic"],
  ...["--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
];

export interface Visit {
  readonly page: Page;
  /** What the page complained of. */
  readonly complaints: readonly string[];
}

/** Opens an address in a browser of its own, which is closed when the test is over. */
export async function visit(url: string): Promise<Visit> {
  const browser: Browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: BROWSER_ARGUMENTS,
    timeout: BROWSER_LIMIT_MS,
  });
  onTestFinished(() => browser.close());
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  page.setDefaultTimeout(BROWSER_LIMIT_MS);
  const complaints: string[] = [];
  page.on("pageerror", ({ message }) => void complaints.push(message));
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  await page.goto(url, { waitUntil: "domcontentloaded" });
  return { page, complaints };
}
