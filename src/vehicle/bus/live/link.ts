// A network interface as the kernel tells of it: whether it is there, up, and on the bus (from sysfs, cheap enough to be
// asked often), and what kind it is and in which mode its controller is (from `ip`, asked when something has changed).
import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { release } from "node:os";
import { promisify } from "node:util";
import type { BusStatus } from "../../../wire/bus-status.ts";

const IFF_UP = 0x1;
/** How long `ip` may take; on a board under load it takes tens of milliseconds. */
const IP_TIMEOUT_MS = 5000;
const VIRTUAL_KINDS: ReadonlySet<unknown> = new Set(["vcan", "vxcan"]);

export interface Link {
  /** The kernel's number of the interface: another one is another interface, though it has the same name. */
  readonly index: number;
  readonly isUp: boolean;
  /** False where the controller is not on the bus though the interface is up: after bus-off. */
  readonly hasCarrier: boolean;
  /** Frames that came in since the interface was made, whoever listened. */
  readonly framesIn: number;
  /** Of these and others, frames that were lost before any socket could have them: by the driver, or by a busy kernel. */
  readonly framesLost: number;
}

/** The interface of that name; undefined where there is none. */
export function readLink(name: string): Link | undefined {
  const read = (file: string): string => readFileSync(`/sys/class/net/${name}/${file}`, "latin1").trim();
  try {
    return {
      index: Number(read("ifindex")),
      isUp: (Number(read("flags")) & IFF_UP) !== 0,
      hasCarrier: !["down", "lowerlayerdown", "notpresent"].includes(read("operstate")),
      framesIn: Number(read("statistics/rx_packets")),
      framesLost: Number(read("statistics/rx_dropped")),
    };
  } catch {
    // It may go while it is read.
    return undefined;
  }
}

/** Since Linux 5.17 drivers no longer count error frames as received: they were never on the bus. */
const UNCOUNTED_SINCE = [5, 17] as const;

/** Whether error frames are among the interface's `framesIn`: those that a virtual one is given are, as all frames are. */
export function countsErrorFrames(name: string): boolean {
  const [major = 0, minor = 0] = release().split(".").map(Number);
  const isOlder = major < UNCOUNTED_SINCE[0] || (major === UNCOUNTED_SINCE[0] && minor < UNCOUNTED_SINCE[1]);
  return isOlder || !existsSync(`/sys/class/net/${name}/device`);
}

export interface LinkMode {
  readonly listenOnly: BusStatus["listenOnly"];
  readonly controller: BusStatus["controller"];
  /** In bit/s; 0 where there is none or it is not known. */
  readonly bitRate: number;
}

export const UNKNOWN_MODE: LinkMode = { listenOnly: "unknown", controller: "unknown", bitRate: 0 };

const CONTROLLERS: Readonly<Record<string, BusStatus["controller"]>> = {
  "ERROR-ACTIVE": "active",
  "ERROR-WARNING": "warning",
  "ERROR-PASSIVE": "passive",
  "BUS-OFF": "bus_off",
};

/** The controller's mode and state. Where `ip` is not there or does not answer, nothing is known of them. */
export async function readLinkMode(name: string): Promise<LinkMode> {
  const link = parseFirst(await askIp(["-json", "-details", "link", "show", "dev", name]));
  const info = field(link, "linkinfo");
  if (VIRTUAL_KINDS.has(field(info, "info_kind"))) return { ...UNKNOWN_MODE, listenOnly: "virtual" };
  const data = field(info, "info_data");
  if (data === undefined) return UNKNOWN_MODE;
  const modes = field(data, "ctrlmode");
  const isListening = Array.isArray(modes) && modes.includes("LISTEN-ONLY");
  return {
    listenOnly: isListening ? "yes" : "no",
    controller: CONTROLLERS[String(field(data, "state"))] ?? "unknown",
    bitRate: Number(field(field(data, "bittiming"), "bitrate") ?? 0),
  };
}

async function askIp(args: readonly string[]): Promise<string> {
  // The system's administrators' programs are not on every user's path.
  const env = { ...process.env, PATH: `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin` };
  try {
    const { stdout } = await promisify(execFile)("ip", args, { env, timeout: IP_TIMEOUT_MS });
    return stdout;
  } catch {
    // It is not installed, may not be run, or knows no such interface.
    return "";
  }
}

function parseFirst(json: string): unknown {
  try {
    const links: unknown = JSON.parse(json);
    return Array.isArray(links) ? links[0] : undefined;
  } catch {
    return undefined;
  }
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}
