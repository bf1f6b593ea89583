// What the parser makes of DBC texts, clean and dirty: a bad statement costs itself alone, and its line is told.
import { describe, expect, test } from "vitest";
import type { Message, Signal } from "../../src/dbc/database.ts";
import { DbcError } from "../../src/dbc/errors.ts";
import { type ParseResult, parseDatabase, TEXT_LENGTH_MAX } from "../../src/dbc/parse.ts";
import { decodeText } from "../../src/dbc/text.ts";
import { WARNINGS_MAX } from "../../src/dbc/warnings.ts";

const CLEAN = `VERSION "1.0"

NS_ :
\tCM_
\tBA_DEF_
\tVAL_
\tSG_MUL_VAL_

BS_:

BU_: Pack Display

VAL_TABLE_ OffOn 1 "On" 0 "Off" ;

BO_ 416 Pack_Status: 8 Pack
 SG_ StateOfCharge : 0|10@1+ (0.1,0) [0|100] "%" Display, Vector__XXX
 SG_ Current : 23|16@0- (0.05,-10) [-800|800] "A" Display
 SG_ Contactor : 48|2@1+ (1,0) [0|3] "" Display

BO_ 2566844926 Charge_Request: 8 Vector__XXX
 SG_ Power : 0|32@1- (1,0) [0|0] "kW" Vector__XXX

CM_ "a pack on a bench";
CM_ BU_ Pack "the pack itself";
CM_ BO_ 416 "State of the pack,
over two lines; \\"quoted\\"";
CM_ SG_ 416 Current "positive while it charges";
BA_DEF_ BO_ "GenMsgCycleTime" INT 0 60000;
BA_DEF_ BO_ "VFrameFormat" ENUM "StandardCAN","ExtendedCAN","reserved","J1939PG";
BA_DEF_DEF_ "GenMsgCycleTime" 0;
BA_DEF_DEF_ "VFrameFormat" "StandardCAN";
BA_ "GenMsgCycleTime" BO_ 416 100;
BA_ "VFrameFormat" BO_ 2566844926 3;
VAL_ 416 Contactor 0 "open" 1 "closed" 2 "welded" ;
SIG_VALTYPE_ 2566844926 Power : 1;
`;

/** A text of messages and whatever else; the nodes are given. */
function parse(text: string): ParseResult {
  return parseDatabase(`BU_: A B\n${text}`, "test.dbc");
}

function messageOf(text: string): Message {
  const [message] = parse(text).database.messages;
  if (message === undefined) throw new Error("no message");
  return message;
}

function signalsOf(text: string): readonly Signal[] {
  return messageOf(text).signals;
}

function namesOf(text: string): string[] {
  return signalsOf(text).map(({ name }) => name);
}

function warningsOf(text: string): string[] {
  return parse(text).warnings.map(({ line, message }) => `${line}: ${message}`);
}

function catchError(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}

const PLAIN = '(1,0) [0|0] "" A';

describe("a clean file", () => {
  const { database, warnings } = parseDatabase(CLEAN, "pack.dbc");

  test("is read without a warning, nodes and messages", () => {
    expect(warnings).toEqual([]);
    expect(database.file).toBe("pack.dbc");
    expect(database.nodes).toEqual(["Pack", "Display"]);
    expect(database.messages.map(({ id, extended, name }) => ({ id, extended, name }))).toEqual([
      { id: 416, extended: false, name: "Pack_Status" },
      { id: 0x18fef1fe, extended: true, name: "Charge_Request" },
    ]);
  });

  test("gives a message its transmitter, cycle, comment and frame format", () => {
    const [status, request] = database.messages;
    expect(status).toMatchObject({ transmitter: "Pack", cycleMs: 100, fd: false, j1939: false, lengthBytes: 8 });
    expect(status?.comment).toBe('State of the pack,\nover two lines; "quoted"');
    expect(request).toMatchObject({ transmitter: undefined, cycleMs: undefined, fd: false, j1939: true });
  });

  test("gives a signal its place, scaling, receivers, names and comment", () => {
    const [charge, current, contactor] = database.messages[0]?.signals ?? [];
    expect(charge).toMatchObject({
      startBit: 0,
      lengthBits: 10,
      byteOrder: "little",
      signed: false,
      factor: 0.1,
      offset: 0,
    });
    expect(charge).toMatchObject({ minimum: 0, maximum: 100, unit: "%", receivers: ["Display"], format: "integer" });
    expect(current).toMatchObject({ startBit: 23, byteOrder: "big", signed: true, factor: 0.05, offset: -10 });
    expect(current?.comment).toBe("positive while it charges");
    expect(contactor?.values).toEqual(
      new Map([
        [0n, "open"],
        [1n, "closed"],
        [2n, "welded"],
      ]),
    );
    expect(database.messages[1]?.signals[0]?.format).toBe("float32");
  });

  test("reads the same with CRLF, and with CR alone", () => {
    for (const lineEnd of ["\r\n", "\r"]) {
      expect(parseDatabase(CLEAN.replaceAll("\n", lineEnd), "pack.dbc")).toEqual({ database, warnings: [] });
    }
  });

  test("reads the same with all statements on few lines", () => {
    const joined = CLEAN.replaceAll(/\n(?= SG_|CM_|BA_|VAL_ |SIG_)/g, " ");
    expect(parseDatabase(joined, "pack.dbc").database).toEqual(database);
  });
});

