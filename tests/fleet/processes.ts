// Real processes around a test: brokers and ingest workers. Each prints one JSON line when it is ready, and is ended by its own handle.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { MOSQUITTO } from "../requirements.ts";

export interface Process {
  readonly child: ChildProcess;
  /** Ends it and waits until it is gone. */
  end(signal?: NodeJS.Signals): Promise<void>;
}

export interface Script extends Process {
  /** What it printed when it was ready. */
  readonly line: unknown;
  /** Asks it to stop, and answers what it printed then. */
  stop(): Promise<Record<string, number>>;
}

export interface Broker extends Process {
  readonly url: string;
  /** The same broker again, on the same port, after `end`. */
  restart(): Promise<Broker>;
}

const script = (name: string) => join(import.meta.dirname, name);

/** A folder of its own, removed by `remove`. */
export function temporaryFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), "canward-fleet-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Starts a script of this folder and waits for its first line. The script ends with its input, so it does not outlive a test that is killed. */
export async function startScript(name: string, args: readonly string[]): Promise<Script> {
  const child = spawn(process.execPath, [script(name), ...args], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout });
  const [line] = await Promise.race([
    once(lines, "line"),
    once(child, "exit").then(([code]) => {
      throw new Error(`${name} ended with ${code} before it was ready`);
    }),
  ]);
  return {
    child,
    line: JSON.parse(line),
    end: (signal) => end(child, signal),
    stop: async () => {
      const last = once(lines, "line");
      await end(child);
      return JSON.parse((await last)[0]);
    },
  };
}

export async function startAedes(port = 0): Promise<Broker> {
  const started = await startScript("aedes-broker.ts", [String(port)]);
  const { port: taken } = started.line as { port: number };
  return { ...started, url: `mqtt://127.0.0.1:${taken}`, restart: () => startAedes(taken) };
}

/**
 * Mosquitto with its state on disk in `folder`, so that sessions and messages survive a restart. `lines` are added to its
 * configuration; those of a listener belong to its only one.
 */
export async function startMosquitto(folder: string, port?: number, lines: readonly string[] = []): Promise<Broker> {
  const taken = port ?? (await freePort());
  const file = join(folder, "mosquitto.conf");
  writeFileSync(
    file,
    [
      `listener ${taken} 127.0.0.1`,
      "allow_anonymous true",
      "persistence true",
      `persistence_location ${folder}/`,
      // By default it would drop what waits for a session beyond 1,000 messages, and send 20 ahead.
      "max_queued_messages 0",
      "max_inflight_messages 0",
      // As root it would give up its rights, and with them the folder.
      ...(process.getuid?.() === 0 ? ["user root"] : []),
      ...lines,
    ].join("\n"),
  );
  const child = spawn(MOSQUITTO, ["-c", file], { stdio: "ignore" });
  await listening(child, taken);
  return {
    child,
    url: `mqtt://127.0.0.1:${taken}`,
    end: (signal) => end(child, signal),
    restart: () => startMosquitto(folder, taken, lines),
  };
}

async function end(child: ChildProcess, signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill(signal);
  await gone;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

async function listening(child: ChildProcess, port: number): Promise<void> {
  while (child.exitCode === null) {
    const socket = connect(port, "127.0.0.1");
    const answer = await Promise.race([
      once(socket, "connect").then(() => true),
      once(socket, "error").then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (answer) return;
    await sleep(20);
  }
  throw new Error(`mosquitto ended with ${child.exitCode} before it listened`);
}

/** Waits until `condition` holds, for as long as the test may run. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(20);
}
