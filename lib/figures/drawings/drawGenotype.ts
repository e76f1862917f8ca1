import type { PrimitiveLook } from "../../primitives/primitive";
import { lookOf } from "../../primitives/primitives";
import { emptyCellText } from "../../space/fedNodes";
import type { Genotype, GenotypeEdge } from "../../space/genotype";
import { genotypeHash } from "../../space/genotypeJson";
import { widthText } from "../../space/widthText";
import { escapeXml, paleInk, svgElement, svgText, textWidth } from "../../text/svg";
import { cellDiagram, type Drawing } from "./cellDiagram";
import { layoutStrip } from "./layoutStrip";

/** What a drawing of a genotype says beside the architecture. */
export interface DrawOptions {
  /** First line; by default the genotype's name, `genotype` and the first 12 digits of its hash. */
  readonly title?: string;
  /** Second line, e.g. its cost; by default none. */
  readonly subtitle?: string;
  /** CSS font list; sans-serif faces fit the spacing. */
  readonly fontFamily?: string;
}

const margin = 24;
const legendLine = 34;

/**
 * A genotype as one SVG drawing of its own size, print ready: the layout strip, every cell group as a diagram of
 * nodes and operations, and a legend of the operations the space has. Pure text; no fonts are embedded.
 *
 * @example
 * ```ts
 * const record = bars.readSearchRecord("data/records/search-cured-seed0.json");
 * const { genotype } = bars.derive(bars.deriveInputOf(record));
 * bars.showSvg(bars.drawGenotype(genotype, { title: "cured" }), "cured");
 * ```
 */
export function drawGenotype(genotype: Genotype, options: DrawOptions = {}): string {
  const { space } = genotype;
  const title = options.title ?? `genotype ${genotypeHash(genotype).slice(0, 12)}`;
  const fontFamily = options.fontFamily ?? "Helvetica, Arial, sans-serif";
  const heading = [svgText(0, 15, title, { size: 16, bold: true })];
  if (options.subtitle !== undefined)
    heading.push(svgText(0, 34, options.subtitle, { size: 12, color: paleInk }));
  const headingWidth = Math.max(textWidth(title, 17), textWidth(options.subtitle ?? "", 12));
  const parts: Drawing[] = [
    { elements: heading, width: headingWidth, height: options.subtitle === undefined ? 20 : 40 },
    layoutStrip(genotype),
    ...genotype.cells.map((edges, group) => groupPanel(genotype, edges, group)),
  ];
  const names = space.primitives.filter((name): name is GenotypeEdge["primitive"] => name !== "none");
  parts.push(legend(names, Math.max(...parts.map((part) => part.width))));

  const body: string[] = [];
  let y = margin;
  for (const part of parts) {
    body.push(svgElement("g", { transform: `translate(${margin} ${Math.round(y)})` }, part.elements));
    y += part.height + 22;
  }
  const width = Math.ceil(Math.max(...parts.map((part) => part.width)) + 2 * margin);
  const height = Math.ceil(y - 22 + margin);
  const page = {
    xmlns: "http://www.w3.org/2000/svg",
    width,
    height,
    viewBox: `0 0 ${width} ${height}`,
    role: "img",
    "font-family": fontFamily,
  };
  const background = svgElement("rect", { width, height, fill: "#ffffff" });
  const words = `<title>${escapeXml(title)}</title><desc>${escapeXml(described(genotype, title))}</desc>`;
  return `${svgElement("svg", page, [words, background, ...body])}\n`;
}

/** What the drawing shows, for readers who cannot see it: "genotype 0123…: depth 2 1, width 1 0.5. Cell group 0: edge1-0 skip_connect, …" */
function described({ space, cells, depth, width }: Genotype, title: string): string {
  const groups = cells.map((edges, group) => {
    const list = edges.map(({ to, from, primitive }) => `edge${to}-${from} ${primitive}`);
    const empty = emptyCellText(space, edges);
    const end = empty === null ? "" : `; ${empty}`;
    return `Cell group ${group}: ${list.join(", ") || "no operation"}${end}.`;
  });
  return [`${title}: depth ${depth.join(" ")}, width ${width.map(widthText).join(" ")}.`, ...groups].join(
    " ",
  );
}

function groupPanel(genotype: Genotype, edges: readonly GenotypeEdge[], group: number): Drawing {
  const { space } = genotype;
  const reduction = space.reductionGroups.includes(group);
  const cells = space.cellLayout.flatMap((own, cell) => (own === group ? [cell] : []));
  const kind = reduction ? "reduction, edges from node 0 have stride 2" : "normal";
  const text = `cell group ${group} (${kind}): cell${cells.length === 1 ? "" : "s"} ${cells.join(", ")}`;
  const diagram = cellDiagram(space, edges, reduction);
  const empty = emptyCellText(space, edges);
  const below = empty === null ? 24 : 42;
  const shifted = svgElement("g", { transform: `translate(0 ${below})` }, diagram.elements);
  const width = Math.max(diagram.width, textWidth(text, 13));
  return {
    elements: [
      svgText(0, 12, text, { size: 13, bold: true }),
      ...(empty === null ? [] : [svgText(0, 30, `empty: ${empty}`, { size: 12, color: paleInk })]),
      shifted,
    ],
    width,
    height: diagram.height + below,
  };
}

/** Entries left to right, as many a line as fit into `width`. */
function legend(names: readonly GenotypeEdge["primitive"][], width: number): Drawing {
  const entry = Math.max(...names.map((name) => legendLine + 8 + textWidth(name, 12))) + 20;
  const columns = Math.max(1, Math.floor(width / entry));
  const elements = names.flatMap((name, i) => {
    const style: PrimitiveLook = lookOf(name);
    const x = (i % columns) * entry;
    const y = Math.floor(i / columns) * 20 + 10;
    const dash: Record<string, string> = style.dash === "" ? {} : { "stroke-dasharray": style.dash };
    const line = {
      x1: x,
      x2: x + legendLine,
      y1: y,
      y2: y,
      stroke: style.color,
      "stroke-width": 2.2,
      ...dash,
    };
    return [svgElement("line", line), svgText(x + legendLine + 8, y + 4, name, { size: 12 })];
  });
  const rows = Math.ceil(names.length / columns);
  return { elements, width: Math.min(names.length, columns) * entry, height: rows * 20 };
}
