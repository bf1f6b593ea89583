// Everything in an allow-list that is wrong is told with its file, line and column, all at once, and gives no plan.
import { describe, expect, test } from "vitest";
import type { Database } from "../../src/dbc/database.ts";
import { parseDatabase } from "../../src/dbc/parse.ts";
import { AllowListSchema } from "../../src/vehicle/policy/allowlist.ts";
import { compile } from "../../src/vehicle/policy/compile.ts";
import { FileError, parseYaml } from "../../src/yaml.ts";
import { databasesOf, listOf, MESSAGE, tell } from "./plans.ts";

const PLAIN = '(1,0) [0|0] "" X';
const POWERTRAIN = parseDatabase(
  `BO_ 256 Motion: 8 X
 SG_ Speed : 0|16@1+ (0.01,0) [0|0] "km/h" X
 SG_ Gear : 16|4@1+ ${PLAIN}
 SG_ Moving : 20|1@1+ ${PLAIN}
 SG_ Distance : 0|64@1+ (1,0) [0|0] "m" X
BO_ 257 Report: 8 X
 SG_ Page M : 0|8@1+ ${PLAIN}
 SG_ Cell m1 : 56|8@1+ ${PLAIN}
 SG_ First : 8|8@1+ ${PLAIN}
BO_ 258 Long: 65 X
 SG_ First : 0|8@1+ ${PLAIN}
BO_ 2566844672 EngineA: 8 X
 SG_ First : 0|8@1+ ${PLAIN}
BO_ 2566844673 EngineB: 8 X
 SG_ First : 0|8@1+ ${PLAIN}
BO_ 300 Same: 8 X
 SG_ First : 0|8@1+ ${PLAIN}
VAL_ 256 Gear 0 "park" 1 "reverse" 2 "neutral" 3 "drive" ;
`,
  "powertrain.dbc",
).database;
const EXTRA = parseDatabase(
  `BO_ 256 AlsoMotion: 8 X
 SG_ First : 0|8@1+ ${PLAIN}
BO_ 301 Same: 8 X
 SG_ First : 0|8@1+ ${PLAIN}
`,
  "extra.dbc",
).database;

const DATABASES: ReadonlyMap<string, readonly Database[]> = new Map([["can0", [POWERTRAIN, EXTRA]]]);
const HEAD = `version: "1"
buses:
  can0: { dbc: [powertrain.dbc, extra.dbc] }
`;

/** What is told of a list that has `rest` from line 4 on, from the schema or from the compiler. */
function refusal(rest: string, head = HEAD): string[] {
  try {
    const list = parseYaml(head + rest, "list.yaml", AllowListSchema, "allow-list");
    const { plan, problems } = compile(list, DATABASES);
    expect(plan === undefined).toBe(problems.length > 0);
    return problems.map(tell);
  } catch (error) {
    if (error instanceof FileError) return error.problems.map(tell);
    throw error;
  }
}

/** The same for one signal, whose keys begin in line 6, column 5. */
function refusalOf(keys: string): string[] {
  return refusal(`signals:\n  V.S:\n${keys.trimEnd().replaceAll(/^ */gm, "    ")}\n`);
}

describe("a signal that is not there", () => {
  test.each([
    ["can1/Motion/Speed", "unknown bus `can1`; the buses are can0"],
    ["can0/Motoin/Speed", "unknown message `Motoin` on can0; did you mean `Motion`?"],
    ["can0/Xyz/Speed", "unknown message `Xyz` on can0"],
    ["can0/Motion/Spede", "unknown signal `Spede` in can0/Motion; did you mean `Speed`?"],
    ["can0/Motion/speed", "unknown signal `speed` in can0/Motion; did you mean `Speed`?"],
    ["can0/Motion/X", "unknown signal `X` in can0/Motion"],
    ["can0/Same/First", "message `Same` is there twice on can0: in powertrain.dbc and in extra.dbc"],
    ["can0/Long/First", "can0/Long is 65 bytes long: more than one frame carries"],
  ])("%s: %s", (from, message) => {
    expect(refusalOf(`every: 1s\nfrom: ${from}`)).toEqual([`list.yaml:7:5: ${message}`]);
  });

  test("a message that one file has twice is not chosen from either", () => {
    const twice = { ...POWERTRAIN, messages: POWERTRAIN.messages.flatMap((message) => [message, message]) };
    const list = parseYaml(
      `${HEAD}signals:\n  V.S: { from: can0/Motion/Speed }\n`,
      "list.yaml",
      AllowListSchema,
      "allow-list",
    );
    expect(compile(list, new Map([["can0", [twice]]])).problems.map(tell)).toEqual([
      "list.yaml:5:10: message `Motion` is there twice on can0: both in powertrain.dbc",
    ]);
  });

  test.each(["Motion/Speed", "can0/Motion", "can0/Motion/Speed/x", "//", ""])("`from: %s` is no signal", (from) => {
    expect(refusalOf(`from: "${from}"`)).toEqual([
      "list.yaml:6:5: `from` is not of the form that it must have: The signal in the DBC file, as bus/message/signal.",
    ]);
  });
});

