// The gateway's configuration: what is filled in, and for everything that is wrong the line and the column where it stands.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { OperatingError } from "../../src/errors.ts";
import { readGatewayConfig } from "../../src/vehicle/config.ts";
import { temporaryFolder } from "../fleet/processes.ts";

let folder: ReturnType<typeof temporaryFolder>;
let file: string;
beforeEach(() => {
  folder = temporaryFolder();
  file = join(folder.path, "gateway.yaml");
});
afterEach(() => folder.remove());

const LEAST = {
  vehicle: "vehicle: car-1",
  allowlist: "allowlist: list.yaml",
  source: "source: { log: drive.log }",
  outbox: "outbox: { path: outbox.db }",
  uplink: "uplink: { url: mqtt://localhost:1883 }",
};

const SIXTEEN = Array.from({ length: 16 }, (_, i) => `can${i}: {}`).join(", ");

/** The least configuration, with some of its five lines replaced, and more behind them. */
function write(lines: Partial<typeof LEAST>, ...more: readonly string[]): void {
  writeFileSync(file, [...Object.values({ ...LEAST, ...lines }), ...more].join("\n"));
}

function errorOf(): OperatingError {
  try {
    readGatewayConfig(file);
  } catch (error) {
    if (error instanceof OperatingError) return error;
    throw error;
  }
  throw new Error("it was accepted");
}

it("what is left out is filled in, and paths are relative to the file", () => {
  write({});
  expect(readGatewayConfig(file)).toEqual({
    vehicle: "car-1",
    allowlist: join(folder.path, "list.yaml"),
    source: {
      ...{
        live: undefined,
        log: join(folder.path, "drive.log"),
        generator: undefined,
        speed: 1,
        loop: false,
        restamp: true,
      },
      catchUpUs: 0,
    },
    outbox: { path: join(folder.path, "outbox.db"), bytesMax: 256e6, flushIntervalUs: 1e6 },
    uplink: {
      ...{ url: "mqtt://localhost:1883", credentials: {} },
      ...{ batchIntervalMs: 5_000, statusIntervalMs: 10_000, inFlightMax: 8 },
    },
    logLevel: "info",
  });
});

it("what is given is taken, and the files of the credentials are read", () => {
  writeFileSync(join(folder.path, "password"), "secret\n");
  for (const name of ["ca", "cert", "key"]) writeFileSync(join(folder.path, name), name);
  write(
    {
      source: "source: { log: '-', speed: max, restamp: false }",
      outbox: "outbox: { path: /var/outbox.db, bytes_max: 1MiB, flush_interval: 250ms }",
      uplink:
        "uplink: { url: mqtts://b:8883, username: car, password_file: password, ca_file: ca, cert_file: cert, key_file: key, batch_interval: 1min, in_flight_max: 2 }",
    },
    "log_level: debug",
  );
  const config = readGatewayConfig(file);
  expect(config.source).toMatchObject({ log: "-", speed: "max", restamp: false });
  expect(config.outbox).toEqual({ path: "/var/outbox.db", bytesMax: 2 ** 20, flushIntervalUs: 250e3 });
  expect(config.uplink).toMatchObject({ batchIntervalMs: 60_000, inFlightMax: 2 });
  expect(config.uplink.credentials).toEqual({
    ...{ username: "car", password: Buffer.from("secret") },
    ...{ ca: Buffer.from("ca"), cert: Buffer.from("cert"), key: Buffer.from("key") },
  });
  expect(config.logLevel).toBe("debug");
});

it("live buses have their names for interfaces, and what is said of them", () => {
  write({
    source:
      "source: { live: { can0: {}, body: { interface: vcan1, receive_buffer: 1MB, silence: 2s }, x: { silence: off } } }",
  });
  expect(readGatewayConfig(file).source.live).toEqual(
    new Map([
      ["can0", { interfaceName: "can0", receiveBufferBytes: 8e6, silenceUs: undefined }],
      ["body", { interfaceName: "vcan1", receiveBufferBytes: 1e6, silenceUs: 2e6 }],
      ["x", { interfaceName: "x", receiveBufferBytes: 8e6, silenceUs: 0 }],
    ]),
  );
});

