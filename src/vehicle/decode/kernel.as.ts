// The decoder's kernel, in AssemblyScript: admitted frames in, raw values out, by tables alone. Four signals of up to 24
// bits are cut out at once: a byte shuffle brings each one's bytes together (and so takes care of the byte order), a mask
// takes away what is not its own, and a multiplication shifts each lane by its own count. bench/decode measures it.
// `npm run generate` compiles it; policy/layout.ts says how the tables are made.

/** struct canfd_frame, see frame.ts. */
const FRAME_BYTES: usize = 72;
const PAYLOAD_OFFSET: usize = 8;
/** A rule: groups from, groups to, the address of the rest (0: there is none), whether all windows start at byte 0. */
const RULE_SHIFT: usize = 4;
/** A group: shuffle, mask, multiplier and sign, 16 bytes each, then the offset of its window. */
const GROUP_BYTES: usize = 80;
const FIELD_BYTES: usize = 4;
const PAGE_BYTES: usize = 28;
const CONDITION_BYTES: usize = 12;
const RANGE_BYTES: usize = 16;
const FIELD_BIG: u32 = 1 << 24;
const FIELD_SIGNED: u32 = 1 << 25;
const FIELD_NINE_BYTES: u32 = 1 << 26;

/**
 * Decodes the admitted frames `from` … `to - 1`: their raw values are written from `values` on, frame after frame, each
 * as long as its rule says. The caller sees to it that there is room.
 */
export function decode(records: usize, admitted: usize, from: u32, to: u32, rules: usize, values: usize): void {
  let value = values;
  let at = admitted + ((<usize>from) << 2);
  const end = admitted + ((<usize>to) << 2);
  for (; at < end; at += 4) {
    const word = load<u32>(at);
    const payload = records + <usize>(word & 0xffff) * FRAME_BYTES + PAYLOAD_OFFSET;
    const rule = rules + ((<usize>(word >> 16)) << RULE_SHIFT);
    let group = <usize>load<u32>(rule);
    const groupsEnd = <usize>load<u32>(rule, 4);
    if (load<u32>(rule, 12) != 0) {
      const window = v128.load(payload);
      while (group < groupsEnd) {
        cutFour(group, window, value);
        value += 16;
        group += GROUP_BYTES;
      }
    } else {
      while (group < groupsEnd) {
        cutFour(group, v128.load(payload + <usize>load<u32>(group, 64)), value);
        value += 16;
        group += GROUP_BYTES;
      }
    }
    const rest = <usize>load<u32>(rule, 8);
    if (rest != 0) value = decodeRest(rest, payload, value);
  }
}

/** Long signals, then the pages of a multiplexed message. */
function decodeRest(rest: usize, payload: usize, to: usize): usize {
  let value = to;
  const fieldsEnd = <usize>load<u32>(rest, 4);
  for (let field = <usize>load<u32>(rest); field < fieldsEnd; field += FIELD_BYTES) {
    store<i64>(value, cutOne(load<u32>(field), payload));
    value += 8;
  }
  const pagesEnd = <usize>load<u32>(rest, 12);
  for (let page = <usize>load<u32>(rest, 8); page < pagesEnd; page += PAGE_BYTES) {
    value = decodePage(page, payload, value);
  }
  return value;
}

/** Multiplexed signals under one condition: a word that says whether they are in this payload, then their values, if so. */
function decodePage(page: usize, payload: usize, to: usize): usize {
  let value = to + 4;
  const selected = holds(<usize>load<u32>(page, 16), <usize>load<u32>(page, 20), payload);
  store<u32>(to, <u32>selected);
  if (!selected) return to + <usize>load<u32>(page, 24);
  const groupsEnd = <usize>load<u32>(page, 4);
  for (let group = <usize>load<u32>(page); group < groupsEnd; group += GROUP_BYTES) {
    cutFour(group, v128.load(payload + <usize>load<u32>(group, 64)), value);
    value += 16;
  }
  const fieldsEnd = <usize>load<u32>(page, 12);
  for (let field = <usize>load<u32>(page, 8); field < fieldsEnd; field += FIELD_BYTES) {
    store<i64>(value, cutOne(load<u32>(field), payload));
    value += 8;
  }
  return value;
}

/** Whether each selector of a chain has a value in one of its ranges. */
function holds(conditions: usize, end: usize, payload: usize): bool {
  for (let condition = conditions; condition < end; condition += CONDITION_BYTES) {
    const selector = cutOne(load<u32>(condition), payload);
    const rangesEnd = <usize>load<u32>(condition, 8);
    let found = false;
    for (let range = <usize>load<u32>(condition, 4); range < rangesEnd; range += RANGE_BYTES) {
      found = found || (selector >= load<i64>(range) && selector <= load<i64>(range, 8));
    }
    if (!found) return false;
  }
  return true;
}

/** Four signals of up to 24 bits out of 16 bytes of the payload, to four 32-bit integers. */
function cutFour(group: usize, window: v128, to: usize): void {
  const fields = v128.and(i8x16.relaxed_swizzle(window, v128.load(group)), v128.load(group, 16));
  const multiplier = v128.load(group, 32);
  const sign = v128.load(group, 48);
  const low = i64x2.extmul_low_i32x4_u(fields, multiplier);
  const high = i64x2.extmul_high_i32x4_u(fields, multiplier);
  const raw = v128.shuffle<i32>(low, high, 1, 3, 5, 7);
  v128.store(to, i32x4.sub(v128.xor(raw, sign), sign));
}

/** One signal of any length, to a 64-bit integer. */
function cutOne(field: u32, payload: usize): i64 {
  const address = payload + <usize>(field & 0xff);
  const left = <u64>(field >> 8) & 0xff;
  const right = <u64>(field >> 16) & 0xff;
  let bits: u64;
  if ((field & FIELD_BIG) != 0) {
    bits = reversed(address) << left;
    if ((field & FIELD_NINE_BYTES) != 0) bits |= load<u8>(address, 8) >> (8 - <u8>left);
  } else {
    // In a field over nine bytes `left` counts the bits below the first one: those above come from the ninth byte.
    if ((field & FIELD_NINE_BYTES) != 0)
      bits = ((load<u64>(address) >> left) | ((<u64>load<u8>(address, 8)) << (64 - left))) << right;
    else bits = load<u64>(address) << left;
  }
  return (field & FIELD_SIGNED) != 0 ? <i64>bits >> <i64>right : <i64>(bits >> right);
}

/** Eight bytes with the first as the most significant. */
function reversed(address: usize): u64 {
  const bytes = v128.load64_zero(address);
  return v128.extract_lane<u64>(
    v128.shuffle<u8>(bytes, bytes, 7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8),
    0,
  );
}
