// The life of an interface: whatever happens to one is noticed within 2 s, recovered from within 2 s once its cause has
// ended, and counted, without a restart of anything; and the bus beside it never notices.
import { execFile } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { BusStatus } from "../../../src/wire/bus-status.ts";
import { countersOf, makeInterface, newName, type VirtualInterface } from "../support/interfaces.ts";
import { type Flood, type FloodOptions, startFlood } from "../support/programs.ts";
import { ResidentIp } from "./support-ip.ts";
import { type Book, isFull, LIMIT_MS, type Listener, listen, until } from "./support-live.ts";
import { planOf } from "./support-plan.ts";

const run = promisify(execFile);
const REPETITIONS = isFull ? 20 : 2;
/** Of the test's bus, and of the one beside it. Undefined is flat out. */
const LOADS = {
  idle: { troubled: 200, beside: 200 },
  "under load": { troubled: undefined, beside: 8000 },
} as const;
/** For the tests of silence alone. */
const SILENCE_MS = 300;
const ID = 0x100;
const plan = planOf({ troubled: [{ id: ID, cycleMs: 50 }], beside: [{ id: ID, cycleMs: 50 }] });
/** The most that each took, in milliseconds, and how often it was seen. */
const times = new Map<string, { noticedMs: number; recoveredMs: number; count: number }>();

let ip: ResidentIp;

beforeAll(() => {
  ip = new ResidentIp();
});
afterAll(async () => {
  await ip[Symbol.asyncDispose]();
  const rows = [...times].map(
    ([name, { noticedMs, recoveredMs, count }]) =>
      `${name}: noticed within ${Math.round(noticedMs)} ms, recovered within ${Math.round(recoveredMs)} ms, ${count} times`,
  );
  process.stdout.write(`\n${rows.join("\n")}\n`);
});

interface Event {
  readonly name: string;
  readonly silenceUs?: number | "learnt";
  /** How long the watchdog may wait before its two seconds begin. */
  readonly patienceMs?: number;
  /** Counters that go up by one when it is noticed. */
  readonly noticed: readonly string[];
  /** Counters that go up by one until it is recovered from. */
  readonly recovered: readonly string[];
  /** Counters of what an interface may be seen to pass through: it is renamed while it is down, and made before it is up. */
  readonly passing?: readonly string[];
  readonly isNoticed: (status: BusStatus) => boolean;
  /** What has to be so beside frames that come again. */
  readonly isOver?: (status: BusStatus) => boolean;
  /** Frames come all the while. */
  readonly isHarmless?: boolean;
  /** By an error frame, for which there must be room in the queue: the load is what a bus can carry. */
  readonly isTold?: boolean;
  readonly begin: (bus: Troubled) => Promise<void>;
  readonly end: (bus: Troubled) => Promise<void>;
}

const isUp = ({ state, isSilent }: BusStatus): boolean => state === "up" && !isSilent;

