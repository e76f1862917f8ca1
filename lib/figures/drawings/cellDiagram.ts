import type { SpaceConfig } from "../../config/spaceConfig";
import type { GenotypeEdge } from "../../space/genotype";
import { lineGrey, paleFill, paleInk, svgElement, svgNumber, svgText, textWidth } from "../../text/svg";
import { cellRow, drawArc, drawNode, fullMetrics } from "./cellArcs";

/** A finished part of a figure: SVG elements inside `[0, width] × [0, height]`. */
export interface Drawing {
  readonly elements: readonly string[];
  readonly width: number;
  readonly height: number;
}

const nodeHeight = fullMetrics.nodeHeight;
const boxGap = 26;

/**
 * A cell as a row of nodes, left to right. Every operation is one arc from its source to its target with an
 * arrow at the target, operations with weights above the row and the others below. Arcs leave and enter at
 * points of their own, ordered so that arcs with a common end are nested and never lie on each other. The grey
 * band is the concatenation; the line at the bottom is the cell's shortcut.
 */
export function cellDiagram(space: SpaceConfig, edges: readonly GenotypeEdge[], reduction: boolean): Drawing {
  const process = "1x1";
  const boxWidth = 38;
  const inX = 0;
  const before = space.process === "preprocess" ? 2 * (boxWidth + boxGap) : boxWidth + boxGap;
  const row = cellRow(space, edges, fullMetrics, (width) => before + width / 2);
  const { nodeWidth, arcs } = row;
  const nodeX = (node: number) => before + nodeWidth / 2 + node * row.pitch;
  const bandEnd = nodeX(space.steps) + nodeWidth / 2 + 12;
  const afterBand = bandEnd + boxGap;
  const outX = space.process === "postprocess" ? afterBand + boxWidth + boxGap : afterBand;
  const width = outX + boxWidth;

  const top = row.above;
  const middle = top + nodeHeight / 2;
  const bottom = top + nodeHeight + row.below;
  const shortcut = shortcutText(space, reduction);
  const height = shortcut === null ? bottom : bottom + 30;

  const bandX = nodeX(1) - nodeWidth / 2 - 12;
  const band = {
    x: bandX,
    y: top - 8,
    width: bandEnd - bandX,
    height: nodeHeight + 16,
    rx: 8,
    fill: paleFill,
  };
  const elements = [svgElement("rect", band)];
  elements.push(...box(inX, middle, boxWidth, "in"), ...box(outX, middle, boxWidth, "out"));
  if (space.process === "preprocess") {
    const x = boxWidth + boxGap;
    elements.push(...box(x, middle, boxWidth, process), plainArrow(inX + boxWidth, x, middle));
    elements.push(plainArrow(x + boxWidth, before, middle), plainArrow(bandEnd, outX, middle));
  } else {
    elements.push(...box(afterBand, middle, boxWidth, process), plainArrow(inX + boxWidth, before, middle));
    elements.push(plainArrow(bandEnd, afterBand, middle), plainArrow(afterBand + boxWidth, outX, middle));
  }
  for (const arc of arcs) elements.push(...drawArc(arc, top, fullMetrics));
  for (let node = 0; node <= space.steps; node++)
    elements.push(...drawNode(nodeX(node), middle, nodeWidth, node, fullMetrics));
  if (shortcut !== null)
    elements.push(...drawShortcut(inX + boxWidth / 2, outX + boxWidth / 2, middle, bottom + 10, shortcut));
  return { elements, width, height };
}

function box(x: number, middle: number, width: number, label: string): string[] {
  const frame = { x, y: middle - 12, width, height: 24, rx: 3 };
  return [
    svgElement("rect", { ...frame, fill: "#ffffff", stroke: lineGrey, "stroke-width": 1.2 }),
    svgText(x + width / 2, middle + 4, label, { size: 11, anchor: "middle" }),
  ];
}

function plainArrow(x1: number, x2: number, y: number): string {
  const n = svgNumber;
  const tip = `M${n(x2 - 6)} ${n(y - 3.5)}L${n(x2)} ${n(y)}L${n(x2 - 6)} ${n(y + 3.5)}`;
  return svgElement("path", {
    d: `M${n(x1)} ${n(y)}L${n(x2)} ${n(y)}${tip}`,
    fill: "none",
    stroke: lineGrey,
    "stroke-width": 1.2,
  });
}

function drawShortcut(x1: number, x2: number, middle: number, low: number, label: string): string[] {
  const n = svgNumber;
  const from = middle + 12;
  const d = `M${n(x1)} ${n(from)}L${n(x1)} ${n(low)}L${n(x2)} ${n(low)}L${n(x2)} ${n(from)}`;
  const tip = `M${n(x2 - 3.5)} ${n(from + 6)}L${n(x2)} ${n(from)}L${n(x2 + 3.5)} ${n(from + 6)}`;
  const half = textWidth(label, 11) / 2 + 6;
  const centre = (x1 + x2) / 2;
  return [
    svgElement("path", { d: d + tip, fill: "none", stroke: lineGrey, "stroke-width": 1.2 }),
    svgElement("rect", { x: centre - half, y: low - 8, width: 2 * half, height: 16, fill: "#ffffff" }),
    svgText(centre, low + 4, label, { size: 11, anchor: "middle", color: paleInk }),
  ];
}

function shortcutText(space: SpaceConfig, reduction: boolean): string | null {
  if (space.cellShortcut === "none") return null;
  if (!reduction) return "shortcut: identity";
  switch (space.cellShortcut) {
    case "avg_pool":
      return "shortcut: average pooling, two copies";
    case "bin_conv_3x3":
      return "shortcut: binary 3x3, stride 2";
    default:
      return space.cellShortcut satisfies never;
  }
}
