import { type Cost, ops } from "../complexity/cost";
import type { Confidence } from "../derive/confidence";
import { dashed, smallMetrics } from "../space/cellArcs";
import type { Genotype, GenotypeEdge } from "../space/genotype";
import { primitiveStyles } from "../space/primitiveStyle";
import { smallGenotype, smallNodeWidth, smallText } from "../space/smallGenotype";
import { paleInk, svgElement, svgNumber, svgText } from "../space/svg";
import { BarsError } from "../util/errors";
import type { FigureCaption } from "./figureFrame";
import { fontFamily } from "./fonts";
import { type PaperWidth, paperPixels } from "./paper";
import { noSources } from "./provenance";
import { drawnSvg } from "./svgMeta";
import { textMeasure } from "./textMeasure";

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

const gap = 18;
const margin = 8;
const line = smallText + 3;

/**
 * Small multiples of genotypes for a paper: layout strip and cell diagrams of each, under its name, cost and
 * confidence. As many side by side as fit into the width without shrinking; text is never below 6 points.
 *
 * @returns an SVG document of the asked width in millimetres, with title, description and sources inside.
 * @throws BarsError without panels, and for a genotype too wide for the paper.
 */
export function genotypeSheet(panels: readonly GenotypePanel[], options: GenotypeSheetOptions = {}): string {
  const { title = "Genotypes", caption, width: paper = "two-column" } = options;
  if (panels.length === 0) throw new BarsError("genotypeSheet: expected at least one genotype, got none.");
  const width = paperPixels(paper, "genotypeSheet");
  const inner = width - 2 * margin;
  const nodeWidth = Math.max(...panels.map(({ genotype }) => smallNodeWidth(genotype)));
  const drawings = panels.map(({ genotype }) => smallGenotype(genotype, nodeWidth));
  const widest = Math.max(...drawings.map((drawing) => drawing.width));
  if (widest > inner) {
    const needed = Math.ceil(((widest + 2 * margin) / 96) * 25.4);
    throw new BarsError(
      `genotypeSheet: a panel needs ${needed} mm, the page has ${Math.floor((width / 96) * 25.4)} mm; pass a larger width.`,
    );
  }
  const most = Math.max(1, Math.floor((inner + gap) / (Math.max(widest, leastPanel) + gap)));
  const rows = Math.ceil(panels.length / most);
  // Full rows first would leave a ragged last one.
  const columns = Math.ceil(panels.length / rows);
  const pitch = (inner + gap) / Math.min(most, Math.max(columns, 1));
  const texts = panels.map((panel) => panelText(panel, pitch - gap));

  const body = [svgText(margin, margin + 12, title, { size: 12, bold: true })];
  let y = margin + 26;
  for (let row = 0; row < rows; row++) {
    const members = Array.from({ length: columns }, (_, i) => row * columns + i).filter(
      (i) => i < panels.length,
    );
    const textHeight = Math.max(...members.map((i) => (texts[i] as PanelText).height));
    members.forEach((member, column) => {
      const at = (dy: number, elements: readonly string[]) =>
        svgElement(
          "g",
          { transform: `translate(${svgNumber(margin + column * pitch)} ${svgNumber(y + dy)})` },
          elements,
        );
      body.push(at(0, (texts[member] as PanelText).elements));
      body.push(at(textHeight + 4, (drawings[member] as (typeof drawings)[number]).elements));
    });
    y += textHeight + 4 + Math.max(...members.map((i) => (drawings[i] as { height: number }).height)) + 16;
  }
  const key = legend(panels, inner);
  body.push(svgElement("g", { transform: `translate(${margin} ${svgNumber(y)})` }, key.elements));
  y += key.height + 4;
  for (const text of captionLines(caption, inner)) {
    y += line;
    body.push(svgText(margin, y, text, { size: smallText, color: paleInk }));
  }
  return drawnSvg({
    width,
    height: Math.ceil(y + margin),
    title,
    alt: altText(title, panels),
    sources: caption?.sources ?? noSources,
    fontFamily,
    body,
  });
}

const leastPanel = 150;

interface PanelText {
  readonly elements: readonly string[];
  readonly height: number;
}

function panelText({ name, cost, confidence, note }: GenotypePanel, width: number): PanelText {
  const details = [
    ...(cost ? [costText(cost)] : []),
    ...(confidence ? [confidenceText(confidence)] : []),
    ...(note ? [note] : []),
  ].flatMap((text) => fitted(text, width));
  const names = fitted(name, width, true);
  const elements = [
    ...names.map((text, i) => svgText(0, 9 + i * 12, text, { size: 9.5, bold: true })),
    ...details.map((text, i) =>
      svgText(0, 9 + names.length * 12 + 1 + i * line, text, { size: smallText, color: paleInk }),
    ),
  ];
  return { elements, height: names.length * 12 + 3 + details.length * line };
}

/** `"3.1 M OPs (0.42 M FLOPs + 172 M BOPs / 64)"` */
function costText(cost: Pick<Cost, "flops" | "bops">): string {
  return `${amount(ops(cost))} OPs = ${amount(cost.flops)} FLOPs + ${amount(cost.bops)} BOPs / 64`;
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
      return `${level}\u00a0${mean.toFixed(2)}\u00a0(${Math.min(...margins).toFixed(2)})`;
    });
  return `margin, mean (least): ${parts.join(", ")}`;
}

/** Three significant digits with an SI prefix: `1234567` → `"1.23 M"`. */
export function amount(value: number): string {
  const steps: [number, string][] = [
    [1e9, "G"],
    [1e6, "M"],
    [1e3, "k"],
  ];
  const [scale, prefix] = steps.find(([size]) => Math.abs(value) >= 0.9995 * size) ?? [1, ""];
  return `${Number((value / scale).toPrecision(3))} ${prefix}`.trimEnd();
}

/** A text in lines of at most `width` pixels, broken at spaces. */
function fitted(text: string, width: number, bold = false): string[] {
  const measure = textMeasure();
  const [size, style] = bold ? [9.5, "bold"] : [smallText, "normal"];
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const joined = lines.length > 0 ? `${lines.at(-1)} ${word}` : word;
    if (lines.length > 0 && measure(joined, size, style) <= width) lines[lines.length - 1] = joined;
    else lines.push(word);
  }
  return lines;
}

/** The operations that occur, and the marks of the layout strip. */
function legend(
  panels: readonly GenotypePanel[],
  width: number,
): { elements: readonly string[]; height: number } {
  const used = new Set(
    panels.flatMap(({ genotype }) => genotype.cells.flat().map(({ primitive }) => primitive)),
  );
  const names = (Object.keys(primitiveStyles) as GenotypeEdge["primitive"][]).filter((name) =>
    used.has(name),
  );
  const operations = names.map((name) => {
    const { color, dash } = primitiveStyles[name];
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

function captionLines(caption: FigureCaption | undefined, width: number): string[] {
  if (!caption) return [];
  return [caption.measured, caption.origin]
    .filter((text) => text !== "")
    .flatMap((text) => fitted(text, width));
}

function altText(title: string, panels: readonly GenotypePanel[]): string {
  const parts = panels.map(({ name, genotype, cost }) => {
    const count = genotype.cells.flat().length;
    const layout = `depth ${genotype.depth.join(" ")}, width ${genotype.width.join(" ")}`;
    return `${name}: ${count} operations, ${layout}${cost ? `, ${amount(ops(cost))} OPs` : ""}`;
  });
  return `${title}. ${parts.join("; ")}.`;
}
