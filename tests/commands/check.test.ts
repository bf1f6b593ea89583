// `canward check`: an allow-list that does what was committed passes; whatever it does otherwise is found, and told to a
// reviewer; --update writes it down, whole or not at all.
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { canward, EXAMPLE, filesIn, listening, type Result, STACK_TRACE, start, temporaryFolder } from "./process.ts";

const SPEED = "Vehicle.Speed";
const MOVING = "Vehicle.IsMoving";

/** The example vehicle with the first seconds of its drive, in a folder where a test may change it. */
function exampleFolder(): string {
  const folder = temporaryFolder();
  for (const file of ["allowlist.yaml", "gateway.yaml", "powertrain.dbc", "body.dbc"]) {
    cpSync(join(EXAMPLE, file), join(folder, file));
  }
  const lines = gunzipSync(readFileSync(join(EXAMPLE, "drive.log.gz")))
    .toString()
    .split("\n");
  writeFileSync(join(folder, "drive.log"), `${lines.slice(0, 10_000).join("\n")}\n`);
  return folder;
}

const check = (folder: string, ...more: readonly string[]): Promise<Result> =>
  canward(["check", "--config", "gateway.yaml", "--log", "drive.log", "--expect", "drive.ndjson", ...more], {
    cwd: folder,
  });

/** The same folder, with an expectation of what it does. */
async function expectingFolder(): Promise<string> {
  const folder = exampleFolder();
  expect(await check(folder, "--update")).toMatchObject({ code: 0, stderr: "" });
  return folder;
}

function edit(folder: string, file: string, change: (text: string) => string): void {
  const path = join(folder, file);
  const text = readFileSync(path, "utf8");
  const changed = change(text);
  if (changed === text) throw new Error(`the change of ${file} changes nothing`);
  writeFileSync(path, changed);
}

const expectationOf = (folder: string): string => readFileSync(join(folder, "drive.ndjson"), "utf8");

/** Changes the line of the speed's first datapoint. */
function editSpeed(folder: string, change: (line: string) => string): void {
  edit(folder, "drive.ndjson", (text) => text.replace(/^\{"t":.*"Vehicle\.Speed".*$/m, change));
}

describe("the example's expectation", () => {
  test("is what the example makes of its drive", async () => {
    const call = ["check", "--config", join(EXAMPLE, "gateway.yaml"), "--log", join(EXAMPLE, "drive.log.gz")];
    const result = await canward([...call, "--expect", join(EXAMPLE, "drive.expected.ndjson")]);
    expect(result).toEqual({
      code: 0,
      signal: null,
      stdout: expect.stringMatching(/^\d+ paths, 1,475 datapoints: as expected\n$/),
      stderr: "",
    });
  });
});

describe("as expected", () => {
  test("is what was updated before; the same update again leaves the file alone", async () => {
    const folder = await expectingFolder();
    const before = expectationOf(folder);
    expect(await check(folder)).toMatchObject({ code: 0, stdout: expect.stringMatching(/: as expected\n$/) });
    const again = await check(folder, "--update");
    expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining("drive.ndjson is as it was") });
    expect(expectationOf(folder)).toBe(before);
  });

  test("is what `canward replay` prints", async () => {
    const folder = exampleFolder();
    const replayed = await canward(["replay", "drive.log", "--config", "gateway.yaml"], { cwd: folder });
    writeFileSync(join(folder, "drive.ndjson"), replayed.stdout);
    expect(await check(folder)).toMatchObject({ code: 0, stderr: "" });
  });

  test("is the same log from the standard input, and with the lines of a file from Windows", async () => {
    const folder = await expectingFolder();
    edit(folder, "drive.ndjson", (text) => text.replaceAll("\n", "\r\n"));
    const call = ["check", "--config", "gateway.yaml", "--log", "-", "--expect", "drive.ndjson"];
    const input = readFileSync(join(folder, "drive.log"));
    expect(await canward(call, { cwd: folder, input })).toMatchObject({ code: 0, stderr: "" });
  });

  test("needs no broker, no outbox, and no secrets", async () => {
    const folder = await expectingFolder();
    edit(folder, "gateway.yaml", (text) =>
      text.replace(/url:.*/, "url: mqtts://nowhere.invalid\n  username: a\n  password_file: none.txt"),
    );
    expect(await check(folder)).toMatchObject({ code: 0 });
    expect(filesIn(folder).filter((file) => file.includes("outbox"))).toEqual([]);
  });
});

