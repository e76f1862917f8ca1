import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { defineTheme } from "../../../lib/figures/frame/defineTheme";
import { palette, shades, themes, useTheme } from "../../../lib/figures/frame/theme";
import { alphaHeatmap } from "../../../lib/figures/plots/alphaHeatmap";
import { collapseFigure } from "../../../lib/figures/plots/collapseFigure";
import { entropyFigure } from "../../../lib/figures/plots/entropyFigure";
import { layoutEvolution } from "../../../lib/figures/plots/layoutEvolution";
import { lossFigure } from "../../../lib/figures/plots/lossFigure";
import type { SearchRecord } from "../../../lib/records/searchRecord";

const records = resolve(__dirname, "../../../data/records");
const record = JSON.parse(
  readFileSync(join(records, "search-adam_weights-seed0.json"), "utf8"),
) as SearchRecord;
const standard = themes.get("okabe_ito");

/** Another color for each of the library's: the same with its last digit changed. */
function shifted<T extends object>(colors: T): T {
  const other = Object.entries(colors).map(([key, color]) => [
    key,
    `${(color as string).slice(0, 6)}${(color as string).endsWith("7") ? "3" : "7"}`,
  ]);
  return Object.fromEntries(other) as T;
}

afterEach(() => {
  useTheme("okabe_ito");
  themes.forget("mine");
});

describe("a theme of the user's own", () => {
  it("colours every plot that is made while it is in use, and none after", () => {
    const make = () =>
      [lossFigure, alphaHeatmap, entropyFigure, layoutEvolution, collapseFigure].map((figure) =>
        JSON.stringify(figure(record)),
      );
    const before = make();
    defineTheme({ name: "mine", palette: shifted(standard.palette), ink: shifted(standard.ink) });
    useTheme("mine");
    const made = make();
    // Those of primitives are not the theme's.
    const ofTheme = [standard.palette.vermillion, ...Object.values(standard.ink)];
    for (const color of ofTheme) for (const text of made) expect(text).not.toContain(`"${color}"`);
    expect(made.join()).toContain(`"${palette.vermillion}"`);
    useTheme("okabe_ito");
    expect(make()).toEqual(before);
  });

  it("keeps the library's colours where it names none, and runs shades through its own hues", () => {
    const hues = { blue: { light: [0, 0, 0], dark: [10, 20, 30] } } as const;
    expect(defineTheme({ name: "mine", hues }).palette).toEqual(standard.palette);
    useTheme("mine");
    expect(shades("blue", 2)).toEqual(["rgb(0, 0, 0)", "rgb(10, 20, 30)"]);
  });

  it("is refused where it is none", () => {
    expect(() => defineTheme({ name: "mine", palette: { blue: "blue" } })).toThrow(
      'defineTheme: "mine": palette: blue must be a color such as "#0072B2", got "blue".',
    );
    expect(() => defineTheme({ name: "mine", ink: { teal: "#000000" } as object })).toThrow(
      'defineTheme: "mine": ink: unknown color "teal". Known colors: text, soft, axis, grid, band.',
    );
    const scale = [
      [0, "#FFFFFF"],
      [0.9, "#000000"],
    ] as const;
    expect(() => defineTheme({ name: "mine", probabilityScale: scale })).toThrow(
      'defineTheme: "mine": probabilityScale must be pairs of a place and a color, places ascending from 0 to 1, got places 0, 0.9.',
    );
    expect(() => defineTheme({ name: "okabe_ito" })).toThrow(
      'defineTheme: "okabe_ito" is a figure theme of the library; choose another name.',
    );
    expect(() => useTheme("night")).toThrow('useTheme: no figure theme is called "night".');
  });
});
