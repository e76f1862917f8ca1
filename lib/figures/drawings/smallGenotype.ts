import type { SpaceConfig } from "../../config/spaceConfig";
import { type BuiltCell, builtCells } from "../../space/builtCells";
import { emptyCellText } from "../../space/fedNodes";
import type { Genotype, GenotypeEdge } from "../../space/genotype";
import { effectiveWidths } from "../../space/layoutChoice";
import { stagesOf } from "../../space/stages";
import { widthSlots } from "../../space/widthSlots";
import { smallText } from "../../text/fittedText";
import { darkInk, lineGrey, paleFill, paleInk, svgElement, svgNumber, svgText } from "../../text/svg";
import { cellRow, drawArc, drawNode, nodeWidthOf, smallMetrics } from "./cellArcs";
import type { Drawing } from "./cellDiagram";

const bandPad = 4;
const strip = { box: 13, gap: 2.5, full: 20, least: 8, stageGap: 8 };

/**
 * A genotype small enough to stand beside others: the layout as a strip of cells (height is width, dark is a
 * reduction cell, dashed is left out) over every cell group as a row of nodes and arcs. Text stays readable in
 * print, so the drawing has a width of its own and is not to be shrunk.
 *
 * Leaves out what is the same for every genotype of a space: stem, head, the cell's own 1x1 and its shortcut.
 *
 * @param leastNode least width of a node, so that cells drawn beside each other line up; see {@link smallNodeWidth}.
 */
export function smallGenotype(genotype: Genotype, leastNode = 0): Drawing {
  const { space } = genotype;
  const parts = [
    smallStrip(genotype),
    ...genotype.cells.map((edges, group) => smallCell(space, edges, groupName(space, group), leastNode)),
  ];
  const width = Math.max(...parts.map((part) => part.width));
  let y = 0;
  const elements = parts.map((part) => {
    const shifted = svgElement("g", { transform: `translate(0 ${svgNumber(y)})` }, part.elements);
    y += part.height + 6;
    return shifted;
  });
  return { elements, width, height: y - 6 };
}

/** Width of the widest node of a genotype's small drawing, in pixels. */
export function smallNodeWidth({ space, cells }: Genotype): number {
  return Math.max(...cells.map((edges) => nodeWidthOf(space, edges, smallMetrics)));
}

function groupName(space: SpaceConfig, group: number): string {
  const kind = space.reductionGroups.includes(group) ? "reduction" : "normal";
  return `group ${group}, ${kind}`;
}

function smallCell(
  space: SpaceConfig,
  edges: readonly GenotypeEdge[],
  name: string,
  leastNode: number,
): Drawing {
  const metrics = { ...smallMetrics, nodeWidth: Math.max(smallMetrics.nodeWidth, leastNode) };
  const row = cellRow(space, edges, metrics, (nodeWidth) => nodeWidth / 2);
  const { nodeWidth, pitch, arcs } = row;
  const top = smallText + 3 + row.above;
  const middle = top + metrics.nodeHeight / 2;
  const width = space.steps * pitch + nodeWidth + bandPad;
  const band = {
    x: pitch - bandPad,
    y: top - bandPad,
    width: width - pitch + bandPad,
    height: metrics.nodeHeight + 2 * bandPad,
    rx: 4,
    fill: paleFill,
  };
  const nodes = Array.from({ length: space.steps + 1 }, (_, node) =>
    drawNode(node * pitch + nodeWidth / 2, middle, nodeWidth, node, metrics),
  );
  const low = top + metrics.nodeHeight + row.below;
  // On two lines where a shortcut is left, so that it is no wider than a cell.
  const empty = emptyCellText(space, edges)?.split(/ (?=but )/) ?? [];
  const emptyY = low + bandPad + smallText;
  return {
    elements: [
      svgText(0, smallText, name, { size: smallText, color: paleInk }),
      svgElement("rect", band),
      ...arcs.flatMap((arc) => drawArc(arc, top, metrics)),
      ...nodes.flat(),
      ...empty.map((line, i) => svgText(0, emptyY + 1.2 * smallText * i, line, { size: smallText })),
    ],
    width: Math.max(width, ...[name, ...empty].map((line) => 0.6 * smallText * line.length)),
    height: empty.length === 0 ? low : emptyY + 1.2 * smallText * (empty.length - 1) + 3,
  };
}

function smallStrip(genotype: Genotype): Drawing {
  const { space } = genotype;
  const built = builtCells(genotype);
  const widths = effectiveWidths(genotype);
  const slots = widthSlots(space);
  const middle = strip.full / 2;
  const elements: string[] = [];
  let x = 0;
  for (const stage of stagesOf(space)) {
    const cells = stage.opening === null ? stage.cells : [stage.opening, ...stage.cells];
    const own = Math.max(0, cells.length * (strip.box + strip.gap) - strip.gap);
    const label = `×${[...new Set(slots[stage.index])].map((slot) => widths[slot]).join(" ")}`;
    const width = Math.max(own, 0.6 * smallText * label.length);
    cells.forEach((cell, i) => {
      const at = x + (width - own) / 2 + i * (strip.box + strip.gap);
      const found = built.find((entry) => entry.cell === cell);
      elements.push(found ? keptCell(at, middle, found, stage.channels) : leftOut(at, middle));
    });
    elements.push(
      svgText(x + width / 2, strip.full + smallText + 2, label, {
        size: smallText,
        anchor: "middle",
        color: paleInk,
      }),
    );
    x += width + strip.stageGap;
  }
  return { elements, width: x - strip.stageGap, height: strip.full + smallText + 5 };
}

function keptCell(x: number, middle: number, cell: BuiltCell, channels: number): string {
  const half = (own: number, full: number) => (strip.least + (strip.full - strip.least) * (own / full)) / 2;
  const left = half(cell.inChannels, cell.reduction ? channels / 2 : channels);
  const right = half(cell.outChannels, channels);
  const corners = [
    [x, middle - left],
    [x + strip.box, middle - right],
    [x + strip.box, middle + right],
    [x, middle + left],
  ] as const;
  return svgElement("polygon", {
    points: corners.map(([px, py]) => `${svgNumber(px)},${svgNumber(py)}`).join(" "),
    fill: cell.reduction ? "#3b4a5a" : "#d6e6f2",
    stroke: darkInk,
    "stroke-width": 0.7,
  });
}

function leftOut(x: number, middle: number): string {
  const frame = { x, y: middle - strip.least / 2, width: strip.box, height: strip.least, fill: "none" };
  return svgElement("rect", { ...frame, stroke: lineGrey, "stroke-width": 0.7, "stroke-dasharray": "2 1.6" });
}