describe("a dirty file", () => {
  const first = ` SG_ First : 0|8@1+ ${PLAIN}\n`;
  const last = ` SG_ Last : 56|8@1+ ${PLAIN}\n`;

  test("a signal that cannot be read is skipped, its neighbours are kept", () => {
    const text = `BO_ 1 M: 8 A\n${first} SG_ Bad : 8|8@3+ ${PLAIN}\n${last}`;
    expect(namesOf(text)).toEqual(["First", "Last"]);
    expect(warningsOf(text)).toEqual(["4: SG_ skipped: the byte order 3 is not within 0 to 1"]);
  });

  test.for([
    ["a text cut short", " SG_ Bad : 8|8"],
    ["a length of 0", ` SG_ Bad : 8|0@1+ ${PLAIN}`],
    ["more than 64 bits", ` SG_ Bad : 8|65@1+ ${PLAIN}`],
    ["a strange indicator", ` SG_ Bad m : 8|8@1+ ${PLAIN}`],
    ["no sign", ` SG_ Bad : 8|8@1 ${PLAIN}`],
    ["an infinite factor", ' SG_ Bad : 8|8@1+ (1e999,0) [0|0] "" A'],
    ["a unit without its closing quote", ' SG_ Bad : 8|8@1+ (1,0) [0|0] "V A'],
    ["bits beyond the message, little-endian", ` SG_ Bad : 57|8@1+ ${PLAIN}`],
    ["bits beyond the message, big-endian", ` SG_ Bad : 56|2@0+ ${PLAIN}`],
  ])("a signal with %s costs itself alone", ([, bad]) => {
    const text = `BO_ 1 M: 8 A\n${first}${bad}\n${last}VAL_ 1 Bad 1 "not told again" ;\n`;
    expect(namesOf(text)).toEqual(["First", "Last"]);
    expect(warningsOf(text)).toEqual([expect.stringMatching(/^4: (SG_|signal M\/Bad) skipped: /)]);
  });

  test("a message that cannot be read takes its signals with it, in one warning", () => {
    const text = `BO_ 1 M: 8 A\n${first}BO_ 2 Bad 8 A\n SG_ Lost : 0|8@1+ ${PLAIN}\nBO_ 3 N: 8 A\n${last}`;
    expect(parse(text).database.messages.map(({ name }) => name)).toEqual(["M", "N"]);
    expect(warningsOf(text)).toEqual(['4: BO_ skipped: expected ":", found "8 A"']);
  });

  test("an id of more than 11 bits without the flag is skipped, and the warning says how to write it", () => {
    const text = `BO_ 1 M: 8 A\nBO_ 419361095 J: 8 A\n${first}CM_ BO_ 419361095 "not told again";\n`;
    expect(warningsOf(text)).toEqual([
      "3: message J skipped: its id 419361095 has more than 11 bits; if it has 29 bits, write 2566844743",
    ]);
  });

  test("an id of more than 29 bits is skipped; the place for signals of no message goes without a word", () => {
    const text = `BO_ 1 M: 8 A\nBO_ 3758096384 X: 8 A\nBO_ 3221225472 VECTOR__INDEPENDENT_SIG_MSG: 0 A\n${first}`;
    expect(parse(text).database.messages).toHaveLength(1);
    expect(warningsOf(text)).toEqual(["3: message X skipped: its id 3758096384 has more than 29 bits"]);
  });

  test("of two messages with one id, and of two signals with one name, the first is kept", () => {
    const text = `BO_ 1 M: 8 A\n${first}${first}BO_ 1 N: 8 A\n${last}`;
    expect(parse(text).database.messages).toHaveLength(1);
    expect(namesOf(text)).toEqual(["First"]);
    expect(warningsOf(text)).toEqual([
      "4: signal M/First skipped: the message has a signal of this name already (line 3)",
      "5: message N skipped: has the id of M (line 2)",
    ]);
  });

  test("signals that overlap, a factor of 0 and a name used twice are told and kept", () => {
    const text = `BO_ 1 M: 8 A\n${first} SG_ Over : 7|2@1+ (0,0) [0|0] "" A\nBO_ 2 M: 8 A\n`;
    expect(namesOf(text)).toEqual(["First", "Over"]);
    expect(warningsOf(text)).toEqual([
      "4: signal M/Over has the factor 0: it is a constant",
      "4: signal M/Over overlaps First",
      "5: message M has the name of the message in line 2",
    ]);
  });

  test("signals that a selector keeps apart do not overlap", () => {
    const selected = (name: string, value: number) => ` SG_ ${name} m${value} : 8|8@1+ ${PLAIN}\n`;
    const text = `BO_ 1 M: 8 A\n SG_ Which M : 0|8@1+ ${PLAIN}\n${selected("One", 1)}${selected("Two", 2)}${selected("Three", 2)}`;
    expect(warningsOf(text)).toEqual(["6: signal M/Three overlaps Two"]);
  });

  test("a missing semicolon is put up with", () => {
    const text = `BO_ 1 M: 8 A\n${first}${last}VAL_ 1 First 1 "one"\nVAL_ 1 Last 2 "two" ;\nCM_ BO_ 1 "end of file"`;
    const signals = signalsOf(text);
    expect(signals.map(({ values }) => [...values.values()])).toEqual([["one"], ["two"]]);
    expect(messageOf(text).comment).toBe("end of file");
    expect(warningsOf(text)).toEqual([
      '5: VAL_: the ";" at its end is missing; read as if it were there',
      '7: CM_: the ";" at its end is missing; read as if it were there',
    ]);
  });

  test("numbers without a leading zero, with an exponent, and an endless range are read", () => {
    const text = 'BO_ 1 M: 8 A\n SG_ S : 0|8@1+ (.25,-1.5E+1) [-1e999|1e999] "" A\n';
    expect(signalsOf(text)[0]).toMatchObject({ factor: 0.25, offset: -15, minimum: 0, maximum: 0 });
  });

  test("comments without a keyword or without a signal's name are skipped", () => {
    const text = `BO_ 1 M: 8 A\n${first}CM_ 1 "one";\nCM_ SG_ 1 "two\nlines; of it";\nCM_ SG_ 1 First "three";\n`;
    expect(signalsOf(text)[0]?.comment).toBe("three");
    expect(parse(text).warnings.map(({ line }) => line)).toEqual([4, 5]);
  });

  test("a comment without its closing quote does not swallow what follows", () => {
    const text = `BO_ 1 M: 8 A\n${first}CM_ BO_ 1 "open\nCM_ SG_ 1 First "closed";\nVAL_ 1 First 1 "one" ;\n`;
    expect(signalsOf(text)[0]).toMatchObject({ comment: "closed", values: new Map([[1n, "one"]]) });
    expect(warningsOf(text)).toEqual(["4: CM_ skipped: a quoted text without its closing quote"]);
  });

  test("a comment may hold a line that looks like a statement", () => {
    const text = `BO_ 1 M: 8 A\n${first}CM_ BO_ 1 "see\nBO_ 2 N: 8 A\nabove";\n`;
    expect(messageOf(text).comment).toBe("see\nBO_ 2 N: 8 A\nabove");
    expect(parse(text)).toMatchObject({ warnings: [], database: { messages: [{ name: "M" }] } });
  });

  test("bit timing, names that begin with a digit, and missing receivers or transmitters are taken as they are", () => {
    const text = `BS_: 1 : 2, 2\nBO_ 1 2017_5: 8\n SG_ 5_SEC : 0|8@1+ (1,0) [0|0] ""\n SG_ S:8|8@1+ (1,0) [0|0] ""\n`;
    expect(parse(text).warnings).toEqual([]);
    expect(messageOf(text)).toMatchObject({ name: "2017_5", transmitter: undefined });
    expect(namesOf(text)).toEqual(["5_SEC", "S"]);
  });

  test("what refers to nothing is told", () => {
    const text = `BO_ 1 M: 8 A\n${first}VAL_ 1 Nope 1 "x" ;\nVAL_ 9 First 1 "x" ;\nVAL_ 1 First NoTable ;\nCM_ BO_ 9 "x";\n`;
    expect(warningsOf(text)).toEqual([
      "4: VAL_ skipped: there is no signal Nope in M",
      "5: VAL_ skipped: there is no message with the id 9",
      "6: VAL_ skipped: there is no value table NoTable",
      "7: comment skipped: there is no message with the id 9",
    ]);
  });

  test("a signal before any message, and text that is no statement, are told", () => {
    const text = `${first}hello\nBO_ 1 M: 8 A\n`;
    expect(warningsOf(text)).toEqual([
      "2: signal First skipped: no message before it",
      "3: hello skipped: not a statement of a DBC file",
    ]);
  });

  test("a file of nothing but mistakes has a bounded list of warnings", () => {
    const { warnings } = parse(`BO_ 1 M: 8 A\n${"SG_ x\n".repeat(WARNINGS_MAX + 5)}`);
    expect(warnings).toHaveLength(WARNINGS_MAX + 1);
    expect(warnings.at(-1)?.message).toBe("5 more warnings were left out");
  });
});

