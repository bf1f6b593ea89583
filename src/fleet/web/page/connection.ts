// Whether the page is live, for the whole page to show: one value, and who wants to know of its changes.
import { useEffect, useState } from "preact/hooks";

export type Connection = "connecting" | "live" | "reconnecting" | "paused";

let connection: Connection = "connecting";
const listeners = new Set<(connection: Connection) => void>();

export function setConnection(now: Connection): void {
  if (now === connection) return;
  connection = now;
  for (const listener of listeners) listener(now);
}

export function isLive(): boolean {
  return connection === "live";
}

export function useConnection(): Connection {
  const [shown, setShown] = useState(connection);
  useEffect(() => {
    setShown(connection);
    listeners.add(setShown);
    return () => void listeners.delete(setShown);
  }, []);
  return shown;
}
