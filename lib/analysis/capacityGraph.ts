import type { BaselineConfig } from "../config/baselineConfig";
import { type BinarizationConfig, defaultBinarizationConfig } from "../config/binarizationConfig";
import { type SpaceConfig, stemReduction } from "../config/spaceConfig";
import { activationBinarizers } from "../primitives/binarizers";
import { traitsOf } from "../primitives/primitives";
import { type BuiltCell, builtCells, cellChannels, stemChannels } from "../space/builtCells";
import type { Genotype, GenotypeEdge } from "../space/genotype";
import { baselineCapacityGraph } from "./baselineCapacityGraph";
import { type CapacityGraph, CapacityGraphBuilder, type CapacityOptions } from "./capacityGraphBuilder";

/** A network whose structure alone is looked at: a genotype, or the description of a hand-made one. */
export type Architecture = Genotype | BaselineConfig;

/** What the graph depends on in how a network binarizes. */
export type CapacityBinarization = Pick<BinarizationConfig, "activation" | "blockOrder" | "rsign">;

/**
 * A network as a graph of tensors with capacities in bits (measure M1, ours).
 *
 * A tensor of `H · W · C` elements can carry `H·W·C·b` bits: `b = 1` behind a sign, `b = realBits` elsewhere. What a
 * convolution binarizes is a tensor of its own between the node and the convolution, one for each convolution where
 * each has its own batch norm or threshold before the sign, one for the node where all read the same bits. The
 * identity around a convolution and the cell's shortcut read the real value. A shortcut that drops channels carries
 * only those it keeps; pooling carries what is left after pooling; doubling channels adds nothing.
 *
 * Names are those of the network's taps (`Trainable.taps`).
 *
 * A hand-made network is read from the layers its cost is counted from ({@link baselineCapacityGraph}); its blocks bring
 * their own binarizers, so `binarization` says nothing about it.
 *
 * @example
 * ```ts
 * const network = bars.config.baselineConfig({ family: "resnet20", block: "bireal" });
 * const { tensors } = bars.analysis.capacityGraph(network);
 * console.log(tensors[0].name, tensors.at(-1).name); // image stage2.block5.sum
 * ```
 */
export function capacityGraph(
  architecture: Architecture,
  binarization: CapacityBinarization = defaultBinarizationConfig,
  options: CapacityOptions = {},
): CapacityGraph {
  if ("family" in architecture) return baselineCapacityGraph(architecture, options);
  const genotype = architecture;
  const { space } = genotype;
  const graph = new CapacityGraphBuilder(options.realBits ?? 32);
  const { imageSize, imageChannels } = space;
  const image = graph.add("image", null, imageSize ** 2 * imageChannels, [], 8);
  const size = imageSize / stemReduction(space);
  const stem = graph.add("stem", null, size ** 2 * stemChannels(genotype), [image]);
  let x = stem;
  if (space.process === "preprocess")
    x = graph.add("extraStem", null, size ** 2 * stemChannels(genotype) * space.steps, [stem]);
  const reader = bitReader(graph, binarization);
  for (const cell of builtCells(genotype))
    x = addCell(graph, reader, space, cell, genotype.cells[cell.group] ?? [], x, binarization);
  return graph.graph();
}

/** Adds what a convolution reads of a node. In smooth modes it reads the node itself. */
type BitReader = (name: string, cell: number, node: number) => number;

function bitReader(graph: CapacityGraphBuilder, { activation }: CapacityBinarization): BitReader {
  const { smooth } = activationBinarizers.get(activation);
  return (name, cell, node) =>
    smooth ? node : graph.add(`${name}.bits`, cell, graph.elements(node), [node], 1);
}

function addCell(
  graph: CapacityGraphBuilder,
  read: BitReader,
  space: SpaceConfig,
  built: BuiltCell,
  edges: readonly GenotypeEdge[],
  x: number,
  binarization: CapacityBinarization,
): number {
  const { cell, inSize, outSize, stride } = built;
  const name = `cell${cell}`;
  const channels = cellChannels(space, built);
  const nodeElements = outSize ** 2 * channels.node;
  const process = (from: number, elements: number) => {
    const read1x1 = space.processKind === "binary" ? read(`${name}.process`, cell, from) : from;
    return graph.add(`${name}.process`, cell, elements, [read1x1]);
  };
  const before = space.process === "preprocess";
  const node0 = before ? process(x, inSize ** 2 * channels.entry) : x;
  const entering: number[][] = Array.from({ length: space.steps + 1 }, () => []);
  const nodes: number[] = [];
  const shares = binarization.blockOrder === "conv_bn_relu" && !binarization.rsign;
  for (let node = 0; node <= space.steps; node++) {
    const raw =
      node === 0 ? node0 : graph.add(`${name}.node${node}`, cell, nodeElements, entering[node] ?? []);
    if (node > 0) nodes.push(raw);
    let common: number | null = null;
    for (const { to, primitive } of edges.filter(({ from }) => from === node)) {
      const edge = `${name}.edge${to}-${node}.${primitive}`;
      const step = node === 0 ? stride : 1;
      const into = entering[to] as number[];
      if (!traitsOf(primitive).readsBits) {
        const pooled = graph.elements(raw) / step ** 2;
        into.push(graph.add(edge, cell, Math.min(pooled, nodeElements), [raw]));
        continue;
      }
      const bits: number = shares ? (common ?? read(edge, cell, raw)) : read(edge, cell, raw);
      common = bits;
      const identity = step === 1 && space.convShortcut;
      into.push(graph.add(edge, cell, nodeElements, identity ? [bits, raw] : [bits]));
    }
  }
  const body = before
    ? nodes
    : [
        process(
          graph.add(`${name}.concat`, cell, nodeElements * space.steps, nodes),
          outSize ** 2 * channels.output,
        ),
      ];
  const shortcut = addShortcut(graph, read, space, built, x);
  return graph.add(
    `${name}.output`,
    cell,
    outSize ** 2 * channels.output,
    shortcut === null ? body : [...body, shortcut],
  );
}

function addShortcut(
  graph: CapacityGraphBuilder,
  read: BitReader,
  space: SpaceConfig,
  built: BuiltCell,
  x: number,
): number | null {
  if (space.cellShortcut === "none") return null;
  const { cell, stride, outSize } = built;
  const name = `cell${cell}.shortcut`;
  const channels = cellChannels(space, built);
  const kept = outSize ** 2 * Math.min(channels.input, channels.output);
  if (stride === 1) return channels.input === channels.output ? x : graph.add(name, cell, kept, [x]);
  if (space.cellShortcut === "avg_pool") return graph.add(name, cell, kept, [x]);
  return graph.add(name, cell, outSize ** 2 * channels.output, [read(name, cell, x)]);
}
