// The gate's kernel, in AssemblyScript: frames in, the admitted ones out, all others counted by bus and reason. Default deny: a
// frame passes only where an entry of the plan's tables names its bus, id, format and length. `npm run generate` compiles it.

/** struct canfd_frame, see frame.ts. The second word is length, flags, bus and a reserved byte. */
const FRAME_BYTES: usize = 72;
const ID_EXTENDED: u32 = 0x80000000;
const ID_REMOTE: u32 = 0x40000000;
const ID_ERROR: u32 = 0x20000000;
const ID_MASK_EXTENDED: u32 = 0x1fffffff;
/** Length and FD flag, as they stand in the second word and in the low half of an entry. */
const SHAPE: u32 = 0x000004ff;
const FORMAT: u32 = 0x00000400;
/** An entry of the tables has the rule's number above and the usual shape below; memory that nobody wrote is no entry. */
const NONE: u32 = 0;
const HASH_MASK: u32 = 4095;

/**
 * Judges `count` frames whose records start at `records`. Writes one word for each admitted frame to `admitted`: its
 * index below, its rule above. Returns how many were admitted.
 */
export function admit(
  records: usize,
  count: u32,
  standard: usize,
  extended: usize,
  pgn: usize,
  lengths: usize,
  admitted: usize,
  denials: usize,
): u32 {
  let record = records;
  let out = admitted;
  for (let i: u32 = 0; i < count; i++, record += FRAME_BYTES) {
    const id = load<u32>(record);
    const head = load<u32>(record, 4);
    let entry: u32;
    if (id < 0x800) {
      // A row for each value of the bus byte: those of buses that no plan has are empty.
      entry = load<u32>(standard + ((<usize>(((head >> 5) & 0x7f800) | id)) << 2));
    } else if ((id & ID_ERROR) != 0) {
      deny(denials, head, 4);
      continue;
    } else if ((id & ID_REMOTE) != 0) {
      deny(denials, head, 3);
      continue;
    } else if ((id & ID_EXTENDED) != 0) {
      const bus = (head >> 16) & 0xff;
      const key = id & ID_MASK_EXTENDED;
      entry = find(extended, key, bus);
      if (entry == NONE) entry = find(pgn, pgnOf(key), bus);
    } else {
      entry = NONE;
    }
    if (entry == NONE) {
      deny(denials, head, 0);
      continue;
    }
    if (((entry ^ head) & SHAPE) != 0) {
      if (((entry ^ head) & FORMAT) != 0) {
        deny(denials, head, 2);
        continue;
      }
      // Not the usual length: the rule may take a range of them.
      const range = load<u32>(lengths + ((<usize>(entry >> 16)) << 2));
      const length = head & 0xff;
      if (length < (range & 0xff) || length > range >> 8) {
        deny(denials, head, 1);
        continue;
      }
    }
    store<u32>(out, (entry & 0xffff0000) | i);
    out += 4;
  }
  return <u32>((out - admitted) >> 2);
}

/** Looks up a 29-bit key of a bus. A place is the key and its entry, which names the bus; the table is never full. */
function find(table: usize, key: u32, bus: u32): u32 {
  let place = hash(key, bus);
  let entry = load<u32>(table + ((<usize>place) << 3), 4);
  while (entry != NONE) {
    if (load<u32>(table + ((<usize>place) << 3)) == key && ((entry >> 11) & 15) == bus) return entry;
    place = (place + 1) & HASH_MASK;
    entry = load<u32>(table + ((<usize>place) << 3), 4);
  }
  return NONE;
}

/** The place where a key is looked for first: the 12 top bits, which depend on all bits of the key. */
function hash(key: u32, bus: u32): u32 {
  return ((key ^ (bus << 25)) * 0x9e3779b1) >> 20;
}

/** The parameter group of a 29-bit id: priority and source address are dropped, and the destination below PDU format 240. [SAE J1939-21 5.2] */
function pgnOf(id: u32): u32 {
  return ((id >> 16) & 0xff) < 240 ? id & 0x03ff0000 : id & 0x03ffff00;
}

/** Counts in the row of the frame's bus. There is a row for each value of the bus byte, so that none is counted elsewhere. */
function deny(denials: usize, head: u32, reason: usize): void {
  const at = denials + <usize>((head >> 11) & 0x1fe0) + (reason << 2);
  store<u32>(at, load<u32>(at) + 1);
}