describe("attributes, tables and types", () => {
  const body = `BO_ 1 M: 8 A\n SG_ S : 0|8@1+ ${PLAIN}\nBO_ 2147483649 X: 8 A\n`;
  const definition = 'BA_DEF_ BO_ "VFrameFormat" ENUM "StandardCAN","J1939PG","ExtendedCAN_FD";\n';
  const formats = (text: string) => parse(body + text).database.messages.map(({ fd, j1939 }) => ({ fd, j1939 }));

  test("the frame format comes by name, by the file's own numbers, by Vector's numbers, or by default", () => {
    const none = { fd: false, j1939: false };
    const j1939 = { fd: false, j1939: true };
    const fd = { fd: true, j1939: false };
    expect(formats(`${definition}BA_ "VFrameFormat" BO_ 2147483649 "J1939PG";\n`)).toEqual([none, j1939]);
    expect(formats(`${definition}BA_ "VFrameFormat" BO_ 2147483649 1;\n`)).toEqual([none, j1939]);
    expect(formats('BA_ "VFrameFormat" BO_ 2147483649 3;\nBA_ "VFrameFormat" BO_ 1 14;\n')).toEqual([fd, j1939]);
    expect(formats(`${definition}BA_DEF_DEF_ "VFrameFormat" "ExtendedCAN_FD";\n`)).toEqual([fd, fd]);
    expect(
      formats(`${definition}BA_DEF_DEF_ "VFrameFormat" "J1939PG";\nBA_ "VFrameFormat" BO_ 2147483649 0;\n`),
    ).toEqual([none, none]);
  });

  test("a default cycle time holds where a message has none of its own", () => {
    const text = `${body}BA_DEF_DEF_ "GenMsgCycleTime" 20;\nBA_ "GenMsgCycleTime" BO_ 1 50;\n`;
    expect(parse(text).database.messages.map(({ cycleMs }) => cycleMs)).toEqual([50, 20]);
  });

  test("long names replace short ones everywhere, and the short ones go on being what statements refer to", () => {
    const text = `BO_ 1 M: 8 A
 SG_ Sel M : 0|8@1+ ${PLAIN}
 SG_ Val m1 : 8|8@1+ ${PLAIN}
BA_ "SystemMessageLongSymbol" BO_ 1 "MessageOfALongName";
BA_ "SystemSignalLongSymbol" SG_ 1 Sel "SelectorOfALongName";
BA_ "SystemNodeLongSymbol" BU_ A "NodeOfALongName";
VAL_ 1 Val 1 "one" ;
`;
    const message = messageOf(text);
    expect(message).toMatchObject({ name: "MessageOfALongName", transmitter: "NodeOfALongName" });
    expect(message.signals.map(({ name }) => name)).toEqual(["SelectorOfALongName", "Val"]);
    expect(message.signals[1]).toMatchObject({ multiplexing: { selector: "SelectorOfALongName" } });
    expect(message.signals[1]?.receivers).toEqual(["NodeOfALongName"]);
    expect(parse(text).database.nodes).toEqual(["NodeOfALongName", "B"]);
  });

  test("a long name that is taken leaves the short one", () => {
    const text = `BO_ 1 M: 8 A\n SG_ S : 0|8@1+ ${PLAIN}\n SG_ T : 8|8@1+ ${PLAIN}\nBA_ "SystemSignalLongSymbol" SG_ 1 S "T";\n`;
    expect(namesOf(text)).toEqual(["S", "T"]);
    expect(warningsOf(text)).toEqual(["3: signal M/S keeps its short name: T is taken"]);
  });

  test("a value table serves by its name, wherever it stands", () => {
    const text = `BO_ 1 M: 8 A\n SG_ S : 0|8@1- ${PLAIN}\nVAL_ 1 S Table ;\nVAL_TABLE_ Table -1 "none" 5.0 "five" ;\n`;
    expect(signalsOf(text)[0]?.values).toEqual(
      new Map([
        [-1n, "none"],
        [5n, "five"],
      ]),
    );
  });

  test("values of 64 bits are exact", () => {
    const text = `BO_ 1 M: 8 A\n SG_ S : 0|64@1+ ${PLAIN}\nVAL_ 1 S 18446744073709551615 "invalid" ;\n`;
    expect([...(signalsOf(text)[0]?.values.keys() ?? [])]).toEqual([0xffff_ffff_ffff_ffffn]);
  });

  test("a floating-point type needs 32 or 64 bits", () => {
    const text = `BO_ 1 M: 16 A
 SG_ Single : 0|32@1- ${PLAIN}
 SG_ Double : 64|64@1- ${PLAIN}
 SG_ Half : 32|16@1- ${PLAIN}
SIG_VALTYPE_ 1 Single : 1;
SIG_VALTYPE_ 1 Double :2;
SIG_VALTYPE_ 1 Half : 1;
`;
    expect(signalsOf(text).map(({ name, format }) => `${name} ${format}`)).toEqual([
      "Single float32",
      "Double float64",
    ]);
    expect(warningsOf(text)).toEqual(["8: signal M/Half skipped: 16 bits are no floating-point number (value type 1)"]);
  });
});

