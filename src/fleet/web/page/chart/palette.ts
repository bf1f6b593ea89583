// The theme's colours as a canvas needs them: resolved, since a canvas knows no CSS variables.

export interface Palette {
  readonly lines: readonly [string, string];
  readonly ink: string;
  readonly muted: string;
  readonly grid: string;
  readonly surface: string;
  readonly missing: string;
  readonly evicted: string;
}

export function readPalette(): Palette {
  const probe = document.createElement("span");
  document.body.append(probe);
  const resolve = (name: string) => {
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color;
  };
  const palette: Palette = {
    lines: [resolve("--line-first"), resolve("--line-second")],
    ink: resolve("--ink"),
    muted: resolve("--ink-muted"),
    grid: resolve("--grid"),
    surface: resolve("--surface"),
    missing: resolve("--gap-missing"),
    evicted: resolve("--gap-evicted"),
  };
  probe.remove();
  return palette;
}
