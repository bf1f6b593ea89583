// Allow-list and databases in; a Plan, or every reason why there is none, out. Pure and deterministic: the same documents
// give the same plan. Nothing is clipped in silence: one problem, and there is no plan.
import { createHash } from "node:crypto";
import type { Database, Message, Signal } from "../../dbc/database.ts";
import { catalogueDigest } from "../../wire/birth.ts";
import type { CatalogueEntry } from "../../wire/catalogue.ts";
import type { DocumentPath, LocatedFile, Problem } from "../../yaml.ts";
import { BUSES_MAX, PAYLOAD_BYTES_MAX } from "../frame.ts";
import { RULES_MAX } from "../memory.ts";
import type { Plan } from "../plan.ts";
import { type AllowList, PATH_LENGTH_MAX, type Sampling } from "./allowlist.ts";
import { layoutRule, type RuleLayout, TableWriter, tableBytes } from "./layout.ts";
import { compileGate, firstClash, paddedLength, type Rule } from "./rules.ts";
import { compileSampling, effectiveSampling, encodingOf, type Slot, samplingFault } from "./sampling.ts";

export type Compilation =
  | { readonly plan: Plan; readonly problems: readonly [] }
  | { readonly plan: undefined; readonly problems: readonly Problem[] };

/** A signal that may leave, and where the list says so. */
interface Wanted {
  readonly path: string;
  readonly bus: string;
  readonly message: Message;
  readonly signal: Signal;
}

/** `databases` are those of each bus, by the bus's name. */
export function compile(
  list: LocatedFile<AllowList>,
  databases: ReadonlyMap<string, readonly Database[]>,
): Compilation {
  const problems: Problem[] = [];
  const complain = (path: DocumentPath, message: string): void => {
    problems.push({ ...list.locate(path), message });
  };
  // Sorted, so that the order in which a person wrote them is of no consequence.
  const buses = Object.keys(list.value.buses).toSorted();
  if (buses.length > BUSES_MAX) complain(["buses"], `${buses.length} buses; a gateway has at most ${BUSES_MAX}`);

  const wanted = Object.keys(list.value.signals).flatMap(
    (path) => resolve(list.value, path, databases, complain) ?? [],
  );
  const byMessage = groupByMessage(wanted, buses);
  const rules = byMessage.map((signals) => ruleOf(list.value, signals, buses, complain));
  checkRules(list.value, byMessage, rules, complain);
  if (problems.length > 0) return { plan: undefined, problems };

  const layouts = layoutAll(byMessage);
  if (layouts === undefined) {
    complain(["signals"], "there are more signals than the decode tables hold");
    return { plan: undefined, problems };
  }
  return { plan: assemble(list.value, buses, byMessage, rules, layouts), problems: [] };
}

type Complain = (path: DocumentPath, message: string) => void;

/** Finds the signal that an entry names, and checks how it is to be sampled. */
function resolve(
  list: AllowList,
  path: string,
  databases: ReadonlyMap<string, readonly Database[]>,
  complain: Complain,
): Wanted | undefined {
  const entry = list.signals[path];
  if (entry === undefined) return undefined;
  if (path.length > PATH_LENGTH_MAX) complain(["signals", path], `a path has at most ${PATH_LENGTH_MAX} characters`);
  const [bus = "", messageName = "", signalName = ""] = entry.from.split("/");
  const at = ["signals", path, "from"];
  const known = databases.get(bus);
  if (known === undefined) {
    complain(at, `unknown bus \`${bus}\`; the buses are ${[...databases.keys()].join(", ")}`);
    return undefined;
  }
  const [found, another] = known.flatMap(({ file, messages }) =>
    messages.filter(({ name }) => name === messageName).map((message) => ({ file, message })),
  );
  if (found === undefined) {
    const messages = known.flatMap(({ messages }) => messages);
    complain(at, `unknown message \`${messageName}\` on ${bus}${suggestion(messageName, messages)}`);
    return undefined;
  }
  if (another !== undefined) {
    complain(at, `message \`${messageName}\` is there twice on ${bus}: ${whereTwice(found.file, another.file)}`);
    return undefined;
  }
  const { message } = found;
  const signal = message.signals.find(({ name }) => name === signalName);
  if (signal === undefined) {
    complain(at, `unknown signal \`${signalName}\` in ${bus}/${messageName}${suggestion(signalName, message.signals)}`);
    return undefined;
  }
  const fault = samplingFault(effectiveSampling(entry, list.defaults ?? {}), signal);
  if (fault !== undefined) complain(["signals", path, fault.key], fault.message);
  return { path, bus, message, signal };
}

