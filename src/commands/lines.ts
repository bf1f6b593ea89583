// NDJSON on the standard output, gathered into large writes and at the reader's pace.
import { once } from "node:events";

/** Characters that are gathered before they are written. */
const CHUNK_LENGTH = 64 * 1024;

export interface Lines {
  /** Adds a line; `flush` must be awaited now and then, since lines wait in memory until then. */
  add(line: string): void;
  /** Writes what was gathered, and waits until the reader takes more. */
  flush(): Promise<void>;
}

export function createLines(output: NodeJS.WritableStream): Lines {
  let text = "";
  let chunks: string[] = [];
  return {
    add: (line) => {
      text += line;
      text += "\n";
      if (text.length >= CHUNK_LENGTH) {
        chunks.push(text);
        text = "";
      }
    },
    flush: async () => {
      const ready = text === "" ? chunks : [...chunks, text];
      text = "";
      chunks = [];
      for (const chunk of ready) if (!output.write(chunk)) await once(output, "drain");
    },
  };
}
