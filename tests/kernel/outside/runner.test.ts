// The runner and the script under it, from outside: what goes in and comes out of a guest, and that nothing outlives it.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CHECKOUT } from "../guests/guest.ts";

const SCRIPT = join(CHECKOUT, "deploy", "ci", "in-uml.sh");
const RUNNER = join(CHECKOUT, "tests", "kernel", "run.ts");

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(realpathSync(tmpdir()), "canward-outside-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("arguments, environment, output and exit code are the command's own", () => {
  const words = ["a b", "c'd", 'e"f$HOME', ""];
  const { status, stdout, stderr } = spawnSync(
    SCRIPT,
    ["bash", "-c", 'printf "%s\\n" "$GREETING" "$@"; echo bad >&2; exit 7', "-", ...words],
    { cwd: folder, encoding: "utf8", env: { ...process.env, GREETING: "two\nlines" } },
  );
  expect(stdout).toBe(`${["two\nlines", ...words].join("\n")}\nbad\n`);
  expect(stderr).toBe("");
  expect(status).toBe(7);
});

test("no byte of a long output is lost or added", () => {
  const { stdout } = spawnSync(SCRIPT, ["seq", "200000"], {
    cwd: folder,
    encoding: "utf8",
    maxBuffer: 16 * 1024 * 1024,
  });
  expect(stdout).toBe(`${Array.from({ length: 200_000 }, (_, at) => at + 1).join("\n")}\n`);
});

test("the working folder can be written, what is beside it cannot", () => {
  const [inside, beside] = [join(folder, "inside"), join(folder, "beside")];
  for (const path of [inside, beside]) mkdirSync(path);
  spawnSync(SCRIPT, ["bash", "-c", "echo written >here; echo written >../beside/there"], { cwd: inside });
  expect(readdirSync(beside)).toEqual([]);
  expect(readFileSync(join(inside, "here"), "utf8")).toBe("written\n");
  spawnSync(SCRIPT, ["--read-only", "bash", "-c", "echo spoilt >here"], { cwd: inside });
  expect(readFileSync(join(inside, "here"), "utf8")).toBe("written\n");
});

test("a kernel that breaks down is a failure with its last words, not a hang", () => {
  const { status, stderr } = spawnSync(SCRIPT, ["bash", "-c", "echo c >/proc/sysrq-trigger; sleep 60"], {
    cwd: folder,
    encoding: "utf8",
  });
  expect(stderr).toContain("the guest broke down");
  expect(status).toBe(125);
});

test("the time limit ends the guest, and is said", () => {
  const { status, stderr } = run(["--in", "uml", "--time-limit", "4", "--", "sleep", "60"]);
  expect(stderr).toContain("ended after 4 s, its time limit");
  expect(status).toBe(124);
});

test("a guest that a command's children would keep open ends with the command", () => {
  expect(run(["--in", "uml", "--", "bash", "-c", "sleep 60 & exit 3"]).status).toBe(3);
});

test.for(["SIGINT", "SIGTERM"] as const)("%s ends the guest with the runner", async (signal) => {
  const out = join(folder, `out-${signal}`);
  // The guest's own folder is in its command, and this is where it is made.
  const own = join(folder, `own-${signal}`);
  for (const path of [out, own]) mkdirSync(path);
  const child = spawn(process.execPath, [RUNNER, "--in", "uml", "--out", out, "--", "bash", "-c", WAIT], {
    stdio: "ignore",
    env: { ...process.env, TMPDIR: own },
  });
  await expect.poll(() => readdirSync(out), { timeout: 20_000 }).toEqual(["here"]);
  expect(commandsWith(own)).toContainEqual(expect.stringMatching(/^linux\.uml /));
  child.kill(signal);
  const [code] = await once(child, "exit");
  expect(code).toBe(signal === "SIGINT" ? 130 : 143);
  await expect.poll(() => commandsWith(own)).toEqual([]);
  expect(readdirSync(own)).toEqual([]);
});

test("the guest may write to --out, and finds it in CANWARD_OUT", () => {
  const out = join(folder, "out");
  expect(run(["--in", "uml", "--out", out, "--", "bash", "-c", 'echo 42 >"$CANWARD_OUT/answer"']).status).toBe(0);
  expect(readFileSync(join(out, "answer"), "utf8")).toBe("42\n");
});

test("the host's own kernel is used where it has vcan: here the one inside a guest", () => {
  const inner = [process.execPath, RUNNER, "--in", "host", "--", "ip", "link", "add", "vcan7", "type", "vcan"];
  expect(run(["--in", "uml", "--", ...inner]).status).toBe(0);
});

test.for(["uml", "arm64", "controllers"])("where %s lacks packages, it says which and how to get them", (guest) => {
  const environment = { PATH: folder, CANWARD_REQUIRE_ALL: "0" };
  const skipped = run(["--in", guest, "--", "true"], environment);
  expect(skipped.stdout).toMatch(
    new RegExp(`skipped: the guest ${guest}: .*sudo apt-get install -y .*(user-mode-linux|qemu-)`),
  );
  expect(skipped.status).toBe(0);
  const failed = run(["--in", guest, "--", "true"], { ...environment, CANWARD_REQUIRE_ALL: "1" });
  expect(failed.stderr).toContain("sudo apt-get install");
  expect(failed.status).toBe(2);
});

test.for([
  { words: ["--in", "moon"], says: 'no guest called "moon"' },
  { words: ["--time-limit", "soon"], says: "no whole number of seconds" },
  { words: ["--nonsense"], says: "--nonsense" },
])("a wrong call says what is wrong: $words", ({ words, says }) => {
  const { status, stderr } = run([...words, "--", "true"]);
  expect(stderr).toContain(says);
  expect(status).toBe(2);
});

test("a guest's tests that fail are the runner's failure, and the summary is the last that it says", () => {
  const { status, stdout } = run(["--in", "uml", "no-such-test-file"]);
  expect(stdout).toContain("No test files found");
  expect(status).toBe(1);
});

/** Says that it runs, then would run for ever. */
const WAIT = 'echo >"$CANWARD_OUT/here"; sleep 600';

function run(words: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  return spawnSync(process.execPath, [RUNNER, ...words], {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, ...environment },
  });
}

/** The commands of the processes that run and have this folder in them: here kernels, each of whose processes is one. */
function commandsWith(path: string): readonly string[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.map(commandOf).filter((command) => command.includes(path));
}

function commandOf(pid: string): string {
  try {
    return readFileSync(join("/proc", pid, "cmdline"), "latin1").replaceAll("\0", " ");
  } catch {
    return ""; // It has ended meanwhile.
  }
}
