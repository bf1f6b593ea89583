// The newest value of each path, and who shows it. Values come in by the dozen; each row hears of its own only, once a frame.
import { useEffect, useState } from "preact/hooks";
import type { Value } from "../types.ts";

export class Board {
  readonly #values = new Map<string, Value>();
  readonly #listeners = new Map<string, Set<(value: Value) => void>>();
  readonly #changed = new Set<string>();
  #frame = 0;

  read(path: string): Value {
    return this.#values.get(path) ?? { path, timeMs: null, value: null, text: null };
  }

  /** Values that are older than what is shown (a backlog's) change nothing. */
  write(values: readonly Value[]): void {
    for (const value of values) {
      const shown = this.#values.get(value.path);
      if (shown !== undefined && (shown.timeMs ?? 0) > (value.timeMs ?? 0)) continue;
      this.#values.set(value.path, value);
      this.#changed.add(value.path);
    }
    if (this.#changed.size > 0 && this.#frame === 0) this.#frame = requestAnimationFrame(() => this.#tell());
  }

  listen(path: string, listener: (value: Value) => void): () => void {
    const listeners = this.#listeners.get(path) ?? new Set();
    this.#listeners.set(path, listeners);
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }

  #tell(): void {
    this.#frame = 0;
    for (const path of this.#changed) {
      const value = this.read(path);
      for (const listener of this.#listeners.get(path) ?? []) listener(value);
    }
    this.#changed.clear();
  }
}

export function useValue(board: Board, path: string): Value {
  const [, setShown] = useState(board.read(path));
  useEffect(() => {
    setShown(board.read(path));
    return board.listen(path, setShown);
  }, [board, path]);
  return board.read(path);
}
