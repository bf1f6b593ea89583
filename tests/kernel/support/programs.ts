// Doors to the tests' C programs, which the runner has compiled: `flood` puts numbered frames on an interface, `receive`
// and the witness see what is on one. Both give a digest, so that equal means: these frames, no more and no fewer.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect } from "vitest";

const tools = process.env["CANWARD_KERNEL_TOOLS"] ?? "";

export interface FloodOptions {
  readonly count?: number;
  /** Frames a second; else flat out. */
  readonly rate?: number;
  /** Hex ids, "100,1A0,18FEF100" or "100-17F"; more than three digits are 29 bits. */
  readonly ids?: string;
  readonly classicBytes?: number;
  /** Each so-many-th frame is FD. */
  readonly fdEvery?: number;
  readonly fdBytes?: number;
  readonly brs?: boolean;
  readonly esi?: boolean;
  readonly remoteEvery?: number;
  readonly errorEvery?: number;
  readonly numberBits?: 32 | 64;
  readonly numberOffset?: number;
  readonly firstNumber?: number;
  /** Waits for an interface that is down or away. Frames taken while it goes down are lost in the kernel, uncounted. */
  readonly keepsOn?: boolean;
}

export interface Sent {
  readonly sent: number;
  readonly classic: number;
  readonly fd: number;
  readonly remote: number;
  readonly error: number;
  readonly retries: number;
  readonly digest: string;
}

export interface Seen {
  readonly frames: number;
  readonly classic: number;
  readonly fd: number;
  readonly brs: number;
  readonly esi: number;
  readonly remote: number;
  readonly error: number;
  readonly bytes: number;
  /** By the kernel, since its socket was full. */
  readonly dropped: number;
  readonly digest: string;
  readonly cpu_us: number;
}

/** Sends, and says what was sent. */
export async function flood(interfaceName: string, options: FloodOptions = {}): Promise<Sent> {
  return startFlood(interfaceName, options).ended;
}

export interface Flood extends AsyncDisposable {
  /** What was sent, once it has ended. */
  readonly ended: Promise<Sent>;
  stop(): Promise<Sent>;
}

/** Sends meanwhile. */
export function startFlood(interfaceName: string, options: FloodOptions = {}): Flood {
  const child = spawn(join(tools, "flood"), [...floodWords(options), interfaceName], { stdio: ["ignore", "pipe", 2] });
  const ended = linesOf(child).then((lines) => lastOf<Sent>("flood", lines));
  ended.catch(() => undefined); // Told to whoever awaits it; that may be later.
  const stop = (): Promise<Sent> => {
    child.kill("SIGTERM");
    return ended;
  };
  return { ended, stop, [Symbol.asyncDispose]: () => killed(child) };
}

export interface Receiving extends AsyncDisposable {
  /** Ends it, once it has emptied its queue, and gives what it saw. */
  stop(): Promise<Seen>;
  /** With `print`: the frames so far, as "can0 123#1122" (`candump -L` without the time). */
  readonly printed: readonly string[];
}

export interface ReceiveOptions {
  readonly digest?: boolean;
  readonly print?: boolean;
  readonly errorFrames?: boolean;
  readonly bufferBytes?: number;
}

/** Listens on one interface, or on "any"; resolves once it does. */
export async function startReceive(interfaceName: string, options: ReceiveOptions = {}): Promise<Receiving> {
  const words = [
    ...(options.digest === true ? ["-d"] : []),
    ...(options.print === true ? ["-p"] : []),
    ...(options.errorFrames === true ? ["-e"] : []),
    ...(options.bufferBytes === undefined ? [] : ["-b", String(options.bufferBytes)]),
  ];
  const child = spawn(join(tools, "receive"), [...words, interfaceName], { stdio: ["pipe", "pipe", 2] });
  const printed: string[] = [];
  const { promise: listens, resolve, reject } = Promise.withResolvers<void>();
  const ended = linesOf(child, (line) => {
    if (line === "ready") resolve();
    else if (!line.startsWith("{")) printed.push(line);
  });
  ended.then(() => reject(silent("receive")), reject);
  await listens;
  const stop = async (): Promise<Seen> => {
    child.stdin?.end();
    const lines = await ended;
    return lastOf<Seen>("receive", lines);
  };
  return { stop, printed, [Symbol.asyncDispose]: () => killed(child) };
}

/** As much as a test may send while the witness waits for its turn on the one CPU. */
const WITNESS_BUFFER_BYTES = 256 * 1024 * 1024;

export interface Witness extends AsyncDisposable {
  /** Ends it, and fails unless it saw just these frames: whatever anybody else put on a bus is a finding. */
  sawOnly(...sent: readonly Sent[]): Promise<Seen>;
}

/** A second socket, on all interfaces there are and will be, that sees every frame, error frames too. */
export async function startWitness(interfaceName = "any"): Promise<Witness> {
  const receiving = await startReceive(interfaceName, {
    digest: true,
    errorFrames: true,
    bufferBytes: WITNESS_BUFFER_BYTES,
  });
  return {
    async sawOnly(...sent) {
      const seen = await receiving.stop();
      const frames = sent.reduce((sum, one) => sum + one.sent, 0);
      const digest = sent.reduce((sum, one) => BigInt.asUintN(64, sum + BigInt(`0x${one.digest}`)), 0n);
      expect(seen, "the witness itself lost frames").toMatchObject({ dropped: 0 });
      expect(seen, "somebody else sent").toMatchObject({ frames, digest: digest.toString(16).padStart(16, "0") });
      return seen;
    },
    [Symbol.asyncDispose]: () => receiving[Symbol.asyncDispose](),
  };
}

function floodWords(options: FloodOptions): readonly string[] {
  const valued = [
    ["-n", options.count],
    ["-r", options.rate],
    ["-i", options.ids],
    ["-l", options.classicBytes],
    ["-f", options.fdEvery],
    ["-L", options.fdBytes],
    ["-R", options.remoteEvery],
    ["-E", options.errorEvery],
    ["-w", options.numberBits],
    ["-o", options.numberOffset],
    ["-s", options.firstNumber],
  ] as const;
  const flags = [
    ["-b", options.brs],
    ["-e", options.esi],
    ["-k", options.keepsOn],
  ] as const;
  return [
    ...valued.flatMap(([flag, value]) => (value === undefined ? [] : [flag, String(value)])),
    ...flags.flatMap(([flag, isSet]) => (isSet === true ? [flag] : [])),
  ];
}

/** Its lines once it has ended well; each is told as it comes. */
async function linesOf(child: ChildProcess, tell?: (line: string) => void): Promise<readonly string[]> {
  if (child.stdout === null) throw new Error("no output to read");
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => {
    lines.push(line);
    tell?.(line);
  });
  const [code, signal] = await once(child, "close");
  if (code !== 0) throw new Error(`${child.spawnfile} ended with ${code ?? signal}`);
  return lines;
}

async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, "close");
  child.kill("SIGKILL");
  await closed;
}

function lastOf<T>(program: string, lines: readonly string[]): T {
  const line = lines.at(-1);
  if (line === undefined) throw silent(program);
  return JSON.parse(line) as T;
}

function silent(program: string): Error {
  return new Error(`${program} said nothing; the tests of tests/kernel are run by: npm run test:kernel`);
}
