// A decoded frame as a JSON line, made by hand, since most of it is the same for every frame of a message. Numbers that JSON
// cannot carry are strings: integers beyond ±(2^53 − 1) in decimal, and NaN, Infinity and -Infinity.
import type { Message } from "../dbc/database.ts";
import { compileMessage, type DecodedSignal } from "../dbc/decode.ts";

/** Takes the time in seconds, the bus's name as JSON, the frame's id and its payload; answers the line without its newline. */
export type FrameFormat = (t: number, busJson: string, id: number, payload: Uint8Array) => string;

export function createFrameFormat(message: Message): FrameFormat {
  const decode = compileMessage(message);
  const names = new Map(message.signals.map(({ name }) => [name, `${JSON.stringify(name)}:{"raw":`]));
  const constant = `,"ext":${message.extended},"message":${JSON.stringify(message.name)},"signals":{`;
  return (t, busJson, id, payload) => {
    let signals = "";
    for (const [name, signal] of decode(payload)) signals += `${signals && ","}${names.get(name)}${contentOf(signal)}`;
    return `{"t":${t},"bus":${busJson},"id":${id}${constant}${signals}}}`;
  };
}

function contentOf({ raw, value, text }: DecodedSignal): string {
  const named = text === undefined ? "" : `,"text":${JSON.stringify(text)}`;
  return `${numberOf(raw)},"value":${numberOf(value)}${named}}`;
}

function numberOf(value: number | bigint): string {
  return Number.isFinite(value) ? String(value) : `"${value}"`;
}