const EVENTS: readonly Event[] = [
  {
    name: "down, and up again",
    noticed: ["interface_down"],
    recovered: ["recoveries"],
    isNoticed: ({ state }) => state === "down",
    begin: (bus) => bus.down(),
    end: (bus) => bus.up(),
  },
  {
    name: "deleted, and made again",
    passing: ["interface_down"],
    noticed: ["interface_absent"],
    recovered: ["recoveries"],
    isNoticed: ({ state }) => state === "absent",
    begin: (bus) => bus.delete(),
    end: (bus) => bus.make(),
  },
  {
    name: "renamed away, and back",
    passing: ["interface_down"],
    noticed: ["interface_absent"],
    recovered: ["recoveries"],
    isNoticed: ({ state }) => state === "absent",
    begin: (bus) => bus.renameAway(),
    end: (bus) => bus.renameBack(),
  },
  {
    name: "renamed away, and another has its name",
    passing: ["interface_down"],
    noticed: ["interface_absent"],
    recovered: ["recoveries"],
    isNoticed: ({ state }) => state === "absent",
    begin: (bus) => bus.renameAway(),
    end: (bus) => bus.makeAnother(),
  },
  {
    name: "replaced by another at once",
    passing: ["interface_down", "recoveries"],
    isHarmless: true,
    noticed: ["interface_replaced"],
    recovered: [],
    isNoticed: ({ state }) => state === "up",
    begin: (bus) => bus.replace(),
    end: () => Promise.resolve(),
  },
  {
    name: "silent though up, with a limit that is set",
    silenceUs: SILENCE_MS * 1000,
    patienceMs: SILENCE_MS,
    noticed: ["silences"],
    recovered: ["recoveries"],
    isNoticed: ({ isSilent, state, silenceLimitMs }) => isSilent && state === "up" && silenceLimitMs === SILENCE_MS,
    begin: (bus) => bus.fallSilent(),
    end: (bus) => bus.speak(),
  },
  {
    name: "silent though up, with a limit that is learnt",
    silenceUs: "learnt",
    // 20 cycles of 50 ms.
    patienceMs: 1000,
    noticed: ["silences"],
    recovered: ["recoveries"],
    isNoticed: ({ isSilent, state, silenceLimitMs }) => isSilent && state === "up" && silenceLimitMs === 1000,
    begin: (bus) => bus.fallSilent(),
    end: (bus) => bus.speak(),
  },
  {
    name: "off the bus, and restarted",
    noticed: ["bus_off"],
    recovered: ["restarts"],
    isTold: true,
    isNoticed: ({ controller }) => controller === "bus_off",
    isOver: ({ controller }) => controller === "active",
    begin: async (bus) => {
      await bus.tellError("20000040#0000000000000000");
      await bus.fallSilent();
    },
    end: async (bus) => {
      await bus.tellError("20000100#0000000000000000");
      await bus.speak();
    },
  },
  {
    name: "error-passive, and active again",
    noticed: [],
    recovered: [],
    isHarmless: true,
    isTold: true,
    isNoticed: ({ controller }) => controller === "passive",
    isOver: ({ controller }) => controller === "active",
    begin: (bus) => bus.tellError("20000004#0010000000000000"),
    end: (bus) => bus.tellError("20000004#0040000000000000"),
  },
  {
    name: "error-warning, and active again",
    noticed: [],
    recovered: [],
    isHarmless: true,
    isTold: true,
    isNoticed: ({ controller }) => controller === "warning",
    isOver: ({ controller }) => controller === "active",
    begin: (bus) => bus.tellError("20000004#0004000000000000"),
    end: (bus) => bus.tellError("20000004#0040000000000000"),
  },
];

const LIFE = [
  "interface_absent",
  "interface_down",
  "interface_replaced",
  "bus_off",
  "restarts",
  "silences",
  "recoveries",
] as const;

for (const load of ["idle", "under load"] as const) {
  describe.each([1, 2])(`${load}, %i of one or two buses`, (buses) => {
    test.each(EVENTS)("$name", { timeout: 240_000 }, (event) => tryOut(event, load, buses));

    test("absent at start", { timeout: 240_000 }, async () => {
      for (let i = 0; i < REPETITIONS; i++) await tryAbsent(load, buses);
    });
  });
}

/** The same reader goes through all of it. */
async function tryOut(event: Event, load: keyof typeof LOADS, buses: number): Promise<void> {
  const isBounded = load === "under load" && event.isTold === true;
  await using bus = new Troubled(ip, isBounded ? LOADS[load].beside : LOADS[load].troubled);
  await bus.make();
  await using beside = new Beside(buses === 1 ? undefined : await makeInterface(), LOADS[load].beside);
  const { silenceUs = 0 } = event;
  await using listener = await listen(plan, { troubled: bus.name, ...beside.interfaces }, { silenceUs });
  await beside.speak(listener);
  await bus.speak();
  const book = listener.book("troubled");
  await until("frames come", () => book.frames > 0 && isUp(listener.status("troubled")));
  for (let i = 0; i < REPETITIONS; i++) await pass(event, bus, listener);
  await bus.fallSilent();
  await beside.demandPeace(listener);
  expect(book.disorders).toBe(0);
  await listener.stop();
}

