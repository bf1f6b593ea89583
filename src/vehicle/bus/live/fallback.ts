// The door to the `socketcan` package, for receiving alone: the fallback where the addon was not built. It cannot say what
// the kernel dropped, nor tell a short FD frame from a classic one; an interface that goes it finds out by the port's look.
import type { FrameBlock } from "../../frame.ts";
import {
  BUS_OFFSET,
  createFrameBlock,
  FLAG_FD,
  FLAGS_OFFSET,
  FRAME_BYTES,
  FRAME_WORDS,
  ID_ERROR,
  ID_EXTENDED,
  ID_REMOTE,
  LENGTH_OFFSET,
  PAYLOAD_BYTES_MAX,
  PAYLOAD_OFFSET,
} from "../../frame.ts";
import { type OpenReceiver, type Receiver, ReceiverError } from "./receiver.ts";

/** Frames that wait here between two turns; beyond it the oldest is given up. */
const QUEUE_FRAMES_MAX = 4096;

/** What of the package is used here: it has more, and nothing of that is reached from here. */
interface Channel {
  addListener(event: "onMessage", listener: (message: Message) => void): void;
  addListener(event: "onStopped", listener: () => void): void;
  setRxFilters(filters: readonly { readonly id: number; readonly mask: number; readonly invert?: boolean }[]): void;
  start(): void;
  stop(): void;
}

interface Message {
  readonly id: number;
  readonly ext: boolean;
  readonly rtr: boolean;
  readonly err?: boolean;
  readonly data: Uint8Array;
  readonly ts_sec?: number;
  readonly ts_usec?: number;
}

export async function loadFallback(): Promise<OpenReceiver> {
  const { default: socketcan } = await import("socketcan");
  return (interfaceName, filters) => {
    try {
      const channel: Channel = socketcan.createRawChannelWithOptions(interfaceName, { timestamps: true });
      return new FallbackReceiver(channel, filters, interfaceName);
    } catch (cause) {
      throw new ReceiverError(
        `${interfaceName}: the socketcan package cannot open it, and does not say why`,
        "",
        "CAN_SOCKET",
        `See \`ip link show ${interfaceName}\`: it must be there. Is CAN in the kernel (\`modprobe can-raw\`)?`,
        cause,
      );
    }
  };
}

class FallbackReceiver implements Receiver {
  readonly reader = "socketcan";
  readonly timestamps = "kernel";
  readonly dropped = undefined;
  readonly isWaiting = true;
  readonly #channel: Channel;
  readonly #queue: FrameBlock = createFrameBlock(QUEUE_FRAMES_MAX);
  readonly #interfaceName: string;
  readonly #ties: Ties;
  #first = 0;
  #waiting = 0;
  #places: number[] = [];
  #wake: (() => void) | undefined;
  #lastMonotonicUs = 0;
  /** The package ends a channel whose interface is gone, and then fails when it is asked to end it. */
  #isStopped = false;
  #isEndTold = false;

  constructor(channel: Channel, filters: Uint32Array, interfaceName: string) {
    this.#channel = channel;
    this.#interfaceName = interfaceName;
    this.setFilters(filters);
    this.#ties = tie(channel, this);
    channel.start();
  }

  get errorPlaces(): Iterable<number> {
    return this.#places;
  }

