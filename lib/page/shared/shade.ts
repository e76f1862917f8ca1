import type { PageTheme } from "../explore/exploreData";

type Rgb = readonly [number, number, number];

/** A colour of a scale and the ink, black or white, that is read on it: at least 4.5 to 1 (WCAG 2.2, 1.4.3). */
export type Shade = Readonly<Record<"background" | "color", string>>;

/** Steps from improbable to probable: neighbours differ by less than a screen shows. */
const steps = 256;
const known = new WeakMap<PageTheme["probabilityScale"], Map<number, Shade>>();

/** The shade of a share in [0, 1]: darker is more on light pages, lighter on dark ones. Equal shares get one and the same value. */
export function shadeOf(scale: PageTheme["probabilityScale"], share: number, dark: boolean): Shade {
  const step = Math.round(steps * Math.min(1, Math.max(0, dark ? 1 - share : share)));
  const shades = known.get(scale) ?? new Map<number, Shade>();
  known.set(scale, shades);
  const shade = shades.get(step) ?? shadeAt(scale, step / steps);
  shades.set(step, shade);
  return shade;
}

function shadeAt(scale: PageTheme["probabilityScale"], at: number): Shade {
  const above = Math.max(
    1,
    scale.findIndex(([place]) => place >= at),
  );
  const [low, lowColour] = scale[above - 1] as readonly [number, string];
  const [high, highColour] = scale[above] as readonly [number, string];
  const part = (at - low) / (high - low || 1);
  const from = rgbOf(lowColour);
  const to = rgbOf(highColour);
  const rgb = from.map((value, i) =>
    Math.round(value + part * ((to[i] as number) - value)),
  ) as unknown as Rgb;
  // Black and white ink are equally clear, 4.58 to 1, on a luminance of 0.179.
  return { background: `rgb(${rgb.join(",")})`, color: luminance(rgb) > 0.179 ? "#000" : "#fff" };
}

function rgbOf(colour: string): Rgb {
  return [1, 3, 5].map((i) => Number.parseInt(colour.slice(i, i + 2), 16)) as unknown as Rgb;
}

/** Relative luminance of sRGB (WCAG 2.2). */
function luminance(rgb: Rgb): number {
  const [r, g, b] = rgb.map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as unknown as Rgb;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