async function pass(event: Event, bus: Troubled, listener: Listener): Promise<void> {
  const book = listener.book("troubled");
  const before = lifeOf(listener, "troubled");
  const beganMs = performance.now();
  await event.begin(bus);
  const isNoticed = (): boolean => {
    const status = listener.status("troubled");
    return event.isNoticed(status) && event.noticed.every((name) => countOf(status, name) > (before[name] ?? 0));
  };
  const patienceMs = event.patienceMs ?? 0;
  const noticedMs = (await until("noticed", isNoticed, LIMIT_MS + patienceMs, beganMs)) - patienceMs;
  if (event.isHarmless !== true) await settled(book);
  const { frames } = book;
  const endedMs = performance.now();
  await event.end(bus);
  const isOver = (): boolean => {
    const status = listener.status("troubled");
    const haveCome = book.frames > frames && book.last >= bus.spokenFrom;
    return haveCome && isUp(status) && (event.isOver?.(status) ?? true);
  };
  const recoveredMs = await until("recovered", isOver, LIMIT_MS, endedMs);
  note(event.name, noticedMs, recoveredMs);
  const changes = changesOf(before, lifeOf(listener, "troubled"));
  const { passing = [] } = event;
  const surely = Object.entries(changes).filter(([name]) => !passing.includes(name));
  expect(Object.fromEntries(surely)).toEqual(
    Object.fromEntries([...event.noticed, ...event.recovered].map((name) => [name, 1])),
  );
}

async function tryAbsent(load: keyof typeof LOADS, buses: number): Promise<void> {
  await using bus = new Troubled(ip, LOADS[load].troubled);
  await using beside = new Beside(buses === 1 ? undefined : await makeInterface(), LOADS[load].beside);
  const beganMs = performance.now();
  await using listener = await listen(plan, { troubled: bus.name, ...beside.interfaces });
  const isAbsent = (): boolean => countOf(listener.status("troubled"), "interface_absent") === 1;
  const noticedMs = await until("noticed", isAbsent, LIMIT_MS, beganMs);
  expect(listener.status("troubled").state).toBe("absent");
  await beside.speak(listener);
  await bus.speak();
  const endedMs = performance.now();
  await bus.make();
  const isOver = (): boolean => listener.book("troubled").frames > 0 && isUp(listener.status("troubled"));
  const recoveredMs = await until("recovered", isOver, LIMIT_MS, endedMs);
  expect(countOf(listener.status("troubled"), "recoveries")).toBe(1);
  note("absent at start", noticedMs, recoveredMs);
  await bus.fallSilent();
  await beside.demandPeace(listener);
  await listener.stop();
}

function countOf({ counters }: BusStatus, name: string): number {
  return counters.get(name) ?? Number.NaN;
}

function lifeOf(listener: Listener, bus: string): Record<string, number> {
  return Object.fromEntries(LIFE.map((name) => [name, listener.counter(bus, name)]));
}

/** What is more than before, and by how much. */
function changesOf(
  before: Readonly<Record<string, number>>,
  after: Readonly<Record<string, number>>,
): Record<string, number> {
  const changes = Object.entries(after).map(([name, n]) => [name, n - (before[name] ?? 0)] as const);
  return Object.fromEntries(changes.filter(([, change]) => change !== 0));
}

/** Frames that were on their way have come. */
async function settled(book: Book): Promise<void> {
  for (let frames = -1; frames !== book.frames; ) {
    frames = book.frames;
    await sleep(50);
  }
}

function note(name: string, noticedMs: number, recoveredMs: number): void {
  const most = times.get(name) ?? { noticedMs: 0, recoveredMs: 0, count: 0 };
  most.noticedMs = Math.max(most.noticedMs, noticedMs);
  most.recoveredMs = Math.max(most.recoveredMs, recoveredMs);
  most.count += 1;
  times.set(name, most);
}

/** The interface that is in trouble, and the sender of its frames, whose numbers go on whatever happens. */
class Troubled implements AsyncDisposable {
  readonly name: string = newName();
  readonly #rate: number | undefined;
  readonly #ip: ResidentIp;
  /** Names of interfaces that had the name before. */
  readonly #away: string[] = [];
  #flood: Flood | undefined;
  #next = 0;
  /** The number at which the sender last began. */
  spokenFrom = 0;

  constructor(ip: ResidentIp, rate: number | undefined) {
    this.#ip = ip;
    this.#rate = rate;
  }

  async make(): Promise<void> {
    await this.#ip.run(`link add ${this.name} type vcan`, `link set ${this.name} up`);
  }

  async down(): Promise<void> {
    await this.#ip.run(`link set ${this.name} down`);
  }

