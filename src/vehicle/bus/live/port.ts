// One bus's life: its interface may be absent, down, replaced, silent or off the bus, and a port always finds back to it.
// Whatever happens is counted and told, and never concerns another bus.
import type { Logger } from "pino";
import type { BusStatus } from "../../../wire/bus-status.ts";
import type { Clock } from "../../clock.ts";
import type { FrameBlock } from "../../frame.ts";
import { readErrorFrame } from "./error-frame.ts";
import { Line } from "./line.ts";
import { countsErrorFrames, type Link, readLink, readLinkMode, UNKNOWN_MODE } from "./link.ts";
import { LASTING_CODES, type OpenReceiver, ReceiverError } from "./receiver.ts";

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

/** Errors that the socket of an interface that is gone may have to tell: that it went down, and that it is gone. */
const DRAIN_TRIES_MAX = 3;

export class Port {
  readonly #options: PortOptions;
  readonly #log: Logger;
  #wanted: Wanted;
  #line: Line | undefined;
  /** To an interface that is gone, or has another name now. What it received by then comes before all else. */
  #former: Line | undefined;
  #state: BusStatus["state"] | undefined;
  #mode = UNKNOWN_MODE;
  #controller: BusStatus["controller"] = "unknown";
  #controllerTold: BusStatus["controller"] = "unknown";
  /** The last one that was known. */
  #bitRate = 0;
  #isSilent = false;
  #lastFrameUs: number | undefined;
  /** When nothing waited to be received. What waits while the process is busy is no silence. */
  #emptyAtUs = -Infinity;
  /** When the port last had a reason to expect frames from now on. */
  #awakeUs: number;
  #timestamps: BusStatus["timestamps"] = "none";
  /** Whether frames waited when the counts were last looked at, so that they have to be again. */
  #isLookDue = false;
  /** Of lines that were closed. */
  #droppedBefore = 0;
  #filteredBefore = 0;
  #lostBefore = 0;
  #failure = "";
  readonly #counters: PortCounters = {
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

  /** Of the kernel's receive buffer, when it was last looked at; Infinity where there is nothing to receive from. */
  get bufferBytes(): number {
    return this.#line === undefined ? Infinity : this.#line.bufferBytes;
  }

  /** Goes by another plan from now on. The kernel takes the new filters before it gives up the old ones. */
  want(wanted: Wanted): void {
    this.#wanted = wanted;
    this.#awakeUs = this.#options.clock.nowUs();
    this.#guarded(({ receiver }) => receiver.setFilters(wanted.filters));
  }

