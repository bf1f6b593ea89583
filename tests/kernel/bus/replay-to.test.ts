// `canward replay --to` in a real kernel: what stands in the log is what is on the bus, in its order and at its time; what
// is not sent is counted; and whatever happens to the interface is told, and never costs a frame in silence.
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { release } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { gunzipSync } from "node:zlib";
import { describe, expect, onTestFinished, type TestContext, test } from "vitest";
import { canward, EXAMPLE, STACK_TRACE, start, temporaryFolder } from "../../commands/process.ts";
import { ip, makeInterface } from "../support/interfaces.ts";

const run = promisify(execFile);

interface Line {
  readonly timeUs: number;
  readonly bus: string;
  readonly frame: string;
}

/** Whole microseconds: what lies between two of them is exact. */
function parse(text: string): readonly Line[] {
  return [...text.matchAll(/^\((\d+)\.(\d{6})\) (\S+) (\S+)/gm)].map(([, seconds, micros, bus = "", frame = ""]) => ({
    timeUs: Number(`${seconds}${micros}`),
    bus,
    // Newer kernels mark FD frames as such in their flags.
    frame: frame.replace(/##([0-9A-F])/, (_, flags) => `##${Number.parseInt(flags, 16) & 3}`),
  }));
}

/** The first lines of the example's drive. */
function driveOf(lines: number): string {
  const all = gunzipSync(readFileSync(join(EXAMPLE, "drive.log.gz"))).toString();
  return `${all.split("\n").slice(0, lines).join("\n")}\n`;
}

function fileOf(text: string): string {
  const path = join(temporaryFolder(), "drive.log");
  writeFileSync(path, text);
  return path;
}

interface Listening {
  /** Sleeps until it is stopped; the kernel receives meanwhile, and notes the times. Then nothing takes the sender's CPU. */
  sleep(): void;
  /** Everything that was on the interfaces, with the kernel's times of receipt. */
  stop(): Promise<readonly Line[]>;
}

/** Listens on one socket for all interfaces, as another program would, so that the order between buses is the kernel's. */
async function listen(...names: readonly string[]): Promise<Listening> {
  const path = join(temporaryFolder(), "seen.log");
  const file = openSync(path, "w");
  const child = spawn("candump", ["-L", "-D", "-r", "8000000", "any"], { stdio: ["ignore", file, "inherit"] });
  closeSync(file);
  const closed = once(child, "close");
  onTestFinished(() => void child.kill("SIGKILL"));
  while (!/^\s*any\s/m.test(readFileSync("/proc/net/can/rcvlist_all", "latin1"))) await sleep(20);
  return {
    sleep: () => void child.kill("SIGSTOP"),
    stop: async () => {
      child.kill("SIGCONT");
      // What the kernel has, candump has soon.
      for (let before = -1; before !== statSync(path).size; await sleep(200)) before = statSync(path).size;
      child.kill("SIGINT");
      await closed;
      return parse(readFileSync(path, "latin1")).filter(({ bus }) => names.includes(bus));
    },
  };
}

function counted(stderr: string, name: RegExp): number {
  const row = [...stderr.matchAll(/^ +([\d,.]+) {2}(.*)$/gm)].find(([, , what = ""]) => name.test(what));
  return Number((row?.[1] ?? "NaN").replaceAll(",", ""));
}

// How close to its time a frame is sent is a matter of the machine: bench/pace.ts measures it.
test("every frame of a drive is on its bus, in the log's order, and the replay takes the log's time", async () => {
  await using first = await makeInterface();
  await using second = await makeInterface();
  const text = driveOf(7_000);
  const listening = await listen(first.name, second.name);
  listening.sleep();
  const maps = ["--map", `can0=${first.name}`, "--map", `can1=${second.name}`];
  const { code, stderr } = await canward(["replay", fileOf(text), ...maps]);
  const seen = await listening.stop();
  const log = parse(text);
  const names: Readonly<Record<string, string>> = { can0: first.name, can1: second.name };
  const frames = ({ bus, frame }: Line) => `${bus} ${frame}`;
  expect(seen.map(frames)).toEqual(log.map((line) => frames({ ...line, bus: names[line.bus] ?? "" })));
  const spanUs = (lines: readonly Line[]) => (lines.at(-1)?.timeUs ?? 0) - (lines[0]?.timeUs ?? 0);
  // No frame comes early: what is late at the start is the only thing that could shorten it.
  expect(spanUs(seen)).toBeGreaterThan(spanUs(log) * 0.9);
  expect(counted(stderr, /^sent$/)).toBe(7_000);
  expect(counted(stderr, /^ms is the most that 99 %/)).toBeGreaterThan(0);
  expect(code).toBe(0);
});

test("every kind of frame arrives as it stands in the log; error frames and junk are counted", async () => {
  await using bus = await makeInterface();
  const payload = (length: number): string => "0123456789ABCDEF".repeat(8).slice(0, 2 * length);
  const frames = [
    ...[0, 1, 2, 3, 4, 5, 6, 7, 8].map((length) => `123#${payload(length)}`),
    ...[0, 8, 12, 16, 20, 24, 32, 48, 64].map((length) => `7FF##0${payload(length)}`),
    "18FEF100#1122",
    "00000001##1AABB",
    "000#00",
    "1FFFFFFF#FFFFFFFFFFFFFFFF",
    "123#R",
    "18FEF100#R8",
  ];
  const lines = frames.map((frame, index) => `(1700000000.${String(index).padStart(6, "0")}) can0 ${frame}`);
  const log = [...lines.slice(0, 5), "(1700000000.000005) can0 20000004#0000000000000000", "junk", ...lines.slice(5)];
  const listening = await listen(bus.name);
  const { code, stderr } = await canward(["replay", fileOf(`${log.join("\n")}\n`), "--to", bus.name, "--speed", "max"]);
  const seen = await listening.stop();
  expect(seen.map(({ frame }) => frame)).toEqual(frames);
  expect(counted(stderr, /^sent$/)).toBe(frames.length);
  expect(counted(stderr, /^skipped: error frames$/)).toBe(1);
  expect(counted(stderr, /^lines that are no frame$/)).toBe(1);
  expect(code).toBe(0);
});

test("frames of buses that are not mapped are skipped and counted; a log of which nothing is sent is an error", async () => {
  await using bus = await makeInterface();
  const text = driveOf(5_000);
  const log = fileOf(text);
  const listening = await listen(bus.name);
  const { code, stderr } = await canward(["replay", log, "--map", `can1=${bus.name}`, "--speed", "max"]);
  const nothing = await canward(["replay", log, "--map", `can9=${bus.name}`, "--speed", "max"]);
  const seen = await listening.stop();
  const own = parse(text).filter(({ bus }) => bus === "can1");
  expect(seen.map(({ frame }) => frame)).toEqual(own.map(({ frame }) => frame));
  expect(counted(stderr, /^skipped: can0, which is not mapped$/)).toBe(5_000 - own.length);
  expect(code).toBe(0);
  expect(nothing.stderr).toContain(`no frame of can9, for which --map can9=${bus.name} is`);
  expect(nothing.stderr).toMatch(/not one frame was sent; the log has frames of can1, can0\n.*\[SEND_NOTHING\]\n$/);
  expect(nothing.code).toBe(1);
});

test("several buses on one interface are sent there, and it is said", async () => {
  await using bus = await makeInterface();
  const listening = await listen(bus.name);
  const { code, stderr } = await canward(["replay", fileOf(driveOf(500)), "--to", bus.name, "--speed", "max"]);
  expect(await listening.stop()).toHaveLength(500);
  expect(stderr).toMatch(
    new RegExp(`^can\\d goes to ${bus.name}, as can\\d does; --map can\\d=IFACE keeps them apart$`, "m"),
  );
  expect(code).toBe(0);
});

test("with --loop it starts again and again, until it is stopped; what it says it sent was on the bus", async () => {
  await using bus = await makeInterface();
  const listening = await listen(bus.name);
  const running = start(["replay", fileOf(driveOf(600)), "--to", bus.name, "--loop", "--speed", "2"]);
  while ((await bus.counters()).txPackets < 1300) await sleep(100);
  const { code, stdout, stderr } = await running.stop("SIGINT");
  const seen = await listening.stop();
  expect({ code, stdout }).toEqual({ code: 130, stdout: "" });
  expect(stderr).not.toMatch(STACK_TRACE);
  expect(seen.length).toBeGreaterThanOrEqual(1300);
  expect(counted(stderr, /^sent$/)).toBe(seen.length);
  const drive = parse(driveOf(600)).map(({ frame }) => frame);
  expect(seen.map(({ frame }) => frame)).toEqual(seen.map((_, index) => drive[index % drive.length]));
});

describe("an interface", () => {
  test("that is not there, is down, or is no CAN interface is told before anything is sent", async () => {
    await using up = await makeInterface();
    await using down = await makeInterface();
    await down.down();
    const log = fileOf(driveOf(10));
    const listening = await listen(up.name);
    for (const [name, told] of [
      ["none", /^canward: none: there is no such interface\n.*ip link add dev none type vcan.*\[SEND_ABSENT\]\n$/],
      [down.name, /the interface is down\n.*ip link set \S+ up \[SEND_DOWN\]\n$/],
      ["lo", /this is no CAN interface\n.*\[SEND_NOT_CAN\]\n$/],
    ] as const) {
      const answer = await canward(["replay", log, "--to", up.name, "--map", `can1=${name}`]);
      expect(answer).toMatchObject({ code: 1, stdout: "", stderr: expect.stringMatching(told) });
    }
    expect(await listening.stop()).toEqual([]);
  });

  test("that takes classic frames alone is told at the first FD frame, with what was sent before", async () => {
    await using bus = await makeInterface();
    await ip("link", "set", bus.name, "down");
    await ip("link", "set", bus.name, "mtu", "16", "up");
    const log = fileOf("(1.0) can0 123#11\n(1.1) can0 123##011\n(1.2) can0 123#22\n");
    const listening = await listen(bus.name);
    const { code, stderr } = await canward(["replay", log, "--to", bus.name, "--speed", "max"]);
    expect(stderr).toMatch(/classic ones alone\n.*mtu 72 up \[SEND_CLASSIC_ONLY\]\n$/);
    expect(counted(stderr, /^sent$/)).toBe(1);
    expect(await listening.stop()).toHaveLength(1);
    expect(code).toBe(1);
  });

  test.for([
    ["is taken down", (name: string) => ip("link", "set", name, "down"), "SEND_DOWN"],
    ["is deleted", (name: string) => ip("link", "delete", name), "SEND_ABSENT"],
    [
      "is deleted and made again",
      (name: string) => ip("-batch", fileOf(`link delete ${name}\nlink add ${name} type vcan\nlink set ${name} up\n`)),
      "SEND_REPLACED",
    ],
  ] as const)(
    "that %s while it is sent to ends the replay with the reason, and no frame is lost in silence",
    async ([, happen, code]) => {
      await using bus = await makeInterface();
      const listening = await listen(bus.name);
      const running = start(["replay", fileOf(driveOf(20_000)), "--to", bus.name]);
      await sleep(1500);
      await happen(bus.name);
      const result = await running.ended;
      const seen = await listening.stop();
      expect(result.stderr).toMatch(new RegExp(`\\[${code}\\]\\n$`));
      expect(result.stderr).not.toMatch(STACK_TRACE);
      expect(counted(result.stderr, /^sent$/)).toBe(seen.length);
      expect(seen.length).toBeGreaterThanOrEqual(500);
      expect(result).toMatchObject({ code: 1, stdout: "" });
    },
  );
});

describe("a queue that is full", () => {
  /** Lets so many bits a second through, and holds back so many bytes. */
  async function narrow(context: TestContext, name: string, rate: string, limitBytes: number): Promise<void> {
    const folder = `/usr/lib/uml/modules/${release()}/kernel/net/sched`;
    await run("modprobe", ["sch_tbf"]).catch(() => run("insmod", [join(folder, "sch_tbf.ko")]).catch(() => undefined));
    const words = [
      "qdisc",
      "add",
      "dev",
      name,
      "root",
      "tbf",
      "rate",
      rate,
      "burst",
      "200",
      "limit",
      String(limitBytes),
    ];
    await run("tc", words).catch(() => context.skip("needs the kernel's module sch_tbf, to make a queue full"));
  }

  test("is waited for: every frame arrives, in order, and the retries are counted", async (context) => {
    await using bus = await makeInterface();
    await narrow(context, bus.name, "400kbit", 1000);
    const text = driveOf(3_000);
    const listening = await listen(bus.name);
    const { code, stderr } = await canward(["replay", fileOf(text), "--to", bus.name, "--speed", "max"]);
    const seen = await listening.stop();
    expect(counted(stderr, /^retries/)).toBeGreaterThan(10);
    expect(seen.map(({ frame }) => frame)).toEqual(parse(text).map(({ frame }) => frame));
    expect(code).toBe(0);
  });

  test("for good ends the replay with the remedy", async (context) => {
    await using bus = await makeInterface();
    await narrow(context, bus.name, "8bit", 500);
    const { code, stderr } = await canward(["replay", fileOf(driveOf(3_000)), "--to", bus.name, "--speed", "max"]);
    expect(stderr).toMatch(/has taken no frame for 5 s\n.*bit rate.*\[SEND_STUCK\]\n$/);
    expect(counted(stderr, /^sent$/)).toBeLessThan(100);
    expect(code).toBe(1);
  });
});
