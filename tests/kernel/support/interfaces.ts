// Virtual CAN interfaces for a test, by `ip`: each with a name of its own, and gone when the test is, whatever it did.
import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);
const IP_LIMIT_MS = 10_000;

export interface InterfaceCounters {
  readonly txPackets: number;
  readonly txDropped: number;
  readonly rxPackets: number;
  readonly rxDropped: number;
}

let made = 0;

/** An interface's name, not used before in this guest: 15 characters at most. */
export function newName(): string {
  return `cw${process.pid.toString(36)}n${(made++).toString(36)}`;
}

/** A vcan interface (classic and FD), up. `await using` deletes it at the end of the block. */
export async function makeInterface(name = newName()): Promise<VirtualInterface> {
  const made = new VirtualInterface(name);
  await made.make();
  return made;
}

/** The same, but not there yet: `make` makes it. */
export function plannedInterface(name = newName()): VirtualInterface {
  return new VirtualInterface(name);
}

export class VirtualInterface implements AsyncDisposable {
  #name: string;

  constructor(name: string) {
    this.#name = name;
  }

  get name(): string {
    return this.#name;
  }

  /** Makes it and brings it up. */
  async make(): Promise<void> {
    await ip("link", "add", this.#name, "type", "vcan");
    await this.up();
  }

  async up(): Promise<void> {
    await ip("link", "set", this.#name, "up");
  }

  async down(): Promise<void> {
    await ip("link", "set", this.#name, "down");
  }

  async delete(): Promise<void> {
    await ip("link", "delete", this.#name);
  }

  /** While it is up, which newer kernels alone allow; else it goes down for that. The object keeps the new name. */
  async rename(to = newName()): Promise<void> {
    try {
      await ip("link", "set", this.#name, "name", to);
    } catch {
      await this.down();
      await ip("link", "set", this.#name, "name", to);
      await ip("link", "set", to, "up");
    }
    this.#name = to;
  }

  /** The interface's own counts: a frame that anybody sends on it is one of `txPackets`. They begin anew with `make`. */
  async counters(): Promise<InterfaceCounters> {
    return countersOf(this.#name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (await exists(this.#name)) await this.delete();
  }
}

export async function exists(name: string): Promise<boolean> {
  const links: readonly { ifname: string }[] = JSON.parse(await ip("-json", "link", "show"));
  return links.some(({ ifname }) => ifname === name);
}

/** What `ip -details -json link show` says of one interface: `linkinfo.info_data` has a controller's state and modes. */
export async function detailsOf(name: string): Promise<LinkDetails> {
  const [details]: readonly LinkDetails[] = JSON.parse(await ip("-details", "-json", "link", "show", name));
  if (details === undefined) throw new Error(`ip shows nothing of ${name}`);
  return details;
}

export interface LinkDetails {
  readonly ifname: string;
  readonly flags: readonly string[];
  readonly linkinfo?: {
    readonly info_kind: string;
    readonly info_data?: {
      readonly state?: string;
      readonly ctrlmode?: readonly string[];
      readonly bittiming?: { readonly bitrate: number };
    };
  };
}

export async function countersOf(name: string): Promise<InterfaceCounters> {
  interface Stats {
    readonly stats64: Readonly<Record<"rx" | "tx", { readonly packets: number; readonly dropped: number }>>;
  }
  const [stats]: readonly Stats[] = JSON.parse(await ip("-json", "-statistics", "link", "show", name));
  if (stats === undefined) throw new Error(`ip shows nothing of ${name}`);
  const { rx, tx } = stats.stats64;
  return { txPackets: tx.packets, txDropped: tx.dropped, rxPackets: rx.packets, rxDropped: rx.dropped };
}

/** Runs `ip` and gives what it printed; what it complains of is the error. */
export async function ip(...words: readonly string[]): Promise<string> {
  const { stdout } = await run("ip", words, { timeout: IP_LIMIT_MS });
  return stdout;
}
