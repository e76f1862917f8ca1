import type { Primitive } from "../../config/spaceConfig";
import { primitiveStyles } from "../../space/primitiveStyle";
import { fontFamily } from "../../text/fonts";

/**
 * Colours that readers with any colour vision can tell apart.
 * Source: Okabe & Ito 2008, "Color Universal Design", jfly.uni-koeln.de/color.
 */
export const palette = Object.freeze({
  black: "#000000",
  orange: "#E69F00",
  skyBlue: "#56B4E9",
  green: "#009E73",
  yellow: "#F0E442",
  blue: "#0072B2",
  vermillion: "#D55E00",
  purple: "#CC79A7",
  grey: "#999999",
});

/** Ink of text, axes and hints, on white paper. */
export const ink = Object.freeze({
  text: "#222222",
  soft: "#666666",
  axis: "#888888",
  grid: "#E6E6E6",
  band: "#F2F2F2",
});

/** A dash that plotly knows by name, or lengths such as `"7px,4px"`. */
export type Dash =
  | "solid"
  | "dot"
  | "dash"
  | "longdash"
  | "dashdot"
  | "longdashdot"
  | `${number}px,${string}`;

/** How the lines of one series look: a colour, and a dash so that a black-and-white print can be read. */
export interface LineStyle {
  readonly color: string;
  readonly dash: Dash;
}

/** One look for each primitive, the same in plotly figures and in drawings of genotypes. */
export const primitiveStyle: Readonly<Record<Primitive, LineStyle>> = Object.freeze({
  none: { color: palette.grey, dash: "dot" },
  ...(Object.fromEntries(
    Object.entries(primitiveStyles).map(([name, { color, dash }]) => [
      name,
      {
        color: color.toUpperCase(),
        dash: dash === "" ? "solid" : (dash.replaceAll(/\d+/g, "$&px").replaceAll(" ", ",") as Dash),
      },
    ]),
  ) as Record<Exclude<Primitive, "none">, LineStyle>),
});

/** One look for each level of a search. */
export const levelStyle = Object.freeze({
  cell: { color: palette.vermillion, dash: "solid" },
  depth: { color: palette.blue, dash: "dash" },
  width: { color: palette.green, dash: "dashdot" },
}) satisfies Readonly<Record<"cell" | "depth" | "width", LineStyle>>;

/** White to dark blue: darker is likelier. Even steps in lightness, so it survives a grey print. */
export const probabilityScale: readonly (readonly [number, string])[] = Object.freeze([
  [0, "#FFFFFF"],
  [0.25, "#CFE3F1"],
  [0.5, "#86BBDD"],
  [0.75, "#2272AA"],
  [1, "#0B3C61"],
] as const);

const hues = {
  blue: { light: [222, 235, 247], dark: [8, 69, 118] },
  orange: { light: [254, 232, 206], dark: [153, 62, 4] },
} as const;

/** `count` ordered shades of one hue, light to dark. */
export function shades(hue: keyof typeof hues, count: number): string[] {
  const { light, dark } = hues[hue];
  return Array.from({ length: count }, (_, i) => {
    const t = count > 1 ? i / (count - 1) : 1;
    const mix = light.map((from, channel) => Math.round(from + t * ((dark[channel] ?? 0) - from)));
    return `rgb(${mix.join(", ")})`;
  });
}

/** Sizes of text in pixels. */
export const textSize = Object.freeze({ title: 17, panel: 12, body: 12, tick: 11, caption: 10.5 });

/** What every axis has. */
export function axisBase(title = ""): Record<string, unknown> {
  return {
    title: { text: title, font: { size: textSize.body }, standoff: 6 },
    tickfont: { size: textSize.tick },
    showline: true,
    linecolor: ink.axis,
    linewidth: 1,
    ticks: "outside",
    ticklen: 4,
    tickcolor: ink.axis,
    gridcolor: ink.grid,
    zeroline: false,
    automargin: false,
  };
}

/** What every layout has. */
export const layoutBase = Object.freeze({
  paper_bgcolor: "white",
  plot_bgcolor: "white",
  font: { family: fontFamily, size: textSize.body, color: ink.text },
  hoverlabel: { font: { family: fontFamily } },
});
