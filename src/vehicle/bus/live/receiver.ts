// The receiver noun: an open socket on one CAN interface, from which frames are taken into a block. It has no way to send.
// What can go wrong with one is told by the system's error number, with what to do about it.
import { getSystemErrorName } from "node:util";
import { OperatingError } from "../../../errors.ts";
import type { FrameBlock } from "../../frame.ts";

export interface Receiver {
  /** What receives. */
  readonly reader: "canward" | "socketcan";
  /** Where the times of the last frames came from. */
  readonly timestamps: "none" | "arrival" | "kernel" | "hardware";
  /** Frames that the kernel dropped because the buffer was full, since it was opened; undefined where nobody can tell. */
  readonly dropped: number | undefined;
  /** Whether frames waited to be received when `bufferBytes` was last asked; true where nobody can tell. */
  readonly isWaiting: boolean;
  /** Places in the block of the error frames that the last `receive` brought; of a flood the first 64. */
  readonly errorPlaces: Iterable<number>;
  /**
   * Refills `block` with what has arrived, in order of time, at most `limit` frames, all of bus number `bus`. 0 where nothing waits.
   * Throws a ReceiverError where the socket reports an error, once for each.
   */
  receive(block: FrameBlock, bus: number, limit: number): number;
  /** Filters as pairs of id and mask; none lets no data frame through. What passes both the old and the new ones is not lost. */
  setFilters(filters: Uint32Array): void;
  /** Size of the kernel's receive buffer as the kernel reports it, 0 where nobody can tell. Brings `dropped` and `isWaiting` up to date. */
  bufferBytes(): number;
  /** Calls back once, when there is something to receive. */
  watch(callback: () => void): void;
  close(): void;
}

export type OpenReceiver = (interfaceName: string, filters: Uint32Array, bufferBytes: number) => Receiver;

export class ReceiverError extends OperatingError {
  /** As the system names it: `ENODEV`. Empty where the reader does not say. */
  readonly errno: string;

  constructor(message: string, errno: string, code: string, remedy: string, cause?: unknown) {
    super(message, { code, remedy, cause });
    this.errno = errno;
  }
}

interface Meaning {
  readonly code: string;
  readonly what: string;
  readonly remedy: (interfaceName: string) => string;
}

const NO_KERNEL: Meaning = {
  code: "CAN_NO_KERNEL",
  what: "this kernel has no CAN",
  remedy: () => "Load the modules with `modprobe can-raw`, or use a kernel that is built with CONFIG_CAN_RAW.",
};
const DENIED: Meaning = {
  code: "CAN_DENIED",
  what: "opening a CAN socket is not permitted",
  remedy: () =>
    "Allow AF_CAN where the service is confined: RestrictAddressFamilies= in systemd, seccomp in a container.",
};

const MEANINGS: Readonly<Record<string, Meaning>> = {
  EAFNOSUPPORT: NO_KERNEL,
  EPROTONOSUPPORT: NO_KERNEL,
  EPERM: DENIED,
  EACCES: DENIED,
  ENODEV: {
    code: "CAN_NO_INTERFACE",
    what: "there is no such CAN interface",
    remedy: () =>
      "It is used as soon as it is there. See `ip link show type can`: if it has another name, say so in `source.live`.",
  },
  ENETDOWN: {
    code: "CAN_INTERFACE_DOWN",
    what: "the interface is down",
    remedy: (name) =>
      `Bring it up: \`ip link set ${name} up type can bitrate 500000 listen-only on\`, with the bus's own bit rate.`,
  },
  EMFILE: {
    code: "CAN_NO_FILES",
    what: "the process has too many files open",
    remedy: () => "Raise LimitNOFILE= of the service.",
  },
};

/** Codes of errors that no change of an interface mends. */
export const LASTING_CODES: ReadonlySet<string> = new Set(["CAN_NO_KERNEL", "CAN_DENIED"]);

/** The addon's error, which has `errno` and `syscall`, told for a person; anything else is a programmer's error and comes back. */
export function toReceiverError(interfaceName: string, cause: unknown): unknown {
  if (!(cause instanceof Error && "errno" in cause && typeof cause.errno === "number")) return cause;
  const errno = getSystemErrorName(-cause.errno);
  const syscall = "syscall" in cause ? String(cause.syscall) : "";
  const meaning = MEANINGS[errno];
  const what = meaning?.what ?? cause.message;
  return new ReceiverError(
    `${interfaceName}: ${what} (${errno} from ${syscall})`,
    errno,
    meaning?.code ?? "CAN_SOCKET",
    meaning?.remedy(interfaceName) ?? "Look at the kernel's log for the interface: `dmesg | grep -i can`.",
    cause,
  );
}
