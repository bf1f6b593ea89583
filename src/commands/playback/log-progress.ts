// How much of a log was read: the bytes on their way to the reader are counted, and set against the log's size where that
// is known.
import { open, stat } from "node:fs/promises";
import { readLogBytes, STANDARD_INPUT } from "../../vehicle/bus/log-bytes.ts";

/** The end of a gzip file: the length of what is packed, as 32 bits. [RFC 1952 2.3.1] */
const GZIP_LENGTH_BYTES = 4;
const GZIP_MAGIC = 0x8b1f;

export interface CountedLog {
  /** The bytes of the log; each reading counts from nought. */
  read(signal: AbortSignal): AsyncIterable<Uint8Array>;
  /** Of the reading under way, from 0 to 1; undefined where nobody can know. */
  share(): number | undefined;
}

export async function countLog(path: string): Promise<CountedLog> {
  const total = path === STANDARD_INPUT ? undefined : await lengthOf(path);
  let done = 0;
  return {
    async *read(signal) {
      done = 0;
      for await (const chunk of readLogBytes(path, signal)) {
        done += chunk.length;
        yield chunk;
      }
    },
    // A gzip file of several parts tells the length of its last one: better nothing than more than all.
    share: () => (total === undefined || total === 0 || done > total ? undefined : done / total),
  };
}

/** Undefined where it cannot be told; what is wrong with the file is for its reader to find. */
async function lengthOf(path: string): Promise<number | undefined> {
  try {
    // Whoever opens a pipe takes the reader's place.
    if (!(await stat(path)).isFile()) return undefined;
    await using file = await open(path, "r");
    const { size } = await file.stat();
    const ends = Buffer.alloc(2 + GZIP_LENGTH_BYTES);
    await file.read(ends, 0, 2, 0);
    if (ends.readUInt16LE(0) !== GZIP_MAGIC) return size;
    await file.read(ends, 2, GZIP_LENGTH_BYTES, size - GZIP_LENGTH_BYTES);
    return ends.readUInt32LE(2);
  } catch {
    return undefined;
  }
}
