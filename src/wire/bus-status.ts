// What the gateway says of one of its buses: how the interface is, how frames are received from it, and what was counted.

export const BUS_STATES = ["replay", "absent", "down", "no_carrier", "up"] as const;
export const CONTROLLER_STATES = ["unknown", "active", "warning", "passive", "bus_off"] as const;
export const LISTEN_ONLY = ["unknown", "yes", "no", "virtual"] as const;
export const TIMESTAMPS = ["none", "recorded", "arrival", "kernel", "hardware"] as const;

export interface BusStatus {
  /** The bus as the allow-list calls it. */
  readonly name: string;
  /** The Linux interface it is received from; empty where frames come from a recording or the generator. */
  readonly interface: string;
  /** "no_carrier": up, but the controller is not on the bus, as after bus-off. */
  readonly state: (typeof BUS_STATES)[number];
  /** Up, but no frame came for longer than `silenceLimitMs`. */
  readonly isSilent: boolean;
  /** The controller's error state, from error frames. [ISO 11898-1] */
  readonly controller: (typeof CONTROLLER_STATES)[number];
  /** Whether the controller is in listen-only mode; "virtual" where there is no controller that could send. */
  readonly listenOnly: (typeof LISTEN_ONLY)[number];
  /** Of the controller, in bit/s; of CAN FD the arbitration phase. 0 where there is none or it is not known. */
  readonly bitRate: number;
  /** What receives: `canward` (its own reader), `socketcan` (the fallback), `replay`. */
  readonly reader: string;
  /** Where the frames' times come from. */
  readonly timestamps: (typeof TIMESTAMPS)[number];
  /** Whether frames that the kernel drops are counted; the fallback reader cannot. */
  readonly countsLosses: boolean;
  /** Size of the kernel's receive buffer as the kernel reports it; 0 where there is none. */
  readonly receiveBufferBytes: number;
  /** 0 where silence is not watched. */
  readonly silenceLimitMs: number;
  /** When the last frame was captured: wall clock, milliseconds since 1970. */
  readonly lastFrameMs: number | undefined;
  /** Since the process started, by name. Received = admitted + denied of all reasons. */
  readonly counters: ReadonlyMap<string, number>;
}
