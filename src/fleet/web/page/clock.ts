// The server's time, as well as this browser can tell it, and a tick each second for ages that are shown. A phone's clock may be
// minutes off; ages are therefore reckoned from the time that the server says.
import { useEffect, useState } from "preact/hooks";

let aheadMs = 0;
const tickers = new Set<() => void>();
let timer: number | undefined;

export function setServerNow(nowMs: number): void {
  aheadMs = nowMs - Date.now();
}

export function serverNow(): number {
  return Date.now() + aheadMs;
}

/** What `text` says now; the component renders again only when that changes. */
export function useTicking(text: (nowMs: number) => string): string {
  const now = text(serverNow());
  const [, setShown] = useState(now);
  useEffect(() => {
    const tick = () => setShown(text(serverNow()));
    tick();
    return onTick(tick);
  }, [text]);
  return now;
}

function onTick(listener: () => void): () => void {
  tickers.add(listener);
  timer ??= setInterval(() => {
    for (const ticker of tickers) ticker();
  }, 1_000);
  return () => {
    tickers.delete(listener);
    if (tickers.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}