describe("multiplexing", () => {
  const sel = ` SG_ Sel M : 0|8@1+ ${PLAIN}\n`;
  const val = (name: string, indicator: string) => ` SG_ ${name} ${indicator} : 16|8@1+ ${PLAIN}\n`;

  test("plain: the only M selects", () => {
    const [selector, selected] = signalsOf(`BO_ 1 M: 8 A\n${sel}${val("Val", "m7")}`);
    expect(selector).toMatchObject({ isSelector: true, multiplexing: undefined });
    expect(selected).toMatchObject({
      isSelector: false,
      multiplexing: { selector: "Sel", ranges: [{ from: 7n, to: 7n }] },
    });
  });

  test("extended: selectors below selectors, with ranges, over several statements", () => {
    const text = `BO_ 1 M: 8 A\n${sel} SG_ Sub m1M : 8|8@1+ ${PLAIN}\n${val("Val", "m3")}
SG_MUL_VAL_ 1 Sub Sel 1-1;
SG_MUL_VAL_ 1 Val Sub 3-5, 9-9;
SG_MUL_VAL_ 1 Val Sub 20-30;
`;
    const [, sub, selected] = signalsOf(text);
    expect(sub).toMatchObject({ isSelector: true, multiplexing: { selector: "Sel" } });
    expect(selected?.multiplexing).toEqual({
      selector: "Sub",
      ranges: [
        { from: 3n, to: 5n },
        { from: 9n, to: 9n },
        { from: 20n, to: 30n },
      ],
    });
    expect(parse(text).warnings).toEqual([]);
  });

  test.for([
    ["no selector", val("Val", "m1"), "it is multiplexed, and the message has no selector"],
    [
      "two selectors and nothing that says which",
      `${sel} SG_ Other M : 8|8@1+ ${PLAIN}\n${val("Val", "m1")}`,
      "it is multiplexed, and the message has several selectors",
    ],
    [
      "a selector that was skipped",
      ` SG_ Sel M : 99|8@1+ ${PLAIN}\n SG_ Which M : 0|8@1+ ${PLAIN}\n${val("Val", "m1")}SG_MUL_VAL_ 1 Val Sel 1-1;\n`,
      "its selector Sel is not in the message",
    ],
    [
      "a selector that is no integer",
      ` SG_ Sel M : 32|32@1+ ${PLAIN}\n${val("Val", "m1")}SIG_VALTYPE_ 1 Sel : 1;\n`,
      "its selector Sel is a floating-point number",
    ],
    [
      "selectors that go round",
      `${sel} SG_ Ring m1M : 8|8@1+ ${PLAIN}\n${val("Val", "m1M")}SG_MUL_VAL_ 1 Val Ring 1-1;\nSG_MUL_VAL_ 1 Ring Val 1-1;\n`,
      "its selectors go round in a ring",
    ],
  ])("a signal with %s is skipped", ([, signals, problem]) => {
    const text = `BO_ 1 M: 8 A\n SG_ Kept : 56|8@1+ ${PLAIN}\n${signals}`;
    expect(namesOf(text)).toContain("Kept");
    expect(namesOf(text)).not.toContain("Val");
    expect(warningsOf(text)).toContainEqual(expect.stringContaining(`signal M/Val skipped: ${problem}`));
  });

  test("selectors may stand above one another 16 deep, not more", () => {
    const chain = Array.from({ length: 20 }, (_, index) => ` SG_ S${index + 1} m1M : 0|8@1+ ${PLAIN}\n`).join("");
    const links = Array.from({ length: 20 }, (_, index) => `SG_MUL_VAL_ 1 S${index + 1} S${index} 1-1;\n`).join("");
    const names = namesOf(`BO_ 1 M: 8 A\n SG_ S0 M : 0|8@1+ ${PLAIN}\n${chain}${links}`);
    expect(names.at(-1)).toBe("S16");
  });
});

