// Properties of the candump reader: every way the bytes may be cut, how blocks end, everything that can be wrong with a
// log, and that nothing stays open.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readlinkSync } from "node:fs";
import { chmod, mkdir, mkdtemp, open, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { isMainThread } from "node:worker_threads";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CandumpLog, LINE_BYTES_MAX, openCandump } from "../../src/vehicle/bus/candump.ts";
import { CHUNK_BYTES_MAX } from "../../src/vehicle/bus/line-window.ts";
import { LogError, readingError } from "../../src/vehicle/bus/log-error.ts";
import { BLOCK_SPAN_US_MAX, createFrameBlock } from "../../src/vehicle/frame.ts";
import { anyFrame, busIndexOf, candumpLine, collectFrames, frameAt, logOf, type TestFrame } from "./candump-text.ts";

const unaborted = new AbortController().signal;
let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "canward-candump-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function failureOf(reading: Promise<unknown>): Promise<LogError> {
  const error: unknown = await reading.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof LogError) return error;
  throw new Error(`no LogError: ${String(error)}`);
}

async function file(name: string, bytes: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, bytes);
  return path;
}

function openFile(path: string): CandumpLog {
  return openCandump({ path, block: createFrameBlock(), busIndexOf });
}

describe("a log", () => {
  it("is read back as it was written, however its bytes are cut", async () => {
    const junk = fc.constantFrom("", "junk", "(1.0) can0", "\u00ff".repeat(1200), "# comment");
    const line = fc.oneof({ weight: 5, arbitrary: anyFrame }, { weight: 1, arbitrary: junk });
    const property = fc.asyncProperty(
      fc.array(line, { maxLength: 40 }),
      anyFrame,
      fc.constantFrom("\n", "\r\n"),
      fc.boolean(),
      fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 20 }),
      async (lines, last, newline, endsWithNewline, cuts) => {
        const all = [...lines, last];
        const texts = all.map((item) => (typeof item === "string" ? item : candumpLine(item)));
        const bytes = Buffer.from(texts.join(newline) + (endsWithNewline ? newline : ""), "latin1");
        const log = logOf(cutUp(bytes, cuts));
        const frames = all.filter((item) => typeof item !== "string");
        expect(await collectFrames(log)).toEqual(frames);
        expect(log.counters).toMatchObject({ frames: frames.length, junkLines: all.length - frames.length });
      },
    );
    await fc.assert(property, { numRuns: 300 });
  });

  it("is the same as gzip, as several gzip members, and from a file", async () => {
    const frames = fc.sample(anyFrame, { numRuns: 3000, seed: 7 });
    const lines = frames.map((frame) => `${candumpLine(frame)}\n`);
    const text = lines.join("");
    const members = Buffer.concat([gzipSync(lines.slice(0, 1000).join("")), gzipSync(lines.slice(1000).join(""))]);
    expect(await collectFrames(openFile(await file("plain.log", text)))).toEqual(frames);
    expect(await collectFrames(openFile(await file("packed.log.gz", gzipSync(text))))).toEqual(frames);
    expect(await collectFrames(openFile(await file("members.log", members)))).toEqual(frames);
  });

  it("may be empty", async () => {
    const log = openFile(await file("empty.log", ""));
    expect(await collectFrames(log)).toEqual([]);
    expect(await collectFrames(openFile(await file("empty.log.gz", gzipSync(""))))).toEqual([]);
    expect(log.counters).toEqual({ frames: 0, junkLines: 0, firstJunkLine: 0 });
  });

  it("can be read again, and counts on", async () => {
    const log = openFile(await file("again.log", "(1.000000) can0 001#\njunk\n"));
    expect(log.name).toBe("again.log");
    expect(await collectFrames(log)).toEqual(await collectFrames(log));
    expect(log.counters).toMatchObject({ frames: 2, junkLines: 2 });
  });

  it("does not take the beginning of a line that is too long for a line", async () => {
    const good = "(1.000000) can0 001#";
    const full = good.padEnd(LINE_BYTES_MAX);
    const after = `\n${`${good}\n`.repeat(20_000)}`.slice(0, CHUNK_BYTES_MAX);
    for (const [chunks, junkLines] of [
      [[full, "\n"], 0],
      [[full, "X\n"], 1],
      [[full, " \n"], 1],
      [[full, " ", " ", "\n"], 1],
      [[`${full} `, after], 1],
      [[`${full} `.padEnd(3000), "X", after], 1],
    ] as const) {
      const log = logOf([`${good}\n`, ...chunks].map((chunk) => Buffer.from(chunk)));
      await collectFrames(log);
      expect(log.counters.junkLines).toBe(junkLines);
    }
  });

  it("takes no more memory for a line of 100 MB", async () => {
    const megabyte = new Uint8Array(1 << 20).fill(0x41);
    const used = (): number => process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers;
    const before = used();
    let mostUsed = 0;
    async function* bytes(): AsyncGenerator<Uint8Array, void, undefined> {
      yield Buffer.from("(1.000000) can0 001#\n");
      for (let count = 0; count < 100; count++) {
        yield megabyte;
        mostUsed = Math.max(mostUsed, used());
      }
    }
    const log = openCandump({ path: "long.log", block: createFrameBlock(), busIndexOf, bytes });
    expect(await collectFrames(log)).toHaveLength(1);
    expect(log.counters.junkLines).toBe(1);
    expect(mostUsed - before).toBeLessThan(20e6);
  });
});

