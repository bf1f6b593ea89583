// One bus's life: its interface may be absent, down, replaced, silent or off the bus, and a port always finds back to it.
// Whatever happens is counted and told, and never concerns another bus.
import type { Logger } from "pino";
import type { BusStatus } from "../../../wire/bus-status.ts";
import type { Clock } from "../../clock.ts";
import type { FrameBlock } from "../../frame.ts";
import { readErrorFrame } from "./error-frame.ts";
import { type Link, readLink, readLinkMode, UNKNOWN_MODE } from "./link.ts";
import { LASTING_CODES, type OpenReceiver, type Receiver, ReceiverError } from "./receiver.ts";

/** What a plan wants of a bus. */
export interface Wanted {
  /** The bus's number in the plan. */
  readonly bus: number;
  readonly filters: Uint32Array;
  /** Up and without a frame for so long, the bus is called silent; 0 where that says nothing. */
  readonly silenceLimitUs: number;
}

export interface PortOptions {
  readonly name: string;
  readonly interfaceName: string;
  readonly receiveBufferBytes: number;
  readonly open: OpenReceiver;
  readonly clock: Clock;
  readonly log: Logger;
}

interface PortCounters {
  frames: number;
  absent: number;
  down: number;
  replaced: number;
  bitRates: number;
  busOff: number;
  restarts: number;
  overflows: number;
  silences: number;
  recoveries: number;
  socketErrors: number;
}

