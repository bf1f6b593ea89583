// Checks of accessibility that run inside the page: each answers a list of what is wrong. They are sent to the browser as they stand,
// so they use nothing from outside themselves.

/** Text that stands on its ground with less contrast than WCAG AA asks for. [WCAG 2.2, 1.4.3] */
export function contrasts(): string[] {
  const parse = (color: string): number[] => (color.match(/[\d.]+/g) ?? []).map(Number);
  const luminance = (color: readonly number[]) => {
    const [red = 0, green = 0, blue = 0] = color.slice(0, 3).map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const groundOf = (element: Element | null): number[] => {
    for (let at = element; at !== null; at = at.parentElement) {
      const ground = parse(getComputedStyle(at).backgroundColor);
      if (ground.length === 3 || (ground[3] ?? 0) === 1) return ground;
    }
    return [255, 255, 255];
  };
  const wrong: string[] = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = texts.nextNode(); node !== null; node = texts.nextNode()) {
    const element = node.parentElement;
    if (element === null || node.textContent?.trim() === "" || !element.checkVisibility({ opacityProperty: true }))
      continue;
    const style = getComputedStyle(element);
    const ink = luminance(parse(style.color));
    const ground = luminance(groundOf(element));
    const ratio = (Math.max(ink, ground) + 0.05) / (Math.min(ink, ground) + 0.05);
    const isLarge = Number.parseFloat(style.fontSize) >= 24;
    if (ratio < (isLarge ? 3 : 4.5)) wrong.push(`${ratio.toFixed(2)} "${node.textContent?.trim().slice(0, 40)}"`);
  }
  return wrong;
}

/** Controls without a name, ids that are there twice, references that lead nowhere, headings that are missing. */
export function unnamedControls(): string[] {
  const wrong: string[] = [];
  for (const control of document.querySelectorAll<HTMLElement>("a, button, input, select, [tabindex='0']")) {
    const label = control.closest("label")?.textContent ?? "";
    const name = control.getAttribute("aria-label") ?? (control.textContent?.trim() || label.trim());
    if (name === "") wrong.push(`no name: ${control.outerHTML.slice(0, 80)}`);
  }
  const ids = [...document.querySelectorAll("[id]")].map(({ id }) => id);
  for (const id of ids) if (ids.indexOf(id) !== ids.lastIndexOf(id)) wrong.push(`id twice: ${id}`);
  for (const element of document.querySelectorAll("[aria-describedby]")) {
    const id = element.getAttribute("aria-describedby") ?? "";
    if (document.getElementById(id) === null) wrong.push(`describedby nowhere: ${id}`);
  }
  for (const image of document.querySelectorAll("svg")) {
    if (image.getAttribute("aria-hidden") !== "true") wrong.push("an icon that is read out");
  }
  if (document.querySelectorAll("main").length !== 1) wrong.push("not one main");
  if (document.querySelectorAll("h1").length !== 1) wrong.push("not one h1");
  if (document.documentElement.lang === "") wrong.push("no language");
  return wrong;
}
