// `canward replay --to`, as far as it can be told without a bus: what it refuses to send to and why, which frames would go
// where, how late they are, and how far a log was read. tests/kernel/bus/playback.test.ts sends.
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fineClock } from "../../src/commands/playback/fine-clock.ts";
import { parseInterface } from "../../src/commands/playback/interface.ts";
import { Lateness } from "../../src/commands/playback/lateness.ts";
import { countLog } from "../../src/commands/playback/log-progress.ts";
import { Routes } from "../../src/commands/playback/routes.ts";
import { canward, EXAMPLE, STACK_TRACE, start, temporaryFolder } from "./process.ts";

const DRIVE = join(EXAMPLE, "drive.log.gz");

/** What `ip -details -json link show` says of an interface, as far as it is read. */
function linkOf(change: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
  return {
    ifindex: 7,
    ifname: "vcan0",
    flags: ["NOARP", "UP", "LOWER_UP"],
    mtu: 72,
    link_type: "can",
    linkinfo: { info_kind: "vcan" },
    stats64: { tx: { dropped: 3 } },
    ...change,
  };
}

/** A folder with a program `ip` that says this, and its place on the path. */
function pathWithIp(script: string): Readonly<Record<string, string>> {
  const folder = temporaryFolder();
  const program = join(folder, "ip");
  writeFileSync(program, `#!/bin/sh\n${script}\n`);
  chmodSync(program, 0o755);
  return { PATH: `${folder}${delimiter}${process.env["PATH"]}` };
}

const saying = (link: unknown) => pathWithIp(`cat <<'END'\n${JSON.stringify([link])}\nEND`);

describe("an interface", () => {
  test.for([
    [
      "a controller",
      { linkinfo: { info_kind: "can", info_data: { ctrlmode: [], state: "ERROR-ACTIVE" } } },
      "SEND_NOT_VIRTUAL",
    ],
    ["a serial adapter", { linkinfo: undefined }, "SEND_NOT_VIRTUAL"],
    ["one of a kind that nobody knows", { linkinfo: { info_kind: "newcan" } }, "SEND_NOT_VIRTUAL"],
    ["no CAN interface", { link_type: "ether", linkinfo: { info_kind: "vcan" } }, "SEND_NOT_CAN"],
    ["down", { flags: ["NOARP"] }, "SEND_DOWN"],
  ] as const)("that is %s is refused", async ([, link, code]) => {
    const answer = await canward(["replay", DRIVE, "--to", "vcan0"], { env: saying(linkOf(link)) });
    expect(answer.stderr).toMatch(new RegExp(`^canward: vcan0: .*\\n .*\\[${code}\\]\\n$`));
    expect(answer).toMatchObject({ code: 1, stdout: "" });
    expect(answer.stderr.includes("--i-mean-it")).toBe(code === "SEND_NOT_VIRTUAL");
  });

  test("that is real is taken at the user's word, but not where it only listens", async () => {
    const call = ["replay", DRIVE, "--to", "vcan0", "--i-mean-it"];
    const listening = { info_kind: "can", info_data: { ctrlmode: ["LISTEN-ONLY"] } };
    const deaf = await canward(call, { env: saying(linkOf({ linkinfo: listening })) });
    expect(deaf).toMatchObject({ code: 1, stderr: expect.stringContaining("SEND_LISTEN_ONLY") });
    const real = await canward(call, { env: saying(linkOf({ linkinfo: { info_kind: "can" }, flags: [] })) });
    expect(real).toMatchObject({ code: 1, stderr: expect.stringContaining("SEND_DOWN") });
  });

  test.for([
    [
      "is not there",
      "echo 'Device \"vcan0\" does not exist.' >&2; exit 1",
      /^canward: vcan0: there is no such interface.*\n.*ip link add dev vcan0 type vcan.*\[SEND_(ABSENT|NO_CAN)\]\n$/,
    ],
    [
      "is told by an ip that cannot say what it is",
      "echo 'ip: unrecognized option: json' >&2; exit 1",
      /unrecognized option: json\n.*iproute2.*\[SEND_NO_IP\]\n$/,
    ],
    ["is told in no JSON", "echo hello", /no JSON\n.*\[SEND_NO_IP\]\n$/],
    ["is told by none", "echo '[]'", /not of one interface\n.*\[SEND_NO_IP\]\n$/],
  ] as const)("that %s is refused with the remedy", async ([, script, told]) => {
    const { code, stdout, stderr } = await canward(["replay", DRIVE, "--to", "vcan0"], { env: pathWithIp(script) });
    expect(stderr).toMatch(told);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  });

  test("is refused before anything is sent to another that is fit", async () => {
    const script = `case "$*" in *vcan1*) exec echo '${JSON.stringify([linkOf({ flags: [] })])}';; esac
echo '${JSON.stringify([linkOf({ linkinfo: { info_kind: "can" } })])}'`;
    const answer = await canward(["replay", DRIVE, "--map", "can0=vcan1", "--map", "can1=vcan2"], {
      env: pathWithIp(script),
    });
    expect(answer).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^canward: vcan1: the interface is down\n/),
    });
  });

  const hasCan = /^CAN/m.test(readFileSync("/proc/net/protocols", "latin1"));

  test.skipIf(hasCan)("that looks fit, in a kernel without CAN, is told with what to do", async () => {
    const { code, stdout, stderr } = await canward(["replay", DRIVE, "--to", "vcan0"], { env: saying(linkOf()) });
    expect(stderr).toMatch(
      /^canward: vcan0: this kernel has no CAN\n.*modprobe can-raw.*deploy\/ci\/.*\[SEND_NO_CAN\]\n$/,
    );
    expect(stderr).not.toMatch(STACK_TRACE);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  });

  test("is what ip says of it, and in doubt not virtual and not fit", () => {
    const read = (link: Readonly<Record<string, unknown>>) => parseInterface("vcan0", JSON.stringify([link]));
    expect(read(linkOf())).toEqual({
      name: "vcan0",
      index: 7,
      isCan: true,
      isVirtual: true,
      isUp: true,
      isListenOnly: false,
      takesFd: true,
      dropped: 3,
    });
    expect(read(linkOf({ linkinfo: { info_kind: "vxcan" }, mtu: 16 }))).toMatchObject({
      isVirtual: true,
      takesFd: false,
    });
    expect(read({})).toMatchObject({ isCan: false, isVirtual: false, isUp: false, takesFd: false, dropped: 0 });
  });
});

