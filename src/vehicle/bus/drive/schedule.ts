// Messages with their cycle times in; out comes when each frame is on its bus, as a table that repeats for ever. Frames of
// one bus do not overlap: they wait for the wire, and the lowest id goes first. [ISO 11898-1, arbitration]
import type { Message } from "../../../dbc/database.ts";

export type BusName = "can0" | "can1";
export const BUS_NAMES: readonly BusName[] = ["can0", "can1"];

/** A message that is sent every `cycleUs`. */
export interface Sender {
  readonly bus: BusName;
  readonly id: number;
  readonly cycleUs: number;
  readonly phaseUs: number;
  readonly wireUs: number;
}

/** The frames of one period in order of time; row by row which sender sends when. */
export interface Schedule {
  readonly periodUs: number;
  readonly rows: number;
  readonly offsetsUs: Float64Array;
  /** Index of the sender. */
  readonly senders: Int32Array;
  /** Time until the next row. */
  readonly gapsUs: Float64Array;
}

/** Longest period that a table is made for; the cycle times of the example repeat every second. */
const PERIOD_US_MAX = 10_000_000;
/** A bus that would be busier than this is run faster, so that any number of frames fits. */
const LOAD_MAX = 0.7;

/** Time a frame takes on the wire: 500 kbit/s, stuff bits about a tenth, FD data at 2 Mbit/s. */
export function wireTimeUs(message: Pick<Message, "extended" | "lengthBytes" | "fd">): number {
  const frameBits = message.extended ? 67 : 47;
  if (message.fd) return (frameBits - 17) * 2 + (message.lengthBytes * 8 + 40) * 0.5 * 1.1;
  return (frameBits + message.lengthBytes * 8) * 2 * 1.1;
}

export function createSchedule(senders: readonly Sender[], seconds = 1): Schedule {
  const periodUs = senders.reduce((period, { cycleUs }) => leastCommonMultiple(period, cycleUs), seconds * 1_000_000);
  if (periodUs > PERIOD_US_MAX) throw new Error(`the cycle times repeat only after ${periodUs} µs`);
  const frames = BUS_NAMES.flatMap((bus) => framesOf(bus, senders, periodUs));
  frames.sort((one, other) => one.atUs - other.atUs || one.sender - other.sender);
  const offsetsUs = Float64Array.from(frames, ({ atUs }) => atUs);
  return {
    periodUs,
    rows: frames.length,
    offsetsUs,
    senders: Int32Array.from(frames, ({ sender }) => sender),
    gapsUs: offsetsUs.map((atUs, row) => (offsetsUs[row + 1] ?? periodUs + (offsetsUs[0] ?? 0)) - atUs),
  };
}

interface DueFrame {
  readonly sender: number;
  readonly id: number;
  readonly wireUs: number;
  readonly dueUs: number;
  /** When it is received. */
  atUs: number;
}

function framesOf(bus: BusName, senders: readonly Sender[], periodUs: number): DueFrame[] {
  const due: DueFrame[] = [];
  for (const [sender, { bus: on, id, cycleUs, phaseUs, wireUs }] of senders.entries()) {
    if (on !== bus) continue;
    for (let dueUs = phaseUs % cycleUs; dueUs < periodUs; dueUs += cycleUs)
      due.push({ sender, id, wireUs, dueUs, atUs: 0 });
  }
  due.sort((one, other) => one.dueUs - other.dueUs || one.id - other.id);
  const load = due.reduce((sum, { wireUs }) => sum + wireUs, 0) / periodUs;
  return arbitrate(due, Math.min(1, LOAD_MAX / load), periodUs);
}

/** Lets frames wait for the wire. What would end behind the period ends with it. */
function arbitrate(due: readonly DueFrame[], faster: number, periodUs: number): DueFrame[] {
  const waiting: DueFrame[] = [];
  const sent: DueFrame[] = [];
  let freeUs = 0;
  for (let next = 0; sent.length < due.length; ) {
    const coming = due[next];
    if (waiting.length === 0 && coming !== undefined) freeUs = Math.max(freeUs, coming.dueUs);
    for (let frame = due[next]; frame !== undefined && frame.dueUs <= freeUs; frame = due[++next]) waiting.push(frame);
    waiting.sort((one, other) => other.id - one.id);
    const winner = waiting.pop();
    if (winner === undefined) continue;
    freeUs += winner.wireUs * faster;
    winner.atUs = Math.min(Math.floor(freeUs), periodUs - 1);
    sent.push(winner);
  }
  return sent;
}

function leastCommonMultiple(one: number, other: number): number {
  let [a, b] = [one, other];
  while (b > 0) [a, b] = [b, a % b];
  return (one / a) * other;
}
