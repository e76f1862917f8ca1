import { ConfigError } from "../../util/errors";
import { type FigureTheme, type Ink, type Palette, themes } from "./theme";

/** A theme to define; what is left out is as in the library's own. */
export interface ThemeSpec {
  /** Letters, digits, _ and -. */
  readonly name: string;
  readonly about?: string;
  readonly palette?: Partial<Palette>;
  readonly ink?: Partial<Ink>;
  readonly probabilityScale?: FigureTheme["probabilityScale"];
  readonly hues?: Partial<FigureTheme["hues"]>;
}

/**
 * Makes a theme of figures known by name; `useTheme(name)` draws in it from then on. Colours are `#RRGGBB`.
 *
 * @throws ConfigError for a name that is taken or no identifier, an unknown colour's name, and what is no colour.
 *
 * @example
 * ```ts
 * bars.defineTheme({ name: "house", palette: { blue: "#123456" } });
 * bars.figures.useTheme("house");
 * const record = bars.readSearchRecord("data/records/search-cured-seed0.json");
 * console.log(JSON.stringify(bars.figures.lossFigure(record)).includes("#123456")); // true
 * bars.figures.useTheme("okabe_ito");
 * ```
 */
export function defineTheme(spec: ThemeSpec): FigureTheme {
  const base = themes.get("okabe_ito");
  const place = `defineTheme: "${spec.name}"`;
  return themes.define<FigureTheme>({
    name: spec.name,
    about: spec.about ?? "Defined in this process.",
    palette: mixed(`${place}: palette`, base.palette, spec.palette),
    ink: mixed(`${place}: ink`, base.ink, spec.ink),
    probabilityScale: scaleOf(`${place}: probabilityScale`, spec.probabilityScale ?? base.probabilityScale),
    hues: Object.freeze({ ...base.hues, ...spec.hues }),
  });
}

function mixed<T extends object>(place: string, base: T, given: Partial<T> = {}): T {
  for (const [key, color] of Object.entries(given)) {
    if (!Object.hasOwn(base, key))
      throw new ConfigError(
        `${place}: unknown color "${key}". Known colors: ${Object.keys(base).join(", ")}.`,
      );
    mustBeColor(`${place}: ${key}`, color);
  }
  return Object.freeze({ ...base, ...given });
}

function scaleOf(place: string, scale: FigureTheme["probabilityScale"]): FigureTheme["probabilityScale"] {
  const places = scale.map(([at]) => at);
  const ascending = places.every((at, i) => i === 0 || at > (places[i - 1] as number));
  if (places.length < 2 || places[0] !== 0 || places.at(-1) !== 1 || !ascending)
    throw new ConfigError(
      `${place} must be pairs of a place and a color, places ascending from 0 to 1, got places ${places.join(", ")}.`,
    );
  for (const [at, color] of scale) mustBeColor(`${place} at ${at}`, color);
  return Object.freeze([...scale]);
}

function mustBeColor(place: string, color: unknown): void {
  if (typeof color !== "string" || !/^#[0-9a-f]{6}$/i.test(color))
    throw new ConfigError(`${place} must be a color such as "#0072B2", got ${JSON.stringify(color)}.`);
}
