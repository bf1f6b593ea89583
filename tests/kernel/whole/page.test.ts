// The whole way, every part a process as it is shipped: a recorded drive is played onto two interfaces, the gateway receives
// it by the example's allow-list, and the operator's page shows in a browser what came of it, and how the buses are.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { gunzipSync } from "node:zlib";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { countSections } from "../../../src/fleet/web/page/bus-words.ts";
import { formatCount, formatValue } from "../../../src/fleet/web/page/format.ts";
import type { Bus, SignalList } from "../../../src/fleet/web/types.ts";
import { canward, EXAMPLE, rowsOf, temporaryFolder } from "../../commands/process.ts";
import { startMosquitto } from "../../fleet/processes.ts";
import { isMet } from "../../requirements.ts";
import { BROWSER_LIMIT_MS, type FleetProcess, startFleetService, visit } from "../support/fleet.ts";
import { startGateway, VEHICLE } from "../support/gateway.ts";
import { makeInterface } from "../support/interfaces.ts";
import { sentOf } from "../support/log-digest.ts";
import { startFlood, startWitness } from "../support/programs.ts";
import { until } from "../support/until.ts";

const LOG = join(EXAMPLE, "drive.log.gz");
const ALLOW_LIST = join(EXAMPLE, "allowlist.yaml");
/** Of the example: listed on each bus, with 8 bytes and with 3. */
const LISTED = { can0: idOf("powertrain.dbc", "VCU_Motion"), can1: idOf("body.dbc", "BCM_Supply") };
/** A few seconds of the issue's, one of them for the status to come round, on one CPU that also draws the page. */
const SHOWN_LIMIT_MS = 30_000;

interface Expected {
  readonly path: string;
  readonly value: number | string;
  readonly text?: string;
}

