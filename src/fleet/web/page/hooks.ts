// State that comes from outside the components: a media query, and an answer of the API that can be asked for again.

import { useCallback, useEffect, useState } from "preact/hooks";
import { Failure } from "./client.ts";

export function useMedia(query: string): boolean {
  const [matches, setMatches] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const media = matchMedia(query);
    const changed = () => setMatches(media.matches);
    changed();
    media.addEventListener("change", changed);
    return () => media.removeEventListener("change", changed);
  }, [query]);
  return matches;
}

const AGAIN_MS = 8_000;

export interface Answer<T> {
  /** The last that came; it stays while another is asked for, and when that fails. */
  readonly content: T | undefined;
  readonly error: unknown;
  readonly ask: () => void;
}

/** Asks at once and whenever `ask` is called. `question` must be stable. */
export function useAnswer<T>(question: (signal: AbortSignal) => Promise<T>): Answer<T> {
  const [content, setContent] = useState<T>();
  const [error, setError] = useState<unknown>();
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const abort = new AbortController();
    let again = 0;
    question(abort.signal).then(
      (answer) => {
        setContent(() => answer);
        setError(undefined);
      },
      (failure: unknown) => {
        if (abort.signal.aborted) return;
        setError(failure);
        // What the server refuses it will refuse again; an outage passes by itself.
        const passes = failure instanceof Failure && (failure.status === 0 || failure.status >= 500);
        if (passes) again = setTimeout(() => setTurn((before) => before + 1), AGAIN_MS);
      },
    );
    return () => {
      clearTimeout(again);
      abort.abort();
    };
  }, [question, turn]);
  return { content, error, ask: useCallback(() => setTurn((before) => before + 1), []) };
}
