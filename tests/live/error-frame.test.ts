// What an error frame says of the controller, for every class and every detail of the controller's class. [linux/can/error.h]
import { describe, expect, it } from "vitest";
import { readErrorFrame } from "../../src/vehicle/bus/live/error-frame.ts";
import { createFrameBlock, FRAME_BYTES, FRAME_WORDS, ID_ERROR, PAYLOAD_OFFSET } from "../../src/vehicle/frame.ts";

const BUS_OFF = 0x40;
const RESTARTED = 0x100;
const CONTROLLER = 0x4;
const PLACE = 3;

function read(classes: number, detail = 0): ReturnType<typeof readErrorFrame> {
  const block = createFrameBlock(8);
  // What stands around it must not matter.
  block.bytes.fill(0xff);
  block.words[PLACE * FRAME_WORDS] = ID_ERROR | classes;
  block.bytes.fill(0, PLACE * FRAME_BYTES + 4, (PLACE + 1) * FRAME_BYTES);
  block.bytes[PLACE * FRAME_BYTES + PAYLOAD_OFFSET + 1] = detail;
  return readErrorFrame(block, PLACE);
}

describe("an error frame", () => {
  it.each([
    [0x01, undefined],
    [0x02, undefined],
    [0x04, "warning"],
    [0x08, "warning"],
    [0x10, "passive"],
    [0x20, "passive"],
    [0x40, "active"],
    [0x14, "passive"],
    [0x48, "warning"],
    [0x00, undefined],
  ] as const)("of the controller's class with detail %i says %s", (detail, controller) => {
    expect(read(CONTROLLER, detail)).toEqual({
      controller,
      isBusOff: false,
      isRestart: false,
      isOverflow: detail === 1,
    });
  });

  it("says the worst of what it says, for every detail", () => {
    for (let detail = 0; detail < 256; detail++) {
      const said = read(CONTROLLER, detail).controller;
      if ((detail & 0x30) !== 0) expect(said).toBe("passive");
      else if ((detail & 0x0c) !== 0) expect(said).toBe("warning");
      else if ((detail & 0x40) !== 0) expect(said).toBe("active");
      else expect(said).toBeUndefined();
      expect(read(CONTROLLER | BUS_OFF, detail)).toMatchObject({ controller: "bus_off", isBusOff: true });
    }
  });

  it("says that the controller was restarted, and then is active unless it says otherwise", () => {
    expect(read(RESTARTED)).toMatchObject({ controller: "active", isRestart: true, isBusOff: false });
    expect(read(RESTARTED | CONTROLLER, 0x20)).toMatchObject({ controller: "passive", isRestart: true });
  });

  it("has a detail only where its class is the controller's", () => {
    for (const other of [0x001, 0x002, 0x008, 0x010, 0x020, 0x080, 0x200]) {
      expect(read(other, 0xff)).toEqual({
        controller: undefined,
        isBusOff: false,
        isRestart: false,
        isOverflow: false,
      });
    }
  });
});