test("a drive on two buses is on the operator's page as the corridor alone makes it, and so is how the buses are", {
  timeout: 300_000,
}, async ({ skip }) => {
  if (!isMet("chromium")) skip("there is no Chromium: sudo apt-get install -y chromium");
  const folder = temporaryFolder();
  await using can0 = await makeInterface();
  await using can1 = await makeInterface();
  await using witness = await startWitness();
  const broker = await startMosquitto(folder);
  await using _ended = { [Symbol.asyncDispose]: () => broker.end("SIGKILL") };
  const fleet = await startFleetService(folder, broker.url);
  const gateway = await startGateway({
    ...{ folder, broker: broker.url, allowlist: ALLOW_LIST },
    live: {
      can0: { interface: can0.name, receive_buffer: "64MB" },
      can1: { interface: can1.name, receive_buffer: "64MB" },
    },
  });
  await gateway.logged(/^listening$/);
  await until("the fleet has heard of both buses", async () => (await stateOf(fleet)) === "up up");

  // The drive, and what has to come of it.
  const maps = ["--map", `can0=${can0.name}`, "--map", `can1=${can1.name}`];
  const played = await canward(["replay", LOG, ...maps, "--speed", "10"]);
  expect(played).toMatchObject({ code: 0 });
  const log = gunzipSync(readFileSync(LOG)).toString();
  const drive = sentOf(log);
  const { expected, admitted } = await corridorAlone(folder);
  const told = (): Promise<readonly string[]> => differences(fleet, expected);
  await until("the fleet has the drive's last values", async () => (await told()).length === 0).catch(async () => {
    expect(await told()).toEqual([]);
  });

  // What was counted of it.
  const onBus = (bus: string): number => log.match(new RegExp(` ${bus} `, "g"))?.length ?? 0;
  const buses = await fleet.buses(VEHICLE);
  expect(buses.map(({ name }) => name)).toEqual(["can0", "can1"]);
  for (const { name, counters, ...bus } of buses) {
    expect(bus).toMatchObject({ state: "up", reader: "canward", timestamps: "kernel", countsLosses: true });
    expect(counters["frames_dropped"]).toBe(0);
    expect(counters["frames_received"], name).toBe(sumOfAnswers(counters));
    expect((counters["frames_received"] ?? 0) + (counters["frames_filtered"] ?? 0), name).toBe(onBus(name));
  }
  expect(buses.reduce((sum, { counters }) => sum + (counters["frames_admitted"] ?? 0), 0)).toBe(admitted);

  // On the page.
  const { page, complaints } = await visit(`${fleet.url}/vehicles/${VEHICLE}`);
  await page.locator(".bus-table tbody tr").first().waitFor();
  await page.locator('a.signal-link[data-path="Vehicle.Speed"] .signal-value').waitFor();
  const signals = await fleet.signals(VEHICLE);
  expect(await shownValues(page)).toEqual(
    Object.fromEntries(signals.map((signal) => [signal.path, valueText(signal)])),
  );

  // Traffic again: the page follows.
  const first = startFlood(can0.name, { count: 1e6, rate: 50, ids: LISTED.can0 });
  await using _first = first;
  const second = startFlood(can1.name, { count: 1e6, rate: 50, ids: LISTED.can1 });
  await using _second = second;
  await page.waitForFunction(
    () => [...document.querySelectorAll(".bus-table .bus-state")].every((cell) => /Receiving/.test(cell.textContent)),
    undefined,
    { timeout: SHOWN_LIMIT_MS },
  );
  const sent = [drive, await second.stop()];
  await until("can1 is at rest, and the page says what the fleet does of it", async () => {
    const [, rested] = await fleet.buses(VEHICLE);
    if (rested === undefined || receivedOf(rested) !== onBus("can1") + (sent[1]?.sent ?? 0)) return false;
    const denied = (rested.counters["frames_received"] ?? 0) - (rested.counters["frames_admitted"] ?? 0);
    // Of the drive and of the flood, whose frames are of a listed id and too long.
    expect(denied).toBeGreaterThanOrEqual(sent[1]?.sent ?? Number.NaN);
    const { received, denied: shownDenied, counts } = (await shownBuses(page))["can1"] ?? {};
    return (
      received === formatCount(rested.counters["frames_received"] ?? Number.NaN) &&
      shownDenied === `${formatCount(denied)} denied` &&
      isDeepStrictEqual(counts, frameCounts(rested))
    );
  });
  const shown = await shownBuses(page);
  expect(shown["can0"]).toMatchObject({ losses: "none", times: "by the kernel", face: `interface ${can0.name}` });
  expect(shown["can1"]).toMatchObject({ losses: "none", times: "by the kernel", face: `interface ${can1.name}` });

  // One interface goes, and comes again; the other goes on.
  const before = shown["can0"]?.received ?? "";
  await can1.delete();
  const goneMs = await shows(page, "can1", "No interface");
  expect((await shownBuses(page))["can1"]?.state).toContain(`has no interface ${can1.name}`);
  await page.waitForFunction(
    ([row, old]) => document.querySelectorAll(".bus-table tbody tr .bus-number")[row]?.textContent !== old,
    [0, before] as const,
  );
  expect((await shownBuses(page))["can0"]?.state).toBe("Receiving");
  await can1.make();
  const third = startFlood(can1.name, { count: 1e6, rate: 50, ids: LISTED.can1 });
  await using _third = third;
  const backMs = await shows(page, "can1", "Receiving");
  sent.push(await first.stop(), await third.stop());
  await until("its life is told", async () => {
    const [, bus] = await fleet.buses(VEHICLE);
    return bus?.counters["interface_absent"] === 1 && bus.counters["recoveries"] !== 0;
  });
  process.stdout.write(
    `\nshown on the page: gone after ${Math.round(goneMs)} ms, back after ${Math.round(backMs)} ms\n`,
  );

  const { code, last } = await gateway.stop();
  expect(code).toBe(0);
  expect(last?.["datapoints_committed"]).toBe(last?.["datapoints_produced"]);
  const heading = (): Promise<string | null> => page.locator(".buses-head").textContent();
  await expect.poll(heading, { timeout: BROWSER_LIMIT_MS, interval: 500 }).toContain("As the vehicle said last");
  expect(complaints).toEqual([]);
  await witness.sawOnly(...sent);
});

async function stateOf(fleet: FleetProcess): Promise<string> {
  return (await fleet.buses(VEHICLE)).map(({ state }) => state).join(" ");
}

function receivedOf(bus: Bus | undefined): number {
  return (bus?.counters["frames_received"] ?? 0) + (bus?.counters["frames_filtered"] ?? 0);
}

/** The gate's two answers, and all reasons of the one. */
function sumOfAnswers(counters: Bus["counters"]): number {
  const answers = Object.entries(counters).filter(([name]) => /^frames_(?:denied_|admitted$)/.test(name));
  expect(answers.length).toBe(6);
  return answers.reduce((sum, [, count]) => sum + count, 0);
}

