// A vehicle's signals, grouped by branch, each with its newest value, unit and age. A row renders when its own value changes, and no
// other does. Choosing a row charts it; the button beside it lays it over what is charted.

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Signal } from "../types.ts";
import { type Board, useValue } from "./board.ts";
import { formatValue, unitAfter } from "./format.ts";
import { groupSignals } from "./groups.ts";
import { CloseIcon, CompareIcon, SearchIcon } from "./icons.tsx";
import { memo } from "./memo.ts";
import { Ago, PathName } from "./parts.tsx";

interface PanelProps {
  readonly signals: readonly Signal[];
  readonly board: Board;
  /** Paths in the chart, the first and the one laid over it. */
  readonly charted: readonly string[];
  /** The address that charts these paths. */
  readonly address: (paths: readonly string[]) => string;
}

export function SignalsPanel({ signals, board, charted, address }: PanelProps) {
  const [filter, setFilter] = useState("");
  const input = useFilterKey();
  const groups = useMemo(() => groupSignals(signals, filter), [signals, filter]);
  const [first, second] = charted;
  return (
    <section class="signals" aria-label="Signals">
      <div class="controls">
        <label class="search">
          <span class="hidden">Filter signals by path</span>
          <SearchIcon />
          <input
            ref={input}
            type="search"
            placeholder="Filter signals"
            aria-keyshortcuts="/"
            value={filter}
            onInput={(event) => setFilter(event.currentTarget.value)}
          />
          <span class="key" aria-hidden="true">
            /
          </span>
        </label>
      </div>
      {groups.length === 0 && (
        <p class="loading" role="status">
          No signal matches “{filter}”.
        </p>
      )}
      <div class="groups">
        {groups.map((group) => (
          <section key={group.name} class="group">
            <h2 class="group-name">
              <PathName path={group.name} />
            </h2>
            <ul>
              {group.signals.map((signal) => (
                <Row
                  key={signal.path}
                  signal={signal}
                  skip={group.depth}
                  board={board}
                  role={signal.path === first ? "first" : signal.path === second ? "second" : "none"}
                  href={address([signal.path])}
                  compareHref={
                    first === undefined || signal.path === first
                      ? undefined
                      : address(signal.path === second ? [first] : [first, signal.path])
                  }
                />
              ))}
            </ul>
          </section>
        ))}
      </div>
    </section>
  );
}

interface RowProps {
  readonly signal: Signal;
  /** Parts of the path that the group's heading says. */
  readonly skip: number;
  readonly board: Board;
  readonly role: "first" | "second" | "none";
  readonly href: string;
  readonly compareHref: string | undefined;
}

const Row = memo(function Row({ signal, skip, board, role, href, compareHref }: RowProps) {
  const { value, text, timeMs } = useValue(board, signal.path);
  const shown = formatValue(signal, value, text);
  const isNamed = text !== null || Number.isNaN(Number(shown.replace(/[\u202f\u2212]/g, "")));
  return (
    <li class={`signal signal-${role}`}>
      <a
        class="signal-link"
        data-path={signal.path}
        href={href}
        aria-current={role === "first" ? "true" : undefined}
        title={`${signal.path}\n${signal.source}`}
      >
        <PathName path={signal.path} skip={skip} />
        <span class="signal-value">
          <span class={isNamed ? "value-name" : "value-number"}>{shown}</span>
          {!isNamed && signal.unit !== "" && <span class="unit">{unitAfter(signal.unit)}</span>}
        </span>
        <span class="signal-age">
          <Ago timeMs={timeMs} short />
        </span>
      </a>
      {compareHref !== undefined && (
        <a
          class="button button-icon compare"
          href={compareHref}
          aria-label={role === "second" ? `Remove ${signal.path} from the chart` : `Lay ${signal.path} over the chart`}
          title={role === "second" ? "Remove from the chart" : "Lay over the chart"}
        >
          {role === "second" ? <CloseIcon /> : <CompareIcon />}
        </a>
      )}
    </li>
  );
});

/** The slash puts the cursor into the filter. */
function useFilterKey() {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const isTyping = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement;
      if (event.key !== "/" || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      input.current?.focus();
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, []);
  return input;
}
