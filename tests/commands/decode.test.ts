// `canward decode` against cantools on recorded drives, and its format to the letter on frames made for it.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { isMet, needs, SHARED_DATA } from "../requirements.ts";
import { canward, EXAMPLE, rowsOf, temporaryFolder } from "./process.ts";

type Value = number | string;

interface Line {
  readonly t: number;
  readonly bus: string;
  readonly id: number;
  readonly ext: boolean;
  readonly message: string;
  readonly signals: Readonly<Record<string, { readonly raw: Value; readonly value: Value; readonly text?: string }>>;
}

/** A frame as the oracle says it. */
interface Expected {
  readonly t: string;
  readonly ch?: string;
  readonly id: number;
  readonly ext: boolean;
  readonly msg: string;
  readonly raw: Readonly<Record<string, Value>>;
  readonly phys: Readonly<Record<string, Value>>;
}

const DBC = join(EXAMPLE, "powertrain.dbc");
const BODY = join(EXAMPLE, "body.dbc");
const DRIVE = join(EXAMPLE, "drive.log.gz");

function asExpected({ t, bus, id, ext, message, signals }: Line): Expected {
  const pick = (key: "raw" | "value") =>
    Object.fromEntries(Object.entries(signals).map(([name, row]) => [name, row[key]]));
  return { t: t.toFixed(6), ch: bus, id, ext, msg: message, raw: pick("raw"), phys: pick("value") };
}

const COUNTS = /^([\d,]+) frames: ([\d,]+) decoded, ([\d,]+) without a matching message/m;

/** What the last lines on stderr say. */
function countsOf(stderr: string): { readonly frames: number; readonly decoded: number; readonly unmatched: number } {
  const [frames = 0, decoded = 0, unmatched = 0] = (COUNTS.exec(stderr) ?? [])
    .slice(1)
    .map((text) => Number(text.replaceAll(",", "")));
  return { frames, decoded, unmatched };
}

