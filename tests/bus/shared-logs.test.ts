// The recorded and the synthetic logs of the shared data: the reader agrees with a parser by regular expressions on each
// frame, and with the list of what must decode.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { type CandumpLog, openCandump } from "../../src/vehicle/bus/candump.ts";
import { createFrameBlock, ID_ERROR, ID_EXTENDED, ID_REMOTE } from "../../src/vehicle/frame.ts";
import { needs, SHARED_DATA } from "../requirements.ts";
import { busIndexOf, collectFrames, type TestFrame } from "./candump-text.ts";

describe("the shared logs", () => {
  needs("sharedData");
  const pathOf = (name: string): string => join(SHARED_DATA, "logs", name);
  const textOf = (name: string): string => gunzipSync(readFileSync(pathOf(name))).toString("latin1");
  const openLog = (name: string): CandumpLog =>
    openCandump({ path: pathOf(name), block: createFrameBlock(), busIndexOf });

  it.each([
    "synthetic_fuzz_a_01.log.gz",
    "css-17BD1DB7-uds.log.gz",
    "css-3BA199E2.log.gz",
    "css-FCBF0606-j1939.log.gz",
    "kuksa-tesla.log.gz",
    "savvycan-candump.log.gz",
  ])("%s is read as a parser by regular expressions reads it", async (name) => {
    const log = openLog(name);
    const expected = readByPattern(textOf(name));
    const read = await collectFrames(log);
    expect(read.length).toBe(expected.frames.length);
    expect(read.findIndex((frame, index) => !isSame(frame, expected.frames[index]))).toBe(-1);
    expect(log.counters.junkLines).toBe(expected.junkLines);
  });

  it("has every frame of the synthetic log that must decode, and its remote, error and junk lines", async () => {
    const name = "synthetic_fuzz_a_01.log.gz";
    const log = openLog(name);
    const read = await collectFrames(log);
    const { lineNumbers } = readByPattern(textOf(name));
    const byLine = new Map(lineNumbers.map((line, index) => [line, read[index]]));
    const decoded = textOf("synthetic_fuzz_a_01.expected.jsonl.gz").trimEnd().split("\n");
    expect(decoded.length).toBeGreaterThan(10_000);
    for (const line of decoded) {
      const {
        line: number,
        t,
        id,
        ext,
        fd,
      } = JSON.parse(line) as Record<"line" | "id", number> & {
        t: string;
        ext: boolean;
        fd: boolean;
      };
      expect(byLine.get(number)).toMatchObject({
        capturedAtUs: Number(t.replace(".", "")),
        id: id + (ext ? ID_EXTENDED : 0),
      });
      expect(((byLine.get(number)?.flags ?? 0) & 4) !== 0).toBe(fd);
    }
    const count = (matches: (frame: TestFrame) => boolean): number => read.filter(matches).length;
    expect({
      fd: count((frame) => frame.flags !== 0),
      remote: count((frame) => (frame.id & ID_REMOTE) !== 0),
      error: count((frame) => (frame.id & ID_ERROR) !== 0),
      ...log.counters,
    }).toEqual({ fd: 7971, remote: 379, error: 412, frames: 19_587, junkLines: 413, firstJunkLine: 34 });
  });
});

/** The reader's oracle: slow, and written another way. */
function readByPattern(text: string): { frames: TestFrame[]; lineNumbers: number[]; junkLines: number } {
  const frames: TestFrame[] = [];
  const lineNumbers: number[] = [];
  const lines = text.replace(/\n$/, "").split("\n");
  const pattern =
    /^\((\d+)\.(\d{6})\) (\S+) ([0-7][0-9A-F]{2}|[0-3][0-9A-F]{7})#(?:(R)([0-8]?)|(?:#([0-9A-F]))?((?:[0-9A-F]{2})*))\r?$/i;
  for (const [index, line] of lines.entries()) {
    const [, seconds, micros, bus, id = "", remote, code, fd, payload = ""] = pattern.exec(line) ?? [];
    const length = payload.length / 2;
    const isLength = fd === undefined ? length <= 8 : length <= 8 || [12, 16, 20, 24, 32, 48, 64].includes(length);
    if (bus === undefined || !isLength) continue;
    const number = Number.parseInt(id, 16);
    frames.push({
      capturedAtUs: Number(seconds) * 1e6 + Number(micros),
      bus: busIndexOf(bus),
      id: number + (id.length === 8 && number < ID_ERROR ? ID_EXTENDED : 0) + (remote === undefined ? 0 : ID_REMOTE),
      flags: fd === undefined ? 0 : (Number.parseInt(fd, 16) & 3) | 4,
      length: remote === undefined ? length : Number(code),
      payload: payload.toLowerCase(),
    });
    lineNumbers.push(index + 1);
  }
  return { frames, lineNumbers, junkLines: lines.length - frames.length };
}

function isSame(frame: TestFrame, other: TestFrame | undefined): boolean {
  return JSON.stringify(frame) === JSON.stringify(other);
}
