// Small things that several views show: ages that tick, presence, notices, a path with its prefix dimmed.
import type { ComponentChildren } from "preact";
import { useCallback } from "preact/hooks";
import type { PresenceState } from "../types.ts";
import { useTicking } from "./clock.ts";
import { formatAge, formatAgo, formatMoment } from "./format.ts";
import { PresenceIcon } from "./icons.tsx";

/** How long ago, ticking; the moment itself on hover and for machines. */
export function Ago({ timeMs, short = false }: { timeMs: number | null; short?: boolean }) {
  const text = useTicking(
    useCallback(
      (nowMs: number) => (timeMs === null ? "" : short ? formatAge(nowMs - timeMs) : formatAgo(nowMs - timeMs)),
      [timeMs, short],
    ),
  );
  if (timeMs === null) return <span class="none">never</span>;
  return (
    <time dateTime={new Date(timeMs).toISOString()} title={formatMoment(timeMs)}>
      {text}
    </time>
  );
}

const PRESENCE_WORDS: Readonly<Record<PresenceState, string>> = {
  online: "Online",
  offline: "Offline",
  lost: "Lost",
  unknown: "Unknown",
};

const PRESENCE_MEANINGS: Readonly<Record<PresenceState, string>> = {
  online: "Connected to the broker",
  offline: "Signed off in good order",
  lost: "The connection broke off without a sign-off",
  unknown: "Has not said anything of itself yet",
};

export function PresenceBadge({ state }: { state: PresenceState }) {
  return (
    <span class={`presence presence-${state}`} title={PRESENCE_MEANINGS[state]}>
      <PresenceIcon state={state} />
      {PRESENCE_WORDS[state]}
    </span>
  );
}

/** A path, with all but its last part dimmed, and places to break it on a narrow screen. */
export function PathName({ path, skip = 0 }: { path: string; skip?: number }) {
  const parts = path.split(".");
  const leaf = parts.at(-1) ?? path;
  const stem = parts.slice(skip, -1);
  return (
    <span class="path">
      {stem.map((part) => (
        <span class="path-stem" key={part}>
          {part}.<wbr />
        </span>
      ))}
      <span class="path-leaf">{leaf}</span>
    </span>
  );
}

export function Notice({
  title,
  children,
  tone,
}: {
  title: string;
  children: ComponentChildren;
  tone: "empty" | "error";
}) {
  return (
    <section class={`notice notice-${tone}`} role={tone === "error" ? "alert" : undefined}>
      <h2>{title}</h2>
      {children}
    </section>
  );
}

export function FailureNotice({ error, retry, what }: { error: unknown; retry: () => void; what: string }) {
  const message = error instanceof Error ? error.message : "Something unexpected went wrong in the page itself.";
  return (
    <Notice title={what} tone="error">
      <p>{message}</p>
      <button type="button" class="button button-main" onClick={retry}>
        Try again
      </button>
    </Notice>
  );
}

export function Loading({ what }: { what: string }) {
  return (
    <p class="loading" role="status">
      {what}
    </p>
  );
}
