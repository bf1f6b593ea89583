// The plan noun: all that the stages need to know of what may leave, in tables made for them. It is compiled off the hot
// path, never changed after, and swapped in whole. The empty plan admits nothing.
import type { Catalogue } from "../wire/catalogue.ts";
import { BUSES_MAX } from "./frame.ts";
import { HASH_PLACES } from "./memory.ts";

export interface Plan {
  /** Over everything that the plan was compiled from; batches cite the catalogue's digest, logs this one. */
  readonly digest: string;
  /** Names of the buses; a frame's bus is its index here. */
  readonly buses: readonly string[];
  /** By bus: how often the most frequent listed message comes, as its database says; undefined where none says. In milliseconds. */
  readonly cycleMs: readonly (number | undefined)[];
  readonly gate: GateTables;
  readonly decode: DecodeTables;
  readonly sample: SampleTables;
  readonly catalogue: Catalogue;
  /** Per slot, the number of its message. */
  readonly groups: Uint16Array;
  /** Per slot, the index of its bus. The slots of one bus stand together. */
  readonly slotBuses: Uint8Array;
}

/**
 * An entry is `rule << 16 | LISTED | bus << 11 | FD << 10 | usual length`, or NO_RULE. A place of a hash table is the key (29 bits) and
 * the entry. The kernel (gate/kernel.as.ts) reads them as they are.
 */
export interface GateTables {
  /** By bus and 11-bit id. Entries have no bus. */
  readonly standard: Uint32Array;
  /** By 29-bit id. */
  readonly extended: Uint32Array;
  /** By the parameter group of a 29-bit id: asked where `extended` has nothing. */
  readonly pgn: Uint32Array;
  /** By rule: shortest payload | longest payload << 8. */
  readonly lengths: Uint32Array;
}

/** What memory holds that nobody wrote: default deny. */
export const NO_RULE = 0;
/** Set in every entry, so that none is NO_RULE. */
export const LISTED = 0x8000;

/** Addresses in them are of the corridor's memory. */
export interface DecodeTables {
  /** By rule, 4 words: groups from, to; address of fields and pages, 0 where there are none; 1 if the payload's first 16 bytes do. */
  readonly rules: Uint32Array;
  /** Groups, fields, pages, conditions and ranges. */
  readonly tables: Uint8Array;
  /** Bytes of the values of the rule that has the most. */
  readonly valueBytesMax: number;
}

/** By slot, unless said otherwise. */
export interface SampleTables {
  /** By rule, one more than there are rules: the rule's first slot. */
  readonly firstSlot: Uint16Array;
  /** By rule: words that its values take. */
  readonly words: Uint16Array;
  /** Word of the value among its rule's values. */
  readonly word: Uint16Array;
  /** 1 where the value takes two words. */
  readonly wide: Uint8Array;
  /** Word that says whether the signal is in the payload, or NOT_MULTIPLEXED. */
  readonly presence: Uint16Array;
  /** Index in ENCODINGS of the datapoint's encoding. */
  readonly encoding: Uint8Array;
  /** 1 where only a change makes a datapoint. */
  readonly onChange: Uint8Array;
  /** Smallest change that counts, in raw units; 0 where any does. */
  readonly deltaRaw: Float64Array;
  readonly everyUs: Float64Array;
  /** Infinity where nothing is resent. */
  readonly resendUs: Float64Array;
  readonly windowUs: Float64Array;
  /** Index in AGGREGATES. */
  readonly aggregate: Uint8Array;
}

export const NOT_MULTIPLEXED = 0xffff;
export const ENCODINGS = ["unsigned", "signed", "float32", "float64"] as const;
/** "none" has no window. Minimum and maximum are of raw values: the compiler swaps them where the factor is negative. */
export const AGGREGATES = ["none", "last", "mean", "min", "max"] as const;

export function createGateTables(rules: number): GateTables {
  return {
    standard: new Uint32Array(BUSES_MAX * 2048),
    extended: new Uint32Array(HASH_PLACES * 2),
    pgn: new Uint32Array(HASH_PLACES * 2),
    lengths: new Uint32Array(rules),
  };
}