  async up(): Promise<void> {
    await this.#ip.run(`link set ${this.name} up`);
  }

  async delete(): Promise<void> {
    await this.#ip.run(`link delete ${this.name}`);
  }

  async renameAway(): Promise<void> {
    const away = newName();
    await this.#ip.run(...renaming(this.name, away));
    this.#away.push(away);
  }

  async renameBack(): Promise<void> {
    await this.#ip.run(...renaming(this.#away.pop() ?? "", this.name));
  }

  /** The sender goes to the one that has the name now. */
  async makeAnother(): Promise<void> {
    await this.make();
    await this.speak();
  }

  async replace(): Promise<void> {
    const away = newName();
    await this.#ip.run(...renaming(this.name, away), `link add ${this.name} type vcan`, `link set ${this.name} up`);
    this.#away.push(away);
    await this.speak();
  }

  /** Sends, and goes on when the interface has been away. */
  async speak(): Promise<void> {
    await this.fallSilent();
    this.spokenFrom = this.#next;
    this.#flood = startFlood(this.name, floodOptions(this.#rate, this.#next));
  }

  async fallSilent(): Promise<void> {
    const flood = this.#flood;
    this.#flood = undefined;
    if (flood !== undefined) this.#next += (await flood.stop()).sent;
  }

  async tellError(frame: string): Promise<void> {
    await run("cansend", [this.name, frame]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#flood?.[Symbol.asyncDispose]();
    for (const name of [this.name, ...this.#away]) await this.#ip.run(`link delete ${name}`).catch(() => undefined);
  }
}

/** Kernels before 6.2 rename no interface that is up. */
function renaming(from: string, to: string): readonly string[] {
  return [`link set ${from} down`, `link set ${from} name ${to}`, `link set ${to} up`];
}

function floodOptions(rate: number | undefined, firstNumber = 0): FloodOptions {
  const pace = rate === undefined ? {} : { rate };
  return { ...pace, firstNumber, count: 2 ** 31, ids: ID.toString(16), keepsOn: true };
}

/** The bus beside the troubled one, where there is one, with frames of its own. */
class Beside implements AsyncDisposable {
  readonly #link: VirtualInterface | undefined;
  readonly #rate: number;
  #flood: Flood | undefined;

  constructor(link: VirtualInterface | undefined, rate: number) {
    this.#link = link;
    this.#rate = rate;
  }

  get interfaces(): Readonly<Record<string, string>> {
    return this.#link === undefined ? {} : { beside: this.#link.name };
  }

  /** Its frames come from now on, all of them. */
  async speak(listener: Listener): Promise<void> {
    if (this.#link === undefined) return;
    await until("the bus beside is listened to", () => listener.status("beside").state === "up");
    this.#flood = startFlood(this.#link.name, floodOptions(this.#rate));
    await until("its frames come", () => listener.book("beside").frames > 0);
  }

  /** Ends its sender, and fails where it has noticed anything of the other's trouble. */
  async demandPeace(listener: Listener): Promise<void> {
    if (this.#link === undefined) return;
    const sent = (await this.#flood?.stop())?.sent ?? Number.NaN;
    const book = listener.book("beside");
    // Whether all have come is for the numbers below to say.
    await until("its last frames come", () => book.last === sent - 1, 10_000).catch(() => undefined);
    const dropped = listener.counter("beside", "frames_dropped");
    // By the kernel, before any socket: where so much is sent that it puts its own work off. [net/core/dev.c enqueue_to_backlog]
    const early = (await countersOf(this.#link.name)).rxDropped;
    const { disorders, missing, last, frames } = book;
    expect({ frames: frames + dropped + early, lost: missing + sent - 1 - last, disorders }).toEqual({
      frames: sent,
      lost: dropped + early,
      disorders: 0,
    });
    expect(listener.counter("beside", "interface_drops")).toBe(early);
    expect(isUp(listener.status("beside"))).toBe(true);
    expect(Object.values(lifeOf(listener, "beside"))).toEqual(LIFE.map(() => 0));
    expect(listener.counter("beside", "socket_errors")).toBe(0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#flood?.[Symbol.asyncDispose]();
    await this.#link?.[Symbol.asyncDispose]();
  }
}