describe("a change of the allow-list", () => {
  test("that lets out more or less is told first, with what leaves", async () => {
    const folder = await expectingFolder();
    edit(folder, "allowlist.yaml", (text) =>
      text
        .replace(/^ {2}Vehicle\.IsMoving:.*\n/m, "")
        .replace(/(?<=Vehicle\.Speed: .*every: )100ms/, "300ms")
        .concat("  Vehicle.Chassis.SteeringWheel.Angle: { from: can0/EPS_Steering/SteeringAngle, every: 1s }\n"),
    );
    const { code, stdout, stderr } = await check(folder);
    expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
    const places = [
      "Now leaves the vehicle, and did not:",
      "  Vehicle.Chassis.SteeringWheel.Angle: ",
      " deg\n",
      "No longer leaves the vehicle:",
      `  ${MOVING}: `,
      "the allow-list does not name it",
      "Differs:",
      `  ${SPEED}: `,
      "… and ",
      "3 paths differ",
      "--update",
    ].map((words) => stdout.lastIndexOf(words));
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });

  test("that feeds a path from another signal is told, also where the values are the same", async () => {
    const folder = await expectingFolder();
    edit(folder, "allowlist.yaml", (text) => text.replace("BCM_Doors/DoorFrontRight", "BCM_Doors/DoorFrontLeft"));
    const { code, stdout } = await check(folder);
    expect(code).toBe(1);
    expect(stdout).toContain("Means something else than it did:");
    expect(stdout).toContain("can1/BCM_Doors/DoorFrontRight in no unit expected, it is can1/BCM_Doors/DoorFrontLeft");
  });

  test("that allows a path of which this log has nothing is told too", async () => {
    const folder = await expectingFolder();
    edit(folder, "allowlist.yaml", (text) =>
      text
        .replace("buses:", 'buses:\n  can7: { dbc: ["body.dbc"] }')
        .concat("  Vehicle.Cabin.Other: { from: can7/BCM_Doors/Trunk }\n"),
    );
    const { code, stdout } = await check(folder);
    expect(code).toBe(1);
    expect(stdout).toContain("Vehicle.Cabin.Other: 0 datapoints in this log, from can7/BCM_Doors/Trunk");
  });

  test("is written down by --update, which says what changed; then all is as expected", async () => {
    const folder = await expectingFolder();
    const before = expectationOf(folder).split("\n");
    edit(folder, "allowlist.yaml", (text) => text.replace(/^ {2}Vehicle\.IsMoving:.*\n/m, ""));
    const { code, stdout } = await check(folder, "--update");
    expect({ code, told: stdout.split("\n").slice(0, 2).join("\n") }).toEqual({
      code: 0,
      told: expect.stringMatching(/^No longer leaves the vehicle:\n {2}Vehicle\.IsMoving: /),
    });
    expect(stdout).toMatch(/^written: drive\.ndjson, \d+ datapoints, 46 paths$/m);
    // Of a change only what is concerned by it, so that a reviewer sees that.
    expect(expectationOf(folder).split("\n")).toEqual(before.filter((line) => !line.includes(`"${MOVING}"`)));
    expect(await check(folder)).toMatchObject({ code: 0 });
  });
});

describe("a datapoint", () => {
  test.for([
    [
      "with another value",
      (line: string) => line.replace(/"value":.*/, '"value":12345}'),
      "changed: 12345 km/h expected",
    ],
    [
      "a millisecond later",
      (line: string) => line.replace(/"t":(\d+\.\d+)/, (_, t) => `"t":${Number(t) + 0.001}`),
      "missing: ",
    ],
    ["that is not there", () => "", "extra: "],
    ["that is there twice", (line: string) => `${line}\n${line}`, "missing: "],
  ] as const)("%s is found", async ([, change, told]) => {
    const folder = await expectingFolder();
    editSpeed(folder, change);
    const { code, stdout } = await check(folder);
    expect(code).toBe(1);
    expect(stdout).toMatch(new RegExp(`^Differs:\\n {2}${SPEED}: 1 `));
    expect(stdout).toContain(told);
    expect(stdout).toMatch(/\n {4}17\d{8}\.\d{3} +\+\d+\.\d{3} s {2}/);
    expect(stdout).toContain("1 path differs");
  });

  test("within its tolerance passes; the update keeps the tolerance, and writes what came", async () => {
    const folder = await expectingFolder();
    const exact = expectationOf(folder);
    const tolerance = '{"tolerance":"Vehicle.Sp*", "value":0.5, "time":"2ms"}';
    editSpeed(folder, (line) => line.replace(/"value":([-\d.]+)/, (_, value) => `"value":${Number(value) + 0.4}`));
    expect(await check(folder)).toMatchObject({ code: 1 });
    edit(folder, "drive.ndjson", (text) => text.replace("\n", `\n${tolerance}\n`));
    expect(await check(folder)).toMatchObject({ code: 0 });
    expect(await check(folder, "--update")).toMatchObject({ code: 0 });
    expect(expectationOf(folder)).toBe(exact.replace("\n", `\n${tolerance}\n`));
  });
});

