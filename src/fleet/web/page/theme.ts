// Light, dark, or as the system has it: kept in this browser, applied to the document's root before the first paint.

export type Theme = "system" | "light" | "dark";
const KEY = "canward.theme";

export function storedTheme(): Theme {
  try {
    const theme = localStorage.getItem(KEY);
    return theme === "light" || theme === "dark" ? theme : "system";
  } catch {
    // Storage may be forbidden; the system's choice is then the only one.
    return "system";
  }
}

export function storeTheme(theme: Theme): void {
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // The choice then holds for as long as the page is open.
  }
}

export function applyTheme(theme: Theme): void {
  if (theme === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme;
  document.dispatchEvent(new Event("themechange"));
}

/** Calls the listener when colours have changed, by the toggle or by the system. */
export function onThemeChange(listener: () => void): () => void {
  const system = matchMedia("(prefers-color-scheme: dark)");
  system.addEventListener("change", listener);
  document.addEventListener("themechange", listener);
  return () => {
    system.removeEventListener("change", listener);
    document.removeEventListener("themechange", listener);
  };
}
