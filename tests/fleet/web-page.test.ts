// The operator's page in Chromium, built as it is shipped, over a real server and a real store: what it shows, how it is steered, that
// it stays current, what it says when something fails, and that it asks nobody but its own server.
import { join } from "node:path";
import { pino } from "pino";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { BUNDLE_BYTES_MAX, buildPage } from "../../src/fleet/web/page/build.ts";
import { startWeb, type Web } from "../../src/fleet/web/server.ts";
import { CHROMIUM, isMet, needs } from "../requirements.ts";
import { liveBus } from "./bus-examples.ts";
import { temporaryFolder } from "./processes.ts";
import { contrasts, unnamedControls } from "./web-access.ts";
import { addOthers, type Fleet, makeFleet, POLICY, VEHICLE } from "./web-fleet.ts";

const BROWSER_ARGUMENTS = [
  ...["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
  ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
];
/** Long enough that its datapoints are more than a chart has pixels. */
const HISTORY_S = 2_400;
const WIDE = { width: 1440, height: 900 };
const PHONE = { width: 340, height: 700 };
/** A busy machine takes its time to draw. */
const eventually = <T>(ask: () => T) => expect.poll(ask, { timeout: 10_000, interval: 50 });
const log = pino({ level: "silent" });

let folder: ReturnType<typeof temporaryFolder>;
let fleet: Fleet;
let web: Web;
let pageBytes = 0;
let browser: Browser;
let page: Page;
/** Addresses that the page asked for, and what it complained of. */
let asked: string[];
let complaints: string[];

beforeAll(async () => {
  if (!isMet("chromium")) return;
  folder = temporaryFolder();
  const { bytes, pageDir } = await buildPage(join(folder.path, "page"));
  pageBytes = bytes;
  fleet = await makeFleet(join(folder.path, "fleet.db"), HISTORY_S);
  await addOthers(fleet);
  web = await startWeb({ host: "127.0.0.1", port: 0, ...fleet, log, pageDir });
  browser = await chromium.launch({ executablePath: CHROMIUM, args: BROWSER_ARGUMENTS });
}, 60_000);

afterAll(async () => {
  await browser?.close();
  await web?.close();
  await fleet?.store.close();
  folder?.remove();
});

async function visit(path: string, size = WIDE, colorScheme: "light" | "dark" = "light"): Promise<void> {
  const isPhone = size.width < 500;
  const context = await browser.newContext({ viewport: size, colorScheme, hasTouch: isPhone, isMobile: isPhone });
  page = await context.newPage();
  page.on("request", (request) => asked.push(request.url()));
  page.on("console", (message) => {
    // These tests read the canvas back, and Chromium has a view on that.
    if (message.text().startsWith("Canvas2D:")) return;
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  await page.goto(web.url + path);
}

const vehicle = (query = "") => `/vehicles/${VEHICLE}${query}`;
const signalRow = (path: string) => page.locator(`a.signal-link[data-path="${path}"]`);
const address = () => new URL(page.url());
const histories = () => asked.filter((url) => url.includes("/history?"));
const isLive = () => page.locator(".connection-live").waitFor();

/** Canvas pixels that are close to a CSS colour, within a part of the plotting area (from 0 to 1 across). */
async function pixels(variable: string, from = 0, to = 1): Promise<number> {
  return page.evaluate(
    ([name, left, right]) => {
      const probe = document.body.appendChild(document.createElement("span"));
      probe.style.color = `var(${name})`;
      const wanted = (getComputedStyle(probe).color.match(/\d+/g) ?? []).map(Number);
      probe.remove();
      const canvas = document.querySelector<HTMLCanvasElement>(".plot canvas");
      const over = document.querySelector<HTMLElement>(".u-over");
      const ink = canvas?.getContext("2d");
      if (!canvas || !over || !ink) return -1;
      const ratio = canvas.width / canvas.clientWidth;
      const x = (over.offsetLeft + over.clientWidth * left) * ratio;
      const { data } = ink.getImageData(
        x,
        over.offsetTop * ratio,
        over.clientWidth * (right - left) * ratio,
        over.clientHeight * ratio,
      );
      let count = 0;
      for (let at = 0; at < data.length; at += 4) {
        const isNear = wanted.every((part, channel) => Math.abs(part - (data[at + channel] ?? 0)) < 24);
        if (isNear && (data[at + 3] ?? 0) > 200) count++;
      }
      return count;
    },
    [variable, from, to] as const,
  );
}

describe("the page in Chromium", { timeout: 40_000 }, () => {
  needs("chromium");
  beforeEach(() => {
    asked = [];
    complaints = [];
    return async () => {
      const origin = new URL(web?.url ?? "http://none").origin;
      await page?.context().close();
      expect(asked.filter((url) => new URL(url).origin !== origin)).toEqual([]);
      expect(complaints).toEqual([]);
    };
  });

  it("weighs no more than it may", () => {
    expect(pageBytes).toBeLessThanOrEqual(BUNDLE_BYTES_MAX);
  });

  it("lists the vehicles with presence, last datapoint, backlog and policy, searched and sorted", async () => {
    await visit("/");
    const row = (id: string) => page.locator("tbody tr", { hasText: id });
    await row(VEHICLE).waitFor();
    expect(await row(VEHICLE).textContent()).toMatch(new RegExp(`Online.*${POLICY}`, "s"));
    expect(await row("EV-PUNE-08").textContent()).toMatch(/48 MB in 1284 segments, oldest 3 h/);
    expect(await row("EV-NASHIK-02").textContent()).toMatch(/Lost.*12 min ago/s);
    await page.getByRole("searchbox").fill("pune");
    await eventually(() => page.locator("tbody tr").count()).toBe(3);
    await page.getByRole("searchbox").fill("");
    await page.getByRole("button", { name: "Backlog" }).click();
    expect(await page.locator("tbody th").first().textContent()).toBe("EV-PUNE-08");
    expect(await page.locator("th.col-backlog").getAttribute("aria-sort")).toBe("descending");
  });

  it("follows a change of presence without being asked", async () => {
    await visit("/");
    await isLive();
    await fleet.status("EV-PUNE-11", { presence: "lost" });
    await page.locator("tbody tr", { hasText: "EV-PUNE-11" }).getByText("Lost").waitFor();
    await fleet.status("EV-PUNE-11", { presence: "offline" });
    await page.locator("tbody tr", { hasText: "EV-PUNE-11" }).getByText("Offline").waitFor();
  });

  it("shows a vehicle's signals with values, units and names, and draws the chosen one", async () => {
    await visit("/");
    await page.getByRole("link", { name: VEHICLE }).click();
    await signalRow("Vehicle.Speed").waitFor();
    expect(await page.locator("a.signal-link").count()).toBe(40);
    expect(await signalRow("Vehicle.Speed").textContent()).toMatch(/[\d.]+ km\/h/);
    expect(await signalRow("Vehicle.IsMoving").textContent()).toMatch(/Moving|Standing/);
    await eventually(() => address().searchParams.get("path")).toBe("Vehicle.Speed");
    await eventually(() => pixels("--line-first")).toBeGreaterThan(300);
    await page.getByRole("searchbox").fill("battery temp");
    await eventually(() => page.locator("a.signal-link").count()).toBe(3);
    await signalRow("Vehicle.Powertrain.TractionBattery.Temperature.Max").click();
    await eventually(() => page.locator(".chart-head").textContent()).toMatch(/Temperature\.\s*Max[\s\S]*°C/);
    await page.goBack();
    await eventually(() => page.locator(".chart-head").textContent()).toContain("km/h");
    await page.goBack();
    await page.getByRole("heading", { name: "Vehicles" }).waitFor();
  });

  it("draws gaps as hatched bands with no line in them, and says why they are there", async () => {
    const endMs = fleet.fromMs + HISTORY_S * 1_000;
    // The missing minute takes the middle third of the view.
    await visit(vehicle(`?path=Vehicle.Speed&from=${endMs - 270_000}&to=${endMs - 90_000}`));
    await page.getByText("1 gap missing").waitFor();
    await eventually(() => pixels("--line-first", 0, 0.32)).toBeGreaterThan(50);
    expect(await pixels("--line-first", 0.34, 0.66)).toBe(0);
    expect(await hatched(0.34, 0.66)).toBeGreaterThan(1_000);
    expect(await hatched(0.7, 0.98)).toBe(0);
    await page.locator(".u-over").hover({ position: await spot(0.5) });
    await eventually(() => page.locator(".readout").textContent()).toContain("missing");
    await page.getByRole("button", { name: "All", exact: true }).click();
    await page.getByText("1 gap evicted").waitFor();
    await page.locator(".gap-evicted button").click();
    await eventually(() => Number(address().searchParams.get("from"))).toBeGreaterThan(fleet.fromMs);
  });

  it("zooms by dragging, wheel, buttons and keys; the address follows, and the history is fetched finer", async () => {
    await visit(vehicle("?path=Vehicle.Speed&range=1h"));
    await eventually(() => pixels("--line-first")).toBeGreaterThan(50);
    const before = histories().length;
    await drag(0.9, 0.97);
    await eventually(() => address().searchParams.has("from")).toBe(true);
    await eventually(() => histories().length).toBeGreaterThan(before);
    expect(span()).toBeGreaterThan(200_000);
    expect(span()).toBeLessThan(300_000);
    expect(await page.getByRole("button", { name: "Go to live" }).count()).toBe(1);
    const wider = span();
    await page.locator(".u-over").hover({ position: await spot(0.5) });
    await page.mouse.wheel(0, -300);
    await eventually(span).toBeLessThan(wider);
    await page.locator(".plot").focus();
    const closer = address().searchParams.get("from");
    await page.keyboard.press("ArrowLeft");
    await eventually(() => Number(address().searchParams.get("from"))).toBeLessThan(Number(closer));
    await page.keyboard.press("Shift+ArrowLeft");
    await eventually(() => page.locator(".readout strong").count()).toBeGreaterThan(0);
    await page.keyboard.press("0");
    await eventually(() => address().searchParams.has("from")).toBe(false);
    await page.getByRole("button", { name: "Live", exact: true }).waitFor();
    await page.goBack();
    await eventually(() => address().searchParams.has("from")).toBe(true);
  });

  it("names the values of a state on its axis, and lays a second signal over the first", async () => {
    await visit(vehicle("?path=Vehicle.Powertrain.Transmission.CurrentGear"));
    await eventually(() => pixels("--line-first")).toBeGreaterThan(100);
    await page.getByRole("link", { name: "Lay Vehicle.Speed over the chart" }).click();
    await eventually(() => address().searchParams.getAll("path").length).toBe(2);
    await eventually(() => pixels("--line-second")).toBeGreaterThan(100);
    expect(await page.locator(".chart-head").count()).toBe(2);
  });

  it("is live: a stored batch changes the value and the line, and reaches it again after the server was away", async () => {
    await visit(vehicle("?path=Vehicle.TraveledDistance"));
    await isLive();
    const shown = () => signalRow("Vehicle.TraveledDistance").locator(".signal-value").textContent();
    const first = await shown();
    await fleet.drive(Date.now() + 60_000);
    await eventually(shown).not.toBe(first);
    const { port } = new URL(web.url);
    await web.close();
    await page.locator(".connection-reconnecting").waitFor();
    const second = await shown();
    await fleet.drive(Date.now() + 120_000);
    web = await startWeb({ host: "127.0.0.1", port: Number(port), ...fleet, log, pageDir: join(folder.path, "page") });
    await isLive();
    await eventually(shown).not.toBe(second);
    complaints = complaints.filter(
      (text) => !/ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED|ERR_EMPTY_RESPONSE/.test(text),
    );
  });

  it("says of each bus how it is, since when it is so, and what was lost; and all that was counted, with the reasons", async () => {
    await visit("/vehicles/EV-PUNE-08");
    const buses = page.getByRole("region", { name: "Buses" });
    const row = (name: string) =>
      buses
        .getByRole("table")
        .first()
        .getByRole("row", { name: new RegExp(`^${name}`) });
    await row("powertrain").waitFor();
    // biome-ignore lint/performance/useDomNodeTextContent: as it is read, with the spaces between its parts
    const text = async (name: string) => (await row(name).innerText()).replaceAll("\u202f", "");
    expect(await text("powertrain")).toMatch(/can0, 500 kbit\/s[\s\S]*Off the bus[\s\S]*wiring[\s\S]*14 min ago/);
    expect(await text("body")).toMatch(/Receiving[\s\S]*Not in listen-only mode[\s\S]*dropped by the kernel: 18412/);
    expect(await text("chassis")).toMatch(
      /fallback reader[\s\S]*Silent[\s\S]*3 min ago[\s\S]*cannot be counted[\s\S]*on arrival/,
    );
    expect(await text("adas")).toMatch(/No interface[\s\S]*usb-can/);
    const counts = buses.getByRole("table", { name: "Counts of each bus" });
    expect(await counts.isVisible()).toBe(false);
    await buses.getByText("All counts").click();
    const cells = async (label: string) =>
      (
        await counts
          .getByRole("row", { name: new RegExp(`^${label}`) })
          .getByRole("cell")
          .allInnerTexts()
      ).map((cell) => cell.replaceAll("\u202f", ""));
    expect((await counts.getByRole("columnheader").allInnerTexts()).slice(1)).toEqual([
      ...["powertrain", "body", "chassis", "adas", "Other"],
    ]);
    expect((await cells("Dropped by the kernel, the receive buffer was full")).slice(0, 4)).toEqual([
      "0",
      "18412",
      "cannot be counted",
      "0",
    ]);
    const denied = ["not on", "wrong length", "classic", "remote", "error"].map((reason) => cells(`denied: ${reason}`));
    const parts = await Promise.all([...denied, cells("admitted")]);
    const received = (await cells("Received")).map(Number);
    expect(received.map((_, bus) => parts.reduce((sum, part) => sum + Number(part[bus]), 0))).toEqual(received);
    expect(await cells("waiting in the outbox")).toEqual(["900", "900", "0", "0", "31"]);
  });

  it("follows a bus that falls silent without being asked, and does not call well what a lost vehicle said", async () => {
    await visit("/vehicles/EV-PUNE-11");
    await isLive();
    const now = Date.now();
    await fleet.status("EV-PUNE-11", { buses: [liveBus("can0", now)] });
    const state = page.locator(".buses tbody tr").first().locator(".bus-state");
    await state.getByText("Receiving").waitFor();
    expect(await state.locator(".tone-good").count()).toBe(1);
    await fleet.status("EV-PUNE-11", { buses: [liveBus("can0", now, { isSilent: true })], timeMs: now + 1 });
    await state.getByText("Silent").waitFor();
    await fleet.status("EV-PUNE-11", { buses: [liveBus("can0", now)], timeMs: now + 2 });
    await state.getByText("Receiving").waitFor();
    await fleet.status("EV-PUNE-11", { presence: "lost", timeMs: now + 3 });
    await page.getByText("As the vehicle said last").waitFor();
    expect(await state.locator(".tone-good").count()).toBe(0);
  });

  it("says what failed, and tries again when told to", async () => {
    await visit("/");
    await page.route("**/api/v1/vehicles/**", (route) => route.abort());
    await page.getByRole("link", { name: VEHICLE }).click();
    await page.getByRole("alert").getByText("does not answer").waitFor();
    await page.unroute("**/api/v1/vehicles/**");
    await page.getByRole("button", { name: "Try again" }).click();
    await signalRow("Vehicle.Speed").waitFor();
    complaints = complaints.filter((text) => !text.includes("net::ERR_FAILED"));
  });

  it("an unknown vehicle, signal or page is said to be unknown", async () => {
    await visit("/vehicles/NOPE");
    await page.getByText("No vehicle of this name").waitFor();
    await page.goto(`${web.url}${vehicle("?path=Vehicle.Nothing")}`);
    await page.getByText("no such signal").waitFor();
    await page.goto(`${web.url}/nowhere`);
    await page.getByText("There is no such page").waitFor();
    complaints = complaints.filter((text) => !text.includes("404"));
  });

  it.each(["/", vehicle(), "/vehicles/EV-PUNE-08", vehicle("?path=Vehicle.Speed&path=Vehicle.IsMoving")])(
    "%s fits a phone of 340 pixels, and one finger can hit what it should",
    async (path) => {
      await visit(path, PHONE);
      await page.locator("main h1, main h2").first().waitFor();
      await isLive();
      for (const summary of await page.locator("summary:visible").all()) await summary.click();
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(PHONE.width);
      const low = await page.evaluate(() =>
        [...document.querySelectorAll<HTMLElement>("button, summary, .signal-link, input, select")]
          .filter((element) => element.offsetParent !== null && element.getBoundingClientRect().height < 40)
          .map((element) => element.outerHTML.slice(0, 80)),
      );
      expect(low).toEqual([]);
    },
  );

  it("on a phone the chart takes the screen, and the way back leads to the signals", async () => {
    await visit(vehicle(), PHONE);
    await signalRow("Vehicle.Speed").click();
    await eventually(() => pixels("--line-first")).toBeGreaterThan(100);
    expect(await page.locator("a.signal-link").count()).toBe(0);
    await page.getByRole("link", { name: "All signals" }).click();
    await signalRow("Vehicle.Speed").waitFor();
  });

  it.each(["light", "dark"] as const)(
    "text keeps its contrast in the %s theme, and every control has a name",
    async (scheme) => {
      for (const path of [
        "/",
        "/vehicles/EV-PUNE-08",
        vehicle("?path=Vehicle.Speed&path=Vehicle.IsMoving&range=all"),
      ]) {
        await visit(path, WIDE, scheme);
        await isLive();
        await page.locator("main h2, main td").first().waitFor();
        for (const summary of await page.locator("summary:visible").all()) await summary.click();
        expect(await page.evaluate(contrasts)).toEqual([]);
        expect(await page.evaluate(unnamedControls)).toEqual([]);
        await page.context().close();
      }
    },
  );

  it("the theme can be chosen, and stays chosen", async () => {
    await visit("/");
    const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    const light = await ground();
    const button = page.getByRole("button", { name: /^Theme/ });
    await button.click();
    await eventually(() => button.getAttribute("aria-label")).toContain("light");
    expect(await ground()).toBe(light);
    await button.click();
    await eventually(ground).not.toBe(light);
    await page.reload();
    expect(await ground()).not.toBe(light);
  });

  it("the keyboard reaches everything, in order, and its focus is seen", async () => {
    await visit(vehicle("?path=Vehicle.Speed"));
    await signalRow("Vehicle.Speed").waitFor();
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Skip to content");
    const reached = new Set<string>();
    for (let step = 0; step < 120; step++) {
      await page.keyboard.press("Tab");
      const focused = await page.evaluate(() => {
        const element = document.activeElement;
        if (element === null || element === document.body) return undefined;
        const isSeen =
          getComputedStyle(element).outlineStyle !== "none" ||
          getComputedStyle(element, "::after").outlineStyle !== "none";
        return { name: element.className || element.tagName, isSeen };
      });
      if (focused === undefined) break;
      expect(focused.isSeen, focused.name).toBe(true);
      reached.add(focused.name);
    }
    for (const name of [
      "home",
      "crumb",
      "SUMMARY",
      "INPUT",
      "signal-link",
      "button button-icon compare",
      "range",
      "button follow",
      "plot",
    ]) {
      expect(reached).toContain(name);
    }
  });
});

const span = () => Number(address().searchParams.get("to")) - Number(address().searchParams.get("from"));

async function spot(share: number): Promise<{ x: number; y: number }> {
  const box = await page.locator(".u-over").boundingBox();
  return { x: (box?.width ?? 0) * share, y: (box?.height ?? 0) / 2 };
}

async function drag(from: number, to: number): Promise<void> {
  const box = await page.locator(".u-over").boundingBox();
  if (box === null) throw new Error("there is no plot");
  const y = box.y + box.height / 2;
  await page.mouse.move(box.x + box.width * from, y);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * ((from + to) / 2), y, { steps: 4 });
  await page.mouse.move(box.x + box.width * to, y, { steps: 4 });
  await page.mouse.up();
}

/** Pixels that are tinted, and neither line nor grid: all of a hatched band, and nothing elsewhere. */
async function hatched(from: number, to: number): Promise<number> {
  return page.evaluate(
    ([left, right]) => {
      const canvas = document.querySelector<HTMLCanvasElement>(".plot canvas");
      const over = document.querySelector<HTMLElement>(".u-over");
      const ink = canvas?.getContext("2d");
      if (!canvas || !over || !ink) return -1;
      const ratio = canvas.width / canvas.clientWidth;
      const x = (over.offsetLeft + over.clientWidth * left) * ratio;
      const { data } = ink.getImageData(
        x,
        over.offsetTop * ratio,
        over.clientWidth * (right - left) * ratio,
        over.clientHeight * ratio,
      );
      let count = 0;
      for (let at = 3; at < data.length; at += 4) if ((data[at] ?? 0) > 5 && (data[at] ?? 0) < 60) count++;
      return count;
    },
    [from, to] as const,
  );
}