describe("against cantools, on the recorded drives of the shared set", () => {
  needs("sharedData");
  const shared = (path: string): string => join(SHARED_DATA, path);
  const expectedOf = (path: string): (Expected & { d?: string })[] =>
    isMet("sharedData") ? rowsOf(gunzipSync(readFileSync(shared(path))).toString()) : [];

  test.for([
    { log: "css-3BA199E2", dbc: "canmod-gps", frames: "css-3BA199E2__canmod-gps", options: [] },
    { log: "kuksa-tesla", dbc: "Model3CAN", frames: "kuksa-tesla__Model3CAN", options: [] },
    {
      log: "css-FCBF0606-j1939",
      dbc: "CSS-Electronics-SAE-J1939-DEMO",
      frames: "css-FCBF0606__J1939-DEMO-pgn",
      options: ["--j1939"],
    },
  ])("$frames: every frame is equal", async ({ log, dbc, frames, options }) => {
    const args = ["decode", "--dbc", shared(`logs/dbc/${dbc}.dbc`), ...options, shared(`logs/${log}.log.gz`)];
    const { code, stdout, stderr } = await canward(args);
    const expected = expectedOf(`logs/${frames}.frames.jsonl.gz`).map(({ d, ...row }) => row);
    const lines = rowsOf<Line>(stdout);
    const { frames: seen, decoded, unmatched } = countsOf(stderr);
    expect(code).toBe(0);
    expect(lines.slice(0, expected.length).map(asExpected)).toEqual(expected);
    expect(lines.length).toBe(decoded);
    expect(seen).toBe(decoded + unmatched);
  });

  test("the synthetic log with FD, remote and error frames and junk: the frames that are to decode, and no others", async () => {
    const log = shared("logs/synthetic_fuzz_a_01.log.gz");
    const { code, stdout, stderr } = await canward(["decode", "--dbc", shared("dbc/fuzz/fuzz_a_01.dbc"), log]);
    const expected = expectedOf("logs/synthetic_fuzz_a_01.expected.jsonl.gz").map(({ t, id, ext, msg, raw, phys }) => {
      return { t, id, ext, msg, raw, phys };
    });
    const actual = rowsOf<Line>(stdout).map((line) => {
      const { ch, ...row } = asExpected(line);
      return row;
    });
    expect(code).toBe(0);
    expect(actual).toEqual(expected);
    expect(countsOf(stderr).decoded).toBe(expected.length);
    expect(stderr).toMatch(/lines were no frame, the first is line [1-9]/);
  });

  test("a J1939 log without --j1939 is told what is missing", async () => {
    const dbc = shared("logs/dbc/CSS-Electronics-SAE-J1939-DEMO.dbc");
    const text = readFileSync(dbc, "latin1").replaceAll("J1939PG", "ExtendedCAN");
    const copy = join(temporaryFolder(), "plain.dbc");
    writeFileSync(copy, text, "latin1");
    const { code, stdout, stderr } = await canward(["decode", "--dbc", copy, shared("logs/css-FCBF0606-j1939.log.gz")]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
    expect(stderr).toContain("--j1939");
  });
});

describe("the example drive", () => {
  test("decodes frame for frame with both DBC files, each on its bus", async () => {
    const { code, stdout, stderr } = await canward(["decode", "--dbc", `can0=${DBC}`, `can1=${BODY}`, DRIVE]);
    const log = gunzipSync(readFileSync(DRIVE)).toString().trimEnd().split("\n");
    const lines = rowsOf<Line>(stdout);
    expect(code).toBe(0);
    expect(stderr).toBe(`73,139 frames: 73,139 decoded, 0 without a matching message\n`);
    const heads = lines.map(({ t, bus, id, ext }) => {
      const name = id
        .toString(16)
        .toUpperCase()
        .padStart(ext ? 8 : 3, "0");
      return `(${t.toFixed(6)}) ${bus} ${name}`;
    });
    expect(heads).toEqual(log.map((line) => line.split("#")[0]));
  });

  test.for([
    ["log last", ["--dbc", DBC, BODY, DRIVE]],
    ["log first", [DRIVE, "--dbc", DBC, BODY]],
    ["each file with its option", ["--dbc", DBC, "--dbc", BODY, DRIVE]],
    ["log between", ["--dbc", DBC, DRIVE, "--dbc", BODY]],
    ["behind --", ["--dbc", DBC, "--dbc", BODY, "--", DRIVE]],
    ["option behind", ["--dbc", DBC, BODY, DRIVE, "--j1939"]],
    ["standard input", ["--dbc", DBC, BODY, "-"]],
    ["standard input, not named", ["--dbc", DBC, BODY]],
  ] as const)("is understood in every order of the arguments: %s", async ([, args]) => {
    const input = args.includes(DRIVE) ? "" : readFileSync(DRIVE);
    const { code, stdout, stderr } = await canward(["decode", ...args], { input });
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: "73,139 frames: 73,139 decoded, 0 without a matching message\n",
    });
    expect(stdout.split("\n").length).toBe(73_140);
  });
});

const MADE = `VERSION ""
BU_: A
BO_ 416 Unsigned: 8 A
 SG_ Wide : 0|64@1+ (1,0) [0|0] "" A
BO_ 417 Mixed: 8 A
 SG_ Small : 0|32@1- (1,0) [0|0] "" A
 SG_ __proto__ : 32|8@1- (0.5,1) [0|0] "" A
 SG_ State : 40|8@1+ (1,0) [0|0] "" A
BO_ 418 Signed: 8 A
 SG_ Wide : 0|64@1- (1,0) [0|0] "" A
BO_ 2566844926 Long: 8 A
 SG_ Two : 0|8@1+ (2,0) [0|0] "km/h" A
SIG_VALTYPE_ 417 Small : 1;
VAL_ 417 State 1 "über" 2 "b\\c" ;
`;
const OTHER = 'BO_ 416 Other: 8 A\n SG_ Byte : 0|8@1+ (1,0) [0|0] "" A\n';

/** The outcome for lines of a log; `dbc` are the arguments of --dbc. */
async function decodeLines(lines: readonly string[], dbc: readonly string[] = ["made.dbc"]) {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "made.dbc"), MADE);
  writeFileSync(join(folder, "other.dbc"), OTHER);
  const input = lines.map((line) => `${line}\n`).join("");
  return canward(["decode", "--dbc", ...dbc, "-"], { cwd: folder, input });
}

