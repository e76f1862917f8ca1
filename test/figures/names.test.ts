import { describe, expect, it } from "vitest";
import { genotypeSheet } from "../../lib/figures/drawings/genotypeSheet";
import { bareFigure, fitFigure } from "../../lib/figures/export/fitFigure";
import { renderFigure } from "../../lib/figures/export/renderFigure";
import { svgRoot } from "../../lib/figures/export/svgRoot";
import { svgToPng } from "../../lib/figures/export/svgToPng";
import { plainTitle } from "../../lib/figures/frame/figure";
import { figureFrame } from "../../lib/figures/frame/figureFrame";
import { plainText, plotlyText } from "../../lib/figures/frame/plotlyText";
import { svgMeta } from "../../lib/figures/frame/svgMeta";
import { liveFigureHtml } from "../../lib/figures/notebook/notebookOutput";
import { tableHtml } from "../../lib/figures/notebook/showTable";
import { latencyBars } from "../../lib/figures/plots/latencyBars";
import { trainFigure } from "../../lib/figures/plots/trainFigure";
import { randomKey } from "../../lib/random/randomKey";
import { table } from "../../lib/records/table";
import { randomGenotype } from "../../lib/space/randomGenotype";
import { escapeXml } from "../../lib/text/svg";
import { madeUpRecord } from "./madeUpRecord";
import { madeUpTraining } from "./madeUpTraining";

/** Names that are markup, an entity, a formula, a template, a date or a number to some program. */
const names = ["a<b>c", "<i>x</i>", "&amp;", "$x$", "%{y}", "{z}", "<br>", "q\"'q", "2024-01-02", "0012"];

interface Node {
  readonly nodeName: string;
  readonly textContent: string | null;
  readonly childNodes: Iterable<Node>;
}

/** What the text elements of a drawing show. */
function shownTexts(svg: string): string[] {
  const { root, close } = svgRoot(svg);
  const found: string[] = [];
  const walk = (node: Node) => {
    if (node.nodeName.toLowerCase() === "text") found.push(node.textContent ?? "");
    else for (const child of node.childNodes) walk(child);
  };
  walk(root as unknown as Node);
  close();
  return found;
}

/** Every place in which a builder can put a name. */
const everywhere = (name: string) =>
  figureFrame({
    title: `title ${name}`,
    caption: { measured: `measured ${name}`, origin: `origin ${name}` },
    rows: 1,
    columns: 2,
    panelWidth: 300,
    panelHeight: 150,
    legend: { title: { text: `legend ${name}` } },
    panels: [
      {
        row: 0,
        column: 0,
        title: `panel ${name}`,
        xAxis: { title: { text: `axis ${name}` }, tickvals: [1, 2], ticktext: [`tick ${name}`, "b"] },
        traces: [
          {
            type: "scatter",
            mode: "markers+text",
            name: `trace ${name}`,
            x: [1],
            y: [1],
            text: [`mark ${name}`],
          },
          { type: "scatter", name: "other", x: [2], y: [2] },
        ],
        notes: [{ x: 1, y: 1.2, text: `note ${name}` }],
      },
      { row: 0, column: 1, traces: [{ type: "bar", showlegend: false, x: [name], y: [1] }] },
    ],
  });

describe("names in figures", () => {
  it.each(names)("%s stands letter by letter in every place of a figure", async (name) => {
    const figure = everywhere(name);
    const texts = shownTexts(await renderFigure(figure, { format: "svg" }));
    const places = [
      "title",
      "measured",
      "origin",
      "legend",
      "panel",
      "axis",
      "tick",
      "trace",
      "mark",
      "note",
    ];
    const squeezed = (text: string) => text.replaceAll(/\s+/g, " ").trim();
    const all = texts.map(squeezed);
    for (const place of places) {
      expect(
        all.some((text) => text.includes(`${place} ${name}`)),
        `${place} in ${all.join(" | ")}`,
      ).toBe(true);
    }
    expect(all).toContain(name);
    expect(plainTitle(figure)).toBe(`title ${name}`);
  });

  it("stay so on paper, where titles are broken into lines", async () => {
    const fitted = fitFigure(everywhere("a<b>c &amp; $x$"), "one-column");
    const texts = shownTexts(await renderFigure(fitted, { format: "svg" })).join(" ");
    expect(texts).toContain("panel a<b>c &amp; $x$");
    expect(texts).toContain("title a<b>c &amp; $x$");
    expect(plainTitle(bareFigure(fitted))).toBe("title a<b>c &amp; $x$");
  });

  it("stay so in the figures of trainings and tables", async () => {
    const training = trainFigure([madeUpTraining("a<b>c", 0), madeUpTraining("&amp;", 1)]);
    const texts = shownTexts(await renderFigure(training, { format: "svg" })).join(" ");
    expect(texts).toContain("a<b>c (1 seed)");
    expect(texts).toContain("&amp; (1 seed)");
    const columns = ["name", "latencyMs"].map((name) => ({ name, unit: null, description: name }));
    const rows = names.map((name, i) => ({ name, latencyMs: i + 1 }));
    const bars = latencyBars(table("T", columns, rows, { sources: [], notes: [] }));
    const shown = shownTexts(await renderFigure(bars, { format: "svg" }));
    for (const name of names) expect(shown).toContain(name);
  });

  it("are the same text before and after plotly's escapes", () => {
    for (const name of names) expect(plainText(plotlyText(name))).toBe(name);
    expect(plotlyText("a\nb\rc")).toBe("a<br>b c");
    // Formulas need MathJax on the page, templates a hover box: neither is there when a figure is drawn here.
    expect(plotlyText("$x$ %{y} {z}")).toBe("&#36;x&#36; %&#123;y} {z}");
  });
});

describe("names in drawings and pages", () => {
  it("stand letter by letter in drawings", () => {
    const genotype = randomGenotype(madeUpRecord("tiny").config.space, randomKey(1));
    const sheet = genotypeSheet(
      names.map((name) => ({ name, genotype })),
      { title: "a<b>c" },
    );
    const texts = shownTexts(sheet);
    for (const name of [...names, "a<b>c"]) expect(texts).toContain(name);
    expect(svgMeta(sheet).title).toBe("a<b>c");
  });

  it("with signs that no XML document may hold still make a drawing", () => {
    expect(escapeXml("a\u0000b\u001b\ud800c\ufffe")).toBe("a\ufffdb\ufffd\ufffdc\ufffd");
    const genotype = randomGenotype(madeUpRecord("tiny").config.space, randomKey(1));
    expect(svgToPng(genotypeSheet([{ name: "a\u0000\u001b\ud800", genotype }])).length).toBeGreaterThan(1000);
  });

  it("stand letter by letter in tables and attributes of a page", () => {
    const html = tableHtml([{ name: "<script>alert(1)</script>" }]);
    expect(html).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
    const live = liveFigureHtml(everywhere('"><script>x</script>'), "id", "tail");
    expect(live.match(/<script>/g)).toHaveLength(1);
    expect(live.match(/<\/script>/g)).toHaveLength(1);
    expect(live).toContain("&quot;&gt;&lt;script&gt;x&lt;/script&gt;");
  });
});
