// The drive as frames: blocks are filled with what the control units of both buses send, each message at its cycle time,
// in order of time. Two makers with the same options give the same bytes, and no frame is an object.
import type { Database, Message } from "../../../dbc/database.ts";
import {
  BLOCK_SPAN_US_MAX,
  BUS_OFFSET,
  FLAG_BIT_RATE_SWITCH,
  FLAG_FD,
  FLAGS_OFFSET,
  FRAME_BYTES,
  FRAME_WORDS,
  type FrameBlock,
  ID_EXTENDED,
  LENGTH_OFFSET,
  PAYLOAD_OFFSET,
} from "../../frame.ts";
import { backgroundSenders, createBackgroundPacker } from "./background.ts";
import { advance, createDrive } from "./drive.ts";
import { createPacker, type Packer } from "./packing.ts";
import { chance } from "./random.ts";
import { BUS_NAMES, type BusName, createSchedule, type Schedule, type Sender, wireTimeUs } from "./schedule.ts";
import { READINGS } from "./signals.ts";
import { CHANNEL, type DriveState, STEPS_PER_SECOND } from "./state.ts";

export interface FramesOptions {
  /** Wall clock of the beginning, microseconds since 1970. */
  readonly startUs: number;
  /** How far into its drive the vehicle is at the beginning; 0 where left out. */
  readonly fromS?: number | undefined;
  /** Endless where left out. */
  readonly durationS?: number | undefined;
  readonly seed: number;
  readonly databases: Readonly<Record<BusName, Database>>;
  readonly busIndexes: Readonly<Record<BusName, number>>;
  /** Frames a second, over both buses, of control units that no database names; 0 where left out. */
  readonly backgroundFramesPerSecond?: number | undefined;
}

export interface FrameMaker {
  readonly drive: DriveState;
  /** Refills the block; false where the drive is over and nothing was put into it. */
  fill(block: FrameBlock): boolean;
}

/** A sender with how its frames look. */
interface FrameSender extends Sender {
  readonly idWord: number;
  readonly busIndex: number;
  readonly lengthBytes: number;
  readonly flags: number;
  readonly pack: Packer;
}

const STEP_US = 1_000_000 / STEPS_PER_SECOND;
/** A control unit's clock wanders; no frame is later than this, nor behind the next one. */
const JITTER_US_MAX = 350;

export function createFrameMaker(options: FramesOptions): FrameMaker {
  const fromSteps = Math.round((options.fromS ?? 0) * STEPS_PER_SECOND);
  // A clock may say parts of a microsecond; frames do not.
  const startUs = Math.floor(options.startUs);
  const drive = createDrive(options.seed, startUs - fromSteps * STEP_US);
  advance(drive, fromSteps);
  const senders = sendersOf(options);
  const schedule = createSchedule(senders);
  const endUs = options.durationS === undefined ? Infinity : options.durationS * 1_000_000;
  const position: Position = { periodStartUs: 0, row: 0, frames: 0, sent: new Float64Array(senders.length) };
  return {
    drive,
    fill: (block) => fillBlock({ block, drive, senders, schedule, position, startUs, fromSteps, endUs }),
  };
}

/** Where in the endless repetition of the schedule the maker is. */
interface Position {
  periodStartUs: number;
  row: number;
  frames: number;
  /** Frames sent, by sender. */
  readonly sent: Float64Array;
}

interface Filling {
  readonly block: FrameBlock;
  readonly drive: DriveState;
  readonly senders: readonly FrameSender[];
  readonly schedule: Schedule;
  readonly position: Position;
  readonly startUs: number;
  readonly fromSteps: number;
  readonly endUs: number;
}

function fillBlock({ block, drive, senders, schedule, position, startUs, fromSteps, endUs }: Filling): boolean {
  const { seed } = drive;
  block.count = 0;
  let latestUs = Infinity;
  while (block.count < block.capacity) {
    const gapUs = schedule.gapsUs[position.row] ?? 0;
    const lateUs = Math.floor(chance(seed, CHANNEL.jitter, position.frames) * Math.min(gapUs, JITTER_US_MAX));
    const atUs = position.periodStartUs + (schedule.offsetsUs[position.row] ?? 0) + lateUs;
    if (atUs >= latestUs || atUs >= endUs) break;
    if (block.count === 0) latestUs = atUs + BLOCK_SPAN_US_MAX;
    advance(drive, fromSteps + Math.floor(atUs / STEP_US));
    const index = schedule.senders[position.row] ?? 0;
    const sender = senders[index];
    if (sender === undefined) break;
    const sent = position.sent[index] ?? 0;
    position.sent[index] = sent + 1;
    writeFrame(block, sender, drive, sent);
    block.monotonicUs[block.count] = atUs;
    block.capturedAtUs[block.count] = startUs + atUs;
    block.count++;
    position.frames++;
    if (++position.row === schedule.rows) {
      position.row = 0;
      position.periodStartUs += schedule.periodUs;
    }
  }
  return block.count > 0;
}

function writeFrame(block: FrameBlock, sender: FrameSender, drive: DriveState, sent: number): void {
  const { bytes, count } = block;
  const base = count * FRAME_BYTES;
  block.words[count * FRAME_WORDS] = sender.idWord;
  // The whole payload area of what the frame can be: 8 bytes, or 64.
  bytes.fill(0, base + LENGTH_OFFSET, base + PAYLOAD_OFFSET + (sender.flags & FLAG_FD ? sender.lengthBytes : 8));
  bytes[base + LENGTH_OFFSET] = sender.lengthBytes;
  bytes[base + FLAGS_OFFSET] = sender.flags;
  bytes[base + BUS_OFFSET] = sender.busIndex;
  sender.pack(drive, sent, bytes, base + PAYLOAD_OFFSET);
}

function sendersOf({ databases, busIndexes, seed, backgroundFramesPerSecond = 0 }: FramesOptions): FrameSender[] {
  const named = BUS_NAMES.flatMap((bus) => {
    const known = databases[bus].messages;
    const missing = Object.keys(READINGS[bus]).find((name) => !known.some((message) => message.name === name));
    if (missing !== undefined) throw new Error(`${databases[bus].file} has no message ${missing}`);
    return known.map((message, index) => senderOf(bus, busIndexes[bus], message, index));
  });
  const takenIds = new Set(named.map(({ id }) => id));
  const unnamed = backgroundSenders(backgroundFramesPerSecond, takenIds).map((sender) => ({
    ...sender,
    idWord: sender.id,
    busIndex: busIndexes[sender.bus],
    lengthBytes: 8,
    flags: 0,
    pack: createBackgroundPacker(seed, sender.id),
  }));
  return [...named, ...unnamed];
}

function senderOf(bus: BusName, busIndex: number, message: Message, index: number): FrameSender {
  const { cycleMs } = message;
  if (cycleMs === undefined || cycleMs <= 0) throw new Error(`${message.name} has no cycle time`);
  return {
    bus,
    id: message.id,
    idWord: (message.extended ? message.id | ID_EXTENDED : message.id) >>> 0,
    busIndex,
    lengthBytes: message.lengthBytes,
    flags: message.fd ? FLAG_FD | FLAG_BIT_RATE_SWITCH : 0,
    cycleUs: cycleMs * 1000,
    // Control units start at different moments: no two messages share a phase.
    phaseUs: (index * 1_370) % (cycleMs * 1000),
    wireUs: wireTimeUs(message),
    pack: createPacker(message, READINGS[bus][message.name] ?? {}),
  };
}
