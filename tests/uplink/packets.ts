// A stream of bytes in, whole MQTT packets out: as much of the protocol as a proxy has to know to tell them apart.

export const PUBLISH = 3;
export const PUBACK = 4;
export const SUBSCRIBE = 8;

export interface Packet {
  /** The high half of its first byte. [MQTT-2.1.2] */
  readonly type: number;
  readonly bytes: Buffer;
}

/** Cuts a stream into packets; call it with each chunk. */
export function packetCutter(): (chunk: Buffer) => Packet[] {
  let rest = Buffer.alloc(0);
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    const packets: Packet[] = [];
    for (let length = lengthOf(rest); length !== undefined && length <= rest.length; length = lengthOf(rest)) {
      packets.push({ type: rest.readUInt8(0) >> 4, bytes: rest.subarray(0, length) });
      rest = rest.subarray(length);
    }
    return packets;
  };
}

/** Of the packet that begins here, with its header; undefined where that is not all there yet. [MQTT-1.5.5] */
function lengthOf(bytes: Buffer): number | undefined {
  let length = 0;
  for (let index = 1; index <= 4 && index < bytes.length; index++) {
    const byte = bytes.readUInt8(index);
    length += (byte & 0x7f) * 128 ** (index - 1);
    if (byte < 0x80) return 1 + index + length;
  }
  return undefined;
}

/** Topic and payload of a PUBLISH with QoS 1; `version` is the protocol's. [MQTT-3.3] */
export function readPublish({ bytes }: Packet, version: 4 | 5): { readonly topic: string; readonly payload: Buffer } {
  let at = 1;
  while (bytes.readUInt8(at) >= 0x80) at++;
  at++;
  const topicBytes = bytes.readUInt16BE(at);
  const topic = bytes.toString("utf8", at + 2, at + 2 + topicBytes);
  // The packet's number; in MQTT 5 an empty list of properties.
  at += 2 + topicBytes + 2 + (version === 5 ? 1 : 0);
  return { topic, payload: bytes.subarray(at) };
}
