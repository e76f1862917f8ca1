import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { syntheticImages } from "../../lib/data/syntheticImages";
import { drawGenotype } from "../../lib/figures/drawings/drawGenotype";
import { genotypeSheet } from "../../lib/figures/drawings/genotypeSheet";
import { imageSheet } from "../../lib/figures/drawings/imageSheet";
import { minCutGenotype } from "../../lib/figures/drawings/minCutGenotype";
import { renderFigure } from "../../lib/figures/export/renderFigure";
import { validateFigure } from "../../lib/figures/export/validateFigure";
import { altText, type Figure, plainTitle } from "../../lib/figures/frame/figure";
import { plainText } from "../../lib/figures/frame/plotlyText";
import { svgMeta } from "../../lib/figures/frame/svgMeta";
import { randomKey } from "../../lib/random/randomKey";
import { randomGenotype } from "../../lib/space/randomGenotype";
import { everyFigure } from "./everyFigure";
import { madeUpRecord } from "./madeUpRecord";
import { svgText } from "./svgText";

const folder = join(__dirname, "../../lib/figures/plots");
/** Functions that make a figure out of one. */
const changers = ["fitFigure", "bareFigure", "relaid", "withAxisTitles"];
/** What frames several builders. */
const frames = ["figureFrame", "barFrame", "forestPlot", "dashboardFrame", "heatmap"];

it("knows a sample of every builder in lib/figures/plots", () => {
  const sources = readdirSync(folder).map((name) => readFileSync(join(folder, name), "utf8"));
  const found = sources.flatMap((text) =>
    [...text.matchAll(/^(?:export )?function (\w+)\([^{;]*?\): Figure \{/gms)].map(
      ([, name]) => name as string,
    ),
  );
  const builders = new Set(found.filter((name) => ![...changers, ...frames].includes(name)));
  const known = new Set(Object.keys(everyFigure).map((name) => name.split(" ")[0]));
  expect([...builders].sort()).toEqual([...known].sort());
});

/** Units and counted things that a label may name; shares and ranks have no unit, and say so by their name. */
const units =
  /epochs done|\bcell\b|bits|nats|\b(OPs|BOPs|FLOPs)\b|\bms\b|percentage points|probability|\bshare\b|rank|margin|eigenvalue|ln p|entropy|edges without weights|argmax|correlation/;

interface Axis {
  readonly title?: { readonly text?: string };
  readonly type?: string;
  readonly tickformat?: string;
  readonly domain: readonly [number, number];
  readonly ticktext?: readonly string[];
}

/** What a reader finds at each axis: its own title, or that of the panel it belongs to. */
function axisLabels(figure: Figure): { axis: string; type: string; label: string }[] {
  const notes = figure.layout["annotations"] as { name?: string; text: string; x: number; y: number }[];
  const axes = (letter: string) =>
    Object.entries(figure.layout).filter(([name]) => name.startsWith(`${letter}axis`)) as [string, Axis][];
  const xs = axes("x");
  const ys = axes("y");
  return xs.flatMap(([xName, x], i) => {
    const [yName, y] = ys[i] as [string, Axis];
    const panel = notes.find(
      (note) => note.name === "bars-panel" && note.x === x.domain[0] && note.y === y.domain[1],
    );
    const below = xs
      .filter(([, other]) => other.domain[0] === x.domain[0])
      .map(([, other]) => other.title?.text);
    const beside = ys
      .filter(([, other]) => other.domain[0] === y.domain[0])
      .map(([, other]) => other.title?.text);
    const percent = y.tickformat?.endsWith("%") ? " share" : "";
    const named = y.type === "category" || y.ticktext ? " cell" : "";
    return [
      {
        axis: xName,
        type: x.type ?? "",
        label: x.type === "category" ? "cell" : below.filter(Boolean).join(),
      },
      {
        axis: yName,
        type: y.type ?? "",
        label: `${beside.filter(Boolean).join()} ${panel?.text ?? ""}${percent}${named}`,
      },
    ];
  });
}

const space = madeUpRecord("usual").config.space;
const genotype = randomGenotype(space, randomKey(3));
const drawings: Readonly<Record<string, string>> = {
  drawGenotype: drawGenotype(genotype),
  genotypeSheet: genotypeSheet([{ name: "one", genotype }]),
  imageSheet: imageSheet(syntheticImages(20, randomKey(0))),
  minCutGenotype: minCutGenotype(genotype),
};

describe.each(Object.entries(drawings))("the drawing %s", (_name, svg) => {
  it("has a title for a caption and words for what it shows", () => {
    const { title, alt } = svgMeta(svg);
    expect(title).toMatch(/^\w[^.<>]{6,}[^.<> ]$/);
    expect(alt.length).toBeGreaterThan(title.length + 30);
    expect(alt).toMatch(/\.$/);
    expect(alt).not.toMatch(/undefined|NaN/);
  });
});

describe.each(Object.entries(everyFigure))("%s", (name, build) => {
  const figure = build("usual");

  it("has a title for a caption, words for what it shows, and says how it was measured and from what", () => {
    const meta = figure.layout.meta?.bars;
    expect(plainTitle(figure)).toMatch(/^[A-Z][^.<>]{12,}[^.<> ]$/);
    expect(plainText(figure.layout.title.text)).toBe(meta?.title);
    const alt = altText(figure);
    expect(alt).toMatch(/^[A-Z].{30,}\.$/s);
    expect(alt).not.toMatch(/<|undefined|NaN/);
    expect(alt).not.toBe(`${plainTitle(figure)}.`);
    expect(meta?.measured).toMatch(/\w+ \w+ \w+.*\.$/s);
    expect(meta?.origin).toMatch(/(config|run|recipe|genotype|[0-9a-f]{8}).* · /);
    const print = (figure.layout["annotations"] as { text: string }[])[0]?.text;
    expect(plainText(print ?? "")).toContain(plainText(`${meta?.measured} ${meta?.origin}`));
  });

  it("names a unit or what is counted on every axis", () => {
    const labels = axisLabels(figure);
    expect(labels.length).toBeGreaterThanOrEqual(2);
    expect(labels.filter(({ label }) => !units.test(label))).toEqual([]);
  });

  it("says of every logarithmic axis that it is one, and of no other", () => {
    for (const { type, label } of axisLabels(figure)) expect(/log scale/.test(label)).toBe(type === "log");
  });

  it("is in order for plotly", () => {
    expect(validateFigure(figure)).toEqual([]);
  });

  it("is drawn as before", async () => {
    const text = svgText(await renderFigure(build("tiny"), { format: "svg" }));
    expect(text).not.toMatch(/NaN|undefined/);
    await expect(text).toMatchFileSnapshot(`snapshots/drawn/${name.replaceAll(" ", "-")}.txt`);
  });
});
