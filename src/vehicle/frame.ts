// The frame noun: a block of CAN frames as typed arrays, laid out as Linux lays out `struct canfd_frame`,
// so that a live reader can receive straight into it. What is in a block is valid until its source refills it.
import type { BusStatus } from "../wire/bus-status.ts";

/** Bytes of one frame record: `struct canfd_frame` (id 4, length 1, flags 1, bus 1, reserved 1, payload 64). [linux/can.h] */
export const FRAME_BYTES = 72;
/** 32-bit words of one frame record. */
export const FRAME_WORDS = FRAME_BYTES / 4;
/** Offset of the payload length, in bytes, from the start of a record. */
export const LENGTH_OFFSET = 4;
/** Offset of the FD flags from the start of a record. */
export const FLAGS_OFFSET = 5;
/**
 * Offset of the bus: the index of the frame's bus in the plan (`Plan.buses`), BUS_UNKNOWN where the plan has no such bus.
 * The kernel reserves this byte; a source writes it with every frame, so that the gate finds id, length, flags and bus in 8 bytes.
 */
export const BUS_OFFSET = 6;
/** Offset of the payload from the start of a record; a multiple of 8. */
export const PAYLOAD_OFFSET = 8;
/** Longest payload, in bytes: CAN FD. [ISO 11898-1] */
export const PAYLOAD_BYTES_MAX = 64;

/** Bits of the id word. [linux/can.h] */
export const ID_EXTENDED = 0x8000_0000;
export const ID_REMOTE = 0x4000_0000;
export const ID_ERROR = 0x2000_0000;
export const ID_MASK_STANDARD = 0x7ff;
export const ID_MASK_EXTENDED = 0x1fff_ffff;

/** Bits of the flags byte. FD is set on every FD frame, whatever else is. [linux/can.h] */
export const FLAG_BIT_RATE_SWITCH = 0x01;
export const FLAG_ERROR_STATE = 0x02;
export const FLAG_FD = 0x04;

/** Frames in a block: 8,000 frames/s fill it in 128 ms, and its 72 KiB stay in a core's second-level cache. */
export const BLOCK_FRAMES_MAX = 1024;
/** A source ends a block when the next frame is this much later than the first, so that sparse traffic is not held back. */
export const BLOCK_SPAN_US_MAX = 100_000;

/** A reusable block of frames. Frame `i` has its record at word `i * FRAME_WORDS` and at byte `i * FRAME_BYTES`. */
export interface FrameBlock {
  readonly capacity: number;
  /** How many frames are in the block now. */
  count: number;
  /** The records as 32-bit words: the id word comes first in each. */
  readonly words: Uint32Array;
  /** The same records as bytes. */
  readonly bytes: Uint8Array;
  /** Per frame, when it was captured: microseconds since 1970, by the wall clock of the capture. */
  readonly capturedAtUs: Float64Array;
  /** Per frame, the same moment by a clock that never steps back, in microseconds; schedules use this one alone. */
  readonly monotonicUs: Float64Array;
}

/** Buses that one gateway can have; an entry of the gate's tables has four bits for the bus. */
export const BUSES_MAX = 15;
export const BUS_UNKNOWN = 15;

/** Makes an empty block, over `buffer` from `byteOffset` on where the records have to lie in a given memory. */
export function createFrameBlock(
  capacity: number = BLOCK_FRAMES_MAX,
  buffer: ArrayBuffer = new ArrayBuffer(capacity * FRAME_BYTES),
  byteOffset = 0,
): FrameBlock {
  return {
    capacity,
    count: 0,
    words: new Uint32Array(buffer, byteOffset, capacity * FRAME_WORDS),
    bytes: new Uint8Array(buffer, byteOffset, capacity * FRAME_BYTES),
    capturedAtUs: new Float64Array(capacity),
    monotonicUs: new Float64Array(capacity),
  };
}

/** Where frames come from: a log, the drive generator, a live interface. */
export interface Bus {
  /** For a person: `drive.log.gz`, `generator`, `can0`. */
  readonly name: string;
  /** What the source itself saw and did not put into a block. */
  readonly counters: Readonly<BusCounters>;
  /**
   * Frames as they come, in order of their monotonic time. The source yields the same block again and again: it is
   * refilled when the next one is asked for. Ends with the source, or soon after `signal` is aborted.
   */
  receive(signal: AbortSignal): AsyncIterable<FrameBlock>;
  /** How each live bus is, with what its interface and its reader counted; a recording and the generator have none to tell of. */
  statuses?(): readonly BusStatus[];
}

export interface BusCounters {
  /** Frames put into blocks. */
  frames: number;
  /** Lines of a log that are no frame. */
  junkLines: number;
}
