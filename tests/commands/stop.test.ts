// How commands end when they are told to, or when nobody reads them any more: at any moment, in order, with nothing left over.
import { once } from "node:events";
import { closeSync, existsSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { gunzipSync } from "node:zlib";
import { describe, expect, onTestFinished, test } from "vitest";
import { EXAMPLE, filesIn, STACK_TRACE, start, temporaryFolder } from "./process.ts";

const DRIVE = join(EXAMPLE, "drive.log.gz");
const BODY = join(EXAMPLE, "body.dbc");
const SIGNALS = ["SIGINT", "SIGTERM"] as const;
/** A broker that nobody is. */
const NOWHERE = "mqtt://127.0.0.1:1";

/** A gateway's configuration on the example vehicle, in a folder of its own. */
function gatewayFolder(broker = NOWHERE): string {
  const folder = temporaryFolder();
  writeFileSync(
    join(folder, "gateway.yaml"),
    `vehicle: test-01
allowlist: ${EXAMPLE}/allowlist.yaml
source: { generator: {} }
outbox: { path: outbox.db, flush_interval: 50ms }
uplink: { url: "${broker}" }
`,
  );
  return folder;
}

function fleetFolder(): string {
  const folder = temporaryFolder();
  writeFileSync(
    join(folder, "fleet.yaml"),
    `broker: { url: "${NOWHERE}" }\nstore: { path: fleet.db }\nweb: { port: 0 }\n`,
  );
  return folder;
}

const run = (folder: string) => start(["run", "--config", "gateway.yaml"], { cwd: folder });

describe("the gateway without its broker", () => {
  test.for(SIGNALS)("says so, buffers, and on %s stops in order with what waits counted", async (signal) => {
    const gateway = run(gatewayFolder());
    await gateway.printed(/cannot connect; trying again/);
    await gateway.printed(/first frame admitted/);
    await sleep(100);
    const { code, stdout, stderr } = await gateway.stop(signal);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain("Check `uplink.url`, and that the broker runs and can be reached.");
    const last = JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "");
    expect(last.msg).toBe("gateway stopped");
    expect(last.datapoints_waiting).toBeGreaterThan(0);
    expect(last.datapoints_committed).toBe(last.datapoints_waiting);
    const buses: Record<string, Record<string, number>> = last.buses;
    for (const name of ["frames_received", "values_held_back", "datapoints_waiting"])
      expect(Object.values(buses).reduce((sum, bus) => sum + (bus[name] ?? Number.NaN), 0)).toBe(last[name]);
  });
});

test("a gateway that is hung up reads its allow-list again, and keeps the old one where the new one does not hold", async () => {
  const folder = gatewayFolder();
  const file = join(folder, "allowlist.yaml");
  const list = readFileSync(join(EXAMPLE, "allowlist.yaml"), "utf8").replaceAll(/[a-z]+\.dbc/g, (name) =>
    join(EXAMPLE, name),
  );
  writeFileSync(file, list);
  const config = join(folder, "gateway.yaml");
  writeFileSync(config, readFileSync(config, "utf8").replace(/^allowlist: .*$/m, "allowlist: allowlist.yaml"));
  const gateway = run(folder);
  await gateway.printed(/first frame admitted/);
  writeFileSync(file, list.replace(/^version: .*$/m, 'version: "next"'));
  gateway.child.kill("SIGHUP");
  await gateway.printed(/"policy":"next".*"msg":"the allow-list was read again, and is in force"/);
  writeFileSync(file, list.replace("can0/", "can9/"));
  gateway.child.kill("SIGHUP");
  await gateway.printed(
    /"code":"ALLOW_LIST_REFUSED","remedy":"[^"]+","msg":"the allow-list stays as it was: .*allowlist\.yaml:\d+:\d+: unknown bus/,
  );
  await sleep(200);
  const { code, stdout, stderr } = await gateway.stop("SIGTERM");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const last = JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "");
  expect(last.datapoints_waiting).toBe(last.datapoints_committed);
  const denied = Object.keys(last).filter((name) => name.startsWith("frames_denied_"));
  expect(denied.reduce((sum, name) => sum + last[name], last.frames_admitted)).toBe(last.frames_received);
});

test("the fleet service without its broker says so, serves its page, and stops in order", async () => {
  const fleet = start(["fleet", "--config", "fleet.yaml"], { cwd: fleetFolder() });
  await fleet.printed(/no connection to the broker; trying again/);
  const [, page = ""] = await fleet.printed(/"page":"([^"]+)"/);
  expect((await fetch(page)).status).toBe(200);
  const { code, stdout, stderr } = await fleet.stop("SIGTERM");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toContain("fleet service stopped");
});

describe("a signal during the start", () => {
  const moments = [0, 40, 80, 120, 160, 200, 250, 300, 400, 600];

  test.for(moments)("of the demo, %d ms after it: no folder and no complaint is left", async (ms) => {
    const folder = temporaryFolder();
    const demo = start(["demo", "--port", "0"], { env: { TMPDIR: folder } });
    await sleep(ms);
    const { code, signal, stderr } = await demo.stop("SIGINT");
    // Before there is anything to put away, the signal ends it as it ends any program.
    expect(code ?? signal).toBe(code === null ? "SIGINT" : 0);
    expect({ stderr, left: filesIn(folder) }).toEqual({ stderr: "", left: [] });
  });

  test.for(moments)("of the gateway, %d ms after it: it ends without a complaint, and starts again", async (ms) => {
    const folder = gatewayFolder();
    const gateway = run(folder);
    await sleep(ms);
    const { code, signal, stderr } = await gateway.stop("SIGTERM");
    expect(code ?? signal).toBe(code === null ? "SIGTERM" : 0);
    expect(stderr).toBe("");
    const again = run(folder);
    await again.printed(/first frame admitted/);
    expect(await again.stop()).toMatchObject({ code: 0, stderr: "" });
  });
});

