import type { SvgElement } from "../../text/svgGeometry";

/** How an SVG element is painted, after inheritance. Lengths in the element's own units. */
export interface SvgPaint {
  readonly fill: string;
  readonly stroke: string;
  readonly strokeWidth: number;
  readonly dash: readonly number[];
  readonly cap: "butt" | "round" | "square";
  readonly join: "miter" | "round" | "bevel";
  readonly fillRule: "nonzero" | "evenodd";
  readonly fillOpacity: number;
  readonly strokeOpacity: number;
  /** Of the element and everything around it. */
  readonly opacity: number;
  readonly hidden: boolean;
  readonly fontSize: number;
  readonly bold: boolean;
  readonly italic: boolean;
  readonly mono: boolean;
  readonly anchor: "start" | "middle" | "end";
}

/** What SVG paints with where nothing is said. */
export const initialPaint: SvgPaint = Object.freeze({
  fill: "black",
  stroke: "none",
  strokeWidth: 1,
  dash: Object.freeze([]),
  cap: "butt",
  join: "miter",
  fillRule: "nonzero",
  fillOpacity: 1,
  strokeOpacity: 1,
  opacity: 1,
  hidden: false,
  fontSize: 16,
  bold: false,
  italic: false,
  mono: false,
  anchor: "start",
});

/** The paint of an element inside one painted `around`. */
export function paintOf(element: SvgElement, around: SvgPaint): SvgPaint {
  const declared = declarations(element.getAttribute?.("style") ?? "");
  const value = (name: string) => declared.get(name) ?? element.getAttribute?.(name) ?? undefined;
  const number = (name: string, usual: number) => {
    const found = Number.parseFloat(value(name) ?? "");
    return Number.isFinite(found) ? found : usual;
  };
  const dash = value("stroke-dasharray");
  const size = value("font-size");
  const weight = value("font-weight");
  return {
    fill: value("fill") ?? around.fill,
    stroke: value("stroke") ?? around.stroke,
    strokeWidth: number("stroke-width", around.strokeWidth),
    dash: dash === undefined ? around.dash : lengths(dash),
    cap: (value("stroke-linecap") ?? around.cap) as SvgPaint["cap"],
    join: (value("stroke-linejoin") ?? around.join) as SvgPaint["join"],
    fillRule: (value("fill-rule") ?? around.fillRule) as SvgPaint["fillRule"],
    fillOpacity: number("fill-opacity", around.fillOpacity),
    strokeOpacity: number("stroke-opacity", around.strokeOpacity),
    opacity: around.opacity * number("opacity", 1),
    hidden:
      value("display") === "none" ||
      (value("visibility") === undefined ? around.hidden : value("visibility") === "hidden"),
    fontSize: size === undefined ? around.fontSize : sizeOf(size, around.fontSize),
    bold: weight === undefined ? around.bold : weight === "bold" || Number.parseInt(weight, 10) >= 600,
    italic: value("font-style") === undefined ? around.italic : value("font-style") !== "normal",
    mono:
      value("font-family") === undefined ? around.mono : /^[^,]*mono/i.test(value("font-family") as string),
    anchor: (value("text-anchor") ?? around.anchor) as SvgPaint["anchor"],
  };
}

function declarations(style: string): Map<string, string> {
  const pairs = style.split(";").flatMap((part): [string, string][] => {
    const at = part.indexOf(":");
    return at < 0 ? [] : [[part.slice(0, at).trim(), part.slice(at + 1).trim()]];
  });
  return new Map(pairs);
}

function lengths(dash: string): number[] {
  const found = (dash.match(/[\d.]+/g) ?? []).map(Number);
  // A dash of no length is a dot that some renderers refuse.
  return dash === "none" || found.every((length) => length === 0)
    ? []
    : found.map((length) => Math.max(length, 0.01));
}

function sizeOf(size: string, around: number): number {
  const value = Number.parseFloat(size);
  if (size.endsWith("%")) return (value / 100) * around;
  return size.endsWith("em") ? value * around : value;
}

/** A colour as channels from 0 to 255 and an opacity; null for no paint. Names are left to the renderer. */
export function colorOf(
  paint: string,
): { readonly color: string | [number, number, number]; readonly opacity: number } | null {
  if (paint === "none" || paint === "transparent") return null;
  const channels = /^rgba?\(([^)]*)\)$/
    .exec(paint)?.[1]
    ?.split(/[\s,/]+/)
    .map(Number);
  if (!channels) return { color: paint, opacity: 1 };
  const [r = 0, g = 0, b = 0, opacity = 1] = channels;
  return opacity === 0 ? null : { color: [r, g, b], opacity };
}
