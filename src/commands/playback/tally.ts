// What became of the frames of a playback: counted one by one, told on a line while it goes on, and in a table at its end.
import type { Clock } from "../../vehicle/clock.ts";
import type { FrameBlock } from "../../vehicle/frame.ts";
import { Lateness } from "./lateness.ts";
import type { CountedLog } from "./log-progress.ts";
import type { Routes } from "./routes.ts";

export interface Pacing {
  readonly speed: number | "max";
  readonly loop: boolean;
}

export class PlaybackTally {
  framesRead = 0;
  framesSent = 0;
  errorFrames = 0;
  retries = 0;
  laps = 0;
  #firstUs = Number.NaN;
  #lastUs = Number.NaN;
  readonly #startedMs = performance.now();
  readonly #lateness = new Lateness();
  readonly #routes: Routes;
  readonly #log: CountedLog;
  readonly #pacing: Pacing;

  constructor(routes: Routes, log: CountedLog, pacing: Pacing) {
    this.#routes = routes;
    this.#log = log;
    this.#pacing = pacing;
  }

  read(block: FrameBlock, row: number): void {
    this.framesRead += 1;
    this.#lastUs = block.monotonicUs[row] ?? Number.NaN;
    if (this.framesRead === 1) this.#firstUs = this.#lastUs;
  }

  /**
   * Says that the block is out. How late its frames were is reckoned from now, since asking for the time at each frame would
   * make them late. At full speed frames have no time.
   */
  done(block: FrameBlock, clock: Clock): void {
    if (this.#pacing.speed === "max") return;
    const nowUs = clock.nowUs();
    for (let row = 0; row < block.count; row++) this.#lateness.add(nowUs - (block.monotonicUs[row] ?? nowUs));
  }

  /** How far the playback has come. */
  position(): string {
    const { speed, loop } = this.#pacing;
    const share = this.#log.share();
    const logSeconds = ((this.#lastUs - this.#firstUs) / 1e6) * (speed === "max" ? 1 : speed);
    return [
      `${told(this.framesSent)} frames sent`,
      this.#rate(),
      ...(this.framesRead === 0 ? [] : [`${logSeconds.toFixed(1)} s of the log`]),
      ...(loop ? [`lap ${this.laps}`] : []),
      ...(share === undefined ? [] : [`${Math.floor(share * 100)} %`]),
    ].join(", ");
  }

  summary(junkLines: number): string {
    const lateUs = this.#lateness.quantile(0.99);
    const rows: (readonly [number | string, string])[] = [
      [this.framesRead, "frames read"],
      [this.framesSent, "sent"],
      ...this.#routes.all
        .filter(({ target }) => target !== undefined)
        .map(({ bus, target, frames }) => [frames, `  ${bus} → ${target}`] as const),
      [this.errorFrames, "skipped: error frames"],
      ...this.#routes.all
        .filter(({ target }) => target === undefined)
        .map(({ bus, frames }) => [frames, `skipped: ${bus}, which is not mapped`] as const),
      [this.retries, "retries, since the kernel did not take a frame at once"],
      [junkLines, "lines that are no frame"],
      [this.#seconds().toFixed(1), `seconds, ${this.#rate()}`],
      ...(Number.isNaN(lateUs) ? [] : [[toldMs(lateUs), "ms is the most that 99 % of the frames were late"] as const]),
    ];
    const lines = rows.map(([value, name]) => `${told(value).padStart(12)}  ${name}\n`);
    const strangers = this.#routes
      .strangers()
      .map(([bus, target]) => `no frame of ${bus}, for which --map ${bus}=${target} is\n`);
    return [...lines, ...strangers].join("");
  }

  #seconds(): number {
    return (performance.now() - this.#startedMs) / 1000;
  }

  #rate(): string {
    return `${told(Math.round(this.framesSent / this.#seconds()))} frames/s`;
  }
}

function told(value: number | string): string {
  return typeof value === "string" ? value : value.toLocaleString("en");
}

function toldMs(us: number): string {
  return Number.isFinite(us) ? (us / 1000).toFixed(1) : "> 1000";
}
