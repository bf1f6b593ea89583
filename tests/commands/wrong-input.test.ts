// Every kind of wrong input: the answer names the place and the remedy, the exit code says whose mistake it is, there is never
// a stack trace, and no file is left behind that was not there before.
import { once } from "node:events";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { canward, EXAMPLE, filesIn, STACK_TRACE, start, temporaryFolder } from "./process.ts";

/** A gateway's configuration that is right, but for what the changes say. */
function gateway(changes: Readonly<Record<string, string>> = {}): string {
  const keys = {
    vehicle: "test-01",
    allowlist: "allowlist.yaml",
    source: "{ log: drive.log }",
    outbox: "{ path: outbox.db }",
    uplink: '{ url: "mqtt://127.0.0.1:1" }',
    ...changes,
  };
  return Object.entries(keys)
    .map(([key, value]) => `${key}: ${value}\n`)
    .join("");
}

function fleet(changes: Readonly<Record<string, string>> = {}): string {
  const keys = {
    broker: '{ url: "mqtt://127.0.0.1:1" }',
    store: "{ path: fleet.db }",
    web: "{ port: 0 }",
    ...changes,
  };
  return Object.entries(keys)
    .map(([key, value]) => `${key}: ${value}\n`)
    .join("");
}

const allowList = (signals: string, dbc = "body.dbc"): string =>
  `version: "1"\nbuses:\n  can1: { dbc: [${dbc}] }\nsignals: ${signals}\n`;

const FILES: Readonly<Record<string, string | Uint8Array>> = {
  "allowlist.yaml": allowList("\n  Vehicle.Body.Lights.Beam.Low.IsOn: { from: can1/BCM_Lights/LowBeam }"),
  "unknown-signal.yaml": allowList(
    "\n  Vehicle.Speed: { from: can1/BCM_Lights/Sped }\n  Vehicle.X: { from: can1/No/Sped }",
  ),
  "no-dbc.yaml": allowList("{}", "missing.dbc"),
  "broken-dbc.yaml": allowList("{}", "broken.dbc"),
  "drive.log": "(1783999800.000187) can1 060#00000087\n",
  "junk.log": "hello\nworld\n",
  "empty.log": "",
  "torn.log.gz": readFileSync(join(EXAMPLE, "drive.log.gz")).subarray(0, 20_000),
  "damaged.log.gz": damaged(readFileSync(join(EXAMPLE, "drive.log.gz"))),
  "broken.dbc": "BO_ nonsense\nhello\n",
  "empty.dbc": "",
  "broken.yaml": "vehicle: [1, 2\nallowlist: x\n",
  "empty.yaml": "",
  "latin.yaml": new Uint8Array([0x76, 0x3a, 0x20, 0xe9]),
  "gateway.yaml": gateway(),
  "unknown-key.yaml": gateway({ bogus: "1" }),
  "wrong-values.yaml": gateway({ vehicle: "a b", outbox: "{ path: o.db, bytes_max: 5 apples }" }),
  "no-allowlist.yaml": gateway({ allowlist: "missing.yaml" }),
  "refused.yaml": gateway({ allowlist: "unknown-signal.yaml" }),
  "dbc-missing.yaml": gateway({ allowlist: "no-dbc.yaml" }),
  "dbc-broken.yaml": gateway({ allowlist: "broken-dbc.yaml" }),
  "log-missing.yaml": gateway({ source: "{ log: missing.log }" }),
  "log-folder.yaml": gateway({ source: "{ log: folder }" }),
  "outbox-text.yaml": gateway({ outbox: "{ path: junk.log }" }),
  "outbox-nowhere.yaml": gateway({ outbox: "{ path: missing/o.db }" }),
  "outbox-no-folder.yaml": gateway({ outbox: "{ path: junk.log/o.db }" }),
  "outbox-folder.yaml": gateway({ outbox: "{ path: folder }" }),
  "password-missing.yaml": gateway({ uplink: '{ url: "mqtt://h", username: u, password_file: missing.txt }' }),
  "fleet-unknown-key.yaml": fleet({ sotre: "1" }),
  "fleet-url.yaml": fleet({ broker: '{ url: "mqtt://127.0.0.1:99999" }' }),
  "fleet-scheme.yaml": fleet({ broker: "{ url: http://127.0.0.1 }" }),
  "fleet-text.yaml": fleet({ store: "{ path: junk.log }" }),
  "fleet-nowhere.yaml": fleet({ store: "{ path: missing/f.db }" }),
  "fleet-no-folder.yaml": fleet({ store: "{ path: junk.log/f.db }" }),
  "fleet-host.yaml": fleet({ web: "{ host: 192.0.2.1, port: 0 }" }),
};

