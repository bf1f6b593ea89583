// The plan: the same documents give the same plan, every change of what may leave gives another digest, and nothing is in the
// plan that the list does not name.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Message } from "../../src/dbc/database.ts";
import { createGate } from "../../src/vehicle/gate/gate.ts";
import { createMemory, takeBlock } from "../../src/vehicle/memory.ts";
import { NO_RULE, type Plan } from "../../src/vehicle/plan.ts";
import { catalogueDigest, encodeBirth, readBirth } from "../../src/wire/birth.ts";
import { anyMessage } from "./arbitraries.ts";
import { databaseOf, databasesOf, fill, listOf, MESSAGE, planOf, planOfText, SIGNAL } from "./plans.ts";

const MESSAGES: readonly Message[] = [
  {
    ...MESSAGE,
    signals: [
      { ...SIGNAL, name: "Speed", lengthBits: 16, factor: 0.01, unit: "km/h" },
      { ...SIGNAL, name: "Gear", startBit: 16, lengthBits: 4, values: new Map([[0n, "park"]]) },
    ],
  },
  { ...MESSAGE, name: "Other", id: 0x101 },
];
const HEAD = 'version: "1"\nbuses: { can0: { dbc: [a.dbc] }, can1: { dbc: [b.dbc] } }\n';
const BUSES = { can0: MESSAGES, can1: MESSAGES };

describe("the digest", () => {
  const base = `${HEAD}signals:
  V.Speed: { from: can0/M/Speed, every: 100ms, minimum_delta: 0.1 }
  V.Gear: { from: can0/M/Gear }
  V.Other: { from: can1/Other/S, aggregate: max, window: 1s }
  V.Again: { from: can0/M/Speed }
  V.There: { from: can1/M/Gear }
`;
  const digest = planOfText(base, BUSES).digest;

  test("is that of the content: not of the order of keys, of layout, or of comments", () => {
    const other = `# a comment
signals:
    V.Other:
        window: 1s
        aggregate: max
        from: can1/Other/S
    V.There: { from: can1/M/Gear }
    V.Gear: { "from": "can0/M/Gear", on_change: true }
    V.Again: { from: can0/M/Speed }
    V.Speed: { minimum_delta: 0.10, every: 0.1s, from: can0/M/Speed }
buses: { can1: { dbc: [b.dbc] }, can0: { dbc: [a.dbc] } }
version: '1'
`;
    const plan = planOfText(other, BUSES);
    expect(plan).toEqual(planOfText(base, BUSES));
    expect(plan.digest).toBe(digest);
    expect(digest).toMatch(/^[0-9a-f]{16}$/);
  });

  test("is not that of the order of messages and signals in a database", () => {
    const reversed = MESSAGES.toReversed().map((message) => ({ ...message, signals: message.signals.toReversed() }));
    expect(planOfText(base, { can0: reversed, can1: reversed })).toEqual(planOfText(base, BUSES));
  });

  test.each([
    ["a signal more", "V.Gear: {", "V.Park: { from: can0/M/Gear }\n  V.Gear: {"],
    ["a signal less", "  V.Gear: { from: can0/M/Gear }\n", ""],
    ["another path", "V.Gear", "V.Gears"],
    ["another signal", "can0/M/Gear", "can0/M/Speed"],
    ["another bus", "can0/M/Gear", "can1/M/Gear"],
    ["another interval", "100ms", "101ms"],
    ["another delta", "0.1 }", "0.2 }"],
    ["no change needed", "V.Gear: {", "V.Gear: { on_change: false,"],
    ["a heartbeat", "V.Gear: {", "V.Gear: { resend: 1s,"],
    ["another aggregate", "max", "min"],
    ["another window", "window: 1s", "window: 2s"],
    ["defaults that apply", "signals:", "defaults: { resend: 5s }\nsignals:"],
    ["shorter payloads", "signals:", "messages: { can0/M: { min_length: 4 } }\nsignals:"],
    ["another version", 'version: "1"', 'version: "2"'],
    [
      "another bus, even if nothing of it is listed",
      "can1: { dbc: [b.dbc] } }",
      "can1: { dbc: [b.dbc] }, can2: { dbc: [c] } }",
    ],
  ])("changes with %s", (_, from, to) => {
    expect(planOfText(base.replace(from, to), { ...BUSES, can2: [] }).digest).not.toBe(digest);
  });

  test("changes with the way in which 29-bit messages are matched", () => {
    const extended = { can0: MESSAGES.map((message) => ({ ...message, extended: true })), can1: MESSAGES };
    const byPgn = base.replace("[a.dbc]", "[a.dbc], j1939: true");
    expect(planOfText(byPgn, extended).digest).not.toBe(planOfText(base, extended).digest);
    expect(planOfText(byPgn, BUSES).digest).toBe(digest);
  });

  test.each<[string, Partial<(typeof MESSAGES)[number]["signals"][number]>]>([
    ["factor", { factor: 0.02 }],
    ["offset", { offset: 1 }],
    ["unit", { unit: "m/s" }],
    ["place", { startBit: 1 }],
    ["length", { lengthBits: 15 }],
    ["byte order", { byteOrder: "big", startBit: 7 }],
    ["sign", { signed: true }],
    ["names", { values: new Map([[5n, "five"]]) }],
    ["condition", { multiplexing: { selector: "Gear", ranges: [{ from: 1n, to: 1n }] } }],
  ])("changes with the %s that a database gives to a listed signal", (_, change) => {
    const [first, ...others] = MESSAGES;
    const [speed, ...rest] = first?.signals ?? [];
    const changed = [{ ...MESSAGE, ...first, signals: [{ ...SIGNAL, ...speed, ...change }, ...rest] }, ...others];
    expect(planOfText(base, { can0: changed, can1: MESSAGES }).digest).not.toBe(digest);
  });

  test.each<[string, Partial<Message>]>([
    ["id", { id: 0x222 }],
    ["length", { lengthBytes: 7 }],
    ["format", { fd: true }],
    ["identifier length", { extended: true }],
  ])("changes with the %s that a database gives to a listed message", (_, change) => {
    const changed = MESSAGES.map((message) => ({ ...message, ...change, name: message.name })).slice(0, 1);
    expect(planOfText(base, { can0: changed, can1: MESSAGES }).digest).not.toBe(digest);
  });

  test("does not change with what a database says of signals that are not listed", () => {
    const changed = MESSAGES.map((message) => ({
      ...message,
      signals: [...message.signals, { ...SIGNAL, name: "Secret", factor: 7, values: new Map([[1n, "secret"]]) }],
    }));
    expect(planOfText(base, { can0: changed, can1: changed })).toEqual(planOfText(base, BUSES));
  });
});

