import type { Level } from "../../config/samplers";
import { lookOf, type Primitive, traitsOf } from "../../primitives/primitives";
import { fontFamily } from "../../text/fontFamily";
import { type Variant, VariantTable } from "../../util/variantTable";

/** Colours that tell things apart. */
export interface Palette {
  readonly black: string;
  readonly orange: string;
  readonly skyBlue: string;
  readonly green: string;
  readonly yellow: string;
  readonly blue: string;
  readonly vermillion: string;
  readonly purple: string;
  readonly grey: string;
}

/** Ink of text, axes and hints, on white paper. */
export interface Ink {
  readonly text: string;
  readonly soft: string;
  readonly axis: string;
  readonly grid: string;
  readonly band: string;
}

/** Red, green and blue, 0 … 255. */
export type Rgb = readonly [number, number, number];

/** The colours of all figures but those of primitives, which belong to the primitives. Each is `#RRGGBB`. */
export interface FigureTheme extends Variant {
  /** One sentence for a menu. */
  readonly about: string;
  readonly palette: Palette;
  readonly ink: Ink;
  /** Of heat maps: places from 0 to 1 with their colours, improbable to probable. */
  readonly probabilityScale: readonly (readonly [number, string])[];
  /** Ordered shades run from light to dark. */
  readonly hues: Readonly<Record<"blue" | "orange", { readonly light: Rgb; readonly dark: Rgb }>>;
}

const builtInThemes = {
  /**
   * Readers with any colour vision can tell these apart.
   * Source: Okabe & Ito 2008, "Color Universal Design", jfly.uni-koeln.de/color.
   */
  okabe_ito: {
    name: "okabe_ito",
    about: "Colours that readers with any colour vision can tell apart (Okabe & Ito 2008).",
    palette: {
      black: "#000000",
      orange: "#E69F00",
      skyBlue: "#56B4E9",
      green: "#009E73",
      yellow: "#F0E442",
      blue: "#0072B2",
      vermillion: "#D55E00",
      purple: "#CC79A7",
      grey: "#999999",
    },
    ink: { text: "#222222", soft: "#666666", axis: "#888888", grid: "#E6E6E6", band: "#F2F2F2" },
    // White to dark blue: darker is likelier. Even steps in lightness, so it survives a grey print.
    probabilityScale: [
      [0, "#FFFFFF"],
      [0.25, "#CFE3F1"],
      [0.5, "#86BBDD"],
      [0.75, "#2272AA"],
      [1, "#0B3C61"],
    ],
    hues: {
      blue: { light: [222, 235, 247], dark: [8, 69, 118] },
      orange: { light: [254, 232, 206], dark: [153, 62, 4] },
    },
  },
} as const satisfies Readonly<Record<string, FigureTheme>>;

/** Themes of figures by name: the library's, and those of `defineTheme`. */
export const themes = new VariantTable<FigureTheme, keyof typeof builtInThemes>(
  "figure theme",
  "defineTheme",
  builtInThemes,
);

let current: FigureTheme = builtInThemes.okabe_ito;

/**
 * The theme of the figures that are made from now on, until another is chosen. @throws ConfigError for an unknown one.
 *
 * @example
 * ```ts
 * bars.defineTheme({ name: "pale", ink: { text: "#101010" } });
 * bars.figures.useTheme("pale");
 * const record = bars.readSearchRecord("data/records/search-cured-seed0.json");
 * console.log(JSON.stringify(bars.figures.lossFigure(record)).includes("#101010")); // true
 * bars.figures.useTheme("okabe_ito");
 * ```
 */
export function useTheme(name: string): void {
  current = themes.get(name, "useTheme");
}

/** An object whose fields are those of a part of the theme at the moment they are read. */
function live<T extends object>(part: (theme: FigureTheme) => T): T {
  const names = Object.keys(part(builtInThemes.okabe_ito)) as (keyof T)[];
  const fields = names.map((key) => [key, { get: () => part(current)[key], enumerable: true }]);
  return Object.freeze(Object.defineProperties({}, Object.fromEntries(fields))) as T;
}

/** The colours of the theme. */
export const palette: Palette = live((theme) => theme.palette);

/** The ink of the theme. */
export const ink: Ink = live((theme) => theme.ink);

/** Of heat maps, by the theme: places from 0 to 1 with their colours. */
export function probabilityScale(): FigureTheme["probabilityScale"] {
  return current.probabilityScale;
}

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

/** The look of a primitive's line, the same in plotly figures and in drawings of genotypes. */
export function primitiveStyle(primitive: Primitive): LineStyle {
  if (traitsOf(primitive).kind === "none") return { color: palette.grey, dash: "dot" };
  const { color, dash } = lookOf(primitive);
  return {
    color: color.toUpperCase(),
    dash: dash === "" ? "solid" : (dash.replaceAll(/\d+/g, "$&px").replaceAll(" ", ",") as Dash),
  };
}

/** One look for each level of a search. */
export const levelStyle = Object.freeze({
  get cell(): LineStyle {
    return { color: palette.vermillion, dash: "solid" };
  },
  get depth(): LineStyle {
    return { color: palette.blue, dash: "dash" };
  },
  get width(): LineStyle {
    return { color: palette.green, dash: "dashdot" };
  },
}) satisfies Readonly<Record<Level, LineStyle>>;

/** `count` ordered shades of one hue, light to dark. */
export function shades(hue: keyof FigureTheme["hues"], count: number): string[] {
  const { light, dark } = current.hues[hue];
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
  get font() {
    return { family: fontFamily, size: textSize.body, color: ink.text };
  },
  hoverlabel: { font: { family: fontFamily } },
});