describe("the expectation's file", () => {
  const UNREADABLE = [
    ["no JSON", '{"t":1', "drive.ndjson:2: this is no line of an expectation"],
    ["another thing", '{"hello":1}', "drive.ndjson:2: this is no line"],
    ["a mistyped tolerance", '{"tolerance":"*","vlaue":1}', "drive.ndjson:2: this is no line"],
    ["a negative tolerance", '{"tolerance":"*","value":-1}', "drive.ndjson:2: this is no line"],
    ["a time without its unit", '{"tolerance":"*","time":"20"}', "drive.ndjson:2: this is no line"],
    ["another format", '{"expectation":2}', "drive.ndjson:2: this is no line"],
    ["a mark of a merge", "<<<<<<< HEAD", "drive.ndjson:2: this is no line"],
  ] as const;

  test.for(UNREADABLE)("with %s before its paths is refused, by --update too", async ([, line, told]) => {
    const folder = await expectingFolder();
    edit(folder, "drive.ndjson", (text) => text.replace("\n", `\n${line}\n`));
    const before = expectationOf(folder);
    for (const more of [[], ["--update"]]) {
      const { code, stdout, stderr } = await check(folder, ...more);
      expect(stderr).toContain(told);
      expect(stderr).toMatch(/\[EXPECTATION_INVALID\]\n$/);
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    }
    expect(expectationOf(folder)).toBe(before);
  });

  test("with the marks of a merge among its datapoints is refused, and mended by --update", async () => {
    const folder = await expectingFolder();
    const exact = expectationOf(folder);
    editSpeed(folder, (line) => `<<<<<<< HEAD\n${line}\n=======\n${line.replace(/"t":\d/, '"t":0')}\n>>>>>>> main`);
    expect(await check(folder)).toMatchObject({ code: 2, stderr: expect.stringContaining("EXPECTATION_INVALID") });
    const { code, stdout } = await check(folder, "--update");
    expect(code).toBe(0);
    expect(stdout).toContain("lines were no expectation, and are gone");
    expect(expectationOf(folder)).toBe(exact);
  });

  test("that steps back in time is refused", async () => {
    const folder = await expectingFolder();
    editSpeed(folder, (line) => `${line.replace(/"t":1/, '"t":2')}\n${line}`);
    const { code, stderr } = await check(folder);
    expect(stderr).toMatch(/drive\.ndjson:\d+: this is earlier than the datapoint before it/);
    expect(code).toBe(2);
  });

  test("that is not there is told before the log is read, with the call that writes it", async () => {
    const folder = exampleFolder();
    writeFileSync(join(folder, "drive.log"), "not a log\n");
    const { code, stdout, stderr } = await check(folder);
    expect(stderr).toMatch(/drive\.ndjson: there is no such expectation\n.*--update.*\[EXPECTATION_MISSING\]\n$/);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  });

  test("is sorted by path and time, one datapoint a line, and nothing is left beside it", async () => {
    const folder = await expectingFolder();
    const lines = expectationOf(folder)
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    const keys = lines.filter(({ t }) => t !== undefined).map(({ path, t }) => `${path} ${t.toFixed(3)}`);
    expect(keys).toEqual(keys.toSorted());
    expect(keys.length).toBeGreaterThan(100);
    const leaving = lines.filter(({ leaves }) => leaves !== undefined).map(({ leaves }) => leaves);
    expect(leaving).toEqual(leaving.toSorted());
    expect(leaving).toHaveLength(47);
    expect(filesIn(folder).filter((file) => file.startsWith("."))).toEqual([]);
  });

  test("that cannot be written is as it was, and nothing is left beside it", async () => {
    const folder = exampleFolder();
    mkdirSync(join(folder, "drive.ndjson"));
    const { code, stderr } = await check(folder, "--update");
    expect(stderr).toMatch(/drive\.ndjson: the expectation cannot be .*\[EXPECTATION_UN(READ|WRIT)ABLE\]\n$/s);
    expect(stderr).not.toMatch(STACK_TRACE);
    expect(code).toBe(2);
    const nowhere = ["--log", "drive.log", "--expect", "missing/drive.ndjson", "--update"];
    const answer = await canward(["check", "--config", "gateway.yaml", ...nowhere], { cwd: folder });
    expect(answer).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/its folder exists.*EXPECTATION_UNWRITABLE/),
    });
    expect(filesIn(folder).filter((file) => file.startsWith("."))).toEqual([]);
  });

  test("that is a link stays one", async () => {
    const folder = exampleFolder();
    writeFileSync(join(folder, "real.ndjson"), "");
    symlinkSync("real.ndjson", join(folder, "drive.ndjson"));
    expect(await check(folder, "--update")).toMatchObject({ code: 0 });
    expect(readFileSync(join(folder, "real.ndjson"), "utf8")).toBe(expectationOf(folder));
    expect(expectationOf(folder)).toContain(SPEED);
  });

  test("cannot steer the terminal or the build that prints a difference", async () => {
    const folder = await expectingFolder();
    const hostile = JSON.stringify({ t: 1, path: "Vehicle.\u001b[2J\n::error::x", value: 1 });
    edit(folder, "drive.ndjson", (text) => `${text}${hostile}\n`);
    const { code, stdout } = await check(folder);
    expect(code).toBe(1);
    expect(stdout).not.toContain("\u001b");
    expect(stdout).not.toMatch(/^::error/m);
  });
});

