// What a witness has to see of a recorded log that somebody plays: the digest of digest.h, made of the log's own lines.
import type { Sent } from "./programs.ts";

const FLAG_EXTENDED = 0x80000000n;
const FD = 4;
const SWITCH_AND_STATE = 3;

/** A log in candump -L format. Remote and error frames have no place in it. */
export function sentOf(log: string): Sent {
  let [classic, fd, digest] = [0, 0, 0n];
  for (const [, name = "", mark, flags = "", hex = ""] of log.matchAll(FRAME)) {
    const isFd = mark !== undefined;
    const id = BigInt(`0x${name}`) | (name.length > 3 ? FLAG_EXTENDED : 0n);
    const seen = isFd ? FD | (Number.parseInt(flags, 16) & SWITCH_AND_STATE) : 0;
    digest = BigInt.asUintN(64, digest + digestOf(id, seen, Buffer.from(hex, "hex")));
    if (isFd) fd += 1;
    else classic += 1;
  }
  const text = digest.toString(16).padStart(16, "0");
  return { sent: classic + fd, classic, fd, remote: 0, error: 0, retries: 0, digest: text };
}

/** (1783999800.000373) can0 025#000200000008002E, or with ## and the flags before the payload. */
const FRAME = /^\([\d.]+\) \S+ ([0-9A-F]+)#(?:(#)([0-9A-F]))?((?:[0-9A-F]{2})*)$/gm;

function digestOf(id: bigint, flags: number, payload: Uint8Array): bigint {
  let digest = mix((id << 32n) | BigInt((flags << 8) | payload.length));
  for (const byte of payload) digest = mix(BigInt.asUintN(64, digest + BigInt(byte)));
  return digest;
}

function mix(value: bigint): bigint {
  const first = BigInt.asUintN(64, (value ^ (value >> 30n)) * 0xbf58476d1ce4e5b9n);
  const second = BigInt.asUintN(64, (first ^ (first >> 27n)) * 0x94d049bb133111ebn);
  return second ^ (second >> 31n);
}
