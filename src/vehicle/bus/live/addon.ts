// The door to the addon receiver.cc: raw CAN sockets that receive into frame blocks. Where it was not built there is none.
import { createRequire } from "node:module";
import type { FrameBlock } from "../../frame.ts";
import { type OpenReceiver, type Receiver, toReceiverError } from "./receiver.ts";

/** A socket as the addon holds it. */
type Socket = object;

interface Addon {
  open(interfaceName: string, filters: Uint32Array, bufferBytes: number, state: Float64Array): Socket;
  adopt(fd: number, state: Float64Array): Socket;
  receive(
    socket: Socket,
    bytes: Uint8Array,
    capturedAtUs: Float64Array,
    monotonicUs: Float64Array,
    bus: number,
    limit: number,
  ): number;
  setFilters(socket: Socket, filters: Uint32Array): void;
  bufferBytes(socket: Socket): number;
  watch(socket: Socket, callback: () => void): void;
  close(socket: Socket): void;
}

/** Beside the bundle, and where node-gyp puts it beside the sources. */
const PLACES = ["./receiver.node", "./build/Release/receiver.node"];

/** Places of the state that the addon shares, and how many error frames have one. */
const DROPPED = 0;
const TIMESTAMPS = 1;
const WAITING = 2;
const ERROR_COUNT = 3;
const ERRORS = 4;
const ERRORS_MAX = 64;
const TIMESTAMP_SOURCES = ["none", "none", "arrival", "kernel", "hardware"] as const;

export interface LoadedAddon {
  readonly open: OpenReceiver;
  /** A receiver on a datagram socket that somebody else has opened: a stand-in for a bus where the kernel has no CAN. */
  adopt(fd: number): Receiver;
}

/** The addon; or why there is none, where it was not built or does not fit this system. */
export function loadAddon(): LoadedAddon | Error {
  const require = createRequire(import.meta.url);
  let reason = new Error("it was not built");
  for (const place of PLACES) {
    try {
      const addon: Addon = require(place);
      return {
        open: (interfaceName, filters, bufferBytes) => {
          const state = createState();
          try {
            return new AddonReceiver(
              addon,
              addon.open(interfaceName, filters, bufferBytes, state),
              state,
              interfaceName,
            );
          } catch (cause) {
            throw toReceiverError(interfaceName, cause);
          }
        },
        adopt: (fd) => {
          const state = createState();
          return new AddonReceiver(addon, addon.adopt(fd, state), state, `file descriptor ${fd}`);
        },
      };
    } catch (cause) {
      const isMissing = cause instanceof Error && "code" in cause && cause.code === "MODULE_NOT_FOUND";
      if (!isMissing) reason = cause instanceof Error ? cause : new Error(String(cause));
    }
  }
  return reason;
}

function createState(): Float64Array {
  return new Float64Array(ERRORS + ERRORS_MAX);
}

class AddonReceiver implements Receiver {
  readonly reader = "canward";
  readonly #addon: Addon;
  readonly #socket: Socket;
  readonly #state: Float64Array;
  readonly #name: string;

  constructor(addon: Addon, socket: Socket, state: Float64Array, name: string) {
    this.#addon = addon;
    this.#socket = socket;
    this.#state = state;
    this.#name = name;
  }

  get timestamps(): Receiver["timestamps"] {
    return TIMESTAMP_SOURCES[this.#state[TIMESTAMPS] ?? 0] ?? "none";
  }

  get dropped(): number {
    return this.#state[DROPPED] ?? 0;
  }

  get isWaiting(): boolean {
    return this.#state[WAITING] !== 0;
  }

  get errorPlaces(): Iterable<number> {
    return this.#state.subarray(ERRORS, ERRORS + (this.#state[ERROR_COUNT] ?? 0));
  }

  receive(block: FrameBlock, bus: number, limit: number): number {
    const { bytes, capturedAtUs, monotonicUs } = block;
    block.count = this.#told(() => this.#addon.receive(this.#socket, bytes, capturedAtUs, monotonicUs, bus, limit));
    return block.count;
  }

  setFilters(filters: Uint32Array): void {
    this.#told(() => this.#addon.setFilters(this.#socket, filters));
  }

  bufferBytes(): number {
    return this.#told(() => this.#addon.bufferBytes(this.#socket));
  }

  watch(callback: () => void): void {
    this.#told(() => this.#addon.watch(this.#socket, callback));
  }

  close(): void {
    this.#addon.close(this.#socket);
  }

  #told<T>(call: () => T): T {
    try {
      return call();
    } catch (cause) {
      throw toReceiverError(this.#name, cause);
    }
  }
}
