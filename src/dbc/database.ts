// The DBC nouns: what a database file says of messages and their signals. Plain, immutable data.

export type ByteOrder = "little" | "big";
export type NumberFormat = "integer" | "float32" | "float64";

/** An inclusive range of raw selector values. */
export interface Range {
  readonly from: bigint;
  readonly to: bigint;
}

/** When a multiplexed signal is in the payload: when the selector's raw value lies in one of the ranges. */
export interface Multiplexing {
  /** Name of the selector signal, in the same message; it may itself be multiplexed. */
  readonly selector: string;
  readonly ranges: readonly Range[];
}

export interface Signal {
  readonly name: string;
  /** As the file says it: the least significant bit where little-endian, the most significant bit where big-endian. */
  readonly startBit: number;
  /** 1 to 64. */
  readonly lengthBits: number;
  readonly byteOrder: ByteOrder;
  readonly signed: boolean;
  readonly format: NumberFormat;
  /** Physical value = raw × factor + offset. */
  readonly factor: number;
  readonly offset: number;
  /** As the file says it; 0 and 0 where it says nothing. Values are never clamped to it. */
  readonly minimum: number;
  readonly maximum: number;
  readonly unit: string;
  readonly receivers: readonly string[];
  readonly isSelector: boolean;
  readonly multiplexing: Multiplexing | undefined;
  /** Names of raw values; the key is the raw value. */
  readonly values: ReadonlyMap<bigint, string>;
  readonly comment: string | undefined;
}

export interface Message {
  /** CAN id without flags. */
  readonly id: number;
  readonly extended: boolean;
  readonly name: string;
  readonly lengthBytes: number;
  /** Longer than 8 bytes, or said to be FD by VFrameFormat. */
  readonly fd: boolean;
  /** Is to be matched by PGN (VFrameFormat says J1939PG). */
  readonly j1939: boolean;
  /** The node that sends it; undefined for Vector__XXX. */
  readonly transmitter: string | undefined;
  /** GenMsgCycleTime, in milliseconds. */
  readonly cycleMs: number | undefined;
  readonly signals: readonly Signal[];
  readonly comment: string | undefined;
}

export interface Database {
  /** The file it was read from, as it was named. */
  readonly file: string;
  readonly nodes: readonly string[];
  readonly messages: readonly Message[];
}

/** A statement that was skipped or bent; the rest of the file was kept. */
export interface Warning {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly message: string;
}
