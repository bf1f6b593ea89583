// State that comes from outside the components: a media query, and an answer of the API that can be asked for again.
import { useCallback, useEffect, useState } from "preact/hooks";

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
    question(abort.signal).then(
      (answer) => {
        setContent(() => answer);
        setError(undefined);
      },
      (failure: unknown) => {
        if (!abort.signal.aborted) setError(failure);
      },
    );
    return () => abort.abort();
  }, [question, turn]);
  return { content, error, ask: useCallback(() => setTurn((before) => before + 1), []) };
}
