// The gateway is silent: a second socket on the bus, which sees every frame of everybody, never sees one of it, whatever it
// is going through. The test's own sender numbers its frames, so that any other is found.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadFallback } from "../../../src/vehicle/bus/live/fallback.ts";
import type { OpenReceiver } from "../../../src/vehicle/bus/live/receiver.ts";
import { CHECKOUT } from "../guests/guest.ts";
import { makeInterface, newName } from "../support/interfaces.ts";
import { flood, type Receiving, startFlood, startReceive, startWitness } from "../support/programs.ts";
import { ResidentIp } from "./support-ip.ts";
import { isFull, listen, until } from "./support-live.ts";
import { planOf, writePolicy } from "./support-plan.ts";
import { Process } from "./support-process.ts";

const REPETITIONS = isFull ? 20 : 1;
const ID = 0x100;
const plans = [planOf({ a: [{ id: ID }] }), planOf({ a: [{ id: 0x200 }, { id: ID }] }), planOf({ b: [{ id: ID }] })];
const plan = plans[0] ?? planOf({ a: [] });

let ip: ResidentIp;
const readers: { name: string; open: OpenReceiver | undefined }[] = [
  { name: "canward", open: undefined },
  { name: "the fallback", open: undefined },
];
beforeAll(async () => {
  ip = new ResidentIp();
  for (const reader of readers) if (reader.name === "the fallback") reader.open = await loadFallback();
});
afterAll(() => ip[Symbol.asyncDispose]());

describe.each(readers)("the reader is $name", (reader) => {
  const options = (): { open?: OpenReceiver } => (reader.open === undefined ? {} : { open: reader.open });

  test("start, silence, frames, swaps of the plan, and stop", async () => {
    await using link = await makeInterface();
    await using witness = await startWitness();
    const sent = [];
    for (let i = 0; i < REPETITIONS; i++) {
      await using listener = await listen(plan, { a: link.name }, { ...options(), silenceUs: 200_000 });
      await until("it is silent", () => listener.status("a").isSilent);
      sent.push(
        await flood(link.name, { ids: "100,101", count: 500, rate: 2000, fdEvery: 3, remoteEvery: 7, errorEvery: 11 }),
      );
      for (const next of [...plans, plan]) {
        listener.source.follow(next);
        sent.push(await flood(link.name, { ids: "100,200", count: 50 }));
      }
      await listener.stop();
    }
    await witness.sawOnly(...sent);
  });

  test("the interface goes down, is deleted and made again, is renamed, and the controller complains", async () => {
    const name = newName();
    await using witness = await startReceive("any", { print: true, bufferBytes: 64e6 });
    await ip.run(`link add ${name} type vcan`, `link set ${name} up`);
    const listener = await listen(plan, { a: name }, options());
    await using sending = startFlood(name, { ids: ID.toString(16), count: 2 ** 31, rate: 1000, keepsOn: true });
    const book = listener.book("a");
    const frames = async (): Promise<void> => {
      const before = book.frames;
      await until("frames come", () => book.frames > before, 5000);
    };
    for (let i = 0; i < REPETITIONS; i++) {
      await frames();
      await ip.run(`link set ${name} down`);
      await until("down", () => listener.status("a").state === "down");
      await ip.run(`link set ${name} up`);
      await frames();
      await ip.run(`link delete ${name}`);
      await until("absent", () => listener.status("a").state === "absent");
      await ip.run(`link add ${name} type vcan`, `link set ${name} up`);
      await frames();
      await ip.run(`link set ${name} down`, `link set ${name} name ${name}x`, `link set ${name}x up`);
      await until("absent again", () => listener.status("a").state === "absent");
      await ip.run(`link set ${name}x down`, `link set ${name}x name ${name}`, `link set ${name} up`);
      await frames();
    }
    await listener.stop();
    const { sent } = await sending.stop();
    await demandOnlyNumbered(witness, sent);
    await ip.run(`link delete ${name}`);
  });
});

describe("the gateway as a process", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "canward-witness-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function configOf(interfaceName: string): string {
    const file = join(folder, `${interfaceName}.yaml`);
    const config = {
      vehicle: "witness-1",
      allowlist: writePolicy(folder, { a: [{ id: ID }] }),
      source: { live: { a: { interface: interfaceName, silence: "200ms" } } },
      outbox: { path: join(folder, `${interfaceName}.db`), flush_interval: "100ms" },
      // Nobody is there: it goes on trying.
      uplink: { url: "mqtt://127.0.0.1:9", status_interval: "1s" },
    };
    writeFileSync(file, JSON.stringify(config));
    return file;
  }

  test.each([
    { signal: "SIGTERM", code: 0, ended: null },
    { signal: "SIGKILL", code: null, ended: "SIGKILL" },
  ] as const)("start, frames, and its end by $signal", async ({ signal, code, ended }) => {
    await using link = await makeInterface();
    await using witness = await startWitness();
    const sent = [];
    for (let i = 0; i < REPETITIONS; i++) {
      await using gateway = new Process(process.execPath, [
        join(CHECKOUT, "src", "canward.ts"),
        "run",
        "--config",
        configOf(link.name),
      ]);
      await sleep(300);
      await using sending = startFlood(link.name, { ids: "100,101", count: 2 ** 31, rate: 1000 });
      while (!(await gateway.nextLine()).includes("first frame admitted"));
      await sleep(300);
      gateway.child.kill(signal);
      expect(await gateway.ended).toEqual({ code, signal: ended });
      await sleep(100);
      sent.push(await sending.stop());
    }
    await witness.sawOnly(...sent);
  });

  test("its allow-list is read again", async () => {
    await using link = await makeInterface();
    await using witness = await startWitness();
    const config = configOf(link.name);
    await using gateway = new Process(process.execPath, [
      join(CHECKOUT, "src", "canward.ts"),
      "run",
      "--config",
      config,
    ]);
    await using sending = startFlood(link.name, { ids: "100,200", count: 2 ** 31, rate: 1000 });
    while (!(await gateway.nextLine()).includes("first frame admitted"));
    for (const ids of [[0x200], [ID, 0x200], []]) {
      writePolicy(folder, { a: ids.map((id) => ({ id })) });
      gateway.child.kill("SIGHUP");
      while (!(await gateway.nextLine()).includes("the allow-list was read again"));
      await sleep(300);
    }
    gateway.child.kill("SIGTERM");
    expect(await gateway.ended).toEqual({ code: 0, signal: null });
    await witness.sawOnly(await sending.stop());
  });
});

/** Fails where a frame was seen that the sender did not number, or one twice. */
async function demandOnlyNumbered(witness: Receiving, sent: number): Promise<void> {
  const seen = await witness.stop();
  expect(seen.dropped).toBe(0);
  const numbers = new Set<number>();
  for (const line of witness.printed.filter((printed) => printed.includes("#"))) {
    const [, id, payload = ""] = /^\S+ ([0-9A-F]+)#([0-9A-F]*)$/.exec(line) ?? [];
    const bytes = Buffer.from(payload, "hex");
    const number = bytes.length === 8 ? bytes.readUInt32LE() : Number.NaN;
    const rest = [4, 5, 6, 7].map((i) => (number * 31 + i) & 0xff);
    expect({ line, id, rest: [...bytes.subarray(4)] }).toEqual({ line, id: ID.toString(16), rest });
    expect(number).toBeLessThan(sent);
    expect(numbers.has(number)).toBe(false);
    numbers.add(number);
  }
  expect(numbers.size).toBe(seen.frames);
  expect(numbers.size).toBeGreaterThan(100);
}