  receive(block: FrameBlock, bus: number, limit: number): number {
    this.#places = [];
    if (this.#isStopped && this.#waiting === 0 && !this.#isEndTold) {
      this.#isEndTold = true;
      const what = `${this.#interfaceName}: the socketcan package has ended its channel, and does not say why`;
      throw new ReceiverError(
        what,
        "ENODEV",
        "CAN_NO_INTERFACE",
        "Nothing: it is opened anew once its interface is there.",
      );
    }
    const count = Math.min(limit, this.#waiting);
    for (let i = 0; i < count; i++) {
      const from = (this.#first + i) % QUEUE_FRAMES_MAX;
      block.bytes.set(this.#queue.bytes.subarray(from * FRAME_BYTES, (from + 1) * FRAME_BYTES), i * FRAME_BYTES);
      block.bytes[i * FRAME_BYTES + BUS_OFFSET] = bus;
      block.capturedAtUs[i] = this.#queue.capturedAtUs[from] ?? 0;
      block.monotonicUs[i] = this.#queue.monotonicUs[from] ?? 0;
      if (((block.words[i * FRAME_WORDS] ?? 0) & ID_ERROR) !== 0) this.#places.push(i);
    }
    this.#first = (this.#first + count) % QUEUE_FRAMES_MAX;
    this.#waiting -= count;
    block.count = count;
    return count;
  }

  setFilters(filters: Uint32Array): void {
    const list: { id: number; mask: number; invert?: boolean }[] = [];
    for (let i = 0; i < filters.length; i += 2) list.push({ id: filters[i] ?? 0, mask: filters[i + 1] ?? 0 });
    // An empty list would leave everything as it is: this one lets nothing through.
    this.#channel.setRxFilters(list.length > 0 ? list : [{ id: 0, mask: 0, invert: true }]);
  }

  bufferBytes(): number {
    return 0;
  }

  watch(callback: () => void): void {
    this.#wake = callback;
    if (this.#waiting > 0 || (this.#isStopped && !this.#isEndTold)) queueMicrotask(callback);
  }

  close(): void {
    if (!this.#isStopped) this.#channel.stop();
    this.#ties.receiver = undefined;
  }

  end(): void {
    this.#isStopped = true;
    this.#callBack();
  }

  take({ id, ext, rtr, err, data, ts_sec, ts_usec }: Message): void {
    const { words, bytes, capturedAtUs, monotonicUs } = this.#queue;
    if (this.#waiting === QUEUE_FRAMES_MAX) {
      this.#first = (this.#first + 1) % QUEUE_FRAMES_MAX;
      this.#waiting -= 1;
    }
    const place = (this.#first + this.#waiting) % QUEUE_FRAMES_MAX;
    const length = Math.min(data.length, PAYLOAD_BYTES_MAX);
    words[place * FRAME_WORDS] = id | (ext ? ID_EXTENDED : 0) | (rtr ? ID_REMOTE : 0) | (err === true ? ID_ERROR : 0);
    const at = place * FRAME_BYTES;
    bytes[at + LENGTH_OFFSET] = length;
    bytes[at + FLAGS_OFFSET] = length > 8 ? FLAG_FD : 0;
    bytes[at + BUS_OFFSET + 1] = 0;
    bytes.set(data.subarray(0, length), at + PAYLOAD_OFFSET);
    const nowUs = performance.now() * 1000;
    const wallNowUs = (performance.timeOrigin + performance.now()) * 1000;
    const wallUs = ts_sec === undefined ? wallNowUs : ts_sec * 1e6 + (ts_usec ?? 0);
    this.#lastMonotonicUs = Math.min(nowUs, Math.max(this.#lastMonotonicUs, nowUs - (wallNowUs - wallUs)));
    capturedAtUs[place] = wallUs;
    monotonicUs[place] = this.#lastMonotonicUs;
    this.#waiting += 1;
    this.#callBack();
  }

  #callBack(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }
}

interface Ties {
  receiver: FallbackReceiver | undefined;
}

/**
 * The package holds its listeners for ever, and closes a channel's socket only when the channel is collected: what a listener
 * holds must not lead back to the channel once that is done with.
 */
function tie(channel: Channel, receiver: FallbackReceiver): Ties {
  const ties: Ties = { receiver };
  channel.addListener("onMessage", messageListener(ties));
  channel.addListener("onStopped", endListener(ties));
  return ties;
}

function messageListener(ties: Ties): (message: Message) => void {
  return (message) => ties.receiver?.take(message);
}

function endListener(ties: Ties): () => void {
  return () => ties.receiver?.end();
}