describe("asked twice", () => {
  /** Takes a connection, and answers nothing that comes after. */
  async function deafBroker(): Promise<string> {
    const accepted = Buffer.from([0x20, 0x03, 0x00, 0x00, 0x00]);
    const server = createServer((socket) => {
      socket.on("error", () => undefined).once("data", () => socket.write(accepted));
      onTestFinished(() => void socket.destroy());
    }).listen(0, "127.0.0.1");
    onTestFinished(() => void server.close());
    await once(server, "listening");
    return `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  test("at once, it stops in order: npm hands on the Ctrl-C that the terminal has sent already", async () => {
    const folder = temporaryFolder();
    const demo = start(["demo", "--port", "0", "--history", "0"], { env: { TMPDIR: folder } });
    await demo.printed(/Ctrl-C stops/);
    demo.child.kill("SIGINT");
    const { code, stdout, stderr } = await demo.stop("SIGINT");
    expect({ code, stderr, left: filesIn(folder) }).toEqual({ code: 0, stderr: "", left: [] });
    expect(stdout).toMatch(/stopping …\n {2}stopped\.\n$/);
  });

  // Again where a busy machine takes all the time that a farewell has.
  test("by someone who has waited, it ends on the spot", { retry: 2 }, async () => {
    const gateway = run(gatewayFolder(await deafBroker()));
    await gateway.printed(/uplink connected/);
    gateway.child.kill("SIGINT");
    await gateway.printed(/"msg":"stopping"/);
    await sleep(700);
    const { code, stdout } = await gateway.stop("SIGINT");
    expect(code).toBe(130);
    expect(stdout).not.toContain("gateway stopped");
  });
});

describe("interrupted", () => {
  test.for([
    ["replay", "-", "--config", join(EXAMPLE, "gateway.yaml")],
    ["decode", "--dbc", BODY, "-"],
  ])("`canward %s` says what came of the frames so far", async (args) => {
    const running = start(args);
    // Of an open pipe that more could come from.
    running.child.stdin?.write(gunzipSync(readFileSync(DRIVE)).subarray(0, 200_000));
    await running.printed(/"t":/);
    const { code, stdout, stderr } = await running.stop("SIGINT");
    expect(code).toBe(130);
    expect(stdout.endsWith("}\n")).toBe(true);
    expect(stderr).toMatch(/^ *[1-9][\d,]+ (frames: | frames seen$)/m);
    expect(stderr).not.toMatch(STACK_TRACE);
  });
});

describe("when nobody reads the output any more", () => {
  test.for([
    ["--help"],
    ["decode", "--dbc", BODY, DRIVE],
    ["replay", DRIVE, "--config", join(EXAMPLE, "gateway.yaml")],
  ])("`canward %s` ends without a complaint", async (args) => {
    const running = start(args);
    running.child.stdout?.destroy();
    const { code, stderr } = await running.ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.not.stringMatching(STACK_TRACE) });
  });

  test("the demo ends with its next line, and removes its folder", async () => {
    const folder = temporaryFolder();
    const demo = start(["demo", "--port", "0", "--history", "0"], { env: { TMPDIR: folder } });
    await demo.printed(/Ctrl-C stops/);
    demo.child.stdout?.destroy();
    const { code, stderr } = await demo.ended;
    expect({ code, stderr, left: filesIn(folder) }).toEqual({ code: 0, stderr: "", left: [] });
  });

  test("the gateway stops in order, and says why", async () => {
    const folder = gatewayFolder();
    const gateway = run(folder);
    await gateway.printed(/gateway started/);
    gateway.child.stdout?.destroy();
    const { code, stderr } = await gateway.ended;
    expect(stderr).toMatch(/nobody reads the log any more.*\n.*\[OUTPUT_CLOSED\]\n$/);
    expect(code).toBe(1);
    // A database that was closed in order has no write-ahead log beside it.
    expect(filesIn(folder)).toEqual(["gateway.yaml", "outbox.db"]);
  });
});

describe.skipIf(!existsSync("/dev/full"))("on a full disk", () => {
  function full(): number {
    const descriptor = openSync("/dev/full", "w");
    onTestFinished(() => closeSync(descriptor));
    return descriptor;
  }

  test.for([
    ["--help"],
    ["decode", "--dbc", BODY, DRIVE],
    ["replay", DRIVE, "--config", join(EXAMPLE, "gateway.yaml")],
  ])("`canward %s` says that its output is not complete", async (args) => {
    const { code, stderr } = await start(args, { stdio: ["ignore", full(), "pipe"] }).ended;
    expect(stderr).toMatch(/the output cannot be written \(ENOSPC\)\n.*\[OUTPUT_FAILED\]\n$/);
    expect(stderr).not.toMatch(STACK_TRACE);
    expect(code).toBe(1);
  });

  test("the gateway goes on without its log", async () => {
    const folder = gatewayFolder();
    const gateway = start(["run", "--config", "gateway.yaml"], { cwd: folder, stdio: ["ignore", full(), "pipe"] });
    while (!existsSync(join(folder, "outbox.db"))) await sleep(20);
    await sleep(500);
    expect(await gateway.stop()).toMatchObject({ code: 0, stderr: "" });
  });
});