describe("the format", () => {
  test("is one line for each frame, to the letter", async () => {
    const { code, stdout, stderr } = await decodeLines([
      "(1700000000.000001) can0 1A1#0000803F05010000",
      "(1700000000.250000) can1 18FEF1FE#03",
      "(1700000000.500000) can0 1A1#000000000002",
    ]);
    expect(stdout.split("\n")).toEqual([
      '{"t":1700000000.000001,"bus":"can0","id":417,"ext":false,"message":"Mixed","signals":{"Small":{"raw":1,"value":1},"__proto__":{"raw":5,"value":3.5},"State":{"raw":1,"value":1,"text":"über"}}}',
      '{"t":1700000000.25,"bus":"can1","id":419361278,"ext":true,"message":"Long","signals":{"Two":{"raw":3,"value":6}}}',
      `{"t":1700000000.5,"bus":"can0","id":417,"ext":false,"message":"Mixed","signals":{"Small":{"raw":0,"value":0},"__proto__":{"raw":0,"value":1},"State":{"raw":2,"value":2,"text":${JSON.stringify("b\\c")}}}}`,
      "",
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "3 frames: 3 decoded, 0 without a matching message\n" });
  });

  test.for([
    ["1A0#FFFFFFFFFFFF1F00", 9007199254740991],
    ["1A0#0000000000002000", "9007199254740992"],
    ["1A0#FFFFFFFFFFFFFFFF", "18446744073709551615"],
    ["1A2#010000000000E0FF", -9007199254740991],
    ["1A2#000000000000E0FF", "-9007199254740992"],
    ["1A2#0000000000000080", "-9223372036854775808"],
    ["1A1#0000C07F", "NaN"],
    ["1A1#0000807F", "Infinity"],
    ["1A1#000080FF", "-Infinity"],
  ] as const)(
    "has for %s a number where JSON can carry it, and a string where it cannot",
    async ([frame, expected]) => {
      const { stdout } = await decodeLines([`(1.5) can0 ${frame}`]);
      const [line] = rowsOf<Line>(stdout);
      expect(Object.values(line?.signals ?? {})[0]).toEqual({ raw: expected, value: expected });
    },
  );

  test("leaves out frames that no message matches, remote and error frames, and junk, and counts them", async () => {
    const { code, stdout, stderr } = await decodeLines([
      "(1.0) can0 1A0#0100000000000000",
      "(1.1) can0 123#00",
      "(1.2) can0 1A0#R",
      "(1.3) can0 20000004#0000000000000000",
      "what is this",
      "(1.4) can0 000001A0#0100000000000000",
    ]);
    expect(rowsOf<Line>(stdout).map(({ t }) => t)).toEqual([1]);
    expect(stderr).toContain(
      "5 frames: 1 decoded, 4 without a matching message; 1 line was no frame, the first is line 5\n",
    );
    expect(code).toBe(0);
  });

  test("takes of a short payload the signals that are wholly there", async () => {
    const { stdout } = await decodeLines(["(1.0) can0 1A1#0000803F05"]);
    expect(Object.keys(rowsOf<Line>(stdout)[0]?.signals ?? {})).toEqual(["Small", "__proto__"]);
  });

  test("of BUS=FILE goes by the bus, and a bus that is not there is told", async () => {
    const lines = ["(1.0) can0 1A0#0100000000000000", "(1.0) can1 1A0#0100000000000000"];
    const { stdout, stderr } = await decodeLines(lines, ["can0=made.dbc", "can1=other.dbc", "can7=other.dbc"]);
    expect(rowsOf<Line>(stdout).map(({ bus, message }) => [bus, message])).toEqual([
      ["can0", "Unsigned"],
      ["can1", "Other"],
    ]);
    expect(stderr).toContain("no frame of can7, for which other.dbc is; the log has can0, can1\n");
  });

  test("of several files goes by the first that has the message", async () => {
    const lines = ["(1.0) can0 1A0#0100000000000000", "(1.0) can0 1A2#0100000000000000"];
    const { stdout } = await decodeLines(lines, ["other.dbc", "made.dbc"]);
    expect(rowsOf<Line>(stdout).map(({ message }) => message)).toEqual(["Other", "Signed"]);
  });
});