describe("the catalogue", () => {
  test("says of each listed signal what the database says, by alias, and nothing of others", () => {
    const { catalogue, groups } = planOfText(
      `${HEAD}signals:\n  V.B: { from: can0/M/Gear }\n  V.A: { from: can0/M/Speed, aggregate: mean, window: 1s }\n`,
      BUSES,
    );
    expect(catalogue.policyVersion).toBe("1");
    expect(catalogue.digest).toBe(catalogueDigest(catalogue.entries, "1"));
    expect(catalogue.entries).toEqual([
      {
        ...{ alias: 0, group: 0, path: "V.A", unit: "km/h", factor: 0.01, offset: 0 },
        ...{ encoding: "float64", values: new Map(), source: "can0/M/Speed" },
      },
      {
        ...{ alias: 1, group: 0, path: "V.B", unit: "", factor: 1, offset: 0 },
        ...{ encoding: "unsigned", values: new Map([["0", "park"]]), source: "can0/M/Gear" },
      },
    ]);
    expect([...groups]).toEqual([0, 0]);
  });
});

describe("a plan admits and names what is listed, and nothing else", () => {
  const memory = createMemory();
  const block = takeBlock(memory);

  /** By bus, the 11-bit ids of which a frame of the length is admitted. */
  function admittedIds(plan: Plan, length: number): string[] {
    const gate = createGate(memory, plan.gate);
    const admitted: string[] = [];
    for (let bus = 0; bus < 16; bus++) {
      for (let first = 0; first < 2048; first += block.capacity) {
        const frames = Array.from({ length: block.capacity }, (_, row) => ({
          ...{ bus, id: first + row, flags: 0, payload: new Uint8Array(length), monotonicUs: 0 },
        }));
        fill(block, frames);
        const count = gate(block);
        for (const entry of memory.admitted.subarray(0, count)) admitted.push(`${bus} ${first + (entry & 0xffff)}`);
      }
    }
    return admitted;
  }

  test("for any databases and any choice of signals", () => {
    const anyVehicle = fc.record({
      messages: fc.array(anyMessage(6), { minLength: 1, maxLength: 6 }),
      ids: fc.uniqueArray(fc.nat(0x7ff), { minLength: 6, maxLength: 6 }),
      choices: fc.array(fc.array(fc.nat(5), { maxLength: 3 }), { minLength: 6, maxLength: 6 }),
    });
    fc.assert(
      fc.property(anyVehicle, ({ messages: plain, ids, choices }) => {
        const messages = plain.map((message, index) => ({
          ...message,
          ...{ fd: false, name: `M${index}`, id: ids[index] ?? 0, lengthBytes: 8 },
          signals: message.signals.filter(({ startBit, lengthBits }) => startBit + lengthBits <= 56),
        }));
        const sources = messages.flatMap(({ name, signals }, index) => {
          const chosen = signals.filter((_, place) => choices[index]?.includes(place));
          const reachable = chosen.filter(({ multiplexing }) => multiplexing === undefined);
          return reachable.map((signal) => `can0/${name}/${signal.name}`);
        });
        const entries = Object.fromEntries(sources.map((from, index) => [`V.p${index}`, { from }]));
        const plan = planOf(listOf(["can0"], { signals: entries }), databasesOf({ can0: messages }));
        expect(plan.catalogue.entries.map(({ source }) => source).toSorted()).toEqual(sources.toSorted());
        const listed = messages.filter(({ name }) => sources.some((source) => source.startsWith(`can0/${name}/`)));
        expect(admittedIds(plan, 8)).toEqual(listed.map(({ id }) => `0 ${id}`).toSorted(byNumber));
        expect(admittedIds(plan, 7)).toEqual([]);
      }),
      { numRuns: 60 },
    );
  }, 60_000);

  test("and an empty list gives a plan that admits nothing and names nothing", () => {
    const plan = planOfText(`${HEAD}signals: {}\n`, BUSES);
    expect(admittedIds(plan, 8)).toEqual([]);
    expect(plan.catalogue.entries).toEqual([]);
    const { standard, extended, pgn, lengths } = plan.gate;
    for (const table of [standard, extended, pgn]) expect(new Set(table)).toEqual(new Set([NO_RULE]));
    expect([lengths.length, plan.decode.rules.length, plan.decode.tables.length, plan.groups.length]).toEqual([
      0, 0, 0, 0,
    ]);
    const birth = { catalogue: plan.catalogue, softwareVersion: "1", stream: new Uint8Array(16), createdAtMs: 0 };
    expect(readBirth(encodeBirth(birth)).catalogue).toEqual(plan.catalogue);
  });

  test("a bus that is matched by PGN can have 11-bit messages, too", () => {
    const list = "signals:\n  V.A: { from: can0/M/Gear }\n  V.B: { from: can0/Other/S }\n";
    const plan = planOfText(HEAD.replace("[a.dbc]", "[a.dbc], j1939: true") + list, BUSES);
    expect(admittedIds(plan, 8)).toEqual(["0 256", "0 257"]);
  });

  test("of a bus whose messages are in several files, all are found", () => {
    const [first, second] = MESSAGES.map((message) => databaseOf([message]));
    const list = listOf(["can0"], { signals: { "V.A": { from: "can0/M/Gear" }, "V.B": { from: "can0/Other/S" } } });
    const plan = planOf(list, new Map([["can0", [first, second].filter((database) => database !== undefined)]]));
    expect(plan.catalogue.entries.map(({ source }) => source)).toEqual(["can0/M/Gear", "can0/Other/S"]);
  });
});

function byNumber(a: string, b: string): number {
  return Number(a.split(" ")[1]) - Number(b.split(" ")[1]);
}