function damaged(gzip: Uint8Array): Uint8Array {
  return gzip.map((byte, index) => (index > 400_000 && index < 400_100 ? 0 : byte));
}

/** A folder with those files, the example's DBC file and a folder. */
function wrongWorld(): string {
  const folder = temporaryFolder();
  for (const [name, content] of Object.entries(FILES)) writeFileSync(join(folder, name), content);
  copyFileSync(join(EXAMPLE, "body.dbc"), join(folder, "body.dbc"));
  mkdirSync(join(folder, "folder"));
  return folder;
}

/** The call, and what stands in the answer: the place first, and the remedy's code last. */
type Row = readonly [call: string, ...told: readonly string[]];

const USAGE: readonly Row[] = [
  ["", "Usage: canward", "Examples:"],
  ["bogus", "unknown command 'bogus'", "See: canward --help"],
  ["help bogus", "Usage: canward"],
  ["--bogus", "unknown option '--bogus'", "See: canward --help"],
  ["demo extra", "too many arguments", "extra", "See: canward demo --help"],
  ["demo --port 80a", "--port", "'80a'", "0 to 65535"],
  ["demo --port 65536", "'65536'", "0 to 65535"],
  ["demo --port -1", "'-1'", "0 to 65535"],
  ["demo --port", "--port <port>", "missing"],
  ["demo --history 1e9", "'1e9'", "0 to 1440"],
  ["run", "--config FILE is missing", "See: canward run --help"],
  ["run --confg gateway.yaml", "unknown option '--confg'", "Did you mean --config?"],
  ["run --config", "--config <file>", "missing"],
  ["fleet", "--config FILE is missing", "See: canward fleet --help"],
  ["fleet --config a.yaml b.yaml", "too many arguments", "b.yaml"],
  ["replay", "missing required argument 'LOG'", "See: canward replay --help"],
  ["replay drive.log", "--config FILE, --to IFACE or --map BUS=IFACE is missing"],
  ["replay drive.log --config gateway.yaml --to vcan0", "--to is for sending, and --config is not"],
  ["replay drive.log --config gateway.yaml --map can0=vcan0", "--map is for sending"],
  ["replay drive.log --config gateway.yaml --loop", "--loop is for sending"],
  ["replay drive.log --config gateway.yaml --i-mean-it", "--i-mean-it is for sending"],
  ["replay drive.log --loop", "--config FILE, --to IFACE or --map BUS=IFACE is missing"],
  ["replay - --to vcan0 --loop", "--loop needs a file"],
  ["replay drive.log --to a/b", "'a/b'", "up to 15 characters"],
  ["replay drive.log --to a-name-that-is-too-long", "up to 15 characters"],
  ["replay drive.log --map vcan0", "'vcan0'", "It is BUS=IFACE, such as can0=vcan0"],
  ["replay drive.log --map can0=", "It is BUS=IFACE"],
  ["replay drive.log --map can0=vcan0 --map can0=vcan1", "can0 goes to vcan0 already"],
  ["replay drive.log --to vcan0 --speed 0", "'0'", "above 0", "max"],
  ["check", "--config FILE is missing", "See: canward check --help"],
  ["check --config gateway.yaml", "--log LOG is missing"],
  ["check --config gateway.yaml --log drive.log", "--expect FILE is missing"],
  ["check --config gateway.yaml --log drive.log --expect e.ndjson --updat", "unknown option '--updat'", "--update"],
  ["check --config gateway.yaml --log drive.log --expect e.ndjson more", "too many arguments", "more"],
  ["replay drive.log --config gateway.yaml --speed 0", "'0'", "above 0", "max"],
  ["replay drive.log --config gateway.yaml --speed fast", "'fast'", "above 0", "max"],
  ["replay drive.log --config gateway.yaml --speed 1001", "'1001'", "up to 1000"],
  ["replay drive.log junk.log --config gateway.yaml", "too many arguments", "junk.log"],
  ["decode", "--dbc FILE is missing", "See: canward decode --help"],
  ["decode drive.log", "--dbc FILE is missing"],
  ["decode --dbc", "--dbc <file>", "missing"],
  ["decode --dbc body.dbc drive.log junk.log", "drive.log and junk.log", "one log at a time"],
  ["decode --dbc body.dbc --j1993 drive.log", "unknown option '--j1993'", "Did you mean --j1939?"],
];

