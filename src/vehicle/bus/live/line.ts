// A receiver as long as it is bound to one interface, and what came in there meanwhile: received, dropped by the kernel, or
// kept out by the kernel's filter. No frame is in two of these counts, and none is in one before it is known to be.
import { FRAME_WORDS, type FrameBlock, ID_ERROR } from "../../frame.ts";
import type { Link } from "./link.ts";
import type { Receiver } from "./receiver.ts";

export class Line {
  readonly receiver: Receiver;
  /** The interface as it was before the receiver was opened. */
  readonly link: Link;
  readonly #countsErrorFrames: boolean;
  #bufferBytes = 0;
  /** Received, of those that the interface counts as having come in. */
  #frames = 0;
  #filtered = 0;
  #lost = 0;

  /** `countsErrorFrames`: whether error frames are among the link's `framesIn`. */
  constructor(receiver: Receiver, link: Link, countsErrorFrames: boolean) {
    this.receiver = receiver;
    this.link = link;
    this.#countsErrorFrames = countsErrorFrames;
  }

  /** Frames that the kernel dropped; 0 where nobody can tell. Up to date as of `look`. */
  get dropped(): number {
    return this.receiver.dropped ?? 0;
  }

  /** Frames that the kernel's filter kept out, as far as it is known: those that still wait must have been received. */
  get filtered(): number {
    return this.#filtered;
  }

  /** Frames that the interface lost before any socket could have them, whether they would have passed the filter or not. */
  get lost(): number {
    return this.#lost;
  }

  get bufferBytes(): number {
    return this.#bufferBytes;
  }

  receive(block: FrameBlock, bus: number, limit: number): number {
    const frames = this.receiver.receive(block, bus, limit);
    this.#frames += this.#countsErrorFrames ? frames : frames - this.#errorFramesIn(block);
    return frames;
  }

  /** Brings the counts up to date. `link` is the interface as it was a moment ago, where it still is the same. */
  look(link: Link | undefined): void {
    this.#bufferBytes = this.receiver.bufferBytes();
    if (link?.index !== this.link.index) return;
    this.#lost = link.framesLost - this.link.framesLost;
    if (this.receiver.isWaiting) return;
    const kept = link.framesIn - this.link.framesIn - this.#lost - this.#frames - this.dropped;
    this.#filtered = Math.max(this.#filtered, kept);
  }

  #errorFramesIn(block: FrameBlock): number {
    const [first] = this.receiver.errorPlaces;
    if (first === undefined) return 0;
    let errors = 0;
    // The receiver tells the places of the first ones alone.
    for (let row = first; row < block.count; row++) {
      if (((block.words[row * FRAME_WORDS] ?? 0) & ID_ERROR) !== 0) errors += 1;
    }
    return errors;
  }
}
