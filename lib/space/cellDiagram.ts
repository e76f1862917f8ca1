import type { SpaceConfig } from "../config/spaceConfig";
import type { GenotypeEdge } from "./genotype";
import { type PrimitiveStyle, primitiveStyles } from "./primitiveStyle";
import { lineGrey, paleFill, paleInk, svgElement, svgNumber, svgText, textWidth } from "./svg";

/** A finished part of a figure: SVG elements inside `[0, width] × [0, height]`. */
export interface Drawing {
  readonly elements: readonly string[];
  readonly width: number;
  readonly height: number;
}

const portGap = 9;
const nodeHeight = 30;
const nodeGap = 44;
const boxGap = 26;
const arrow = { length: 7, halfWidth: 3.5 };

interface Arc extends GenotypeEdge {
  readonly x1: number;
  readonly x2: number;
  readonly style: PrimitiveStyle;
}

/**
 * A cell as a row of nodes, left to right. Every operation is one arc from its source to its target with an
 * arrow at the target, operations with weights above the row and the others below. Arcs leave and enter at
 * points of their own, ordered so that arcs with a common end are nested and never lie on each other. The grey
 * band is the concatenation; the line at the bottom is the cell's shortcut.
 */
export function cellDiagram(space: SpaceConfig, edges: readonly GenotypeEdge[], reduction: boolean): Drawing {
  const nodeWidth = Math.max(34, mostPorts(space, edges) * portGap + 12);
  const process = "1x1";
  const boxWidth = 38;
  const inX = 0;
  const before = space.process === "preprocess" ? 2 * (boxWidth + boxGap) : boxWidth + boxGap;
  const nodeX = (node: number) => before + node * (nodeWidth + nodeGap) + nodeWidth / 2;
  const bandEnd = nodeX(space.steps) + nodeWidth / 2 + 12;
  const afterBand = bandEnd + boxGap;
  const outX = space.process === "postprocess" ? afterBand + boxWidth + boxGap : afterBand;
  const width = outX + boxWidth;

  const arcs = edges.map((edge): Arc => {
    const style: PrimitiveStyle = primitiveStyles[edge.primitive];
    return { ...edge, style, x1: portX(edges, edge, "from", nodeX), x2: portX(edges, edge, "to", nodeX) };
  });
  const reach = (side: PrimitiveStyle["side"]) =>
    Math.max(24, ...arcs.filter((arc) => arc.style.side === side).map((arc) => 0.75 * arcHeight(arc) + 6));
  const top = reach("above");
  const middle = top + nodeHeight / 2;
  const bottom = top + nodeHeight + reach("below");
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
  for (const arc of arcs) elements.push(...drawArc(arc, top));
  for (let node = 0; node <= space.steps; node++)
    elements.push(...drawNode(nodeX(node), middle, nodeWidth, node));
  if (shortcut !== null)
    elements.push(...drawShortcut(inX + boxWidth / 2, outX + boxWidth / 2, middle, bottom + 10, shortcut));
  return { elements, width, height };
}

/** Points needed on the busiest side of the busiest node. */
function mostPorts(space: SpaceConfig, edges: readonly GenotypeEdge[]): number {
  let most = 0;
  for (let node = 0; node <= space.steps; node++) {
    for (const side of ["above", "below"] as const) most = Math.max(most, portsOf(edges, node, side).length);
  }
  return most;
}

interface Port {
  readonly edge: GenotypeEdge;
  readonly end: "from" | "to";
}

/**
 * The ends of arcs on one side of a node, left to right: first incoming ones, nearest source first; then
 * outgoing ones, farthest target first. Operations of one edge are mirrored between its ends, so that they nest.
 */
function portsOf(edges: readonly GenotypeEdge[], node: number, side: PrimitiveStyle["side"]): Port[] {
  const drawn = edges.filter(({ primitive }) => primitiveStyles[primitive].side === side);
  const order = (edge: GenotypeEdge) => edges.indexOf(edge);
  const incoming = drawn
    .filter(({ to }) => to === node)
    .sort((a, b) => b.from - a.from || order(b) - order(a));
  const outgoing = drawn
    .filter(({ from }) => from === node)
    .sort((a, b) => b.to - a.to || order(a) - order(b));
  return [
    ...incoming.map((edge): Port => ({ edge, end: "to" })),
    ...outgoing.map((edge): Port => ({ edge, end: "from" })),
  ];
}

function portX(
  edges: readonly GenotypeEdge[],
  edge: GenotypeEdge,
  end: "from" | "to",
  nodeX: (node: number) => number,
): number {
  const node = edge[end];
  const ports = portsOf(edges, node, primitiveStyles[edge.primitive].side);
  const place = ports.findIndex((port) => port.edge === edge && port.end === end);
  return nodeX(node) + (place - (ports.length - 1) / 2) * portGap;
}

/** Height of the control points; the arc itself rises to three quarters of it. */
function arcHeight({ x1, x2 }: Pick<Arc, "x1" | "x2">): number {
  return 16 + 0.42 * (x2 - x1);
}

function drawArc(arc: Arc, top: number): string[] {
  const { x1, x2, style } = arc;
  const up = style.side === "above" ? -1 : 1;
  const y = style.side === "above" ? top : top + nodeHeight;
  const end = y + up * (arrow.length - 1);
  const peak = y + up * arcHeight(arc);
  const n = svgNumber;
  const d = `M${n(x1)} ${n(y)}C${n(x1)} ${n(peak)} ${n(x2)} ${n(peak)} ${n(x2)} ${n(end)}`;
  const dash: Record<string, string> = style.dash === "" ? {} : { "stroke-dasharray": style.dash };
  const line = svgElement("path", { d, fill: "none", stroke: style.color, "stroke-width": 1.8, ...dash });
  const base = y + up * arrow.length;
  const points = [
    [x2, y],
    [x2 - arrow.halfWidth, base],
    [x2 + arrow.halfWidth, base],
  ] as const;
  const head = svgElement("polygon", {
    points: points.map(([px, py]) => `${n(px)},${n(py)}`).join(" "),
    fill: style.color,
  });
  return [line, head];
}

function drawNode(x: number, middle: number, width: number, node: number): string[] {
  const frame = { x: x - width / 2, y: middle - nodeHeight / 2, width, height: nodeHeight, rx: 6 };
  return [
    svgElement("rect", { ...frame, fill: "#ffffff", stroke: "#222222", "stroke-width": 1.2 }),
    svgText(x, middle + 4.5, String(node), { size: 13, anchor: "middle", bold: true }),
  ];
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