describe("what is wrong is located", () => {
  it.each<[string, Partial<typeof LEAST>, string, RegExp]>([
    ["an id with a blank", { vehicle: "vehicle: my car" }, "1:1", /vehicle.*up to 64 letters/],
    ["an id that is a number", { vehicle: "vehicle: 17" }, "1:1", /vehicle/],
    ["an unknown key", { vehicle: "vehicle: car-1\nvehicel: x" }, "2:1", /`vehicel` is not a key here/],
    ["a missing key", { allowlist: "" }, "1:1", /`allowlist` is missing/],
    ["no source", { source: "source: {}" }, "3:1", /one of `live`, `log` and `generator`/],
    ["two sources", { source: "source: { log: a, generator: {} }" }, "3:1", /one of `live`, `log` and `generator`/],
    [
      "live and a log",
      { source: "source: { log: a, live: { can0: {} } }" },
      "3:1",
      /one of `live`, `log` and `generator`/,
    ],
    ["no live bus", { source: "source: { live: {} }" }, "3:11", /names no bus/],
    ["sixteen live buses", { source: `source: { live: { ${SIXTEEN} } }` }, "3:11", /at most 15/],
    ["live at a speed", { source: "source: { live: { can0: {} }, speed: 2 }" }, "3:31", /its own time/],
    ["an interface that is a path", { source: "source: { live: { a: { interface: ../lo } } }" }, "3:24", /interface/],
    ["an interface that is a folder", { source: "source: { live: { a: { interface: .. } } }" }, "3:24", /interface/],
    ["a bus that is no interface", { source: "source: { live: { body bus: {} } }" }, "3:19", /no name of an interface/],
    [
      "an interface of two buses",
      { source: "source: { live: { a: { interface: b }, b: {} } }" },
      "3:40",
      /both the interface b/,
    ],
    [
      "a small buffer",
      { source: "source: { live: { a: { receive_buffer: 1kB } } }" },
      "3:24",
      /between 64KB and 256MB/,
    ],
    ["a short silence", { source: "source: { live: { a: { silence: 1ms } } }" }, "3:24", /at least 100ms/],
    ["a speed of zero", { source: "source: { log: a, speed: 0 }" }, "3:19", /speed/],
    ["a standard input that loops", { source: "source: { log: '-', loop: true }" }, "3:21", /cannot be read twice/],
    ["a generator that loops", { source: "source: { generator: {}, loop: true }" }, "3:26", /never ends/],
    ["an amount without its unit", { outbox: "outbox: { path: o, bytes_max: 5 }" }, "4:20", /bytes_max.*unit/],
    ["a budget that is too small", { outbox: "outbox: { path: o, bytes_max: 999kB }" }, "4:20", /less than 1MB/],
    ["a duration without its unit", { outbox: "outbox: { path: o, flush_interval: 1 }" }, "4:20", /unit/],
    [
      "a flush that is too often",
      { outbox: "outbox: { path: o, flush_interval: 9ms }" },
      "4:20",
      /between 10ms and 1min/,
    ],
    [
      "a flush that is too seldom",
      { outbox: "outbox: { path: o, flush_interval: 61s }" },
      "4:20",
      /between 10ms and 1min/,
    ],
    [
      "batches too often",
      { uplink: "uplink: { url: mqtt://b, batch_interval: 99ms }" },
      "5:26",
      /between 100ms and 24h/,
    ],
    [
      "batches beyond a timer",
      { uplink: "uplink: { url: mqtt://b, batch_interval: 999h }" },
      "5:26",
      /between 100ms and 24h/,
    ],
    ["statuses too often", { uplink: "uplink: { url: mqtt://b, status_interval: 0s }" }, "5:26", /between 1s and 24h/],
    [
      "statuses beyond a timer",
      { uplink: "uplink: { url: mqtt://b, status_interval: 25h }" },
      "5:26",
      /between 1s and 24h/,
    ],
    ["one publish at a time", { uplink: "uplink: { url: mqtt://b, in_flight_max: 1 }" }, "5:26", /in_flight_max/],
    ["another protocol", { uplink: "uplink: { url: http://b }" }, "5:11", /url.*mqtt:/],
    ["a password in the URL", { uplink: "uplink: { url: mqtt://a:b@c }" }, "5:11", /url/],
    ["a port that is none", { uplink: "uplink: { url: mqtt://b:99999 }" }, "5:11", /`url` is no URL/],
    [
      "a password without a name",
      { uplink: "uplink: { url: mqtt://b, password_file: p }" },
      "5:26",
      /needs a `username`/,
    ],
    [
      "a certificate without its key",
      { uplink: "uplink: { url: mqtts://b, cert_file: c }" },
      "5:27",
      /needs a `key_file`/,
    ],
    [
      "a key without its certificate",
      { uplink: "uplink: { url: mqtts://b, key_file: k }" },
      "5:27",
      /needs a `cert_file`/,
    ],
    ["an authority without TLS", { uplink: "uplink: { url: mqtt://b, ca_file: c }" }, "5:26", /mqtts:/],
    ["broken YAML", { vehicle: "vehicle: [" }, "2:1", /./],
    ["the same key twice", { vehicle: "vehicle: a\nvehicle: b" }, "2:1", /unique/i],
  ])("%s", (_, lines, place, message) => {
    write(lines);
    const error = errorOf();
    expect(error.message).toContain(`${file}:${place}: `);
    expect(error.message).toMatch(message);
    expect(error).toMatchObject({ code: "FILE_INVALID", remedy: expect.stringMatching(/^Correct the /) });
  });

  it("an unknown level of the log", () => {
    write({}, "log_level: loud");
    expect(errorOf().message).toContain(`${file}:6:1: `);
  });

  it("and all of it at once", () => {
    write({ source: "source: {}", outbox: "outbox: { path: o, bytes_max: 1kB }" });
    expect(errorOf().message.split("\n")).toHaveLength(2);
  });

  it("a file that is not there, by its key", () => {
    write({ uplink: "uplink: { url: mqtts://b, ca_file: missing.pem }" });
    expect(errorOf()).toMatchObject({
      code: "FILE_UNREADABLE",
      message: expect.stringContaining(join(folder.path, "missing.pem")),
      remedy: expect.stringContaining("`ca_file`"),
    });
  });

  it("a configuration that is not there", () => {
    expect(errorOf()).toMatchObject({
      code: "FILE_UNREADABLE",
      remedy: expect.stringContaining("gateway configuration"),
    });
  });
});