  /** Refills `block` with what has come; at most `limit` frames. */
  receive(block: FrameBlock, limit: number): number {
    block.count = 0;
    const line = this.#receiveSome(block, limit);
    const frames = block.count;
    if (line === undefined || frames < limit) this.#emptyAtUs = this.#options.clock.nowUs();
    if (line === undefined) return 0;
    this.#timestamps = line.receiver.timestamps;
    let errors = 0;
    for (const place of line.receiver.errorPlaces) {
      this.#takeErrorFrame(block, place);
      errors += 1;
    }
    // The controller's complaints are not the bus's frames.
    if (errors < frames) this.#hear();
    if (this.#isLookDue && frames < limit) this.#look(readLink(this.#options.interfaceName));
    return frames;
  }

  /** Calls back once when there is something to receive; never where there is no interface. */
  watch(callback: () => void): void {
    this.#guarded(({ receiver }) => receiver.watch(callback));
  }

  /** Looks at the interface, and opens, closes or opens anew what is due. Throws what no change of an interface mends. */
  supervise(): void {
    let link = readLink(this.#options.interfaceName);
    if (this.#line !== undefined && link?.index !== this.#line.link.index) {
      if (link !== undefined) {
        this.#counters.replaced += 1;
        this.#log.warn({ index: link.index }, "the interface was replaced by another of its name");
      }
      this.#leave();
    }
    if (this.#line === undefined) link = this.#openLine(link);
    this.#enter(stateOf(link));
    this.#tellController();
    this.#watchSilence();
    this.#look(link);
  }

  status(): BusStatus {
    const { clock, name, interfaceName } = this.#options;
    const sinceLastUs = this.#lastFrameUs === undefined ? undefined : clock.nowUs() - this.#lastFrameUs;
    // Up to this moment, for whoever reconciles.
    this.#look(readLink(interfaceName));
    const receiver = this.#line?.receiver;
    return {
      name,
      interface: interfaceName,
      state: this.#state ?? "absent",
      isSilent: this.#isSilent,
      controller: this.#controller,
      listenOnly: this.#mode.listenOnly,
      bitRate: this.#mode.bitRate,
      reader: receiver?.reader ?? "",
      timestamps: this.#timestamps,
      countsLosses: receiver === undefined || receiver.dropped !== undefined,
      receiveBufferBytes: this.#line?.bufferBytes ?? 0,
      silenceLimitMs: Math.round(this.#wanted.silenceLimitUs / 1000),
      lastFrameMs: sinceLastUs === undefined ? undefined : Math.floor((clock.wallUs() - sinceLastUs) / 1000),
      counters: this.#counts(),
    };
  }

  close(): void {
    this.#leave();
    this.#closeFormer();
  }

  #counts(): ReadonlyMap<string, number> {
    const counters = this.#counters;
    const [line, former] = [this.#line, this.#former];
    return new Map([
      ["frames_dropped", this.#droppedBefore + (former?.dropped ?? 0) + (line?.dropped ?? 0)],
      ["frames_filtered", this.#filteredBefore + (former?.filtered ?? 0) + (line?.filtered ?? 0)],
      ["interface_drops", this.#lostBefore + (former?.lost ?? 0) + (line?.lost ?? 0)],
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

  /** Receives from the line that is due, and gives it; undefined where nothing has come. */
  #receiveSome(block: FrameBlock, limit: number): Line | undefined {
    const { bus } = this.#wanted;
    for (;;) {
      const former = this.#former;
      if (former !== undefined && this.#drain(former, block, limit) > 0) return former;
      const line = this.#line;
      if ((this.#guarded((current) => current.receive(block, bus, limit)) ?? 0) > 0) return line;
      // The interface may be found to be gone only now.
      if (this.#former === undefined) return undefined;
    }
  }

  /** Receives what an interface that is gone has left, and closes the line once that is all. */
  #drain(line: Line, block: FrameBlock, limit: number): number {
    let frames: number | undefined;
    // Its socket may have an error to tell, before it gives anything.
    for (let tries = 0; frames === undefined && tries < DRAIN_TRIES_MAX; tries++) {
      frames = this.#attempt(() => line.receive(block, this.#wanted.bus, limit));
    }
    if (frames === undefined || frames < limit) this.#closeFormer();
    return frames ?? 0;
  }

  /** Opens the line to the interface that has the name now, and gives it as it is now. */
  #openLine(before: Link | undefined): Link | undefined {
    const { open, interfaceName, receiveBufferBytes } = this.#options;
    try {
      const receiver = open(interfaceName, this.#wanted.filters, receiveBufferBytes);
      this.#failure = "";
      const link = readLink(interfaceName);
      // It may have come, gone or been replaced in between.
      if (link === undefined || (before !== undefined && link.index !== before.index)) receiver.close();
      else {
        this.#line = new Line(receiver, before ?? link, countsErrorFrames(interfaceName));
        // Where it was replaced at once, it has been up all the while, though not in the same mode.
        if (this.#state === "up") this.#learnMode();
      }
      return link;
    } catch (error) {
      if (!(error instanceof ReceiverError) || LASTING_CODES.has(error.code)) throw error;
      // Said once for each reason, not twice a second.
      if (error.message !== this.#failure) this.#log.warn({ code: error.code, remedy: error.remedy }, error.message);
      this.#failure = error.message;
      return before;
    }
  }

  /** Brings the counts up to date. */
  #look(link: Link | undefined): void {
    this.#guarded((line) => line.look(link));
    this.#isLookDue = this.#line?.receiver.isWaiting ?? false;
  }

  /** Nothing more comes in by this line; what it holds is still received. */
  #leave(): void {
    const line = this.#line;
    if (line === undefined) return;
    this.#closeFormer();
    this.#line = undefined;
    this.#former = line;
    this.#attempt(() => line.receiver.setFilters(new Uint32Array()));
  }

  #closeFormer(): void {
    const line = this.#former;
    if (line === undefined) return;
    this.#former = undefined;
    // What the kernel dropped last would go unsaid. Its count outlives the interface.
    this.#attempt(() => line.look(undefined));
    this.#droppedBefore += line.dropped;
    this.#filteredBefore += line.filtered;
    this.#lostBefore += line.lost;
    line.receiver.close();
  }

  /** Calls the line, where there is one. An error of its socket is counted; the interface may have come back before anybody looks. */
  #guarded<T>(call: (line: Line) => T): T | undefined {
    const line = this.#line;
    if (line === undefined) return undefined;
    return this.#attempt(
      () => call(line),
      ({ errno }) => {
        if (errno === "ENODEV") {
          this.#leave();
          this.#enter("absent");
        } else if (errno === "ENETDOWN" && this.#state === "up") this.#enter("down");
      },
    );
  }

  #attempt<T>(call: () => T, failed?: (error: ReceiverError) => void): T | undefined {
    try {
      return call();
    } catch (error) {
      if (!(error instanceof ReceiverError)) throw error;
      this.#counters.socketErrors += 1;
      failed?.(error);
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
          { reader: this.#line?.receiver.reader, receiveBufferBytes: this.#line?.receiver.bufferBytes() },
          "listening",
        );
      } else this.#recovered("the interface is up again");
      return;
    }
    this.#isSilent = false;
    this.#mode = UNKNOWN_MODE;
    if (state === "no_carrier") {
      if (this.#controller !== "bus_off") this.#leaveBus();
    } else {
      // Nobody knows it any more.
      this.#controller = "unknown";
      if (state === "absent") this.#counters.absent += 1;
      else this.#counters.down += 1;
    }
    this.#log.warn({ state, before }, "nothing can be received");
  }

  #recovered(message: string): void {
    this.#counters.recoveries += 1;
    this.#log.info({ recoveries: this.#counters.recoveries }, message);
  }

  #learnMode(): void {
    const line = this.#line;
    readLinkMode(this.#options.interfaceName).then((mode) => {
      // By now it may be another interface, of which something else is true.
      if (this.#line !== line || this.#state !== "up") return;
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
    if (report.isRestart) this.#counters.restarts += 1;
    if (report.isOverflow) this.#counters.overflows += 1;
    this.#controller = report.controller ?? this.#controller;
  }

  /** Said when the interface is looked at, since a bad bus may change it a hundred times a second; all of it is counted. */
  #tellController(): void {
    const [controller, before] = [this.#controller, this.#controllerTold];
    if (controller === before) return;
    this.#controllerTold = controller;
    const { busOff, restarts } = this.#counters;
    if (controller === "bus_off") {
      const remedy = "See to the wiring and the bit rate; it comes back when it is restarted (ip link … restart-ms).";
      this.#log.warn({ before, busOff, remedy }, "the controller is off the bus");
    } else if (controller !== "unknown") {
      this.#log.info({ before, controller, restarts }, "the controller's error state changed");
    }
  }

  #leaveBus(): void {
    this.#counters.busOff += 1;
    this.#controller = "bus_off";
  }

  #watchSilence(): void {
    const { silenceLimitUs } = this.#wanted;
    if (this.#state !== "up" || silenceLimitUs === 0 || this.#isSilent) return;
    const sinceUs = this.#emptyAtUs - Math.max(this.#awakeUs, this.#lastFrameUs ?? 0);
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
