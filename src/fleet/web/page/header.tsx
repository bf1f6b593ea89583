// The bar over every view: the way home, where one is, whether the page is live, and the theme.
import { useEffect, useState } from "preact/hooks";
import { type Connection, useConnection } from "./connection.ts";
import { Mark, MoonIcon, SunIcon, SystemIcon } from "./icons.tsx";
import { applyTheme, storedTheme, storeTheme, type Theme } from "./theme.ts";

export function Header({ vehicle }: { vehicle: string | undefined }) {
  return (
    <header class="bar">
      <a class="skip" href="#main">
        Skip to content
      </a>
      <nav class="crumbs" aria-label="You are here">
        <a class="home" href="/">
          <Mark />
          <span class="home-name">canward</span>
          <span class="hidden">: all vehicles</span>
        </a>
        {vehicle !== undefined && (
          <>
            <span class="crumb-slash" aria-hidden="true">
              /
            </span>
            <a class="crumb" href={`/vehicles/${encodeURIComponent(vehicle)}`} aria-current="page">
              {vehicle}
            </a>
          </>
        )}
      </nav>
      <ConnectionMark />
      <ThemeButton />
    </header>
  );
}

const CONNECTION_WORDS: Readonly<Record<Connection, string>> = {
  connecting: "Connecting…",
  live: "Live",
  reconnecting: "Reconnecting…",
  paused: "Paused",
};

function ConnectionMark() {
  const connection = useConnection();
  return (
    <span class={`connection connection-${connection}`} role="status" aria-live="polite">
      <span class="connection-dot" aria-hidden="true" />
      <span>{CONNECTION_WORDS[connection]}</span>
    </span>
  );
}

const THEMES: readonly { readonly theme: Theme; readonly label: string; readonly Icon: () => preact.JSX.Element }[] = [
  { theme: "system", label: "as the system", Icon: SystemIcon },
  { theme: "light", label: "light", Icon: SunIcon },
  { theme: "dark", label: "dark", Icon: MoonIcon },
];

function ThemeButton() {
  const [theme, setTheme] = useState<Theme>(storedTheme);
  useEffect(() => {
    applyTheme(theme);
    storeTheme(theme);
  }, [theme]);
  const index = THEMES.findIndex((choice) => choice.theme === theme);
  const { label, Icon } = THEMES[index] ?? { label: "", Icon: SystemIcon };
  const next = THEMES[(index + 1) % THEMES.length]?.theme ?? "system";
  const title = `Theme: ${label}. Change it.`;
  return (
    <button type="button" class="button button-icon" onClick={() => setTheme(next)} title={title} aria-label={title}>
      <Icon />
    </button>
  );
}
