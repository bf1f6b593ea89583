// The path of a log goes in, its bytes come out in chunks, unpacked where they are gzip. Whichever way the reading ends,
// the file is closed.
import { createReadStream, open } from "node:fs";
import { stat } from "node:fs/promises";
import { Socket } from "node:net";
import { pipeline, type Readable } from "node:stream";
import { promisify } from "node:util";
import { createGunzip } from "node:zlib";
import { CHUNK_BYTES_MAX } from "./line-window.ts";

/** The path that stands for the standard input. */
export const STANDARD_INPUT = "-";

/** [RFC 1952 2.3.1] */
const GZIP_MAGIC = [0x1f, 0x8b] as const;

/**
 * The bytes of the log at `path`. Ends without an error soon after `signal` is aborted; else throws the system's error or
 * zlib's where the log cannot be opened or read.
 */
export async function* readLogBytes(path: string, signal: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
  if (signal.aborted) return;
  const stream = await openStream(path);
  const stop = (): void => void stream.destroy();
  signal.addEventListener("abort", stop);
  try {
    if (signal.aborted) return;
    yield* unpacked(stream);
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    signal.removeEventListener("abort", stop);
    await closed(stream);
  }
}

async function openStream(path: string): Promise<Readable> {
  if (path === STANDARD_INPUT) return process.stdin;
  // A read from a pipe through the thread pool cannot be stopped; through a socket it can.
  if ((await stat(path)).isFIFO()) {
    return new Socket({ fd: await promisify(open)(path, "r"), readable: true, writable: false });
  }
  return createReadStream(path, { highWaterMark: CHUNK_BYTES_MAX });
}

/** The stream's bytes, through gunzip where their beginning says so. */
async function* unpacked(stream: Readable): AsyncGenerator<Uint8Array, void, undefined> {
  const chunks: AsyncIterator<Uint8Array> = stream[Symbol.asyncIterator]();
  const head = await readHead(chunks);
  if (!GZIP_MAGIC.every((byte, index) => head[index] === byte)) {
    yield* joined(head, chunks);
    return;
  }
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES_MAX });
  // What goes wrong in the source reaches the reader through gunzip, which the pipeline destroys with that error.
  pipeline(joined(head, chunks), gunzip, () => undefined);
  yield* gunzip;
}

/** As many bytes as tell gzip from text; fewer only where there are no more. */
async function readHead(chunks: AsyncIterator<Uint8Array>): Promise<Uint8Array> {
  let head: Uint8Array = new Uint8Array(0);
  while (head.length < GZIP_MAGIC.length) {
    const next = await chunks.next();
    if (next.done === true) break;
    head = head.length === 0 ? next.value : Buffer.concat([head, next.value]);
  }
  return head;
}

async function* joined(
  head: Uint8Array,
  chunks: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  yield head;
  for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) yield next.value;
}

function closed(stream: Readable): Promise<void> {
  stream.destroy();
  return new Promise((resolve) => {
    if (stream.closed) return resolve();
    stream.once("close", resolve);
  });
}