describe("trouble", () => {
  test("with the log or the configuration has an exit code of its own", async () => {
    const folder = await expectingFolder();
    edit(folder, "allowlist.yaml", (text) => text.replace("VCU_Motion/VehicleSpeed", "VCU_Motion/Sped"));
    expect(await check(folder)).toMatchObject({ code: 2, stderr: expect.stringContaining("ALLOW_LIST_REFUSED") });
    edit(folder, "allowlist.yaml", (text) => text.replace("VCU_Motion/Sped", "VCU_Motion/VehicleSpeed"));
    writeFileSync(join(folder, "drive.log"), "hello\n");
    expect(await check(folder)).toMatchObject({ code: 2, stderr: expect.stringContaining("LOG_NO_FRAME") });
  });

  test("of a log that breaks off is no difference: nothing is compared, and nothing written", async () => {
    const folder = await expectingFolder();
    const before = expectationOf(folder);
    const torn = readFileSync(join(EXAMPLE, "drive.log.gz")).subarray(0, 100_000);
    writeFileSync(join(folder, "drive.log"), torn);
    for (const more of [[], ["--update"]]) {
      const { code, stdout, stderr } = await check(folder, ...more);
      expect(stderr).toContain("LOG_TRUNCATED");
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    }
    expect(expectationOf(folder)).toBe(before);
  });

  test("interrupted, it says that nothing was compared, and writes nothing", async () => {
    const folder = exampleFolder();
    const call = ["check", "--config", "gateway.yaml", "--log", "-", "--expect", "drive.ndjson", "--update"];
    const running = start(call, { cwd: folder });
    running.child.stdin
      ?.on("error", () => undefined)
      .write(readFileSync(join(folder, "drive.log")).subarray(0, 99_000));
    await listening(running);
    const { code, stdout, stderr } = await running.stop("SIGINT");
    expect({ code, stdout }).toEqual({ code: 130, stdout: "" });
    expect(stderr).toBe("stopped before the end of the log; nothing was compared\n");
    expect(existsSync(join(folder, "drive.ndjson"))).toBe(false);
  });

  test("a reader who stops reading does not make a difference pass", async () => {
    const folder = await expectingFolder();
    edit(folder, "allowlist.yaml", (text) => text.replace(/^ {2}Vehicle\.IsMoving:.*\n/m, ""));
    const call = ["check", "--config", "gateway.yaml", "--log", "drive.log", "--expect", "drive.ndjson"];
    const running = start(call, { cwd: folder });
    running.child.stdout?.destroy();
    expect(await running.ended).toMatchObject({ code: 1, stderr: "" });
  });
});
