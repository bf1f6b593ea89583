// What a CAN error frame says: the controller's state, and whether it left the bus or came back. Error frames are made by
// the driver and carry no data of any control unit. [linux/can/error.h]
import type { BusStatus } from "../../../wire/bus-status.ts";
import { FRAME_BYTES, FRAME_WORDS, type FrameBlock, PAYLOAD_OFFSET } from "../../frame.ts";

const CONTROLLER = 0x004;
const BUS_OFF = 0x040;
const RESTARTED = 0x100;

/** Bits of the second payload byte where the class is CONTROLLER. */
const OVERFLOW = 0x01;
const WARNING = 0x04 | 0x08;
const PASSIVE = 0x10 | 0x20;
const ACTIVE = 0x40;

export interface ErrorReport {
  /** Undefined where the frame does not say. */
  readonly controller: BusStatus["controller"] | undefined;
  readonly isBusOff: boolean;
  readonly isRestart: boolean;
  /** The controller itself had no room for a frame: it is lost, and no count of the kernel's says so. */
  readonly isOverflow: boolean;
}

/** Reads the error frame at place `index` of the block. */
export function readErrorFrame(block: FrameBlock, index: number): ErrorReport {
  const id = block.words[index * FRAME_WORDS] ?? 0;
  const detail = (id & CONTROLLER) === 0 ? 0 : (block.bytes[index * FRAME_BYTES + PAYLOAD_OFFSET + 1] ?? 0);
  return {
    controller: controllerOf(id, detail),
    isBusOff: (id & BUS_OFF) !== 0,
    isRestart: (id & RESTARTED) !== 0,
    isOverflow: (detail & OVERFLOW) !== 0,
  };
}

/** The worst that it says. A controller that was restarted begins as error-active. */
function controllerOf(id: number, detail: number): ErrorReport["controller"] {
  if ((id & BUS_OFF) !== 0) return "bus_off";
  if ((detail & PASSIVE) !== 0) return "passive";
  if ((detail & WARNING) !== 0) return "warning";
  return (detail & ACTIVE) !== 0 || (id & RESTARTED) !== 0 ? "active" : undefined;
}
