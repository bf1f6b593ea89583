// The page's few icons, drawn with the text's colour. They stand beside words and are hidden from readers of the page by ear.
import type { ComponentChildren } from "preact";
import type { PresenceState } from "../types.ts";
import type { Tone } from "./bus-words.ts";

function Icon({ children }: { children: ComponentChildren }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
      {children}
    </svg>
  );
}

const stroke = {
  fill: "none",
  stroke: "currentColor",
  "stroke-width": "1.5",
  "stroke-linecap": "round",
  "stroke-linejoin": "round",
} as const;

export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" width="26" height="26" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="8" class="mark-ground" />
      <path d="M22.5 11.2A8 8 0 1 0 22.5 20.8" class="mark-bow" />
      <path d="M15 16h12" class="mark-line" />
    </svg>
  );
}

/** Each state has a shape of its own, so that colour is not needed to tell them apart. */
export function PresenceIcon({ state }: { state: PresenceState }) {
  switch (state) {
    case "online":
      return (
        <Icon>
          <circle cx="8" cy="8" r="4.5" fill="currentColor" />
        </Icon>
      );
    case "offline":
      return (
        <Icon>
          <circle cx="8" cy="8" r="4.25" {...stroke} />
        </Icon>
      );
    case "lost":
      return (
        <Icon>
          <path d="M8 2.5 14 13H2z" {...stroke} />
          <path d="M8 6.5v3M8 11.4v.1" {...stroke} />
        </Icon>
      );
    default:
      return (
        <Icon>
          <circle cx="8" cy="8" r="4.25" {...stroke} stroke-dasharray="1.5 3" />
        </Icon>
      );
  }
}

/** A shape for each, too: a disc, a triangle, an octagon with a cross, a ring. */
export function ToneIcon({ tone }: { tone: Tone }) {
  switch (tone) {
    case "good":
      return <PresenceIcon state="online" />;
    case "warn":
      return <PresenceIcon state="lost" />;
    case "bad":
      return (
        <Icon>
          <path d="M5.5 2h5L14 5.5v5L10.5 14h-5L2 10.5v-5z" {...stroke} />
          <path d="m6 6 4 4M10 6l-4 4" {...stroke} />
        </Icon>
      );
    default:
      return <PresenceIcon state="offline" />;
  }
}

export const SearchIcon = () => (
  <Icon>
    <circle cx="7" cy="7" r="4.25" {...stroke} />
    <path d="m10.2 10.2 3.3 3.3" {...stroke} />
  </Icon>
);

export const SystemIcon = () => (
  <Icon>
    <circle cx="8" cy="8" r="5.5" {...stroke} />
    <path d="M8 2.5a5.5 5.5 0 0 1 0 11z" fill="currentColor" />
  </Icon>
);

export const SunIcon = () => (
  <Icon>
    <circle cx="8" cy="8" r="3" {...stroke} />
    <path
      d="M8 1.5v1M8 13.5v1M1.5 8h1M13.5 8h1M3.4 3.4l.7.7M11.9 11.9l.7.7M12.6 3.4l-.7.7M4.1 11.9l-.7.7"
      {...stroke}
    />
  </Icon>
);

export const MoonIcon = () => (
  <Icon>
    <path d="M13.5 9.6A5.8 5.8 0 0 1 6.4 2.5a5.8 5.8 0 1 0 7.1 7.1z" {...stroke} />
  </Icon>
);

export const BackIcon = () => (
  <Icon>
    <path d="M9.5 3.5 5 8l4.5 4.5" {...stroke} />
  </Icon>
);

export const PlusIcon = () => (
  <Icon>
    <path d="M8 3.5v9M3.5 8h9" {...stroke} />
  </Icon>
);

export const MinusIcon = () => (
  <Icon>
    <path d="M3.5 8h9" {...stroke} />
  </Icon>
);

export const CloseIcon = () => (
  <Icon>
    <path d="m4.5 4.5 7 7M11.5 4.5l-7 7" {...stroke} />
  </Icon>
);

export const CompareIcon = () => (
  <Icon>
    <path d="M2 11.5c2.5 0 2.500-6 5-6s2 4 4 4 1.500-2 3-2" {...stroke} />
    <path d="M12 2v4M10 4h4" {...stroke} />
  </Icon>
);