describe("the frames of a bus", () => {
  function routesOf(to: string | undefined, map: Readonly<Record<string, string>>, buses: readonly string[]) {
    const notes: string[] = [];
    const routes = new Routes({ to, map: new Map(Object.entries(map)) }, (text) => notes.push(text));
    const targets = buses.map((bus) => routes.all[routes.busIndexOf(bus)]?.target);
    return { routes, targets, notes };
  }

  test("go where they are mapped, else where all go, else nowhere", () => {
    const map = { can0: "vcan0", can1: "vcan1" };
    expect(routesOf(undefined, map, ["can1", "can2", "can0"]).targets).toEqual(["vcan1", undefined, "vcan0"]);
    expect(routesOf("vcan9", map, ["can1", "can2", "can0"]).targets).toEqual(["vcan1", "vcan9", "vcan0"]);
    expect(routesOf("vcan9", {}, ["can1", "can2", "can1"]).targets).toEqual(["vcan9", "vcan9", "vcan9"]);
  });

  test("that fall together on one interface without having been mapped there are told", () => {
    expect(routesOf("vcan0", {}, ["can0", "can0"]).notes).toEqual([]);
    expect(routesOf("vcan0", { can1: "vcan1" }, ["can0", "can1"]).notes).toEqual([]);
    expect(routesOf(undefined, { can0: "vcan0", can1: "vcan0" }, ["can0", "can1"]).notes).toEqual([]);
    expect(routesOf("vcan0", {}, ["can0", "can1"]).notes).toEqual([
      "can1 goes to vcan0, as can0 does; --map can1=IFACE keeps them apart",
    ]);
  });

  test("of more buses than can be told apart are skipped", () => {
    const { routes, targets } = routesOf(
      "vcan0",
      {},
      Array.from({ length: 300 }, (_, index) => `can${index}`),
    );
    expect(targets.filter((target) => target === "vcan0")).toHaveLength(255);
    expect(routes.all).toHaveLength(256);
    expect(routes.busIndexOf("can299")).toBe(255);
  });

  test("that were mapped and are not in the log are told", () => {
    const map = { can0: "vcan0", can7: "vcan7" };
    expect(routesOf(undefined, map, ["can0"]).routes.strangers()).toEqual([["can7", "vcan7"]]);
  });
});

