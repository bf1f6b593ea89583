// What the parser finds in each file of the shared set, held against the models that come with it.
import { describe, expect, test } from "vitest";
import type { Message, Signal } from "../../src/dbc/database.ts";
import { needs } from "../requirements.ts";
import { messagesOfShared, parseShared, readShared, type SharedNumber, sharedFiles } from "./shared-set.ts";

interface SignalModel {
  readonly name: string;
  readonly start: number;
  readonly len: number;
  readonly order: "LE" | "BE";
  readonly signed: boolean;
  readonly float: boolean;
  readonly scale: number;
  readonly offset: number;
  readonly min: SharedNumber | null;
  readonly max: SharedNumber | null;
  readonly unit: string | null;
  readonly receivers: readonly string[];
  readonly mux_selector: boolean;
  readonly mux_parent: string | null;
  readonly mux_ids: readonly number[] | null;
  readonly comment: string | null;
  readonly choices: Readonly<Record<string, string>> | null;
}

interface MessageModel {
  readonly id: number;
  readonly ext: boolean;
  readonly name: string;
  readonly len: number;
  readonly comment: string | null;
  readonly cycle_ms: number | null;
  readonly fd: boolean;
  readonly protocol: string | null;
  readonly senders: readonly string[];
  readonly signals: readonly SignalModel[];
}

interface DatabaseModel {
  readonly messages: readonly MessageModel[];
}

/** One file is a mixture of encodings, so that its value names are best effort. */
const MIXED_ENCODING = "opendbc_generated/hyundai_canfd_generated.dbc";
/** The model has both messages of one id, the parser the first one alone. */
const SECOND_OF_ITS_ID = "canmatrix/from_kcd_test.dbc StatusMeasuredPower";
/** Its selector is written with a bare "m", which means nothing; the parser skips it and what hangs on it. */
const BARE_INDICATOR = { message: "Motor_2", selector: "MO2_Mp_Code" };

describe("the models of the shared set", () => {
  needs("sharedData");

  test.for(sharedFiles())("%s has the messages and signals of its model", (file) => {
    const model: DatabaseModel = JSON.parse(readShared(`models/${file.replace("/", "__")}.json.gz`));
    const messages = messagesOfShared(`dbc/${file}`);
    const byId = new Map(messages.map((message) => [keyOf(message.id, message.extended), message]));
    expect(new Set(byId.keys())).toEqual(new Set(model.messages.map(({ id, ext }) => keyOf(id, ext))));
    for (const expected of model.messages) {
      if (`${file} ${expected.name}` === SECOND_OF_ITS_ID) continue;
      const message = byId.get(keyOf(expected.id, expected.ext));
      if (message === undefined) continue;
      expect(describeMessage(message)).toEqual(describeMessageModel(expected));
      expect(message.signals.map((signal) => describeSignal(file, signal))).toEqual(
        signalsThatFit(expected, message).map((signal) => describeSignalModel(file, signal, expected)),
      );
    }
  });

  test("what is skipped or bent in them is told with its line", () => {
    const { warnings } = parseShared("dbc/canmatrix/from_kcd_test.dbc");
    const found = warnings.find(({ message }) => message.includes("ReactivePower_command skipped"));
    expect(found).toEqual({
      file: "dbc/canmatrix/from_kcd_test.dbc",
      line: 26,
      message: "signal CommandPower/ReactivePower_command skipped: it needs 11 bytes, and the message has 8",
    });
  });
});

function keyOf(id: number, extended: boolean): string {
  return `${extended ? "x" : "s"}${id}`;
}

function describeMessage(message: Message) {
  const { name, lengthBytes, cycleMs, fd, comment, j1939 } = message;
  return { name, lengthBytes, cycleMs, fd, comment, j1939 };
}

function describeMessageModel(model: MessageModel): ReturnType<typeof describeMessage> {
  return {
    name: model.name,
    lengthBytes: model.len,
    cycleMs: model.cycle_ms ?? undefined,
    // The model says FD only where VFrameFormat does.
    fd: model.fd || model.len > 8,
    comment: model.comment ?? undefined,
    // One file says J1939 of an 11-bit id, which has no PGN.
    j1939: model.protocol === "j1939" && model.ext,
  };
}

/** The model lists signals that do not fit their message too, in another order. */
function signalsThatFit(model: MessageModel, message: Message): SignalModel[] {
  const order = new Map(message.signals.map(({ name }, index) => [name, index]));
  const fitting = model.signals.filter((signal) => lastBit(signal) < model.len * 8 && hasMeaning(model, signal));
  return fitting.toSorted((a, b) => (order.get(a.name) ?? 0) - (order.get(b.name) ?? 0));
}

function hasMeaning(message: MessageModel, { name, mux_ids }: SignalModel): boolean {
  return message.name !== BARE_INDICATOR.message || (name !== BARE_INDICATOR.selector && mux_ids === null);
}

/** The signal's highest bit in the order of the wire. */
function lastBit({ order, start, len }: SignalModel): number {
  return order === "LE" ? start + len - 1 : Math.floor(start / 8) * 8 + 7 - (start % 8) + len - 1;
}

function describeSignal(file: string, signal: Signal) {
  const { name, startBit, lengthBits, byteOrder, signed, factor, offset, minimum, maximum, unit } = signal;
  return {
    ...{ name, startBit, lengthBits, byteOrder, signed, factor, offset, minimum, maximum, unit },
    isFloat: signal.format !== "integer",
    isSelector: signal.isSelector,
    receivers: signal.receivers,
    comment: signal.comment,
    selector: signal.multiplexing?.selector,
    selected: [...new Set((signal.multiplexing?.ranges ?? []).flatMap(({ from, to }) => countFrom(from, to)))].toSorted(
      (a, b) => a - b,
    ),
    values: file === MIXED_ENCODING ? {} : Object.fromEntries(signal.values),
  };
}

function countFrom(from: bigint, to: bigint): number[] {
  return Array.from({ length: Number(to - from) + 1 }, (_, index) => Number(from) + index);
}

function describeSignalModel(
  file: string,
  model: SignalModel,
  message: MessageModel,
): ReturnType<typeof describeSignal> {
  return {
    name: model.name,
    startBit: model.start,
    lengthBits: model.len,
    byteOrder: model.order === "LE" ? "little" : "big",
    signed: model.signed,
    factor: model.scale,
    offset: model.offset,
    minimum: Number(model.min ?? 0),
    maximum: Number(model.max ?? 0),
    unit: model.unit ?? "",
    isFloat: model.float,
    isSelector: model.mux_selector,
    receivers: model.receivers,
    comment: model.comment ?? undefined,
    selector: selectorByItsLongName(model.mux_parent, message),
    selected: [...(model.mux_ids ?? [])].toSorted((a, b) => a - b),
    values: file === MIXED_ENCODING ? {} : (model.choices ?? {}),
  };
}

/** Where a selector has a long name, the model still refers to it by the short one, which is the beginning of the long. */
function selectorByItsLongName(parent: string | null, message: MessageModel): string | undefined {
  if (parent === null) return undefined;
  const selectors = message.signals.filter((signal) => signal.mux_selector).map(({ name }) => name);
  return selectors.find((name) => name === parent) ?? selectors.find((name) => name.startsWith(parent));
}
