import type { BaselineConfig } from "../config/baselineConfig";
import { baselineSpecs } from "../cost/baselineSpecs";
import { layerCosts, layerNames, type MapShape } from "../cost/layerCost";
import type { LayerSpec } from "../primitives/layerSpec";
import { ShapeError } from "../util/errors";
import { type CapacityGraph, CapacityGraphBuilder, type CapacityOptions } from "./capacityGraphBuilder";

/** A value on its way through the layers: the tensor it is held in, and its shape. */
interface Value {
  readonly place: number;
  readonly shape: MapShape;
}

/**
 * A hand-made network as a graph of tensors with capacities in bits (M1), from the list of layers its cost is counted
 * from and the network is built from (`baselineSpecs`).
 *
 * Convolutions, poolings and sums make tensors of `H · W · C` real values, a sign one of as many single bits. Batch
 * norms, scales and activations change elements one by one and make none. Doubled channels count once. Everything that
 * belongs to the head (`head.…`: pooling, classifier) is left out; the last tensor is what it reads.
 *
 * Names are those of the network's taps. `cell` counts the blocks: those of residual networks, else the convolutions
 * between stem and head.
 */
export function baselineCapacityGraph(config: BaselineConfig, options: CapacityOptions = {}): CapacityGraph {
  const graph = new CapacityGraphBuilder(options.realBits ?? 32);
  const { imageSize, imageChannels } = config;
  const shape: MapShape = [imageSize, imageSize, imageChannels];
  const specs = baselineSpecs(config).filter(({ name }) => !name?.startsWith("head."));
  const image = { place: graph.add("image", null, volume(shape), [], 8), shape };
  const blocks = new Map<string, number>();
  walk(graph, "", specs, image, (name) => {
    const block = blockName(name);
    if (block === null) return null;
    if (!blocks.has(block)) blocks.set(block, blocks.size);
    return blocks.get(block) as number;
  });
  return graph.graph();
}

/** The block a layer of a hand-made network belongs to, by its name; null for stem, head and the poolings between. */
export function blockName(layer: string): string | null {
  return /^(stage\d+\.block\d+|block\d+|conv\d+|part\d+\.conv\d+)\./.exec(`${layer}.`)?.[1] ?? null;
}

function walk(
  graph: CapacityGraphBuilder,
  prefix: string,
  specs: readonly LayerSpec[],
  input: Value,
  cellOf: (name: string) => number | null,
): Value {
  const names = layerNames(prefix, specs);
  return specs.reduce((value, spec, i) => through(graph, names[i] as string, spec, value, cellOf), input);
}

function through(
  graph: CapacityGraphBuilder,
  name: string,
  spec: LayerSpec,
  value: Value,
  cellOf: (name: string) => number | null,
): Value {
  const shape = layerCosts("", value.shape, [{ ...spec, name }]).at(-1)?.outputShape ?? value.shape;
  const cell = cellOf(name);
  const made = (elements = volume(shape)): Value => ({
    place: graph.add(name, cell, elements, [value.place]),
    shape,
  });
  switch (spec.layer) {
    case "conv":
    case "binary_conv":
    case "linear":
    case "max_pool":
    case "avg_pool":
    case "global_pool":
      return made();
    case "match_channels":
      return made(Math.min(volume(shape), graph.elements(value.place)));
    case "sign":
    case "rsign":
      return { place: graph.add(`${name}.bits`, cell, volume(shape), [value.place], 1), shape };
    case "batch_norm":
    case "scale":
    case "relu":
    case "hardtanh":
    case "prelu":
    case "rprelu":
    case "duplicate":
      return { place: value.place, shape };
    case "branches": {
      const ends = spec.branches.map((branch, i) => walk(graph, `${name}.branch${i}`, branch, value, cellOf));
      const from = ends.map(({ place }) => place);
      return { place: graph.add(`${name}.${spec.join}`, cell, volume(shape), from), shape };
    }
    case "sum":
      throw new ShapeError(
        `${name}: baselineCapacityGraph expected the tensors of a sum as branches, got a sum with none.`,
      );
    default:
      return spec satisfies never;
  }
}

function volume([height, width, channels]: MapShape): number {
  return height * width * channels;
}