describe("a file that is no database", () => {
  test.for([
    ["", 1],
    ["hello\nworld\n", 1],
    ['VERSION ""\n\nBO_ 1 Broken 8 X\n', 3],
    ["\u0000\u0001\u0002PNG\n", 1],
  ] as const)("%j is an error with a place and a remedy", ([text, line]) => {
    const error = catchError(() => parseDatabase(text, "some/file.dbc"));
    expect(error).toBeInstanceOf(DbcError);
    expect(error).toMatchObject({ code: "DBC_NO_MESSAGE", remedy: expect.stringContaining("DBC format") });
    expect(String(error)).toContain(`some/file.dbc:${line}: `);
  });

  test("a text of a size that no database has is an error", () => {
    const error = catchError(() => parseDatabase(" ".repeat(TEXT_LENGTH_MAX + 1), "huge.dbc"));
    expect(error).toMatchObject({ code: "DBC_TOO_LARGE", remedy: expect.any(String) });
  });
});

describe("the bytes of a file", () => {
  test("are UTF-8, without a byte order mark", () => {
    expect(decodeText(new TextEncoder().encode("\ufeffµl °C"))).toBe("µl °C");
  });

  test("are Windows-1252 where they are not UTF-8", () => {
    expect(decodeText(new Uint8Array([0xb5, 0x6c, 0x20, 0xb0, 0x43, 0x20, 0x80]))).toBe("µl °C €");
  });
});