describe("sampling that means nothing", () => {
  const from = "from: can0/Motion/Speed\n";
  const gear = "from: can0/Motion/Gear\n";

  test.each([
    ["every: -5ms", "`every` is not of the form that it must have"],
    ["every: 5", "`every` must be string"],
    ["every: 5 ms", "`every` is not of the form that it must have"],
    ["every: 1d", "`every` is not of the form that it must have"],
    ["every: 1e3s", "`every` is not of the form that it must have"],
    ["resend: soon", "`resend` is not of the form that it must have"],
    ["minimum_delta: -1", "`minimum_delta` must be >= 0"],
    ["minimum_delta: .inf", "`minimum_delta` must be number"],
    ["minimum_delta: .nan", "`minimum_delta` must be number"],
    ["on_change: maybe", "`on_change` must be boolean"],
    ["aggregate: median", "`aggregate` is not one of the values that it can have"],
    ["rate: 5ms", "`rate` is not a key here"],
  ])("%s", (keys, message) => {
    const [only, ...others] = refusalOf(from + keys);
    expect(others).toEqual([]);
    expect(only).toMatch(`list.yaml:7:5: ${message}`);
  });

  test.each([
    ["aggregate without window", `${from}aggregate: mean`, "7:5: `aggregate` needs a `window`"],
    ["window without aggregate", `${from}window: 1s`, "7:5: `window` needs an `aggregate`"],
    ["an empty window", `${from}aggregate: mean\nwindow: 0s`, "8:5: `window` must be longer than zero"],
    [
      "every and aggregate",
      `${from}aggregate: mean\nwindow: 1s\nevery: 1s`,
      "9:5: `every` and `aggregate` are alternatives: the window is the interval",
    ],
    [
      "the mean of names",
      `${gear}aggregate: mean\nwindow: 1s`,
      "7:5: `aggregate: mean` means nothing for a signal with named values; use last",
    ],
    [
      "the maximum of 64 bits",
      "from: can0/Motion/Distance\naggregate: max\nwindow: 1s",
      "7:5: `aggregate: max` is not exact for 64 bits; use last",
    ],
    [
      "a delta that swallows states of an enumeration",
      `${gear}minimum_delta: 2`,
      "7:5: a `minimum_delta` of more than one state would swallow states of this signal; say `minimum_delta: 0` for it",
    ],
    [
      "a delta that swallows a boolean's states",
      "from: can0/Motion/Moving\nminimum_delta: 1.5",
      "7:5: a `minimum_delta` of more than one state would swallow states of this signal; say `minimum_delta: 0` for it",
    ],
  ])("%s", (_, keys, message) => {
    expect(refusalOf(keys)).toEqual([`list.yaml:${message}`]);
  });

  test.each(["aggregate: last\nwindow: 1s", "minimum_delta: 1", "every: 0s\nresend: 0s", "every: 0.5ms"])(
    "but not this of an enumeration: %s",
    (keys) => {
      expect(refusalOf(gear + keys)).toEqual([]);
    },
  );

  test("defaults cannot say a window, and their delta is held against each signal too", () => {
    expect(
      refusal("defaults: { aggregate: mean, window: 1s }\nsignals: {}\n").map((line) => line.slice(0, 48)),
    ).toEqual(["list.yaml:4:13: `aggregate` is not a key here: t", "list.yaml:4:30: `window` is not a key here: the "]);
    expect(refusal("defaults: { minimum_delta: 3 }\nsignals:\n  V.Gear: { from: can0/Motion/Gear }\n")).toEqual([
      "list.yaml:6:3: a `minimum_delta` of more than one state would swallow states of this signal; say `minimum_delta: 0` for it",
    ]);
  });

  test("an interval among the defaults is not for signals with a window", () => {
    expect(
      refusal("defaults: { every: 1s }\nsignals:\n  V.S: { from: can0/Motion/Speed, aggregate: max, window: 5s }\n"),
    ).toEqual([]);
  });
});