function whereTwice(file: string, another: string): string {
  return file === another ? `both in ${file}` : `in ${file} and in ${another}`;
}

/** The name that was probably meant: the one that starts alike the longest, if it is more than a letter or two. */
function suggestion(name: string, candidates: readonly { readonly name: string }[]): string {
  const common = (other: string): number => {
    let i = 0;
    while (i < name.length && name[i]?.toLowerCase() === other[i]?.toLowerCase()) i += 1;
    return i;
  };
  const [best] = candidates.map((candidate) => candidate.name).toSorted((a, b) => common(b) - common(a));
  return best !== undefined && common(best) >= 3 ? `; did you mean \`${best}\`?` : "";
}

/** In the order of buses, then of ids; within a message in the order of the paths. */
function groupByMessage(wanted: readonly Wanted[], buses: readonly string[]): readonly (readonly Wanted[])[] {
  const groups = Map.groupBy(wanted, ({ bus, message }) => `${bus}/${message.name}`);
  const rank = ([first]: readonly Wanted[]): number =>
    first === undefined
      ? 0
      : buses.indexOf(first.bus) * 2 ** 30 + Number(first.message.extended) * 2 ** 29 + first.message.id;
  return [...groups.values()]
    .map((group) => group.toSorted((a, b) => (a.path < b.path ? -1 : 1)))
    .toSorted((a, b) => rank(a) - rank(b));
}

function ruleOf(list: AllowList, group: readonly Wanted[], buses: readonly string[], complain: Complain): Rule {
  const [first] = group;
  if (first === undefined) throw new RangeError("a message without a signal has no rule");
  const { bus, message } = first;
  const name = `${bus}/${message.name}`;
  const exception = list.messages?.[name];
  const usual = paddedLength(message.lengthBytes, message.fd);
  const lengthMin = exception?.min_length ?? message.lengthBytes;
  const lengthMax = exception?.max_length ?? Math.max(usual, lengthMin);
  const longest = message.fd ? PAYLOAD_BYTES_MAX : 8;
  if (message.lengthBytes > longest) {
    complain(
      ["signals", first.path, "from"],
      `${name} is ${message.lengthBytes} bytes long: more than one frame carries`,
    );
  } else if (lengthMax > longest || lengthMin > lengthMax) {
    complain(
      ["messages", name],
      `${name}: lengths ${lengthMin} to ${lengthMax} are not possible; a frame has 0 to ${longest}`,
    );
  }
  for (const { path, signal } of group) {
    const short = lastByteOf(signal, message.signals) >= lengthMin;
    if (short)
      complain(["signals", path, "from"], `\`${signal.name}\` does not fit into ${lengthMin} bytes of ${name}`);
  }
  const byPgn = message.extended && (message.j1939 || list.buses[bus]?.j1939 === true);
  return { bus: buses.indexOf(bus), message, byPgn, lengthMin, lengthMax };
}

/** The last byte that the signal, or a selector it depends on, has a bit in. */
function lastByteOf(signal: Signal, all: readonly Signal[]): number {
  const { startBit, lengthBits, byteOrder, multiplexing } = signal;
  const before = byteOrder === "little" ? startBit & 7 : 7 - (startBit & 7);
  const last = (startBit >> 3) + ((before + lengthBits - 1) >> 3);
  const selector = all.find(({ name }) => name === multiplexing?.selector && name !== signal.name);
  return selector === undefined
    ? last
    : Math.max(
        last,
        lastByteOf(
          selector,
          all.filter((other) => other !== signal),
        ),
      );
}

function checkRules(
  list: AllowList,
  byMessage: readonly (readonly Wanted[])[],
  rules: readonly Rule[],
  complain: Complain,
): void {
  if (rules.length > RULES_MAX) complain(["signals"], `${rules.length} messages; a plan has at most ${RULES_MAX}`);
  const clash = firstClash(rules);
  if (clash !== undefined) {
    const [a, b] = clash.map((i) => byMessage[i]?.[0]);
    if (a !== undefined && b !== undefined) {
      complain(["signals", b.path, "from"], `${b.bus}/${b.message.name} has the same id as ${a.bus}/${a.message.name}`);
    }
  }
  const named = new Set(byMessage.map(([first]) => `${first?.bus}/${first?.message.name}`));
  for (const name of Object.keys(list.messages ?? {})) {
    if (!named.has(name)) complain(["messages", name], `\`${name}\`: no signal of this message is listed`);
  }
}

