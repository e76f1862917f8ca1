import type { SpaceConfig } from "../../config/spaceConfig";
import type { BuiltCell } from "../../space/builtCells";
import type { GenotypeEdge } from "../../space/genotype";
import { smallText } from "../../text/fittedText";
import { darkInk, paleFill, svgElement, svgNumber, svgText } from "../../text/svg";
import { type CapacityFlows, pipeColors } from "./capacityPipes";
import { type Arc, arcCurve, type CellMetrics, cellRow, drawNode, smallMetrics } from "./cellArcs";
import type { Drawing } from "./cellDiagram";

const metrics: CellMetrics = { ...smallMetrics, portGap: 5, nodeGap: 13 };
/** Length of the pipe into a cell, where its shortcut leaves, and of a pipe between two parts; height of the boxes. */
const inlet = 12;
const shortcutX = 2.5;
const reach = 9;
const boxHeight = 13;
const bandPad = 3;

/**
 * One cell with what flows in it: the diagram of nodes and operations of the genotype, every line as thick as a pipe
 * of its tensor's capacity. A binary convolution is a thin line of bits; an identity around it is the pipe behind.
 * Lines, nodes and boxes of the smallest cut stand out.
 *
 * Left to right: the tensor the cell reads, its 1x1, nodes and operations, what it puts out; below, its shortcut.
 */
export function capacityCell(
  flows: CapacityFlows,
  space: SpaceConfig,
  { cell }: BuiltCell,
  edges: readonly GenotypeEdge[],
): Drawing {
  const name = (part: string) => `cell${cell}.${part}`;
  const place = (part: string) => flows.place(name(part));
  const before = space.process === "preprocess";
  const boxWidth = (text: string) => 0.62 * smallText * text.length + 3;
  const [process, out] = [boxWidth("1x1"), boxWidth("out")];
  const nodesFrom = before ? inlet + process + reach : inlet;
  const row = cellRow(space, edges, metrics, (nodeWidth) => nodesFrom + nodeWidth / 2);
  const { nodeWidth, pitch } = row;
  const nodeX = (node: number) => nodesFrom + nodeWidth / 2 + node * pitch;
  const bandEnd = nodeX(space.steps) + nodeWidth / 2 + bandPad;
  const outX = bandEnd + reach + (before ? 0 : process + reach);
  const top = row.above;
  const middle = top + metrics.nodeHeight / 2;
  const low = top + metrics.nodeHeight + row.below + 5;

  const output = place("output") as number;
  const processed = place("process");
  const squeezed = place("process.bits");
  const entering = enteringPlace(flows, cell);
  const pipes: string[] = [];
  if (entering !== null) {
    const shortcut = place("shortcut") ?? (flows.sources(output).includes(entering) ? entering : null);
    if (shortcut !== null) {
      const n = svgNumber;
      const end = outX + out / 2;
      const d = `M${n(shortcutX)} ${n(middle)}V${n(low)}H${n(end)}V${n(middle)}`;
      const bits = place("shortcut.bits");
      const flow = flows.at(bits ?? shortcut);
      const own = shortcut === entering ? { ...flow, cut: false } : flow;
      pipes.push(...flows.pipe(d, own, { x: (shortcutX + end) / 2, y: low }));
    }
    // The tensor itself is marked where it leaves the cell before.
    const read = before && squeezed !== null ? flows.at(squeezed) : { ...flows.at(entering), cut: false };
    pipes.push(...flows.pipe(`M0 ${svgNumber(middle)}H${inlet}`, read, { x: 8.5, y: middle }));
  }
  if (before && processed !== null)
    pipes.push(...flows.level(inlet + process, nodesFrom, middle, flows.at(processed)));
  if (before) pipes.push(...flows.level(bandEnd, outX, middle, { ...flows.at(output), cut: false }));
  const concat = place("concat");
  if (!before && concat !== null && processed !== null) {
    const boxX = bandEnd + reach;
    const into = squeezed === null ? { ...flows.at(concat), cut: false } : flows.at(squeezed);
    pipes.push(...flows.level(bandEnd, boxX, middle, into));
    pipes.push(...flows.level(boxX + process, outX, middle, flows.at(processed)));
  }
  for (const arc of row.arcs) pipes.push(...operation(flows, name(""), arc, top));

  const inCut = (at: number | null) => at !== null && flows.cut.has(at);
  const nodes = Array.from({ length: space.steps + 1 }, (_, node) => [
    ...drawNode(nodeX(node), middle, nodeWidth, node, metrics),
    ...(inCut(place(`node${node}`))
      ? [frame(nodeX(node) - nodeWidth / 2, middle, nodeWidth, metrics.nodeHeight)]
      : []),
  ]).flat();
  const bandX = nodeX(1) - nodeWidth / 2 - bandPad;
  const bandHeight = metrics.nodeHeight + 2 * bandPad;
  const band = { x: bandX, y: middle - bandHeight / 2, width: bandEnd - bandX, height: bandHeight, rx: 4 };
  return {
    elements: [
      svgElement("rect", { ...band, fill: paleFill }),
      ...(inCut(concat) ? [frame(bandX, middle, bandEnd - bandX, bandHeight)] : []),
      ...pipes,
      ...nodes,
      ...capacityBox(before ? inlet : bandEnd + reach, middle, process, "1x1", false),
      ...capacityBox(outX, middle, out, "out", inCut(output)),
    ],
    width: outX + out,
    height: low + 4,
  };
}

/** A box with a name, framed where its tensor is part of the smallest cut. */
export function capacityBox(x: number, middle: number, width: number, text: string, cut: boolean): string[] {
  const box = { x, y: middle - boxHeight / 2, width, height: boxHeight, rx: 2 };
  return [
    svgElement("rect", { ...box, fill: "#ffffff", stroke: darkInk, "stroke-width": 0.7 }),
    ...(cut ? [frame(x, middle, width, boxHeight)] : []),
    svgText(x + width / 2, middle + 3, text, { size: smallText, anchor: "middle" }),
  ];
}

function frame(x: number, middle: number, width: number, height: number): string {
  const rim = { x, y: middle - height / 2, width, height, rx: 3 };
  return svgElement("rect", { ...rim, fill: "none", stroke: pipeColors.cut, "stroke-width": 2.2 });
}

/** The tensor a cell reads; null where nothing flows into it. */
function enteringPlace(flows: CapacityFlows, cell: number): number | null {
  const { tensors, reads } = flows.graph;
  const inside = (at: number) => tensors[at]?.cell === cell;
  return reads.find(([source, reader]) => inside(reader) && !inside(source))?.[0] ?? null;
}

/** An operation as what flows along it: bits behind a sign, before them the pipe of an identity around. */
function operation(flows: CapacityFlows, prefix: string, arc: Arc, top: number): string[] {
  const { d, apex } = arcCurve(arc, top, metrics);
  const result = flows.place(`${prefix}edge${arc.to}-${arc.from}.${arc.primitive}`) as number;
  const sources = flows.sources(result);
  const bits = sources.find((source) => flows.at(source).single);
  if (bits === undefined) return flows.pipe(d, flows.at(result), apex);
  const raw = sources.find((source) => source !== bits);
  const { capacity, cut } = flows.at(result);
  const around = raw === undefined ? 0 : Math.min(capacity, flows.at(raw).capacity);
  const behind = cut ? { capacity, single: false, cut } : { capacity: around, single: false, cut: false };
  return [
    ...(cut || raw !== undefined ? flows.pipe(d, behind, apex) : []),
    ...flows.pipe(d, flows.at(bits), apex),
  ];
}