const OPERATION: readonly Row[] = [
  [
    "run --config missing.yaml",
    "missing.yaml: there is no such file",
    "gateway configuration is expected",
    "FILE_UNREADABLE",
  ],
  ["run --config folder", "folder: it is a folder", "FILE_UNREADABLE"],
  ["run --config broken.yaml", "broken.yaml:", "Correct the YAML of the gateway configuration", "FILE_INVALID"],
  ["run --config latin.yaml", "latin.yaml: it is not UTF-8 text", "FILE_NOT_TEXT"],
  ["run --config empty.yaml", "empty.yaml:1:1:", "FILE_INVALID"],
  [
    "run --config unknown-key.yaml",
    "unknown-key.yaml:6:1: `bogus` is not a key here",
    "the keys are vehicle",
    "FILE_INVALID",
  ],
  [
    "run --config wrong-values.yaml",
    "wrong-values.yaml:1:1: `vehicle`",
    "wrong-values.yaml:4:",
    "`bytes_max`",
    "FILE_INVALID",
  ],
  [
    "run --config no-allowlist.yaml",
    "missing.yaml: there is no such file",
    "allow-list is expected",
    "FILE_UNREADABLE",
  ],
  ["run --config refused.yaml", "unknown-signal.yaml:5:", "Sped", "unknown-signal.yaml:6:", "ALLOW_LIST_REFUSED"],
  ["run --config dbc-missing.yaml", "missing.dbc: there is no such file", "DBC file is expected", "FILE_UNREADABLE"],
  ["run --config dbc-broken.yaml", "broken.dbc:1: not one message can be read", "DBC_NO_MESSAGE"],
  ["run --config log-missing.yaml", "missing.log: there is no such file", "path of the log", "LOG_MISSING"],
  ["run --config log-folder.yaml", "folder: this is a folder", "LOG_DIRECTORY"],
  [
    "run --config outbox-text.yaml",
    "junk.log: this is not a sound SQLite file",
    "Move the file away",
    "OUTBOX_CORRUPT",
  ],
  [
    "run --config outbox-nowhere.yaml",
    "missing/o.db: the outbox cannot be opened",
    "folder exists",
    "OUTBOX_UNREADABLE",
  ],
  ["run --config outbox-no-folder.yaml", "junk.log/o.db: the outbox cannot be opened", "OUTBOX_UNREADABLE"],
  ["run --config outbox-folder.yaml", "folder: the outbox cannot be opened", "OUTBOX_UNREADABLE"],
  [
    "run --config password-missing.yaml",
    "missing.txt: there is no such file",
    "`password_file` is expected",
    "FILE_UNREADABLE",
  ],
  [
    "fleet --config missing.yaml",
    "missing.yaml: there is no such file",
    "fleet configuration is expected",
    "FILE_UNREADABLE",
  ],
  ["fleet --config folder", "folder: it is a folder", "FILE_UNREADABLE"],
  ["fleet --config broken.yaml", "broken.yaml:", "Correct the YAML of the fleet configuration", "FILE_INVALID"],
  ["fleet --config fleet-unknown-key.yaml", "fleet-unknown-key.yaml:4:1: `sotre` is not a key here", "FILE_INVALID"],
  ["fleet --config fleet-url.yaml", "fleet-url.yaml:1:11: `url` is no URL", "FILE_INVALID"],
  ["fleet --config fleet-scheme.yaml", "fleet-scheme.yaml:1:11: `url`", "mqtt://host:1883", "FILE_INVALID"],
  ["fleet --config fleet-text.yaml", "junk.log: it is not an SQLite file", "STORE_FOREIGN"],
  ["fleet --config fleet-nowhere.yaml", "missing/f.db: it cannot be opened", "Create the folder", "STORE_UNREACHABLE"],
  ["fleet --config fleet-no-folder.yaml", "junk.log/f.db: it cannot be opened", "STORE_UNREACHABLE"],
  ["fleet --config fleet-host.yaml", "192.0.2.1", "`web.host`", "fleet-host.yaml", "PORT_REFUSED"],
  [
    "decode --dbc missing.dbc drive.log",
    "missing.dbc: there is no such file",
    "DBC file is expected",
    "FILE_UNREADABLE",
  ],
  ["decode --dbc folder drive.log", "folder: it is a folder", "FILE_UNREADABLE"],
  ["decode --dbc broken.dbc drive.log", "broken.dbc:1: not one message can be read", "nonsense", "DBC_NO_MESSAGE"],
  ["decode --dbc empty.dbc drive.log", "empty.dbc:1: no message in it", "DBC_NO_MESSAGE"],
  ["decode --dbc torn.log.gz drive.log", "torn.log.gz:1: not one message can be read", "DBC_NO_MESSAGE"],
  ["decode --dbc body.dbc missing.log", "missing.log: there is no such file", "LOG_MISSING"],
  ["decode --dbc body.dbc folder", "folder: this is a folder", "LOG_DIRECTORY"],
  ["decode --dbc body.dbc junk.log", "junk.log:1: no CAN frame in this log", "A line looks like this", "LOG_NO_FRAME"],
  ["replay missing.log --config gateway.yaml", "missing.log: there is no such file", "LOG_MISSING"],
  ["replay junk.log --config gateway.yaml", "junk.log:1: no CAN frame in this log", "LOG_NO_FRAME"],
  ["replay folder --config gateway.yaml", "folder: this is a folder", "LOG_DIRECTORY"],
  ["replay drive.log --config missing.yaml", "missing.yaml: there is no such file", "FILE_UNREADABLE"],
  ["replay drive.log --config refused.yaml", "unknown-signal.yaml:5:", "ALLOW_LIST_REFUSED"],
];

