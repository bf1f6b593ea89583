// One statement of a DBC file, as it is written: what the parser hands to those who know what it means. Ids are as the
// file has them, with the flag for 29 bits in bit 31, and names are the short ones.
import type { ByteOrder, Range } from "./database.ts";

export interface SignalReference {
  readonly id: number;
  readonly name: string;
}

/** What a comment or an attribute belongs to; `other` is what canward has no noun for. */
export type Owner =
  | { readonly kind: "database" }
  | { readonly kind: "node"; readonly name: string }
  | { readonly kind: "message"; readonly id: number }
  | ({ readonly kind: "signal" } & SignalReference)
  | { readonly kind: "other" };

export interface MessageStatement {
  readonly kind: "message";
  readonly id: number;
  readonly name: string;
  readonly lengthBytes: number;
  readonly transmitter: string;
}

export interface SignalStatement {
  readonly kind: "signal";
  readonly name: string;
  /** "M", "m3", "m3M" as the file has it; "" for a signal that is always there. */
  readonly indicator: string;
  readonly startBit: number;
  readonly lengthBits: number;
  readonly byteOrder: ByteOrder;
  readonly signed: boolean;
  readonly factor: number;
  readonly offset: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly unit: string;
  readonly receivers: readonly string[];
}

export interface MultiplexingStatement {
  readonly kind: "multiplexing";
  readonly signal: SignalReference;
  readonly selector: string;
  readonly ranges: readonly Range[];
}

/** `values` as written, or the name of a table that has them. */
export interface ValuesStatement {
  readonly kind: "values";
  readonly signal: SignalReference;
  readonly values: ReadonlyMap<bigint, string> | string;
}

export type AttributeValue = string | number;

export interface AttributeStatement {
  readonly kind: "attribute";
  readonly name: string;
  readonly owner: Owner;
  readonly value: AttributeValue;
}

export type Statement =
  | MessageStatement
  | SignalStatement
  | MultiplexingStatement
  | ValuesStatement
  | AttributeStatement
  /** A `BO_` that could not be read: the `SG_` that follow are nobody's. */
  | { readonly kind: "brokenMessage" }
  /** An `SG_` that could not be read, where at least its name could. */
  | { readonly kind: "brokenSignal"; readonly name: string }
  | { readonly kind: "nodes"; readonly names: readonly string[] }
  | { readonly kind: "comment"; readonly owner: Owner; readonly text: string }
  | { readonly kind: "valueTable"; readonly name: string; readonly values: ReadonlyMap<bigint, string> }
  | { readonly kind: "valueType"; readonly signal: SignalReference; readonly valueType: number }
  | { readonly kind: "attributeChoices"; readonly name: string; readonly choices: readonly string[] }
  | { readonly kind: "attributeDefault"; readonly name: string; readonly value: AttributeValue };

/** A statement and the line it begins on, from 1. */
export interface Located<S extends Statement = Statement> {
  readonly line: number;
  readonly statement: S;
}