function cutUp(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  let from = 0;
  for (let index = 0; from < bytes.length; index++) {
    const to = from + (cuts[index % cuts.length] ?? 1);
    chunks.push(bytes.slice(from, to));
    from = to;
  }
  return chunks;
}

describe("a block", () => {
  it("ends when it is full, and spans no more time than it may", async () => {
    const steps = fc.array(fc.integer({ min: -50_000, max: 150_000 }), { minLength: 1, maxLength: 100 });
    await fc.assert(
      fc.asyncProperty(steps, fc.integer({ min: 1, max: 20 }), async (stepsUs, capacity) => {
        let atUs = 10_000_000;
        const lines = stepsUs.map((stepUs) => {
          atUs += stepUs;
          return `(${Math.floor(atUs / 1e6)}.${String(atUs % 1e6).padStart(6, "0")}) can0 123#\n`;
        });
        const sizes: number[] = [];
        const firsts: number[] = [];
        for await (const block of logOf(lines.join(""), createFrameBlock(capacity)).receive(unaborted)) {
          const times = block.monotonicUs.subarray(0, block.count);
          expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeLessThan(BLOCK_SPAN_US_MAX);
          if (sizes.length > 0 && sizes.at(-1) !== capacity) {
            expect((times[0] ?? 0) - (firsts.at(-1) ?? 0)).toBeGreaterThanOrEqual(BLOCK_SPAN_US_MAX);
          }
          sizes.push(block.count);
          firsts.push(times[0] ?? 0);
        }
        expect(sizes.every((size) => size >= 1 && size <= capacity)).toBe(true);
        expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(stepsUs.length);
      }),
    );
  });

  it("ends before the first frame that is later by the whole span", async () => {
    const sizes: number[] = [];
    const text = "(1.000000) can0 1FF#\n(1.099999) can0 1FF#\n(1.100000) can0 1FF#\n(1.200000) can0 1FF#\n";
    for await (const { count } of logOf(text).receive(unaborted)) sizes.push(count);
    expect(sizes).toEqual([2, 1, 1]);
  });

  it("has a monotonic time that is held where the log steps back, and goes on from there", async () => {
    const times = ["100.000000", "100.000100", "50.000000", "50.000030", "49.000000", "49.000001", "200.000000"];
    const monotonic: number[] = [];
    const captured: number[] = [];
    const text = times.map((time) => `(${time}) can0 123#\n`).join("");
    for await (const block of logOf(text).receive(unaborted)) {
      monotonic.push(...block.monotonicUs.subarray(0, block.count));
      captured.push(...block.capturedAtUs.subarray(0, block.count));
    }
    const held = [0, 100, 100, 130, 130, 131, 151_000_130].map((us) => 100_000_000 + us);
    expect(monotonic).toEqual(held);
    expect(captured).toEqual(times.map((time) => Math.round(Number(time) * 1e6)));
  });

  it("has nothing left of the frame that was in its row before, up to the next 8 bytes", async () => {
    const block = createFrameBlock(2);
    const text = [`7${"FF".repeat(64)}`, "", "0"]
      .map((fd) => (fd === "" ? "123#01" : `123##${fd}`))
      .map((frame, time) => `(${time}.000000) can0 ${frame}\n(${time}.000000) can0 ${frame}\n`);
    const records: string[][] = [];
    for await (const { bytes } of logOf(text.join(""), block).receive(unaborted)) {
      records.push([4, 76].map((start) => Buffer.from(bytes.subarray(start, start + 12)).toString("hex")));
    }
    expect(records[1]).toEqual(["010000000100000000000000", "010000000100000000000000"]);
    expect(records[2]).toEqual(["000400000000000000000000", "000400000000000000000000"]);
    expect([8, 80].every((start) => block.bytes.subarray(start, start + 64).every((byte) => byte === 0))).toBe(true);
  });
});