async function answerOf(call: string, folder: string) {
  const before = filesIn(folder);
  const { code, stdout, stderr } = await canward(call.split(" ").filter(Boolean), { cwd: folder });
  expect(stderr).not.toMatch(STACK_TRACE);
  return { code, stdout, stderr, left: filesIn(folder).filter((file) => !before.includes(file)) };
}

/** The number that the pattern catches, 0 where it is not told. */
function numberIn(text: string, pattern: RegExp): number {
  return Number((pattern.exec(text)?.[1] ?? "0").replaceAll(",", ""));
}

describe("a wrong call", () => {
  test.for(USAGE)("`canward %s` is answered with exit code 2 and where to look", async ([call, ...told]) => {
    const { code, stdout, stderr, left } = await answerOf(call, wrongWorld());
    for (const words of told) expect(stderr).toContain(words);
    expect({ code, stdout, left }).toEqual({ code: 2, stdout: "", left: [] });
  });
});

describe("wrong input", () => {
  test.for(OPERATION)(
    "`canward %s` is answered with exit code 1, the place and the remedy",
    async ([call, ...told]) => {
      const { code, stdout, stderr, left } = await answerOf(call, wrongWorld());
      for (const words of told) expect(stderr).toContain(words);
      expect({ code, stdout, left }).toEqual({ code: 1, stdout: "", left: [] });
    },
  );

  test.for([
    ["torn.log.gz", "LOG_TRUNCATED", "the gzip file ends too early"],
    ["damaged.log.gz", "LOG_CORRUPT", "the gzip file is damaged"],
  ] as const)(
    "of a log that breaks off (%s), what stands before the break is told, and where it breaks",
    async ([log, code, what]) => {
      const folder = wrongWorld();
      const decoded = await answerOf(`decode --dbc body.dbc ${log}`, folder);
      const replayed = await answerOf(`replay ${log} --config gateway.yaml`, folder);
      for (const { stdout, stderr, ...answer } of [decoded, replayed]) {
        expect(stderr).toMatch(new RegExp(`${log}: after line [1-9]\\d*: ${what}`));
        expect(stderr).toContain(code);
        expect(stdout.endsWith("}\n")).toBe(true);
        expect(answer).toEqual({ code: 1, left: [] });
      }
      const lines = numberIn(decoded.stderr, /after line (\d+)/);
      const frames = numberIn(decoded.stderr, /^([\d,]+) frames: /m);
      const junk = numberIn(decoded.stderr, /; ([\d,]+) lines? w/);
      expect(frames + junk).toBe(lines);
      expect(numberIn(replayed.stderr, /([\d,]+) {2}frames seen\n/)).toBe(frames);
      expect(numberIn(replayed.stderr, /([\d,]+) {2}lines that are no frame\n/)).toBe(junk);
    },
  );
});