describe("messages that a gate cannot tell apart or take", { timeout: 60_000 }, () => {
  test("two messages of one id", () => {
    expect(refusal("signals:\n  V.A: { from: can0/Motion/Speed }\n  V.B: { from: can0/AlsoMotion/First }\n")).toEqual([
      "list.yaml:6:10: can0/AlsoMotion has the same id as can0/Motion",
    ]);
  });

  test("two messages of one PGN, where the bus is matched by PGN", () => {
    const signals = "signals:\n  V.A: { from: can0/EngineA/First }\n  V.B: { from: can0/EngineB/First }\n";
    expect(refusal(signals)).toEqual([]);
    expect(refusal(signals, HEAD.replace("]", "], j1939: true"))).toEqual([
      "list.yaml:6:10: can0/EngineB has the same id as can0/EngineA",
    ]);
  });

  test.each([
    ["min_length: 7", "Cell", ["7:10: `Cell` does not fit into 7 bytes of can0/Report"]],
    ["min_length: 7", "First", []],
    ["min_length: 0", "First", ["7:10: `First` does not fit into 0 bytes of can0/Report"]],
    [
      "min_length: 2, max_length: 1",
      "First",
      ["5:3: can0/Report: lengths 2 to 1 are not possible; a frame has 0 to 8"],
    ],
    ["max_length: 4", "First", ["5:3: can0/Report: lengths 8 to 4 are not possible; a frame has 0 to 8"]],
    ["max_length: 12", "First", ["5:3: can0/Report: lengths 8 to 12 are not possible; a frame has 0 to 8"]],
  ])("`%s` for the signal %s", (lengths, signal, problems) => {
    const rest = `messages:\n  can0/Report: { ${lengths} }\nsignals:\n  V.A: { from: can0/Report/${signal} }\n`;
    expect(refusal(rest).map((line) => line.replace("list.yaml:", ""))).toEqual(problems);
  });

  test("a selector that would not be in the payload", () => {
    const late = parseDatabase(
      `BO_ 1 M: 8 X\n SG_ Page M : 56|8@1+ ${PLAIN}\n SG_ Cell m1 : 0|8@1+ ${PLAIN}\n`,
      "late.dbc",
    ).database;
    const text = `${HEAD}messages:\n  can0/M: { min_length: 7 }\nsignals:\n  V.S: { from: can0/M/Cell }\n`;
    const list = parseYaml(text, "list.yaml", AllowListSchema, "allow-list");
    expect(compile(list, new Map([["can0", [late]]])).problems.map(tell)).toEqual([
      "list.yaml:7:10: `Cell` does not fit into 7 bytes of can0/M",
    ]);
  });

  test("an exception for a message of which nothing is listed", () => {
    expect(refusal("messages:\n  can0/Report: { min_length: 1 }\nsignals: {}\n")).toEqual([
      "list.yaml:5:3: `can0/Report`: no signal of this message is listed",
    ]);
  });

  test("more buses than a gateway has", () => {
    const buses = Array.from({ length: 16 }, (_, bus) => `  can${bus}: { dbc: [powertrain.dbc] }\n`).join("");
    expect(refusal("signals: {}\n", `version: "1"\nbuses:\n${buses}`)).toEqual([
      "list.yaml:2:1: 16 buses; a gateway has at most 15",
    ]);
  });

  test("more messages than the gate's tables hold", () => {
    const messages = Array.from({ length: 2049 }, (_, id) => ({ ...MESSAGE, id, extended: true, name: `M${id}` }));
    const compileFirst = (count: number) => {
      const signals = Object.fromEntries(
        messages.slice(0, count).map(({ name }) => [`V.${name}`, { from: `can0/${name}/S` }]),
      );
      return compile(listOf(["can0"], { signals }), databasesOf({ can0: messages })).problems.map(tell);
    };
    expect(compileFirst(2048)).toEqual([]);
    expect(compileFirst(2049)).toEqual(["list.yaml:1:1: 2049 messages; a plan has at most 2048"]);
  });

  test("more signals than the tables hold", () => {
    const many = Array.from({ length: 3000 }, (_, i) => `  V.S${i}: { from: can0/Motion/Speed }\n`).join("");
    expect(refusal(`signals:\n${many}`)).toEqual(["list.yaml:4:1: there are more signals than the decode tables hold"]);
  });
});

