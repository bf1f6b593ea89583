// TLS and passwords, with a real broker: who cannot be trusted gets nothing, and the data waits.
import { execFileSync } from "node:child_process";
import { pbkdf2Sync, randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Credentials } from "../../src/broker.ts";
import { type Broker, startMosquitto, temporaryFolder, until } from "../fleet/processes.ts";
import { commitSecond } from "../outbox/segments.ts";
import { needs, OPENSSL } from "../requirements.ts";
import { listen, startVehicle, type Vehicle } from "./vehicle.ts";

// Processes start and end in every test; how long that takes is the machine's affair.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let folder: ReturnType<typeof temporaryFolder>;
let broker: Broker | undefined;
const vehicles = new Set<Vehicle>();
const path = (name: string): string => join(folder.path, name);

beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(async () => {
  for (const vehicle of vehicles) await vehicle.stop();
  vehicles.clear();
  await broker?.end();
  broker = undefined;
  folder.remove();
});

function start(url: string, credentials: Credentials): Vehicle {
  const vehicle = startVehicle({
    url,
    folder: path("vehicle"),
    credentials,
    before: (outbox) => void commitSecond(outbox, 20),
  });
  vehicles.add(vehicle);
  return vehicle;
}

/** It could not connect, has said why, and has everything still. */
async function expectRefusal(vehicle: Vehicle, reason: RegExp, remedy: RegExp): Promise<void> {
  await until(() => vehicle.lines.some(({ reason }) => reason !== undefined));
  expect(vehicle.lines.find(({ reason }) => reason !== undefined)).toMatchObject({
    reason: expect.stringMatching(reason),
    remedy: expect.stringMatching(remedy),
  });
  expect(vehicle.uplink.counters).toMatchObject({ connections: 0, batchesPublished: 0 });
  expect(vehicle.outbox.backlog().segments).toBe(1);
}

describe("over TLS", () => {
  needs("mosquitto");
  needs("openssl");

  const openssl = (...args: string[]): void => void execFileSync(OPENSSL, args, { cwd: folder.path, stdio: "pipe" });

  /** A certificate that signs itself, and its key. */
  function makeAuthority(name: string): void {
    const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", `${name}.key`];
    openssl("req", "-x509", ...key, "-out", `${name}.pem`, "-days", "2", "-subj", `/CN=${name}`);
  }

  function makeCertificate(name: string, authority: string): void {
    const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", `${name}.key`];
    openssl("req", ...key, "-out", `${name}.csr`, "-subj", `/CN=${name}`);
    writeFileSync(path(`${name}.ext`), `subjectAltName=DNS:${name}`);
    const signer = ["-CA", `${authority}.pem`, "-CAkey", `${authority}.key`, "-CAcreateserial"];
    openssl(
      "x509",
      "-req",
      "-in",
      `${name}.csr`,
      ...signer,
      "-out",
      `${name}.pem`,
      "-days",
      "2",
      "-extfile",
      `${name}.ext`,
    );
  }

  async function startTls(...lines: string[]): Promise<string> {
    makeAuthority("authority");
    makeCertificate("localhost", "authority");
    const files = [
      `cafile ${path("authority.pem")}`,
      `certfile ${path("localhost.pem")}`,
      `keyfile ${path("localhost.key")}`,
    ];
    broker = await startMosquitto(folder.path, undefined, [...files, ...lines]);
    return broker.url.replace("mqtt://127.0.0.1", "mqtts://localhost");
  }

  it("a broker whose certificate our authority has signed gets the data", async () => {
    const url = await startTls();
    const vehicle = start(url, { ca: readFileSync(path("authority.pem")) });
    await until(() => vehicle.outbox.backlog().segments === 0);
  });

  it("one whose certificate another authority has signed gets nothing", async () => {
    const url = await startTls();
    makeAuthority("other");
    await expectRefusal(start(url, { ca: readFileSync(path("other.pem")) }), /certificate|signature/i, /uplink\.url/);
  });

  it("one whose certificate is for another host gets nothing", async () => {
    const url = (await startTls()).replace("localhost", "127.0.0.1");
    await expectRefusal(start(url, { ca: readFileSync(path("authority.pem")) }), /altnames|IP/, /uplink\.url/);
  });

  it("one that speaks no TLS gets nothing", async () => {
    broker = await startMosquitto(folder.path);
    await expectRefusal(start(broker.url.replace("mqtt:", "mqtts:"), {}), /./, /uplink\.url/);
  });

  it("a broker that wants a certificate of ours gets it", async () => {
    const url = await startTls("require_certificate true");
    makeCertificate("car-1", "authority");
    const ca = readFileSync(path("authority.pem"));
    const credentials = { ca, cert: readFileSync(path("car-1.pem")), key: readFileSync(path("car-1.key")) };
    const vehicle = start(url, credentials);
    await until(() => vehicle.outbox.backlog().segments === 0);
  });
});

describe("with a password", () => {
  needs("mosquitto");

  /** As mosquitto_passwd writes it. */
  function passwordLine(username: string, password: string): string {
    const salt = randomBytes(12);
    const hash = pbkdf2Sync(password, salt, 101, 64, "sha512");
    return `${username}:$7$101$${salt.toString("base64")}$${hash.toString("base64")}\n`;
  }

  async function startGuarded(): Promise<string> {
    writeFileSync(path("passwords"), passwordLine("car", "right"));
    const lines = ["allow_anonymous false", `password_file ${path("passwords")}`];
    broker = await startMosquitto(folder.path, undefined, lines);
    return broker.url;
  }

  it("that is right the data arrives; it is the listener's too", async () => {
    const url = await startGuarded();
    const listener = await listen(url, { username: "car", password: "right" });
    const vehicle = start(url, { username: "car", password: Buffer.from("right") });
    await until(() => listener.sequences().length === 1 && vehicle.outbox.backlog().segments === 0);
    await listener.end();
  });

  it("that is wrong, or missing, nothing is sent, and the remedy names the keys", async () => {
    const url = await startGuarded();
    const wrong = start(url, { username: "car", password: Buffer.from("wrong") });
    await expectRefusal(wrong, /Not authorized|Bad User Name/i, /uplink\.username.*uplink\.password_file/);
    await wrong.stop();
    const missing = startVehicle({ url, folder: path("missing"), before: (outbox) => void commitSecond(outbox, 20) });
    vehicles.add(missing);
    await expectRefusal(missing, /Not authorized/i, /uplink\.username/);
  });
});
