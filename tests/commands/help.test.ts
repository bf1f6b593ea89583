// The help: every command has one, on the standard output, with examples that work on the files that come with the package.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import packageJson from "../../package.json" with { type: "json" };
import { canward, EXAMPLE, REPOSITORY } from "./process.ts";

const COMMANDS = ["demo", "run", "fleet", "decode", "replay", "check"];

describe("the help", () => {
  test.for(["--help", "-h", "help"])("`canward %s` names every command, and an example of each", async (option) => {
    const { code, stdout, stderr } = await canward([option]);
    for (const command of COMMANDS) {
      expect(stdout).toMatch(new RegExp(`^ {2}${command} .*\\[`, "m"));
      expect(stdout.split("Examples:")[1]).toMatch(new RegExp(`^ {2}canward ${command}`, "m"));
    }
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  });

  test.for(COMMANDS)("of `canward %s` shows how it is called, and examples whose files are there", async (command) => {
    const { code, stdout, stderr } = await canward([command, "--help"]);
    expect(stdout).toMatch(new RegExp(`^Usage: canward ${command} `));
    const examples = stdout.split("Examples:\n")[1] ?? "";
    expect(examples).toContain(`canward ${command}`);
    for (const [file] of examples.matchAll(/deploy\/\S+/g)) expect(existsSync(join(REPOSITORY, file)), file).toBe(true);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(await canward(["help", command])).toMatchObject({ code: 0, stdout });
  });

  test.for([["decode"], ["replay"]])("the first example of `canward %s` works as it stands", async ([command = ""]) => {
    const { stdout } = await canward([command, "--help"]);
    const [, call = ""] = /Examples:\n {2}canward (.*)/.exec(stdout) ?? [];
    const { code, stdout: lines } = await canward(call.split(" "), { cwd: REPOSITORY });
    expect(code).toBe(0);
    expect(lines.split("\n").length).toBeGreaterThan(1000);
  });
});

test("the first example of `canward check` passes as it stands", async () => {
  const { stdout } = await canward(["check", "--help"]);
  const [, call = ""] = /Examples:\n {2}canward (.*)/.exec(stdout) ?? [];
  expect(await canward(call.split(" "), { cwd: REPOSITORY })).toMatchObject({ code: 0, stderr: "" });
});

test("the version is the package's", async () => {
  for (const option of ["--version", "-V"]) {
    expect(await canward([option])).toMatchObject({ code: 0, stdout: `${packageJson.version}\n`, stderr: "" });
  }
});

test("an empty log is no error, and said to be empty", async () => {
  const body = join(EXAMPLE, "body.dbc");
  const { code, stdout, stderr } = await canward(["decode", "--dbc", body, "/dev/null"]);
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: "", stderr: "0 frames: the log is empty\n" });
});