function layoutAll(
  byMessage: readonly (readonly Wanted[])[],
): { readonly layouts: readonly RuleLayout[]; readonly tables: Uint8Array } | undefined {
  const writer = new TableWriter();
  const layouts: RuleLayout[] = [];
  for (const group of byMessage) {
    const signals = group.map(({ signal }) => signal);
    const all = group[0]?.message.signals ?? [];
    if (!writer.hasRoom(tableBytes(signals, all))) return undefined;
    layouts.push(layoutRule(writer, signals, all));
  }
  return { layouts, tables: writer.bytes() };
}

function assemble(
  list: AllowList,
  buses: readonly string[],
  byMessage: readonly (readonly Wanted[])[],
  rules: readonly Rule[],
  { layouts, tables }: { readonly layouts: readonly RuleLayout[]; readonly tables: Uint8Array },
): Plan {
  const slots: Slot[] = [];
  const entries: CatalogueEntry[] = [];
  const groups: number[] = [];
  const slotBuses: number[] = [];
  for (const [group, layout] of layouts.entries()) {
    // One signal may leave under several paths: each place takes the next path of its signal.
    const open = [...(byMessage[group] ?? [])];
    for (const place of layout.places) {
      const wanted = open.splice(
        open.findIndex(({ signal }) => signal === place.signal),
        1,
      )[0];
      if (wanted === undefined) throw new RangeError("a laid out signal that nobody wanted");
      const sampling = effectiveSampling(ownSampling(list, wanted.path), list.defaults ?? {});
      entries.push(catalogueEntry(entries.length, group, wanted, encodingOf(place.signal, sampling)));
      slots.push({ place, sampling });
      groups.push(group);
      slotBuses.push(rules[group]?.bus ?? 0);
    }
  }
  const gate = compileGate(rules);
  const valueBytesMax = 4 * Math.max(0, ...layouts.map(({ words }) => words));
  const decode = { rules: Uint32Array.from(layouts.flatMap(({ entry }) => entry)), tables, valueBytesMax };
  const sample = compileSampling(layouts, slots);
  const catalogue = { digest: catalogueDigest(entries, list.version), policyVersion: list.version, entries };
  const digest = planDigest(catalogue.digest, buses, [gate, decode, sample]);
  const owners = { groups: Uint16Array.from(groups), slotBuses: Uint8Array.from(slotBuses) };
  const cycleMs = buses.map((bus) => shortestCycleMs(byMessage, bus));
  return { digest, buses, cycleMs, gate, decode, sample, catalogue, ...owners };
}

function shortestCycleMs(byMessage: readonly (readonly Wanted[])[], bus: string): number | undefined {
  const cycles = byMessage.flatMap(([first]) => (first?.bus === bus ? (first.message.cycleMs ?? []) : []));
  return cycles.length === 0 ? undefined : Math.min(...cycles);
}

function ownSampling(list: AllowList, path: string): Sampling {
  const { from: _from, ...own } = list.signals[path] ?? { from: "" };
  return own;
}

function catalogueEntry(
  alias: number,
  group: number,
  wanted: Wanted,
  encoding: CatalogueEntry["encoding"],
): CatalogueEntry {
  const { signal, message, bus, path } = wanted;
  const values = new Map([...signal.values].map(([raw, name]) => [String(raw), name]));
  return {
    alias,
    group,
    path,
    unit: signal.unit,
    factor: signal.factor,
    offset: signal.offset,
    encoding,
    values,
    source: `${bus}/${message.name}/${signal.name}`,
  };
}

/** Over the catalogue and every table: two plans with the same digest let the same bits out. */
function planDigest(catalogue: string, buses: readonly string[], parts: readonly object[]): string {
  const hash = createHash("sha256").update(`${catalogue}\n${buses.join(",")}\n`);
  for (const part of parts) {
    for (const [name, table] of Object.entries(part)) {
      if (!ArrayBuffer.isView(table)) continue;
      hash.update(`${name} ${table.byteLength}\n`);
      hash.update(new Uint8Array(table.buffer, table.byteOffset, table.byteLength));
    }
  }
  return hash.digest("hex").slice(0, 16);
}
