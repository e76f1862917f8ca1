interface MarkProps {
  readonly x: number;
  readonly y: number;
  /** Place of the method among all: decides the shape, so that colour alone tells nothing apart. */
  readonly method: number;
  readonly color: string;
  /** A single run, whose spread nobody knows. */
  readonly open: boolean;
  readonly seen: boolean;
  /** Whether the Tab key goes through it. */
  readonly reached: boolean;
  readonly label: string;
  readonly onSee: () => void;
}

const shapes = [
  "M-5 0A5 5 0 1 0 5 0A5 5 0 1 0 -5 0Z",
  "M-5 -5H5V5H-5Z",
  "M0 -6L6 5H-6Z",
  "M0 -7L6 0L0 7L-6 0Z",
  "M-6 -5H6L0 6Z",
  "M-2 -6H2V-2H6V2H2V6H-2V2H-6V-2H-2Z",
];

/** One point of a plot: reached by the pointer and by the keyboard. */
export function Mark({ x, y, method, color, open, seen, reached, label, onSee }: MarkProps) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: SVG has no button
    <g
      role="button"
      tabIndex={reached ? 0 : -1}
      aria-label={label}
      aria-pressed={seen}
      class={seen ? "mark seen" : "mark"}
      transform={`translate(${x.toFixed(1)} ${y.toFixed(1)})`}
      onPointerEnter={onSee}
      onFocus={onSee}
      onClick={onSee}
    >
      <path
        d={shapes[method % shapes.length]}
        fill={open ? "var(--card)" : color}
        stroke={seen ? "var(--ink)" : color}
        stroke-width={seen ? 2.5 : 1.5}
      />
    </g>
  );
}
