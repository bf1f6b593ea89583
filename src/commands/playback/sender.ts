// The one door through which frames go to an interface, and the only part of canward that can send: nothing that belongs to
// the vehicle can reach it. A frame of a block goes in; whether the kernel took it comes out.
import {
  FLAG_BIT_RATE_SWITCH,
  FLAG_FD,
  FLAGS_OFFSET,
  FRAME_BYTES,
  FRAME_WORDS,
  type FrameBlock,
  ID_EXTENDED,
  ID_MASK_EXTENDED,
  ID_REMOTE,
  LENGTH_OFFSET,
  PAYLOAD_BYTES_MAX,
  PAYLOAD_OFFSET,
} from "../../vehicle/frame.ts";
import { demandInterface, hasKernelCan, type Interface } from "./interface.ts";
import { SendError } from "./send-error.ts";

export interface Sender {
  readonly interface: Interface;
  /**
   * Sends the frame in row `row`, which is no error frame. False where the kernel did not take it: most likely its queue is
   * full, or else the interface has changed. Throws a SendError for a frame that the interface can never take.
   */
  send(block: FrameBlock, row: number): boolean;
}

/** What is used of the library's channel. Sending answers what send(2) answers; the reason for a -1 is lost. */
interface Channel {
  send(frame: ChannelFrame): number;
  sendFD(frame: ChannelFrame): number;
  setRxFilters(filter: { id: number; mask: number; invert: boolean }): void;
  setErrorFilters(mask: number): void;
}

interface ChannelFrame {
  id: number;
  ext: boolean;
  rtr: boolean;
  fd_brs: boolean;
  data: Buffer;
}

/** One frame and a payload of each length, used again and again: garbage that is collected makes frames late. */
const payloads = Array.from({ length: PAYLOAD_BYTES_MAX + 1 }, (_, length) => Buffer.alloc(length));
const outgoing: ChannelFrame = { id: 0, ext: false, rtr: false, fd_brs: false, data: Buffer.alloc(0) };

/** Throws a SendError where the interface is not fit to be sent to. Its socket is closed with the process. */
export async function openSender(name: string, permission: { readonly meansIt: boolean }): Promise<Sender> {
  const found = await demandInterface(name, permission);
  const channel = await openChannel(name);
  return { interface: found, send: (block, row) => sendFrame(channel, found, block, row) };
}

async function openChannel(name: string): Promise<Channel> {
  const { createRawChannelWithOptions } = await loadLibrary();
  try {
    const channel = createRawChannelWithOptions(name, { non_block_send: true }) as unknown as Channel;
    // Takes nothing: what is on the bus would fill the socket's memory, since nobody reads it here.
    channel.setRxFilters({ id: 0, mask: 0, invert: true });
    channel.setErrorFilters(0);
    return channel;
  } catch (cause) {
    throw await refusedError(name, cause);
  }
}

async function loadLibrary() {
  try {
    return await import("socketcan");
  } catch (cause) {
    throw new SendError(
      "the library that sends frames (socketcan) cannot be loaded",
      "SEND_NO_ADDON",
      "It is compiled when it is installed: install a C++ compiler, make and Python, then run: npm rebuild socketcan",
      cause,
    );
  }
}

async function refusedError(name: string, cause: unknown): Promise<SendError> {
  if (!(await hasKernelCan())) {
    return new SendError(
      `${name}: this kernel has no CAN`,
      "SEND_NO_CAN",
      "Load it, as root: modprobe can-raw. Where the kernel has no such module, deploy/ci/ shows how to run one that has.",
      cause,
    );
  }
  return new SendError(
    `${name}: the kernel refuses a CAN socket on it`,
    "SEND_REFUSED",
    "See whether the interface is still there, and whether a container or a service manager forbids this user CAN sockets.",
    cause,
  );
}

function sendFrame(channel: Channel, { name, takesFd }: Interface, block: FrameBlock, row: number): boolean {
  const at = row * FRAME_BYTES;
  const word = block.words[row * FRAME_WORDS] ?? 0;
  const flags = block.bytes[at + FLAGS_OFFSET] ?? 0;
  const data = payloads[block.bytes[at + LENGTH_OFFSET] ?? 0];
  if (data === undefined) throw new RangeError("a frame has 64 bytes at most");
  for (let i = 0; i < data.length; i++) data[i] = block.bytes[at + PAYLOAD_OFFSET + i] ?? 0;
  outgoing.id = word & ID_MASK_EXTENDED;
  outgoing.ext = (word & ID_EXTENDED) !== 0;
  outgoing.rtr = (word & ID_REMOTE) !== 0;
  // The other FD flag, the error state, is the transmitting controller's own, and not the log's to set.
  outgoing.fd_brs = (flags & FLAG_BIT_RATE_SWITCH) !== 0;
  outgoing.data = data;
  if ((flags & FLAG_FD) === 0) return channel.send(outgoing) > 0;
  if (takesFd) return channel.sendFD(outgoing) > 0;
  throw new SendError(
    `${name}: the log has CAN FD frames, and the interface takes classic ones alone`,
    "SEND_CLASSIC_ONLY",
    `Give a virtual bus room for them: ip link set ${name} down, then: ip link set ${name} mtu 72 up`,
  );
}
