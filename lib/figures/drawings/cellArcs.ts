import type { SpaceConfig } from "../../config/spaceConfig";
import type { PrimitiveLook } from "../../primitives/primitive";
import { lookOf } from "../../primitives/primitives";
import type { GenotypeEdge } from "../../space/genotype";
import { svgElement, svgNumber, svgText } from "../../text/svg";

/** Sizes of the row of nodes and its arcs, in pixels. */
export interface CellMetrics {
  /** Between two ends of arcs on one side of a node. */
  readonly portGap: number;
  readonly nodeHeight: number;
  readonly nodeGap: number;
  /** Least width of a node. */
  readonly nodeWidth: number;
  readonly nodeText: number;
  readonly arrow: { readonly length: number; readonly halfWidth: number };
  readonly stroke: number;
  /** Height of an arc's control points: `arcBase + arcRise · its span`. */
  readonly arcBase: number;
  readonly arcRise: number;
  /** Least room above and below the row. */
  readonly leastReach: number;
  /** Length of dashes, as a share of the usual one. */
  readonly dashScale: number;
}

/** A drawing that has a page, or most of one, to itself. */
export const fullMetrics: CellMetrics = Object.freeze({
  portGap: 9,
  nodeHeight: 30,
  nodeGap: 44,
  nodeWidth: 34,
  nodeText: 13,
  arrow: Object.freeze({ length: 7, halfWidth: 3.5 }),
  stroke: 1.8,
  arcBase: 16,
  arcRise: 0.42,
  leastReach: 24,
  dashScale: 1,
});

/** One of several drawings side by side on a page. */
export const smallMetrics: CellMetrics = Object.freeze({
  portGap: 4.5,
  nodeHeight: 13,
  nodeGap: 17,
  nodeWidth: 15,
  nodeText: 8.5,
  arrow: Object.freeze({ length: 4.2, halfWidth: 2 }),
  stroke: 1.15,
  arcBase: 8,
  arcRise: 0.34,
  leastReach: 4,
  dashScale: 0.55,
});

/** One operation of a cell as it is drawn: from where to where. */
export interface Arc extends GenotypeEdge {
  readonly x1: number;
  readonly x2: number;
  readonly style: PrimitiveLook;
}

/** The row of nodes of a cell, measured. */
export interface CellRow {
  readonly nodeWidth: number;
  /** Distance between the middles of neighbouring nodes. */
  readonly pitch: number;
  readonly arcs: readonly Arc[];
  /** Room that the arcs take above and below the nodes. */
  readonly above: number;
  readonly below: number;
}

/** Width of a cell's nodes: room for the arcs at the busiest side of the busiest one. */
export function nodeWidthOf(
  space: SpaceConfig,
  edges: readonly GenotypeEdge[],
  metrics: CellMetrics,
): number {
  const room = mostPorts(space, edges) * metrics.portGap + 12 * (metrics.portGap / 9);
  return Math.max(metrics.nodeWidth, room);
}

/**
 * Measures a cell's row of nodes.
 *
 * @param place where the middle of node 0 is, given the width of a node.
 */
export function cellRow(
  space: SpaceConfig,
  edges: readonly GenotypeEdge[],
  metrics: CellMetrics,
  place: (nodeWidth: number) => number,
): CellRow {
  const nodeWidth = nodeWidthOf(space, edges, metrics);
  const pitch = nodeWidth + metrics.nodeGap;
  const firstX = place(nodeWidth);
  const nodeX = (node: number) => firstX + node * pitch;
  const arcs = edges.map((edge): Arc => {
    const style: PrimitiveLook = lookOf(edge.primitive);
    const at = (end: "from" | "to") => portX(edges, edge, end, nodeX, metrics.portGap);
    return { ...edge, style, x1: at("from"), x2: at("to") };
  });
  const reach = (side: PrimitiveLook["side"]) =>
    Math.max(
      metrics.leastReach,
      ...arcs
        .filter((arc) => arc.style.side === side)
        .map((arc) => 0.75 * arcHeight(arc, metrics) + 6 * (metrics.portGap / 9)),
    );
  return { nodeWidth, pitch, arcs, above: reach("above"), below: reach("below") };
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
function portsOf(edges: readonly GenotypeEdge[], node: number, side: PrimitiveLook["side"]): Port[] {
  const drawn = edges.filter(({ primitive }) => lookOf(primitive).side === side);
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
  portGap: number,
): number {
  const node = edge[end];
  const ports = portsOf(edges, node, lookOf(edge.primitive).side);
  const place = ports.findIndex((port) => port.edge === edge && port.end === end);
  return nodeX(node) + (place - (ports.length - 1) / 2) * portGap;
}

/** Height of the control points; the arc itself rises to three quarters of it. */
function arcHeight({ x1, x2 }: Pick<Arc, "x1" | "x2">, { arcBase, arcRise }: CellMetrics): number {
  return arcBase + arcRise * (x2 - x1);
}

/** The course of an arc. */
export interface ArcCurve {
  /** SVG path data. */
  readonly d: string;
  /** Where the nodes' rim is that it leaves and enters, and to which side it rises: −1 up, 1 down. */
  readonly y: number;
  readonly up: -1 | 1;
  /** Its highest point, where it runs level. */
  readonly apex: { readonly x: number; readonly y: number };
}

/**
 * The curve of an arc; `top` is the upper rim of the nodes.
 * @param room left free at its end, for an arrow.
 */
export function arcCurve(arc: Arc, top: number, metrics: CellMetrics, room = 0): ArcCurve {
  const { x1, x2, style } = arc;
  const up = style.side === "above" ? -1 : 1;
  const y = style.side === "above" ? top : top + metrics.nodeHeight;
  const end = y + up * room;
  const peak = y + up * arcHeight(arc, metrics);
  const n = svgNumber;
  const d = `M${n(x1)} ${n(y)}C${n(x1)} ${n(peak)} ${n(x2)} ${n(peak)} ${n(x2)} ${n(end)}`;
  return { d, y, up, apex: { x: (x1 + x2) / 2, y: (y + 6 * peak + end) / 8 } };
}

/** An arc with its arrow; `top` is the upper rim of the nodes. */
export function drawArc(arc: Arc, top: number, metrics: CellMetrics): string[] {
  const { x2, style } = arc;
  const { arrow, stroke } = metrics;
  const { d, y, up } = arcCurve(arc, top, metrics, arrow.length - 1);
  const n = svgNumber;
  const dash: Record<string, string> =
    style.dash === "" ? {} : { "stroke-dasharray": dashed(style.dash, metrics.dashScale) };
  const line = svgElement("path", { d, fill: "none", stroke: style.color, "stroke-width": stroke, ...dash });
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

/** A node with its number. */
export function drawNode(
  x: number,
  middle: number,
  width: number,
  node: number,
  metrics: CellMetrics,
): string[] {
  const { nodeHeight, nodeText } = metrics;
  const frame = {
    x: x - width / 2,
    y: middle - nodeHeight / 2,
    width,
    height: nodeHeight,
    rx: nodeHeight / 5,
  };
  return [
    svgElement("rect", {
      ...frame,
      fill: "#ffffff",
      stroke: "#222222",
      "stroke-width": metrics.stroke / 1.5,
    }),
    svgText(x, middle + (4.5 / 13) * nodeText, String(node), {
      size: nodeText,
      anchor: "middle",
      bold: true,
    }),
  ];
}

/** A dash pattern, shorter or longer. */
export function dashed(pattern: string, scale: number): string {
  if (scale === 1) return pattern;
  return pattern
    .split(" ")
    .map((length) => svgNumber(Number(length) * scale))
    .join(" ");
}