describe("a log that cannot be read", () => {
  it("is missing", async () => {
    const path = join(folder, "missing.log");
    const error = await failureOf(collectFrames(openFile(path)));
    expect(error).toMatchObject({ code: "LOG_MISSING", message: `${path}: there is no such file` });
    expect(error.remedy).not.toBe("");
    const inFile = join(await file("a.log", ""), "b.log");
    expect(await failureOf(collectFrames(openFile(inFile)))).toMatchObject({ code: "LOG_MISSING" });
  });

  it("is a folder", async () => {
    await mkdir(join(folder, "logs"));
    expect(await failureOf(collectFrames(openFile(join(folder, "logs"))))).toMatchObject({ code: "LOG_DIRECTORY" });
  });

  it("is not permitted", async () => {
    const denied = Object.assign(new Error("EACCES: permission denied"), { code: "EACCES" });
    expect(readingError("secret.log", 0, denied)).toMatchObject({ code: "LOG_DENIED", cause: denied });
    const path = await file("secret.log", "");
    await chmod(path, 0);
    const isRoot = process.geteuid?.() === 0; // root may read everything, so be nobody for the while
    if (isRoot && !isMainThread) return; // a thread cannot become another user
    if (isRoot) process.seteuid?.("nobody");
    try {
      expect(await failureOf(collectFrames(openFile(path)))).toMatchObject({ code: "LOG_DENIED" });
    } finally {
      if (isRoot) process.seteuid?.(0);
    }
  });

  it("fails in a way that has no name of its own", async () => {
    const bytes = (): AsyncIterable<Uint8Array> => failing(Object.assign(new Error("EIO: i/o error"), { code: "EIO" }));
    const log = openCandump({ path: "disk.log", block: createFrameBlock(), busIndexOf, bytes });
    const error = await failureOf(collectFrames(log));
    expect(error).toMatchObject({ code: "LOG_UNREADABLE" });
    expect(error.message).toBe("disk.log: after line 1: it cannot be read (EIO: i/o error)");
  });

  it("is a truncated gzip file: what stands before the break is read, and the message says up to where", async () => {
    const frames = fc.sample(anyFrame, { numRuns: 200, seed: 3 });
    const packed = gzipSync(frames.map((frame) => `${candumpLine(frame)}\n`).join(""));
    for (const length of [2, 10, 300, Math.floor(packed.length / 2), packed.length - 8, packed.length - 1]) {
      const path = await file("truncated.log.gz", packed.subarray(0, length));
      const read: TestFrame[] = [];
      const reading = (async () => {
        for await (const block of openFile(path).receive(unaborted)) {
          for (let row = 0; row < block.count; row++) read.push(frameAt(block, row));
        }
      })();
      const error = await failureOf(reading);
      expect(error.code).toBe("LOG_TRUNCATED");
      expect(error.message).toBe(
        `${path}: ${read.length === 0 ? "" : `after line ${read.length}: `}the gzip file ends too early`,
      );
      expect(read).toEqual(frames.slice(0, read.length));
    }
  });

  it("is a damaged gzip file", async () => {
    const packed = gzipSync("(1.000000) can0 001#\n".repeat(1000));
    packed.fill(0xaa, 20, 30);
    const error = await failureOf(collectFrames(openFile(await file("damaged.log.gz", packed))));
    expect(error.code).toBe("LOG_CORRUPT");
  });

  it("has lines, and not one is a frame", async () => {
    const path = await file("letter.txt", "\nDear all,\n");
    const error = await failureOf(collectFrames(openFile(path)));
    expect(error).toMatchObject({
      code: "LOG_NO_FRAME",
      message: `${path}:1: no CAN frame in this log: none of its 2 lines is one`,
    });
  });
});

function failing(error: Error): AsyncIterable<Uint8Array> {
  return (async function* () {
    yield Buffer.from("(1.000000) can0 001#\n(2.0");
    throw error;
  })();
}

