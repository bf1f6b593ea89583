// The path of a log goes in, its bytes come out in chunks, unpacked where they are gzip. A chunk is valid until the next
// one is asked for. Whichever way the reading ends, the file is closed.
import { open as openDescriptor } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import { Socket } from "node:net";
import { pipeline, type Readable } from "node:stream";
import { promisify } from "node:util";
import { isMainThread } from "node:worker_threads";
import { createGunzip } from "node:zlib";
import { CHUNK_BYTES_MAX } from "./line-window.ts";

/** The path that stands for the standard input. */
export const STANDARD_INPUT = "-";

/** [RFC 1952 2.3.1] */
const GZIP_MAGIC = [0x1f, 0x8b] as const;

interface Source {
  readonly chunks: AsyncIterableIterator<Uint8Array>;
  /** Closes the file, and lets a read that is under way end. May be called again. */
  readonly close: () => Promise<void>;
}

/**
 * The bytes of the log at `path`. Ends without an error soon after `signal` is aborted; else throws the system's error or
 * zlib's where the log cannot be opened or read.
 */
export async function* readLogBytes(path: string, signal: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
  if (signal.aborted) return;
  const source = await openSource(path);
  const stop = (): void => void source.close();
  signal.addEventListener("abort", stop);
  try {
    if (!signal.aborted) yield* unpack(source.chunks);
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    signal.removeEventListener("abort", stop);
    await source.close();
  }
}

async function openSource(path: string): Promise<Source> {
  if (path === STANDARD_INPUT) return streamSource(process.stdin);
  // A read from a pipe through the thread pool cannot be stopped; through a socket it can. Not in a worker: when it ends, it
  // closes each descriptor that was opened in it, and the socket has done so already.
  const isStoppable = isMainThread && (await stat(path)).isFIFO();
  if (!isStoppable) return fileSource(await open(path, "r"));
  return streamSource(new Socket({ fd: await promisify(openDescriptor)(path, "r"), readable: true, writable: false }));
}

function fileSource(file: FileHandle): Source {
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= file.close();
    return closing;
  };
  return { chunks: readFile(file), close };
}

/** Into one buffer: a file stream makes a new one for each read, and they pile up until they are collected. */
async function* readFile(file: FileHandle): AsyncGenerator<Uint8Array, void, undefined> {
  const buffer = new Uint8Array(CHUNK_BYTES_MAX);
  for (;;) {
    const { bytesRead } = await file.read(buffer);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
  }
}

function streamSource(stream: Readable): Source {
  const closed = new Promise<void>((resolve) => stream.once("close", resolve));
  const close = async (): Promise<void> => {
    stream.destroy();
    if (!stream.closed) await closed;
  };
  return { chunks: stream[Symbol.asyncIterator](), close };
}

/** The source's bytes, through gunzip where their beginning says so. */
async function* unpack(chunks: AsyncIterableIterator<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const head = await readHead(chunks);
  if (!GZIP_MAGIC.every((byte, index) => head[index] === byte)) {
    yield head;
    yield* chunks;
    return;
  }
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES_MAX });
  // What goes wrong in the source reaches the reader through gunzip, which the pipeline destroys with that error.
  pipeline(copied(head, chunks), gunzip, () => undefined);
  for await (const chunk of gunzip as AsyncIterable<Buffer<ArrayBuffer>>) {
    yield chunk;
    release(chunk);
  }
}

/**
 * Gives the memory of a chunk back at once, where the chunk ends its buffer and zlib has begun another. Left to the garbage
 * collector, 60 MB of such buffers pile up.
 */
function release(chunk: Buffer<ArrayBuffer>): void {
  if (chunk.byteOffset + chunk.length === chunk.buffer.byteLength) chunk.buffer.transfer(0);
}

/** As many bytes as tell gzip from text, and what came with them; fewer only where there are no more. */
async function readHead(chunks: AsyncIterableIterator<Uint8Array>): Promise<Uint8Array> {
  const first = await chunks.next();
  let head: Uint8Array = first.done === true ? new Uint8Array(0) : first.value;
  while (head.length > 0 && head.length < GZIP_MAGIC.length) {
    const start = head.slice();
    const next = await chunks.next();
    if (next.done === true) return start;
    head = Buffer.concat([start, next.value]);
  }
  return head;
}

/** Copies, since gunzip holds several chunks, and a chunk of a source is valid until the next one only. */
async function* copied(
  head: Uint8Array,
  chunks: AsyncIterableIterator<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  yield head.slice();
  for await (const chunk of chunks) yield chunk.slice();
}
