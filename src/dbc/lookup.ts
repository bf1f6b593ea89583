// Which message a frame is: databases in, a finder by id out. An exact id comes first; a J1939 message is also found by
// its PGN, whoever sends it and with whatever priority.
import type { Database, Message } from "./database.ts";

/** Below this, the PDU format says that the next byte is a destination, and no part of the PGN. [SAE J1939-21, 5.2.4] */
const PDU2_FORMAT_MIN = 240;

/** The parameter group number of a 29-bit id. [SAE J1939-21, 5.1.2] */
export function pgnOf(id: number): number {
  const pageAndFormat = (id >>> 16) & 0x3ff;
  const specific = (id >>> 8) & 0xff;
  const isBroadcast = (pageAndFormat & 0xff) >= PDU2_FORMAT_MIN;
  return pageAndFormat * 0x100 + (isBroadcast ? specific : 0);
}

interface LookupOptions {
  /** Match all 29-bit messages by PGN, not just those that say so themselves. */
  readonly j1939: boolean;
}

export interface MessageIndex {
  /** `id` without flags. Where several messages match, the first one of the first database. */
  find(id: number, extended: boolean): Message | undefined;
}

export function createLookup(databases: readonly Database[], { j1939 }: LookupOptions): MessageIndex {
  const standard = new Map<number, Message>();
  const extended = new Map<number, Message>();
  const byPgn = new Map<number, Message>();
  for (const message of databases.flatMap(({ messages }) => messages)) {
    addFirst(message.extended ? extended : standard, message.id, message);
    if (message.extended && (j1939 || message.j1939)) addFirst(byPgn, pgnOf(message.id), message);
  }
  return {
    find(id, isExtended) {
      return isExtended ? (extended.get(id) ?? byPgn.get(pgnOf(id))) : standard.get(id);
    },
  };
}

function addFirst(messages: Map<number, Message>, key: number, message: Message): void {
  if (!messages.has(key)) messages.set(key, message);
}