describe("a port in use", () => {
  async function takenPort(): Promise<number> {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => void server.close());
    return (server.address() as AddressInfo).port;
  }

  test("is told by the demo, with the call that takes another one; it leaves no folder", async () => {
    const port = await takenPort();
    const folder = temporaryFolder();
    const { code, stdout, stderr } = await canward(["demo", "--port", String(port)], { env: { TMPDIR: folder } });
    expect(stderr).not.toMatch(STACK_TRACE);
    expect(stderr).toContain(`port ${port} on 127.0.0.1 is in use`);
    expect(stderr).toContain(`canward demo --port ${port + 1}`);
    expect({ code, stdout, left: filesIn(folder) }).toEqual({ code: 1, stdout: "", left: [] });
  });

  test("is told by the fleet service, with the key to change; it leaves no store", async () => {
    const port = await takenPort();
    const folder = temporaryFolder();
    writeFileSync(join(folder, "fleet.yaml"), fleet({ web: `{ port: ${port} }` }));
    const { code, stdout, stderr } = await canward(["fleet", "--config", "fleet.yaml"], { cwd: folder });
    expect(stderr).not.toMatch(STACK_TRACE);
    expect(stderr).toContain(`port ${port} on 127.0.0.1 is in use`);
    expect(stderr).toContain("`web.port` in fleet.yaml");
    expect({ code, stdout, left: filesIn(folder) }).toEqual({ code: 1, stdout: "", left: ["fleet.yaml"] });
  });
});

test("an allow-list without a signal is taken at its word, and the gateway says that nothing leaves", async () => {
  const folder = wrongWorld();
  writeFileSync(join(folder, "empty-list.yaml"), allowList("{}"));
  writeFileSync(join(folder, "first.yaml"), gateway({ allowlist: "empty-list.yaml", source: "{ generator: {} }" }));
  const running = start(["run", "--config", "first.yaml"], { cwd: folder });
  await running.printed(/empty-list\.yaml.*names no signal: nothing leaves the vehicle/);
  await running.printed(/gateway started/);
  const { code, stdout } = await running.stop();
  expect(code).toBe(0);
  expect(JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "")).toMatchObject({
    frames_admitted: 0,
    datapoints_committed: 0,
  });
});

test("an outbox that another gateway has open is left to it", async () => {
  const folder = wrongWorld();
  writeFileSync(join(folder, "first.yaml"), gateway({ source: "{ generator: {} }" }));
  const first = start(["run", "--config", "first.yaml"], { cwd: folder });
  await first.printed(/gateway started/);
  const { code, stderr } = await canward(["run", "--config", "first.yaml"], { cwd: folder });
  expect(stderr).toMatch(/outbox\.db: another process has this outbox open\n.*OUTBOX_BUSY/);
  expect(code).toBe(1);
  expect(await first.stop()).toMatchObject({ code: 0 });
});

test("a demo that cannot make its folder says which variable to set", async () => {
  const { code, stdout, stderr } = await canward(["demo", "--port", "0"], { env: { TMPDIR: "/nonexistent/folder" } });
  expect(stderr).not.toMatch(STACK_TRACE);
  expect(stderr).toMatch(/\/nonexistent\/folder.*\n.*TMPDIR.*DEMO_NO_FOLDER/);
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
});
