// Where the page is: the address bar is the only place that knows, so that a view can be shared by its link and Back goes back.
import { useEffect, useState } from "preact/hooks";

export interface Place {
  readonly path: string;
  readonly query: URLSearchParams;
}

const listeners = new Set<() => void>();

export function here(): Place {
  return { path: location.pathname, query: new URLSearchParams(location.search) };
}

export function go(address: string, how: "push" | "replace" = "push"): void {
  if (address === location.pathname + location.search) return;
  if (how === "push") history.pushState(null, "", address);
  else history.replaceState(history.state, "", address);
  for (const listener of listeners) listener();
}

export function usePlace(): Place {
  const [place, setPlace] = useState(here);
  useEffect(() => {
    const moved = () => setPlace(here());
    moved();
    listeners.add(moved);
    globalThis.addEventListener("popstate", moved);
    document.addEventListener("click", followLink);
    return () => {
      listeners.delete(moved);
      globalThis.removeEventListener("popstate", moved);
      document.removeEventListener("click", followLink);
    };
  }, []);
  return place;
}

/** A plain click on a link to this page moves within it; every other click is the browser's. */
function followLink(event: MouseEvent): void {
  const link = event.target instanceof Element ? event.target.closest("a") : null;
  if (link === null || event.defaultPrevented || event.button !== 0) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  if (link.origin !== location.origin || link.target !== "" || link.hash !== "") return;
  event.preventDefault();
  const samePage = link.pathname === location.pathname;
  go(link.pathname + link.search);
  if (!samePage) scrollTo(0, 0);
}
