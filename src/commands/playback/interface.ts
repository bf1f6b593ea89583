// The name of a network interface goes in; what frames may be sent to comes out, as `ip` of iproute2 tells it. In doubt
// whether an interface is a virtual bus, it is not.
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { SendError } from "./send-error.ts";

export interface Interface {
  readonly name: string;
  /** The kernel's number for it: another one with the same name has another number. */
  readonly index: number;
  readonly isCan: boolean;
  /** A bus within this kernel, with no wire behind it. A serial adapter (slcan) is real. */
  readonly isVirtual: boolean;
  readonly isUp: boolean;
  /** Swallows what is sent, and says that it was sent. */
  readonly isListenOnly: boolean;
  readonly takesFd: boolean;
  /** Frames that the kernel has thrown away instead of sending them, since the interface was made. */
  readonly dropped: number;
}

const VIRTUAL_KINDS: readonly unknown[] = ["vcan", "vxcan"];
/** Bytes of `struct canfd_frame`: the least that an interface for FD frames has as its MTU. [linux/can.h] */
const FD_MTU = 72;
const IP_TIMEOUT_MS = 5_000;

/** Undefined where there is none of that name. */
export async function readInterface(name: string): Promise<Interface | undefined> {
  const text = await askIp(name);
  return text === undefined ? undefined : parseInterface(name, text);
}

/**
 * The interface, if it is fit to be sent to. `meansIt` is the user's word that frames may go to a real bus. Throws a
 * SendError that says what is wrong with it.
 */
export async function demandInterface(name: string, { meansIt }: { readonly meansIt: boolean }): Promise<Interface> {
  const found = await readInterface(name);
  if (found === undefined) throw await absentError(name);
  if (!found.isCan) {
    throw new SendError(
      `${name}: this is no CAN interface`,
      "SEND_NOT_CAN",
      `See which there are: ip link show type can`,
    );
  }
  if (!found.isVirtual && !meansIt) {
    throw new SendError(
      `${name}: this is not a virtual bus (vcan or vxcan): frames that are sent there move real things`,
      "SEND_NOT_VIRTUAL",
      "If that is what you want, and the bus is on your desk and not in a vehicle, say so with --i-mean-it.",
    );
  }
  if (found.isListenOnly) {
    throw new SendError(
      `${name}: the controller only listens, and would swallow every frame`,
      "SEND_LISTEN_ONLY",
      `Set it up for sending: ip link set ${name} down, then: ip link set ${name} up type can bitrate 500000 listen-only off`,
    );
  }
  if (!found.isUp) {
    throw new SendError(`${name}: the interface is down`, "SEND_DOWN", `Bring it up: ip link set ${name} up`);
  }
  return found;
}

/** Of what `ip -json -details -statistics link show` says of one interface. */
export function parseInterface(name: string, text: string): Interface {
  const link = fieldsOf(parseJson(text));
  const { flags, link_type, ifindex, mtu } = link;
  const { info_kind, info_data } = fieldsOf(link["linkinfo"]);
  const modes = fieldsOf(info_data)["ctrlmode"];
  const { dropped } = fieldsOf(fieldsOf(link["stats64"])["tx"]);
  return {
    name,
    index: Number(ifindex),
    isCan: link_type === "can",
    isVirtual: VIRTUAL_KINDS.includes(info_kind),
    isUp: Array.isArray(flags) && flags.includes("UP"),
    isListenOnly: Array.isArray(modes) && modes.includes("LISTEN-ONLY"),
    takesFd: Number(mtu) >= FD_MTU,
    dropped: typeof dropped === "number" ? dropped : 0,
  };
}

async function askIp(name: string): Promise<string | undefined> {
  const args = ["-json", "-details", "-statistics", "link", "show", "dev", name];
  // The system's administrators' programs are not on every user's path.
  const env = { ...process.env, PATH: `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin`, LC_ALL: "C" };
  try {
    const { stdout } = await promisify(execFile)("ip", args, { env, timeout: IP_TIMEOUT_MS });
    return stdout;
  } catch (cause) {
    const said = cause instanceof Error && "stderr" in cause ? String(cause.stderr).trim() : "";
    if (/does not exist|can't find device|Cannot find device/i.test(said)) return undefined;
    throw noIpError(cause, said);
  }
}

function parseJson(text: string): unknown {
  try {
    const links: unknown = JSON.parse(text);
    if (Array.isArray(links) && links.length === 1) return links[0];
  } catch (cause) {
    throw noIpError(cause, "its answer is no JSON");
  }
  throw noIpError(undefined, "its answer is not of one interface");
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

function noIpError(cause: unknown, said: string): SendError {
  const isMissing = cause instanceof Error && "code" in cause && cause.code === "ENOENT";
  const why = isMissing ? "it is not installed" : said || String(cause);
  return new SendError(
    `what kind of interface this is cannot be told without the program ip: ${why}`,
    "SEND_NO_IP",
    "Install iproute2, of which ip is a part (Debian: apt-get install iproute2), and see that this user may run it.",
    cause,
  );
}

async function absentError(name: string): Promise<SendError> {
  const make = `ip link add dev ${name} type vcan && ip link set ${name} up`;
  const elsewhere = "Where the kernel has no such module, deploy/ci/ shows how to run one that has.";
  if (await hasKernelCan()) {
    const remedy = `Check the name with: ip link show type can; or make a virtual bus, as root: ${make}`;
    return new SendError(`${name}: there is no such interface`, "SEND_ABSENT", remedy);
  }
  return new SendError(
    `${name}: there is no such interface, and no CAN in the running kernel`,
    "SEND_NO_CAN",
    `Load it and make a virtual bus, as root: modprobe -a can-raw vcan && ${make}. ${elsewhere}`,
  );
}

/** The kernel loads its module for CAN when the first socket is asked for, or when it is told to. */
export async function hasKernelCan(): Promise<boolean> {
  try {
    return /^CAN/m.test(await readFile("/proc/net/protocols", "utf8"));
  } catch {
    // Who cannot look does not know better.
    return true;
  }
}