describe("a file that is not an allow-list", () => {
  test("every problem is told, in the order of the file", () => {
    expect(
      refusal(
        "colour: red\nsignals:\n  V.A: { form: can0/Motion/Speed }\n  V.B: { from: can0/Motion/Speed, every: 1 }\n",
      ).map((line) => line.split(":").slice(0, 3).join(":")),
    ).toEqual(["list.yaml:4:1", "list.yaml:6:3", "list.yaml:6:10", "list.yaml:7:35"]);
    expect(refusal("signals:\n  V.A: { from: can9/A/B }\n  V.B: { from: can0/A/B }\n")).toHaveLength(2);
  });

  test.each([
    [
      "a path twice",
      "signals:\n  V.A: { from: can0/Motion/Speed }\n  V.A: { from: can0/Motion/Gear }\n",
      "6:3: Map keys must be unique",
    ],
    [
      "a path of one word",
      "signals:\n  Speed: { from: can0/Motion/Speed }\n",
      "5:3: `Speed` is not a key here: it must match",
    ],
    ["a merge key", "signals:\n  <<: { V.A: 1 }\n", "5:3: `<<` is not a key here: it must match"],
    ["a key that is no text", "signals:\n  ? [a, b]\n  : { from: can0/Motion/Speed }\n", "5:5: the key `"],
    ["nothing listed", "", "1:1: `signals` is missing"],
    ["signals without anything", "signals:\n", "4:1: `signals` must be object"],
    ["an alias", "signals:\n  V.A: &a { from: can0/Motion/Speed }\n  V.B: *a\n", "6:8: aliases (`*a`) are not taken"],
    ["a tag", "signals: !!js/function {}\n", "4:10: Unresolved tag"],
    ["two documents", "signals: {}\n---\nsignals: {}\n", "5:1: Source contains multiple documents"],
    ["a tab", "signals:\n\tV.A: {}\n", "5:1: Tabs are not allowed as indentation"],
    ["no end", "signals: {\n", "5:1: "],
  ])("%s", (_, rest, message) => {
    expect(refusal(rest)[0]).toMatch(`list.yaml:${message}`);
  });

  test("a path that is longer than the fleet takes", () => {
    const path = `V.${"x".repeat(255)}`;
    expect(refusal(`signals:\n  ${path}: { from: can0/Motion/Speed }\n`)).toEqual([
      "list.yaml:5:3: a path has at most 256 characters",
    ]);
  });

  test.each(["", "null", "[]", "42", "\0", "- a\n- b\n"])("%j is no list at all", (text) => {
    expect(refusal("", text)).toEqual([expect.stringMatching(/^list\.yaml:1:1: `the file` must be object/)]);
  });

  test("a bus by the name of something that every object has is a bus like any other", () => {
    for (const name of ["__proto__", "constructor", "toString"]) {
      const text = `version: "1"\nbuses: { ${name}: { dbc: [a.dbc] } }\nsignals:\n  V.S: { from: ${name}/Motion/Speed }\n`;
      const list = parseYaml(text, "list.yaml", AllowListSchema, "allow-list");
      expect(compile(list, new Map([[name, [POWERTRAIN]]])).plan?.buses).toEqual([name]);
      expect(compile(list, DATABASES).problems.map(({ message }) => message)).toEqual([
        `unknown bus \`${name}\`; the buses are can0`,
      ]);
    }
  });
});
