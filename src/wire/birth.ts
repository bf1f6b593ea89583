// The birth message: a catalogue, and who speaks, to bytes and back. And the digest by which batches name the catalogue.
import { createHash } from "node:crypto";
import { STREAM_BYTES } from "./batch-header.ts";
import { canward } from "./canward_pb.js";
import type { Catalogue, CatalogueEntry, Encoding } from "./catalogue.ts";
import { ALIAS_MAX, TIME_MS_MAX } from "./columns/limits.ts";
import { bytesFromDigest, DIGEST_BYTES, digestFromBytes } from "./digest.ts";
import { decodeProtobuf, isCount, requireField } from "./wire-error.ts";

/** A birth of 65,536 signals with 64 bytes each; usual are 10 KiB. */
const BIRTH_BYTES_MAX = 4 * 1024 * 1024;

export interface Birth {
  readonly catalogue: Catalogue;
  readonly softwareVersion: string;
  /** 16 random bytes: one life of an outbox. */
  readonly stream: Uint8Array;
  /** Wall clock, milliseconds since 1970. */
  readonly createdAtMs: number;
}

/** The numbers of the wire are the places in this list; 0 is none. */
const ENCODINGS: readonly (Encoding | undefined)[] = [undefined, "signed", "unsigned", "float32", "float64"];

export function encodeBirth({ catalogue, softwareVersion, stream, createdAtMs }: Birth): Uint8Array {
  const birth = canward.v1.Birth.encode({
    stream,
    createdAtMs,
    softwareVersion,
    policyVersion: catalogue.policyVersion,
    catalogue: bytesFromDigest(catalogue.digest),
    signals: byAlias(catalogue.entries).map(({ encoding, values, ...entry }) => ({
      ...entry,
      encoding: ENCODINGS.indexOf(encoding),
      values: Array.from(values, ([raw, name]) => ({ raw, name })),
    })),
  });
  return birth.finish();
}

/**
 * A birth from its payload. Its digest is that of its entries, aliases and paths are unique, and numbers are finite.
 * @throws WireError
 */
export function readBirth(payload: Uint8Array): Birth {
  const birth = decodeProtobuf("birth", payload, BIRTH_BYTES_MAX, (bytes) => canward.v1.Birth.decode(bytes));
  const { policyVersion, softwareVersion, stream, createdAtMs } = birth;
  requireField(stream.length === STREAM_BYTES, `birth: a stream of ${stream.length} bytes`);
  requireField(isCount(createdAtMs, TIME_MS_MAX), `birth: made at ${createdAtMs} ms`);
  const entries = birth.signals.map((signal) => readEntry(new canward.v1.Signal(signal)));
  requireField(new Set(entries.map((entry) => entry.alias)).size === entries.length, "birth: an alias is there twice");
  requireField(new Set(entries.map((entry) => entry.path)).size === entries.length, "birth: a path is there twice");
  const digest = digestFromBytes(birth.catalogue, "birth");
  requireField(digest === catalogueDigest(entries, policyVersion), `birth: ${digest} is not the digest of its signals`);
  return { catalogue: { digest, policyVersion, entries }, softwareVersion, stream, createdAtMs };
}

function readEntry(signal: canward.v1.Signal): CatalogueEntry {
  const { alias, group, path, unit, factor, offset, source } = signal;
  const encoding = ENCODINGS[signal.encoding];
  requireField(isCount(alias, ALIAS_MAX) && isCount(group, ALIAS_MAX), `birth: alias ${alias}, group ${group}`);
  requireField(path.length > 0, `birth: alias ${alias} has no path`);
  requireField(encoding !== undefined, `birth: ${path}: encoding ${signal.encoding}`);
  requireField(Number.isFinite(factor) && Number.isFinite(offset), `birth: ${path}: factor or offset is not finite`);
  const values = new Map(signal.values.map(({ raw, name }) => [raw ?? "", name ?? ""]));
  for (const raw of values.keys())
    requireField(/^(?:0|-?[1-9]\d{0,19})$/.test(raw), `birth: ${path}: raw value "${raw}"`);
  return { alias, group, path, unit, factor, offset, encoding, values, source };
}

/**
 * The digest of a catalogue: 16 hexadecimal digits. The same entries give the same digest, in whatever order they and
 * their value names come. It is the start of the SHA-256 of a JSON text, numbers as ECMAScript writes them.
 */
export function catalogueDigest(entries: readonly CatalogueEntry[], policyVersion: string): string {
  const rows = byAlias(entries).map(({ alias, group, path, unit, factor, offset, encoding, values, source }) => [
    ...[alias, group, path, unit, factor, offset, encoding, source],
    [...values].sort(([a], [b]) => (a < b ? -1 : 1)),
  ]);
  const hash = createHash("sha256").update(JSON.stringify([policyVersion, rows]));
  return hash.digest("hex").slice(0, 2 * DIGEST_BYTES);
}

function byAlias(entries: readonly CatalogueEntry[]): readonly CatalogueEntry[] {
  return entries.toSorted((a, b) => a.alias - b.alias);
}
