// Hands on a chart: the wheel, two fingers, one finger, a double click and the keyboard come in; wishes to zoom, pan, reset and move
// the crosshair go out. Dragging with a mouse selects a span and is uPlot's; with Shift held it pans.

export interface Wishes {
  /** `at` is from 0 (left edge) to 1 (right edge). */
  zoom(factor: number, at: number): void;
  /** By a share of the width: positive shows later times. */
  pan(share: number): void;
  reset(): void;
  follow(): void;
  /** Moves the crosshair by whole steps. */
  point(steps: number): void;
}

const WHEEL_ZOOM_PER_PIXEL = 0.002;
const KEY_ZOOM = 0.6;
const KEY_PAN = 0.15;
const DOUBLE_TAP_MS = 300;

/** `area` is the plotting area, `focus` what takes the keyboard. Returns what ends the listening. */
export function listenToHands(area: HTMLElement, focus: HTMLElement, wishes: Wishes): () => void {
  const ended = new AbortController();
  const { signal } = ended;
  const at = (clientX: number) => {
    const { left, width } = area.getBoundingClientRect();
    return (clientX - left) / width;
  };
  area.addEventListener("wheel", (event) => turn(event, at(event.clientX), area, wishes), { passive: false, signal });
  area.addEventListener("dblclick", () => wishes.reset(), { signal });
  focus.addEventListener("keydown", (event) => press(event, wishes), { signal });
  listenToFingers(area, at, wishes, signal);
  listenToShiftDrag(area, wishes, signal);
  return () => ended.abort();
}

function turn(event: WheelEvent, at: number, area: HTMLElement, wishes: Wishes): void {
  event.preventDefault();
  const pixels = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? 1 : 16;
  if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) wishes.pan((event.deltaX * pixels) / area.clientWidth);
  else wishes.zoom(Math.exp(event.deltaY * pixels * WHEEL_ZOOM_PER_PIXEL), at);
}

function press(event: KeyboardEvent, wishes: Wishes): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const actions: Readonly<Record<string, () => void>> = {
    ArrowLeft: () => (event.shiftKey ? wishes.point(-1) : wishes.pan(-KEY_PAN)),
    ArrowRight: () => (event.shiftKey ? wishes.point(1) : wishes.pan(KEY_PAN)),
    "+": () => wishes.zoom(KEY_ZOOM, 0.5),
    "=": () => wishes.zoom(KEY_ZOOM, 0.5),
    "-": () => wishes.zoom(1 / KEY_ZOOM, 0.5),
    _: () => wishes.zoom(1 / KEY_ZOOM, 0.5),
    "0": () => wishes.reset(),
    Escape: () => wishes.reset(),
    End: () => wishes.follow(),
  };
  const action = actions[event.key];
  if (action === undefined) return;
  event.preventDefault();
  action();
}

function listenToFingers(area: HTMLElement, at: (x: number) => number, wishes: Wishes, signal: AbortSignal): void {
  const fingers = new Map<number, number>();
  let lastTapMs = 0;
  const lift = (event: PointerEvent) => void fingers.delete(event.pointerId);
  area.addEventListener(
    "pointerdown",
    (event) => {
      if (event.pointerType === "mouse") return;
      if (fingers.size === 0) {
        if (event.timeStamp - lastTapMs < DOUBLE_TAP_MS) wishes.reset();
        lastTapMs = event.timeStamp;
      }
      fingers.set(event.pointerId, event.clientX);
    },
    { signal },
  );
  area.addEventListener(
    "pointermove",
    (event) => {
      const before = fingers.get(event.pointerId);
      if (before === undefined) return;
      const others = [...fingers].filter(([id]) => id !== event.pointerId);
      fingers.set(event.pointerId, event.clientX);
      const other = others[0]?.[1];
      if (other === undefined) return wishes.pan((before - event.clientX) / area.clientWidth);
      const apart = Math.max(24, Math.abs(event.clientX - other));
      wishes.zoom(Math.max(24, Math.abs(before - other)) / apart, at((event.clientX + other) / 2));
    },
    { signal },
  );
  for (const name of ["pointerup", "pointercancel", "pointerleave"] as const) {
    area.addEventListener(name, lift, { signal });
  }
}

function listenToShiftDrag(area: HTMLElement, wishes: Wishes, signal: AbortSignal): void {
  let grabbedAt: number | undefined;
  area.addEventListener(
    "mousedown",
    (event) => {
      if (!event.shiftKey || event.button !== 0) return;
      event.preventDefault();
      // Ahead of uPlot's own listener, which would begin to select.
      event.stopImmediatePropagation();
      grabbedAt = event.clientX;
    },
    { capture: true, signal },
  );
  document.addEventListener(
    "mousemove",
    (event) => {
      if (grabbedAt === undefined) return;
      wishes.pan((grabbedAt - event.clientX) / area.clientWidth);
      grabbedAt = event.clientX;
    },
    { signal },
  );
  document.addEventListener(
    "mouseup",
    () => {
      grabbedAt = undefined;
    },
    { signal },
  );
}