/** The last value of each signal of the drive, but of those that are made over a window of time: the drive is played faster. */
async function corridorAlone(
  folder: string,
): Promise<{ readonly expected: readonly Expected[]; readonly admitted: number }> {
  const config = join(EXAMPLE, "gateway.yaml");
  const { code, stdout, stderr } = await canward(["replay", LOG, "--config", config], { cwd: folder });
  expect(code).toBe(0);
  const newest = new Map(rowsOf<Expected>(stdout).map((row) => [row.path, row]));
  const expected = [...newest.values()].filter(({ path }) => samplingOf(path).aggregate === undefined);
  expect(expected.length).toBeGreaterThan(35);
  const admitted = Number(/^ *([\d,]+) {2}admitted$/m.exec(stderr)?.[1]?.replaceAll(",", ""));
  return { expected, admitted };
}

interface Sampling {
  readonly aggregate?: string;
  readonly minimum_delta?: number;
}

const sampling: Readonly<Record<string, Sampling>> = parse(readFileSync(ALLOW_LIST, "utf8")).signals;

function samplingOf(path: string): Sampling {
  return sampling[path] ?? {};
}

/** What the fleet has otherwise: each of the two may be off the drive's last value by less than the signal's delta. */
async function differences(fleet: FleetProcess, expected: readonly Expected[]): Promise<readonly string[]> {
  const latest = new Map((await fleet.signals(VEHICLE)).map((signal) => [signal.path, signal.latest]));
  return expected.flatMap(({ path, value, text }) => {
    const has = latest.get(path);
    const tolerance = 2 * (samplingOf(path).minimum_delta ?? 0) + 1e-9;
    const isSame =
      (has?.text ?? undefined) === text && Math.abs(Number(has?.value ?? "NaN") - Number(value)) <= tolerance;
    return isSame ? [] : [`${path}: ${has?.value} (${has?.text}), not ${value} (${text})`];
  });
}

function valueText({ latest, ...signal }: SignalList["signals"][number]): string {
  return formatValue(signal, latest.value, latest.text);
}

/** By path: the values that stand on the page, without their units. */
function shownValues(page: Page): Promise<Readonly<Record<string, string>>> {
  return page.evaluate(() =>
    Object.fromEntries(
      [...document.querySelectorAll<HTMLElement>("a.signal-link")].map((link) => [
        link.dataset["path"] ?? "",
        link.querySelector(".value-name, .value-number")?.textContent ?? "",
      ]),
    ),
  );
}

interface ShownBus {
  readonly face: string;
  readonly state: string;
  readonly received: string;
  readonly denied: string;
  /** Of its frames, by the label of their row. */
  readonly counts: Readonly<Record<string, string>>;
  readonly losses: string;
  readonly times: string;
}

function shownBuses(page: Page): Promise<Readonly<Record<string, ShownBus>>> {
  return page.evaluate(() => {
    const textOf = (row: Element, selector: string): string => row.querySelector(selector)?.textContent?.trim() ?? "";
    const frames = [...document.querySelectorAll(".counts-table tbody:first-of-type tr")].slice(1);
    return Object.fromEntries(
      [...document.querySelectorAll(".bus-table tbody tr")].map((row, bus) => [
        textOf(row, ".bus-name"),
        {
          face: textOf(row, "th .bus-notes"),
          state: textOf(row, ".bus-state"),
          received: textOf(row, ".bus-number"),
          denied: textOf(row, ".bus-denied"),
          counts: Object.fromEntries(
            frames.map((counted) => [textOf(counted, "th"), textOf(counted, `td:nth-of-type(${bus + 1})`)]),
          ),
          losses: textOf(row, "td:nth-of-type(4)"),
          times: textOf(row, "td:nth-of-type(5)"),
        },
      ]),
    );
  });
}

/** As the page has to show them. */
function frameCounts(bus: Bus): ShownBus["counts"] {
  const [frames] = countSections([bus]);
  return Object.fromEntries(
    (frames?.rows ?? []).map(({ label, counts }) => [label, formatCount(counts[0] ?? Number.NaN)]),
  );
}

/** Waits until the page calls a bus so, and gives how long that took, in milliseconds. */
async function shows(page: Page, bus: string, word: string): Promise<number> {
  const beganMs = performance.now();
  await page.waitForFunction(
    ([name, wanted]) =>
      [...document.querySelectorAll(".bus-table tbody tr")].some(
        (row) =>
          row.querySelector(".bus-name")?.textContent === name &&
          row.querySelector(".bus-state")?.textContent?.includes(wanted),
      ),
    [bus, word] as const,
    { timeout: SHOWN_LIMIT_MS },
  );
  return performance.now() - beganMs;
}

/** In hex, as flood takes it. */
function idOf(file: string, message: string): string {
  const [, id] = new RegExp(`^BO_ (\\d+) ${message}:`, "m").exec(readFileSync(join(EXAMPLE, file), "latin1")) ?? [];
  return Number(id).toString(16).padStart(3, "0");
}
