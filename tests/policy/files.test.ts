// Files that people give: read within bounds, as UTF-8, and refused with a code and a remedy.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { OperatingError } from "../../src/errors.ts";
import { AllowListSchema } from "../../src/vehicle/policy/allowlist.ts";
import { loadPlan } from "../../src/vehicle/policy/load.ts";
import { FileError, parseYaml, readBytes, YAML_BYTES_MAX } from "../../src/yaml.ts";

const folder = mkdtempSync(join(tmpdir(), "canward-policy-"));
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, content: string | Uint8Array): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}

/** The error's code and first line, without the folder. */
function refusal(action: () => unknown): [string, string] {
  try {
    action();
  } catch (error) {
    if (!(error instanceof OperatingError)) throw error;
    expect(error.remedy).toMatch(/\.$/);
    return [error.code, error.message.replaceAll(`${folder}/`, "").split("\n")[0] ?? ""];
  }
  throw new Error("was not refused");
}

const DBC = 'BO_ 256 M: 8 X\n SG_ S : 0|8@1+ (1,0) [0|0] "" X\n';
const LIST = 'version: "1"\nbuses: { can0: { dbc: [good.dbc] } }\nsignals: { V.S: { from: can0/M/S } }\n';
write("good.dbc", DBC);

describe("an allow-list's file", () => {
  test("gives a plan with its DBC files, whose paths are relative to it, and their warnings", () => {
    write("odd.dbc", `${DBC} SG_ Bad : 99|8@1+ (1,0) [0|0] "" X\n`);
    const { plan, warnings } = loadPlan(write("odd.yaml", LIST.replace("good", "odd")));
    expect(plan.catalogue.entries.map(({ path }) => path)).toEqual(["V.S"]);
    expect(warnings.map(({ file, line }) => `${file}:${line}`)).toEqual([`${join(folder, "odd.dbc")}:3`]);
  });

  test("is read with a byte order mark and with CRLF", () => {
    const file = write("windows.yaml", `\uFEFF${LIST.replaceAll("\n", "\r\n")}`);
    expect(loadPlan(file).plan.catalogue.entries).toHaveLength(1);
  });

  test("is refused where it is not there, is a folder, is not UTF-8, or is too large", () => {
    mkdirSync(join(folder, "folder"));
    const read = (name: string) => refusal(() => loadPlan(join(folder, name)));
    expect(read("missing.yaml")).toEqual(["FILE_UNREADABLE", "missing.yaml: there is no such file"]);
    expect(read("folder")).toEqual(["FILE_UNREADABLE", "folder: it is a folder"]);
    write("latin.yaml", Buffer.from(LIST.replace("V.S", "V.\u00e9"), "latin1"));
    expect(read("latin.yaml")).toEqual(["FILE_NOT_TEXT", "latin.yaml: it is not UTF-8 text"]);
    write("wide.yaml", Buffer.from(`\uFEFF${LIST}`, "utf16le"));
    expect(read("wide.yaml")).toEqual(["FILE_NOT_TEXT", "wide.yaml: it is not UTF-8 text"]);
    write("huge.yaml", `${LIST}#${" ".repeat(YAML_BYTES_MAX)}`);
    expect(read("huge.yaml")).toEqual(["FILE_TOO_LARGE", "huge.yaml: it has more than 4194304 bytes"]);
  });

  test("is refused with every reason, and with a code of its own where the list is at fault and not its form", () => {
    const file = write("wrong.yaml", LIST.replace("can0/M/S", "can0/M/T"));
    expect(refusal(() => loadPlan(file))).toEqual([
      "ALLOW_LIST_REFUSED",
      "wrong.yaml:3:19: unknown signal `T` in can0/M",
    ]);
    expect(refusal(() => loadPlan(write("form.yaml", "version: 1\n")))[0]).toBe("FILE_INVALID");
  });

  test("is refused with what was not understood of its DBC files, since that may be why", () => {
    const broken = ' SG_ Bad : 99|8@1+ (1,0) [0|0] "" X\n'.repeat(5);
    write("broken.dbc", DBC + broken);
    const remedyOf = (name: string): string => {
      try {
        loadPlan(write("wrong.yaml", LIST.replace("can0/M/S", "can0/M/T").replace("good", name)));
      } catch (error) {
        if (error instanceof FileError) return error.remedy.replaceAll(`${folder}/`, "");
      }
      throw new Error("was not refused");
    };
    expect(remedyOf("broken")).toMatch(/understood: broken\.dbc:3: [^;]+; broken\.dbc:4: [^;]+; [^;]+; and 2 more\.$/);
    expect(remedyOf("good")).not.toContain("DBC");
  });

  test("is refused where a DBC file of it is missing or has no message", () => {
    const missing = write("missing-dbc.yaml", LIST.replace("good", "nowhere"));
    expect(refusal(() => loadPlan(missing))).toEqual(["FILE_UNREADABLE", "nowhere.dbc: there is no such file"]);
    write("empty.dbc", "");
    expect(refusal(() => loadPlan(write("empty.yaml", LIST.replace("good", "empty"))))[0]).toBe("DBC_NO_MESSAGE");
  });
});

test("a file without an end is not read to its end", () => {
  expect(refusal(() => readBytes("/dev/zero", "list", 100_000))).toEqual([
    "FILE_TOO_LARGE",
    "/dev/zero: it has more than 100000 bytes",
  ]);
});

test("a file as long as the bound is read whole", () => {
  const bytes = Uint8Array.from({ length: 100_000 }, (_, index) => index % 251);
  expect(Buffer.compare(readBytes(write("full", bytes), "list", 100_000), bytes)).toBe(0);
  expect(readBytes(write("none", ""), "list", 0)).toHaveLength(0);
  expect(refusal(() => readBytes(join(folder, "full"), "list", 99_999))[0]).toBe("FILE_TOO_LARGE");
});

describe("YAML that is made to do harm", { timeout: 60_000 }, () => {
  const parse = (text: string) => refusal(() => parseYaml(text, "f.yaml", AllowListSchema, "allow-list"));

  test("aliases that expand without end, or into themselves", () => {
    const level = (name: string, of: string) => `${name}: &${name} [${`*${of}, `.repeat(9)}1]\n`;
    const bomb = `a: &a [1]\n${level("b", "a")}${level("c", "b")}${level("d", "c")}${level("e", "d")}`;
    expect(parse(bomb)).toEqual(["FILE_INVALID", "f.yaml:2:8: aliases (`*a`) are not taken; write the value out"]);
    expect(parse("a: &a { b: *a }\n")[0]).toBe("FILE_INVALID");
    expect(parse("a: *nothing\n")[0]).toBe("FILE_INVALID");
  });

  test.each([
    ["[", 1],
    ["{a: ", 1],
    ["- ", 1],
    ["? ", 1],
    ["a:\n ", 0],
  ])("nesting of `%s` without end is one problem", (open) => {
    const [code, message] = parse(open.repeat(10_000));
    expect(code).toBe("FILE_INVALID");
    expect(message).toMatch(/^f\.yaml:\d+:\d+: /);
  });

  test("a message tells fifty problems and says how many there are besides", () => {
    const text = Array.from({ length: 300 }, (_, index) => `key${index}: 1\n`).join("");
    try {
      parseYaml(text, "f.yaml", AllowListSchema, "allow-list");
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(FileError);
      const { message, problems } = error as FileError;
      expect(problems).toHaveLength(303);
      expect(message.split("\n")).toHaveLength(51);
      expect(message.split("\n").at(-1)).toBe("and 253 more");
    }
  });
});
