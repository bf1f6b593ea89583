// The gateway as it is shipped, in a process of its own, on live interfaces: started with a configuration that is written
// for it, watched by its log, and stopped or killed. It does not outlive its test.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Result, type Running, rowsOf, STACK_TRACE, start } from "../../commands/process.ts";
import { until } from "./until.ts";

export const VEHICLE = "kernel-test-1";

export interface GatewayParts {
  /** Where its configuration and its outbox are. The outbox of one that was there before is found again. */
  readonly folder: string;
  /** The broker's address. */
  readonly broker: string;
  readonly allowlist: string;
  /** By the bus's name: as in the configuration. */
  readonly live: Readonly<Record<string, LiveKeys>>;
  readonly flushInterval?: string;
}

export interface LiveKeys {
  readonly interface: string;
  readonly receive_buffer?: string;
  readonly silence?: string;
}

export interface LogLine {
  readonly level: number;
  readonly msg: string;
  readonly [key: string]: unknown;
}

export interface GatewayProcess {
  readonly pid: number;
  log(): readonly LogLine[];
  /** Waits for a line of the log. */
  logged(message: RegExp): Promise<LogLine>;
  signal(signal: NodeJS.Signals): void;
  /** Ends it, and gives how it ended, and what it said last. */
  stop(signal?: NodeJS.Signals): Promise<Result & { readonly last: LogLine | undefined }>;
}

/** Resolves once it listens on its interfaces, or would if they were there. */
export async function startGateway(parts: GatewayParts): Promise<GatewayProcess> {
  const { folder, broker, allowlist, live, flushInterval = "200ms" } = parts;
  const config = {
    vehicle: VEHICLE,
    allowlist,
    source: { live },
    outbox: { path: "outbox.db", flush_interval: flushInterval },
    uplink: { url: broker, batch_interval: "500ms", status_interval: "1s" },
  };
  const file = join(folder, "gateway.yaml");
  writeFileSync(file, JSON.stringify(config));
  const gateway = new Process(start(["run", "--config", file], { cwd: folder }));
  await gateway.logged(/^gateway started$/);
  return gateway;
}

class Process implements GatewayProcess {
  readonly #running: Running;
  #hasEnded = false;

  constructor(running: Running) {
    this.#running = running;
    running.ended.then(() => {
      this.#hasEnded = true;
    });
  }

  get pid(): number {
    return this.#running.child.pid ?? 0;
  }

  log(): readonly LogLine[] {
    const text = this.#running.stdout();
    // The last line may be half there.
    return rowsOf<LogLine>(text.slice(0, text.lastIndexOf("\n") + 1));
  }

  async logged(message: RegExp): Promise<LogLine> {
    let line: LogLine | undefined;
    await until(`a line ${message} in the log`, () => {
      line = this.log().find(({ msg }) => message.test(msg));
      if (line === undefined && this.#hasEnded)
        throw new Error(`it ended before ${message}: ${this.#running.stderr()}`);
      return line !== undefined;
    });
    if (line === undefined) throw new Error(`no line ${message}`);
    return line;
  }

  signal(signal: NodeJS.Signals): void {
    this.#running.child.kill(signal);
  }

  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<Result & { readonly last: LogLine | undefined }> {
    const result = await this.#running.stop(signal);
    if (STACK_TRACE.test(result.stderr)) throw new Error(result.stderr);
    return { ...result, last: this.log().at(-1) };
  }
}
