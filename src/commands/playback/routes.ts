// Which interface the frames of which bus go to, and how many have gone. Buses are known by the name that the log has for
// them, and by the index that they are given here when the name is first met.

export interface RouteOptions {
  /** Where frames of buses go that `map` does not name; undefined where they are skipped. */
  readonly to: string | undefined;
  /** By bus of the log, the interface that its frames go to. */
  readonly map: ReadonlyMap<string, string>;
}

export interface Route {
  readonly bus: string;
  /** The interface; undefined where the bus is skipped. */
  readonly target: string | undefined;
  /** Frames that were sent there, or skipped where there is no target. */
  frames: number;
}

/** Buses of one log that are told apart; those beyond share a route, and are skipped. */
const BUSES_MAX = 255;

export class Routes {
  /** In the order in which the log brings them. */
  readonly all: Route[] = [];
  readonly #options: RouteOptions;
  readonly #note: (text: string) => void;

  /** `note` is told when a second bus falls to an interface to which nobody has mapped it. */
  constructor(options: RouteOptions, note: (text: string) => void) {
    this.#options = options;
    this.#note = note;
  }

  readonly busIndexOf = (bus: string): number => {
    const known = this.all.findIndex((route) => route.bus === bus);
    if (known !== -1) return known;
    if (this.all.length < BUSES_MAX) return this.#open(bus, this.#options.map.get(bus) ?? this.#options.to);
    if (this.all.length === BUSES_MAX) this.#open("buses beyond the 255th", undefined);
    return BUSES_MAX;
  };

  #open(bus: string, target: string | undefined): number {
    const other = this.all.find((route) => route.target === target);
    if (other !== undefined && target !== undefined && !this.#options.map.has(bus)) {
      this.#note(`${bus} goes to ${target}, as ${other.bus} does; --map ${bus}=IFACE keeps them apart`);
    }
    return this.all.push({ bus, target, frames: 0 }) - 1;
  }

  /** What was mapped for nothing: buses that the log does not have. */
  strangers(): readonly (readonly [bus: string, target: string])[] {
    return [...this.#options.map].filter(([bus]) => this.all.every((route) => route.bus !== bus));
  }
}