describe("lateness", () => {
  test("is told as the most that a share of the frames had, rounded up to a tenth of a millisecond", () => {
    const late = fc.array(fc.nat(900_000), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(late, fc.double({ min: 0.01, max: 1, noNaN: true }), (all, share) => {
        const lateness = new Lateness();
        for (const us of all) lateness.add(us);
        const rank = Math.ceil(all.length * share);
        const exact = all.toSorted((a, b) => a - b)[rank - 1] ?? Number.NaN;
        expect(lateness.quantile(share)).toBe(Math.ceil(exact / 100) * 100);
      }),
    );
  });

  test("is nothing of no frames, and endless beyond a second", () => {
    expect(new Lateness().quantile(0.5)).toBeNaN();
    const lateness = new Lateness();
    lateness.add(5e6);
    expect(lateness.quantile(0.5)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe("how much of a log was read", () => {
  async function readHalf(path: string): Promise<readonly (number | undefined)[]> {
    const counted = await countLog(path);
    const shares: (number | undefined)[] = [counted.share()];
    for await (const _ of counted.read(new AbortController().signal)) shares.push(counted.share());
    return shares;
  }

  const text = "(1700000000.000000) can0 123#1122\n".repeat(60_000);

  test.for([
    ["plain", (bytes: Buffer) => bytes],
    ["gzip", (bytes: Buffer) => gzipSync(bytes)],
  ] as const)("grows from nothing to all of it: %s", async ([, pack]) => {
    const path = join(temporaryFolder(), "drive.log");
    writeFileSync(path, pack(Buffer.from(text)));
    const shares = await readHalf(path);
    expect(shares).toEqual(shares.toSorted((a = 0, b = 0) => a - b));
    expect(shares.length).toBeGreaterThan(4);
    expect([shares[0], shares.at(-1)]).toEqual([0, 1]);
  });

  test("is not told where it cannot be: standard input, a gzip file of several parts", async () => {
    const path = join(temporaryFolder(), "drive.log.gz");
    writeFileSync(path, Buffer.concat([gzipSync(text), gzipSync("(1.0) can0 123#\n")]));
    expect((await readHalf(path)).at(-1)).toBeUndefined();
    expect((await countLog("-")).share()).toBeUndefined();
  });

  test("is for the reader to complain of, where there is no such log", async () => {
    const path = join(temporaryFolder(), "missing.log");
    expect(existsSync(path)).toBe(false);
    expect((await countLog(path)).share()).toBeUndefined();
  });
});

test("the gateway has nothing loaded that could send", async () => {
  const folder = temporaryFolder();
  const config = `vehicle: test-01
allowlist: ${EXAMPLE}/allowlist.yaml
source: { generator: {} }
outbox: { path: ${folder}/outbox.db }
uplink: { url: "mqtt://127.0.0.1:1" }
`;
  writeFileSync(join(folder, "gateway.yaml"), config);
  const gateway = start(["run", "--config", join(folder, "gateway.yaml")]);
  await gateway.printed(/first frame admitted/);
  const maps = readFileSync(`/proc/${gateway.child.pid}/maps`, "latin1");
  const addons = new Set([...maps.matchAll(/ (\/\S+\.node)$/gm)].map(([, path]) => path));
  expect([...addons]).toEqual([expect.stringContaining("/better-sqlite3/")]);
  expect(await gateway.stop()).toMatchObject({ code: 0 });
});

describe("the fine clock", () => {
  test("sleeps no longer than it is asked to by much, and ends at once when aborted", async () => {
    const aborted = AbortSignal.abort();
    const sinceUs = fineClock.nowUs();
    await fineClock.sleep(60_000, aborted);
    await fineClock.sleep(1.5, aborted);
    expect(fineClock.nowUs() - sinceUs).toBeLessThan(10_000_000);
  });

  test("lets the event loop have its turn at each sleep, so that a signal is heard", async () => {
    let turns = 0;
    const immediate = (): void => {
      turns += 1;
      if (turns < 5) setImmediate(immediate);
    };
    setImmediate(immediate);
    for (let sleeps = 0; sleeps < 10; sleeps++) await fineClock.sleep(0.1, new AbortController().signal);
    expect(turns).toBe(5);
  });
});
