import { type Cost, ops } from "../../cost/cost";
import type { Confidence } from "../../derive/confidence";
import { lookOf, primitives } from "../../primitives/primitives";
import { fedNodes } from "../../space/fedNodes";
import type { Genotype } from "../../space/genotype";
import { widthText } from "../../space/widthText";
import { smallText } from "../../text/fittedText";
import { svgElement, svgNumber, svgText } from "../../text/svg";
import { textMeasure } from "../../text/textMeasure";
import { BarsError } from "../../util/errors";
import { siAmount } from "../../util/siAmount";
import type { FigureCaption } from "../frame/figureFrame";
import type { PaperWidth } from "../frame/paper";
import { dashed, smallMetrics } from "./cellArcs";
import { panelSheet, type SheetLine } from "./panelSheet";
import { smallGenotype, smallNodeWidth } from "./smallGenotype";

/** One panel of a sheet. */
export interface GenotypePanel {
  /** E.g. the rule that derived it. */
  readonly name: string;
  readonly genotype: Genotype;
  /** Of one image; `totalCost` gives it. */
  readonly cost?: Pick<Cost, "flops" | "bops">;
  /** Margins of its decisions, as `derive` gives them. */
  readonly confidence?: Confidence;
  /** One more line, e.g. its accuracy with spread and number of seeds. */
  readonly note?: string;
}

/** What a sheet says beside its panels, and how large it is. */
export interface GenotypeSheetOptions {
  readonly title?: string;
  /** How the architectures came about, and the records behind them. */
  readonly caption?: FigureCaption;
  /** Width on paper: one column (85 mm), two columns (178 mm) or millimetres. */
  readonly width?: PaperWidth;
}

/**
 * Small multiples of genotypes for a paper: layout strip and cell diagrams of each, under its name, cost and
 * confidence. As many side by side as fit into the width without shrinking; text is never below 6 points.
 *
 * @returns an SVG document of the asked width in millimetres, with title, description and sources inside.
 * @throws BarsError without panels, and for a genotype too wide for the paper.
 *
 * @example
 * ```ts
 * const record = bars.readSearchRecord("data/records/search-cured-seed0.json");
 * const { genotype } = bars.derive(bars.deriveInputOf(record));
 * const sheet = bars.figures.genotypeSheet([{ name: "argmax", genotype }]);
 * console.log(sheet.startsWith("<svg")); // true
 * ```
 */
export function genotypeSheet(panels: readonly GenotypePanel[], options: GenotypeSheetOptions = {}): string {
  const { title = "Genotypes", caption, width = "two-column" } = options;
  if (panels.length === 0) throw new BarsError("genotypeSheet: expected at least one genotype, got none.");
  const nodeWidth = Math.max(...panels.map(({ genotype }) => smallNodeWidth(genotype)));
  return panelSheet({
    place: "genotypeSheet",
    title,
    alt: altText(title, panels),
    panels: panels.map((panel) => ({
      name: panel.name,
      details: detailsOf(panel),
      drawing: smallGenotype(panel.genotype, nodeWidth),
    })),
    leastPanel: 150,
    gap: 18,
    legend: (inner) => legend(panels, inner),
    caption,
    width,
  });
}

function detailsOf({ cost, confidence, note }: GenotypePanel): SheetLine[] {
  return [
    ...(cost ? [costText(cost)] : []),
    ...(confidence ? [confidenceText(confidence)] : []),
    ...(note ? [note] : []),
  ].map((text) => ({ text }));
}

/** `"3.1 M OPs (0.42 M FLOPs + 172 M BOPs / 64)"` */
function costText(cost: Pick<Cost, "flops" | "bops">): string {
  return `${siAmount(ops(cost))} OPs = ${siAmount(cost.flops)} FLOPs + ${siAmount(cost.bops)} BOPs / 64`;
}

/** Mean and least margin of each level that was searched. */
function confidenceText({ cells, depth, width }: Confidence): string {
  const levels: [string, readonly number[]][] = [
    ["cells", cells.flat()],
    ["depth", depth.filter((margin) => margin !== null)],
    ["width", width.filter((margin) => margin !== null)],
  ];
  const parts = levels
    .filter(([, margins]) => margins.length > 0)
    .map(([level, margins]) => {
      const mean = margins.reduce((sum, value) => sum + value, 0) / margins.length;
      // Kept on one line by spaces that do not break.
      return `${level}\u00a0${signed(mean)}\u00a0(${signed(Math.min(...margins))})`;
    });
  return `margin, mean (least): ${parts.join(", ")}`;
}

/** Two digits behind the point, with a true minus sign. */
const signed = (value: number) =>
  value
    .toFixed(2)
    .replace(/^-(?=.*[1-9])/, "\u2212")
    .replace(/^-/, "");

/** The operations that occur, and the marks of the layout strip. */
function legend(
  panels: readonly GenotypePanel[],
  width: number,
): { elements: readonly string[]; height: number } {
  const used = new Set(
    panels.flatMap(({ genotype }) => genotype.cells.flat().map(({ primitive }) => primitive)),
  );
  const names = primitives.names.filter((name) => used.has(name));
  const operations = names.map((name) => {
    const { color, dash } = lookOf(name);
    const pattern: Record<string, string> =
      dash === "" ? {} : { "stroke-dasharray": dashed(dash, smallMetrics.dashScale) };
    const stroke = { stroke: color, "stroke-width": 1.6, ...pattern };
    return { mark: svgElement("line", { x1: 0, x2: 18, y1: 0, y2: 0, ...stroke }), text: name };
  });
  const box = { x: 4, y: -4, width: 11, height: 8, "stroke-width": 0.7 };
  const layout = [
    {
      mark: svgElement("rect", { ...box, fill: "#d6e6f2", stroke: "#222222" }),
      text: "normal cell, height: width",
    },
    { mark: svgElement("rect", { ...box, fill: "#3b4a5a", stroke: "#222222" }), text: "reduction cell" },
    {
      mark: svgElement("rect", { ...box, fill: "none", stroke: "#a0a0a0", "stroke-dasharray": "2 1.6" }),
      text: "left out",
    },
  ];
  let [x, y] = [0, 5];
  const measure = textMeasure();
  const elements = [...operations, ...layout].map(({ mark, text }) => {
    const own = 23 + measure(text, smallText, "normal");
    if (x > 0 && x + own > width) {
      x = 0;
      y += 13;
    }
    const placed = svgElement("g", { transform: `translate(${svgNumber(x)} ${y})` }, [
      mark,
      svgText(23, 3, text, { size: smallText }),
    ]);
    x += own + 14;
    return placed;
  });
  return { elements, height: y + 6 };
}

function altText(title: string, panels: readonly GenotypePanel[]): string {
  const parts = panels.map(({ name, genotype, cost }) => {
    const count = genotype.cells.flat().length;
    const empty = genotype.cells.flatMap((edges, group) => (fedNodes(edges).size > 1 ? [] : [group]));
    const said = empty.length > 0 ? `, nothing through the nodes of group ${empty.join(" and ")}` : "";
    const layout = `depth ${genotype.depth.join(" ")}, width ${genotype.width.map(widthText).join(" ")}${said}`;
    return `${name}: ${count} operations, ${layout}${cost ? `, ${siAmount(ops(cost))} OPs` : ""}`;
  });
  return `${title}. ${parts.join("; ")}.`;
}