describe("reading ends", () => {
  const payloads = Buffer.from(
    fc.sample(fc.uint8Array({ minLength: 3000, maxLength: 3000 }), { numRuns: 1, seed: 5 })[0] ?? [],
  );
  const text = Array.from({ length: 100_000 }, (_, index) => {
    const payload = Buffer.from([0, 1, 2, 3, 4, 5, 6, 7].map((byte) => payloads[(index * (byte + 7)) % 3000] ?? 0));
    return `(1.000000) can0 001#${payload.toString("hex")}\n`;
  }).join("");
  const isOpen = (path: string): boolean =>
    readdirSync("/proc/self/fd").some((fd) => {
      try {
        return readlinkSync(join("/proc/self/fd", fd)) === path;
      } catch {
        return false; // this descriptor was the listing's own
      }
    });

  it.each([
    ["plain", (): string | Uint8Array => text],
    ["gzip", (): string | Uint8Array => gzipSync(text)],
  ])("%s: with the signal, with a break, and with the log, and the file is closed each time", async (kind, bytes) => {
    const path = await file(`ends-${kind}.log`, bytes());
    const abort = new AbortController();
    let blocksAfterAbort = 0;
    for await (const block of openFile(path).receive(abort.signal)) {
      expect(block.count).toBeGreaterThan(0);
      if (abort.signal.aborted) blocksAfterAbort++;
      abort.abort();
    }
    expect(blocksAfterAbort).toBe(0);
    expect(isOpen(path)).toBe(false);

    for await (const block of openFile(path).receive(unaborted)) {
      expect(isOpen(path)).toBe(true);
      if (block.count > 0) break;
    }
    expect(isOpen(path)).toBe(false);

    expect(await collectFrames(openFile(path))).toHaveLength(100_000);
    expect(isOpen(path)).toBe(false);
  });

  it("before it begins where the signal is aborted already", async () => {
    const log = openFile(join(folder, "missing.log"));
    expect(await collectFrames(log, AbortSignal.abort())).toEqual([]);
  });

  it("with the signal while a pipe is silent", async () => {
    if (!isMainThread) return; // a worker cannot stop a read from a pipe
    const path = join(folder, "pipe");
    execFileSync("mkfifo", [path]);
    const writer = await open(path, "r+"); // opens at once, and keeps the pipe open
    await writer.write("(1.000000) can0 001#\n(2.0000");
    const abort = new AbortController();
    const frames: TestFrame[] = [];
    for await (const block of openFile(path).receive(abort.signal)) {
      frames.push(frameAt(block, 0));
      setImmediate(() => abort.abort());
    }
    expect(frames).toHaveLength(1);
    await writer.close();
    expect(isOpen(path)).toBe(false);
  });
});

describe("the standard input", () => {
  const module = pathToFileURL(join(import.meta.dirname, "../../src/vehicle/bus/candump.ts")).href;
  const frames = pathToFileURL(join(import.meta.dirname, "../../src/vehicle/frame.ts")).href;
  const script = `
    import { openCandump } from ${JSON.stringify(module)};
    import { createFrameBlock } from ${JSON.stringify(frames)};
    const log = openCandump({ path: "-", block: createFrameBlock(), busIndexOf: () => 0 });
    const abort = new AbortController();
    for await (const block of log.receive(abort.signal)) if (process.argv[1] === "abort") abort.abort();
    console.log(log.name, JSON.stringify(log.counters));`;

  function start(mode: string): ChildProcess & { output: string } {
    const child = spawn(process.execPath, ["--input-type=module", "-e", script, mode], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    const started = Object.assign(child, { output: "" });
    child.stdout.on("data", (chunk: Buffer) => {
      started.output += chunk.toString();
    });
    return started;
  }

  it.each([
    ["plain", (text: string): string | Uint8Array => text],
    ["gzip", (text: string): string | Uint8Array => gzipSync(text)],
  ])("is read, %s", async (_kind, pack) => {
    const child = start("all");
    child.stdin?.end(pack(`${"(1.000000) can0 001#\n".repeat(5000)}junk`));
    expect(await once(child, "close")).toEqual([0, null]);
    expect(child.output).toBe('stdin {"frames":5000,"junkLines":1,"firstJunkLine":5001}\n');
  });

  it("is let go with the signal, so that the program can end", async () => {
    const child = start("abort");
    child.stdin?.write("(1.000000) can0 001#\n");
    expect(await once(child, "close")).toEqual([0, null]);
    expect(child.output).toBe('stdin {"frames":1,"junkLines":0,"firstJunkLine":0}\n');
    child.stdin?.destroy();
  });
});
