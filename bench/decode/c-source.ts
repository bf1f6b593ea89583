// The best C that the decode benchmark can think of, generated from the same plan: one table for the gate, a switch over
// the rules, 64-bit loads, all constants folded, raw values to memory. It is what `cc -O2` makes of it that is measured.
import type { Message, Signal } from "../../src/dbc/database.ts";
import { spanOf } from "../../src/dbc/layout.ts";

export interface CRule {
  /** Word of the gate's table: rule << 16 | FD << 10 | length. */
  readonly entry: number;
  readonly message: Message;
  readonly signals: readonly Signal[];
}

export interface CProgram {
  readonly rules: readonly CRule[];
  readonly frames: number;
  readonly blockFrames: number;
  readonly repeats: number;
}

/** It reads the frame records from the file that is its argument, and prints million frames/s and a checksum. */
export function cSource({ rules, frames, blockFrames, repeats }: CProgram): string {
  const cases = rules.map(
    ({ entry, signals }) => `    case ${entry >>> 16}: {\n${decodeLines(signals)}      break;\n    }`,
  );
  const entries = rules.map(({ entry, message }) => `  standard[${message.id}] = ${entry}u;`);
  const valuesMax = Math.max(1, ...rules.map(({ signals }) => signals.length));
  return `#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
struct frame { uint32_t id, head; uint8_t data[64]; };
static uint32_t standard[256 * 2048];
static struct frame frames[${frames}];
static int64_t values[${blockFrames} * ${valuesMax}];
static uint64_t denied[4];
static inline uint64_t load(const uint8_t *p) { uint64_t x; memcpy(&x, p, 8); return x; }
static inline uint64_t swap(uint64_t x) { return __builtin_bswap64(x); }
__attribute__((noinline)) static int64_t *decode(const struct frame *f, int n, int64_t *o) {
  for (int i = 0; i < n; i++, f++) {
    if (f->id > 0x7ff) { denied[0]++; continue; }
    uint32_t e = standard[((f->head >> 5) & 0x7f800) | f->id];
    if (!e) { denied[1]++; continue; }
    if ((e ^ f->head) & 0x4ff) { denied[2]++; continue; }
    const uint8_t *p = f->data;
    switch (e >> 16) {
${cases.join("\n")}
    }
  }
  return o;
}
int main(int argc, char **argv) {
  FILE *file = argc > 1 ? fopen(argv[1], "rb") : 0;
  if (!file || fread(frames, sizeof *frames, ${frames}, file) != ${frames}) return 1;
${entries.join("\n")}
  uint64_t sum = 0;
  for (int j = 0; j < ${frames}; j += ${blockFrames}) {
    int64_t *end = decode(frames + j, ${blockFrames}, values);
    for (int64_t *v = values; v < end; v++) sum += (uint64_t)*v;
  }
  double best = 0;
  for (int k = 0; k < 5; k++) {
    struct timespec a, b;
    clock_gettime(CLOCK_MONOTONIC, &a);
    for (int r = 0; r < ${repeats}; r++)
      for (int j = 0; j < ${frames}; j += ${blockFrames}) {
        decode(frames + j, ${blockFrames}, values);
        __asm__ volatile("" ::: "memory");
      }
    clock_gettime(CLOCK_MONOTONIC, &b);
    double s = (b.tv_sec - a.tv_sec) + (b.tv_nsec - a.tv_nsec) / 1e9;
    double rate = ${repeats}.0 * ${frames} / s / 1e6;
    if (rate > best) best = rate;
  }
  printf("%.3f %llu\\n", best, (unsigned long long)sum);
  return 0;
}
`;
}

/** Payloads of up to 8 bytes are loaded once for each byte order; others once for each signal. */
function decodeLines(signals: readonly Signal[]): string {
  const short = signals.every((signal) => spanOf(signal).lastByte < 8);
  const orders = new Set(signals.map(({ byteOrder }) => byteOrder));
  const loads = [
    ...(short && orders.has("little") ? ["      uint64_t l = load(p);"] : []),
    ...(short && orders.has("big") ? ["      uint64_t b = swap(load(p));"] : []),
  ];
  const stores = signals.map((signal, i) => `      o[${i}] = ${expression(signal, short)};`);
  return `${[...loads, ...stores, `      o += ${signals.length};`].join("\n")}\n`;
}

function expression(signal: Signal, short: boolean): string {
  const { lengthBits, byteOrder, startBit } = signal;
  const little = byteOrder === "little";
  const { firstByte } = spanOf(signal);
  const before = little ? startBit & 7 : 7 - (startBit & 7);
  const from = short ? firstByte * 8 + before : before;
  const word = short ? (little ? "l" : "b") : little ? `load(p + ${firstByte})` : `swap(load(p + ${firstByte}))`;
  const left = little ? 64 - from - lengthBits : from;
  if (left < 0) return nineBytes(signal, firstByte, before);
  const signed = signal.signed && signal.format === "integer";
  return signed ? `(int64_t)(${word} << ${left}) >> ${64 - lengthBits}` : `(${word} << ${left}) >> ${64 - lengthBits}`;
}

/** A long signal that does not start on a byte. */
function nineBytes({ lengthBits, byteOrder, signed, format }: Signal, firstByte: number, before: number): string {
  const bits =
    byteOrder === "little"
      ? `((load(p + ${firstByte}) >> ${before} | (uint64_t)p[${firstByte + 8}] << ${64 - before}) << ${64 - lengthBits})`
      : `(swap(load(p + ${firstByte})) << ${before} | p[${firstByte + 8}] >> ${8 - before})`;
  return signed && format === "integer" ? `(int64_t)${bits} >> ${64 - lengthBits}` : `${bits} >> ${64 - lengthBits}`;
}