export class Port {
  readonly #options: PortOptions;
  readonly #log: Logger;
  #wanted: Wanted;
  #receiver: Receiver | undefined;
  /** The interface that the receiver is bound to, as it was then. */
  #bound: Link | undefined;
  #link: Link | undefined;
  #state: BusStatus["state"] | undefined;
  #mode = UNKNOWN_MODE;
  #controller: BusStatus["controller"] = "unknown";
  /** The last one that was known. */
  #bitRate = 0;
  #isSilent = false;
  #lastFrameUs: number | undefined;
  /** When the port last had a reason to expect frames from now on. */
  #awakeUs: number;
  #bufferBytes = 0;
  #timestamps: BusStatus["timestamps"] = "none";
  /** Of receivers that were closed. */
  #droppedBefore = 0;
  #framesInBefore = 0;
  #failure = "";
  readonly #counters: PortCounters = {
    frames: 0,
    absent: 0,
    down: 0,
    replaced: 0,
    bitRates: 0,
    busOff: 0,
    restarts: 0,
    overflows: 0,
    silences: 0,
    recoveries: 0,
    socketErrors: 0,
  };

  constructor(options: PortOptions, wanted: Wanted) {
    this.#options = options;
    this.#wanted = wanted;
    this.#log = options.log.child({ bus: options.name, interface: options.interfaceName });
    this.#awakeUs = options.clock.nowUs();
  }

  get interfaceName(): string {
    return this.#options.interfaceName;
  }

  /** Goes by another plan from now on. The kernel takes the new filters before it gives up the old ones. */
  want(wanted: Wanted): void {
    this.#wanted = wanted;
    this.#awakeUs = this.#options.clock.nowUs();
    this.#guarded((receiver) => receiver.setFilters(wanted.filters));
  }

  /** Refills `block` with what has come; at most `limit` frames. */
  receive(block: FrameBlock, limit: number): number {
    block.count = 0;
    const frames = this.#guarded((receiver) => receiver.receive(block, this.#wanted.bus, limit)) ?? 0;
    if (frames === 0 || this.#receiver === undefined) return 0;
    this.#counters.frames += frames;
    this.#timestamps = this.#receiver.timestamps;
    let errors = 0;
    for (const place of this.#receiver.errorPlaces) {
      this.#takeErrorFrame(block, place);
      errors += 1;
    }
    // The controller's complaints are not the bus's frames.
    if (errors < frames) this.#hear();
    return frames;
  }

  /** Calls back once when there is something to receive; never where there is no interface. */
  watch(callback: () => void): void {
    this.#guarded((receiver) => receiver.watch(callback));
  }

  /** Looks at the interface, and opens, closes or opens anew what is due. Throws what no change of an interface mends. */
  supervise(): void {
    const link = readLink(this.#options.interfaceName);
    if (this.#receiver !== undefined && link?.index !== this.#bound?.index) {
      if (link !== undefined) {
        this.#counters.replaced += 1;
        this.#log.warn({ index: link.index }, "the interface was replaced by another of its name");
      }
      this.#closeReceiver();
    }
    this.#link = link;
    if (this.#receiver === undefined) this.#openReceiver(link);
    this.#enter(stateOf(link));
    this.#watchSilence();
    this.#bufferBytes = this.#guarded((receiver) => receiver.bufferBytes()) ?? 0;
  }

  status(): BusStatus {
    const { clock, name, interfaceName } = this.#options;
    const sinceLastUs = this.#lastFrameUs === undefined ? undefined : clock.nowUs() - this.#lastFrameUs;
    // Up to this moment, for whoever reconciles.
    this.#bufferBytes = this.#guarded((receiver) => receiver.bufferBytes()) ?? 0;
    return {
      name,
      interface: interfaceName,
      state: this.#state ?? "absent",
      isSilent: this.#isSilent,
      controller: this.#controller,
      listenOnly: this.#mode.listenOnly,
      bitRate: this.#mode.bitRate,
      reader: this.#receiver?.reader ?? "",
      timestamps: this.#timestamps,
      countsLosses: this.#receiver === undefined || this.#receiver.dropped !== undefined,
      receiveBufferBytes: this.#bufferBytes,
      silenceLimitMs: Math.round(this.#wanted.silenceLimitUs / 1000),
      lastFrameMs: sinceLastUs === undefined ? undefined : Math.floor((clock.wallUs() - sinceLastUs) / 1000),
      counters: this.#counts(),
    };
  }

  close(): void {
    this.#closeReceiver();
  }

  #counts(): ReadonlyMap<string, number> {
    const counters = this.#counters;
    const dropped = this.#droppedBefore + (this.#receiver?.dropped ?? 0);
    const framesIn = this.#framesInBefore + framesSince(this.#bound, readLink(this.#options.interfaceName));
    return new Map([
      ["frames_dropped", dropped],
      ["frames_filtered", Math.max(0, framesIn - counters.frames - dropped)],
      ["controller_overflows", counters.overflows],
      ["interface_absent", counters.absent],
      ["interface_down", counters.down],
      ["interface_replaced", counters.replaced],
      ["bit_rate_changes", counters.bitRates],
      ["bus_off", counters.busOff],
      ["restarts", counters.restarts],
      ["silences", counters.silences],
      ["recoveries", counters.recoveries],
      ["socket_errors", counters.socketErrors],
    ]);
  }

  #openReceiver(link: Link | undefined): void {
    const { open, interfaceName, receiveBufferBytes } = this.#options;
    try {
      this.#receiver = open(interfaceName, this.#wanted.filters, receiveBufferBytes);
      this.#bound = link;
      this.#failure = "";
    } catch (error) {
      if (!(error instanceof ReceiverError) || LASTING_CODES.has(error.code)) throw error;
      // Said once for each reason, not twice a second.
      if (error.message !== this.#failure) this.#log.warn({ code: error.code, remedy: error.remedy }, error.message);
      this.#failure = error.message;
    }
  }

  #closeReceiver(): void {
    const receiver = this.#receiver;
    if (receiver === undefined) return;
    this.#receiver = undefined;
    // What the kernel dropped last would go unsaid. Its count outlives the interface.
    receiver.bufferBytes();
    this.#droppedBefore += receiver.dropped ?? 0;
    this.#framesInBefore += framesSince(this.#bound, this.#link);
    this.#bound = undefined;
    receiver.close();
  }

  /** Calls the receiver, where there is one. An error of its socket is counted; the interface may have come back before anybody looks. */
  #guarded<T>(call: (receiver: Receiver) => T): T | undefined {
    if (this.#receiver === undefined) return undefined;
    try {
      return call(this.#receiver);
    } catch (error) {
      if (!(error instanceof ReceiverError)) throw error;
      this.#counters.socketErrors += 1;
      if (error.errno === "ENODEV") {
        this.#closeReceiver();
        this.#enter("absent");
      } else if (error.errno === "ENETDOWN" && this.#state === "up") this.#enter("down");
      return undefined;
    }
  }

  #enter(state: BusStatus["state"]): void {
    const before = this.#state;
    if (state === before) return;
    this.#state = state;
    this.#awakeUs = this.#options.clock.nowUs();
    if (state === "up") {
      this.#learnMode();
      if (before === undefined) {
        this.#log.info(
          { reader: this.#receiver?.reader, receiveBufferBytes: this.#receiver?.bufferBytes() },
          "listening",
        );
      } else this.#recovered("the interface is up again");
      return;
    }
    this.#isSilent = false;
    this.#mode = UNKNOWN_MODE;
    if (state === "absent") this.#counters.absent += 1;
    else if (state === "down") this.#counters.down += 1;
    else if (this.#controller !== "bus_off") this.#leaveBus();
    this.#log.warn({ state, before }, "nothing can be received");
  }

  #recovered(message: string): void {
    this.#counters.recoveries += 1;
    this.#log.info({ recoveries: this.#counters.recoveries }, message);
  }

  #learnMode(): void {
    const bound = this.#bound;
    readLinkMode(this.#options.interfaceName).then((mode) => {
      // By now it may be another interface, of which something else is true.
      if (this.#bound !== bound || this.#state !== "up") return;
      if (this.#bitRate !== 0 && mode.bitRate !== this.#bitRate) {
        this.#counters.bitRates += 1;
        this.#log.info({ before: this.#bitRate, bitRate: mode.bitRate }, "the bit rate was changed");
      }
      if (mode.bitRate !== 0) this.#bitRate = mode.bitRate;
      this.#mode = mode;
      if (mode.controller !== "unknown") this.#controller = mode.controller;
      if (mode.listenOnly === "no") {
        this.#log.warn(
          { remedy: `ip link set ${this.#options.interfaceName} type can listen-only on` },
          "the controller is not in listen-only mode: it acknowledges frames, though nothing here can send one",
        );
      }
    });
  }

  #takeErrorFrame(block: FrameBlock, place: number): void {
    const report = readErrorFrame(block, place);
    if (report.isBusOff && this.#controller !== "bus_off") this.#leaveBus();
    if (report.isRestart) {
      this.#counters.restarts += 1;
      this.#log.info("the controller was restarted");
    }
    if (report.isOverflow) this.#counters.overflows += 1;
    if (report.controller === undefined || report.controller === this.#controller) return;
    this.#log.info({ before: this.#controller, controller: report.controller }, "the controller's error state changed");
    this.#controller = report.controller;
  }

  #leaveBus(): void {
    this.#counters.busOff += 1;
    this.#controller = "bus_off";
    this.#log.warn("the controller is off the bus; it comes back when it is restarted (ip link … restart-ms)");
  }

  #watchSilence(): void {
    const { silenceLimitUs } = this.#wanted;
    if (this.#state !== "up" || silenceLimitUs === 0 || this.#isSilent) return;
    const sinceUs = this.#options.clock.nowUs() - Math.max(this.#awakeUs, this.#lastFrameUs ?? 0);
    if (sinceUs < silenceLimitUs) return;
    this.#isSilent = true;
    this.#counters.silences += 1;
    this.#log.warn({ limitMs: silenceLimitUs / 1000 }, "no frame has come for longer than the limit");
  }

  #hear(): void {
    this.#lastFrameUs = this.#options.clock.nowUs();
    if (!this.#isSilent) return;
    this.#isSilent = false;
    this.#recovered("frames are coming again");
  }
}

function stateOf(link: Link | undefined): BusStatus["state"] {
  if (link === undefined) return "absent";
  if (!link.isUp) return "down";
  return link.hasCarrier ? "up" : "no_carrier";
}

/** What came in at the interface while it was listened to. Its own counter: it includes what the kernel's filter kept out. */
function framesSince(bound: Link | undefined, now: Link | undefined): number {
  if (bound === undefined || now === undefined || now.index !== bound.index) return 0;
  return Math.max(0, now.framesIn - bound.framesIn);
}
