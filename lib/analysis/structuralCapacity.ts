import { defaultBinarizationConfig } from "../config/binarizationConfig";
import { type Architecture, type CapacityBinarization, capacityGraph } from "./capacityGraph";
import type { CapacityGraph, CapacityOptions } from "./capacityGraphBuilder";
import { type FlowArc, maxFlow } from "./maxFlow";

/** The fewest bits through which everything from one tensor to another must pass. */
export interface MinCut {
  /** In bits for one image. */
  readonly bits: number;
  /** Places in `graph.tensors` of the tensors that make it up, ascending. */
  readonly tensors: readonly number[];
  /** Their names. */
  readonly names: readonly string[];
}

/** One cut between the tensors computed so far and all later ones. */
export interface TopologicalCut {
  /** The last tensor before the cut. */
  readonly after: string;
  /** Its cell or block; null outside of them. */
  readonly cell: number | null;
  /** What crosses the cut, in bits for one image. */
  readonly bits: number;
}

/** The narrowest place of one cell, or of one block of a hand-made network. */
export interface CellCapacity {
  /** Place in `cellLayout`; of a hand-made network the block, counted from 0. */
  readonly cell: number;
  /** Smallest cut from the tensor the cell reads to the one it puts out; these two may be part of it. */
  readonly minCut: MinCut;
  /** Capacity of the cell's input and output tensors, in bits. */
  readonly inputBits: number;
  readonly outputBits: number;
}

/** What the structure of a network lets through, for one image. Plain JSON. */
export interface StructuralCapacity {
  /** Bits counted for a real value. */
  readonly realBits: number;
  /** Of the image itself: 8 bits a channel and pixel. */
  readonly imageBits: number;
  readonly graph: CapacityGraph;
  /** One behind each tensor but the image and the last, in the order of `graph.tensors`. */
  readonly cuts: readonly TopologicalCut[];
  /** From behind the image to what the head reads, which may be part of it. */
  readonly minCut: MinCut;
  /** By built cell, first to last. */
  readonly cells: readonly CellCapacity[];
}

/**
 * Structural capacity (M1, ours): how many bits of an image the wiring of a network can carry, whatever its weights.
 *
 * Over the graph of {@link capacityGraph}, whose vertices have capacities, `minCut` is the set of tensors of least
 * total capacity that every path from the image to the head passes through, found exactly by max-flow on the graph
 * with every tensor split into an entrance and an exit. The image has no capacity of its own in it (compare with
 * `imageBits`). The head, its pooling included, is left out: it would always be the narrowest.
 *
 * `cuts` are those of the order in which tensors are computed: of every tensor made so far that a later one reads,
 * the smaller of its own capacity and of the capacities behind the signs that read it later. Each is an upper bound of
 * `minCut`.
 *
 * An upper bound on information: `I(image; head input) <= minCut.bits`. It needs neither data nor weights.
 *
 * @example
 * ```ts
 * const network = bars.config.baselineConfig({ family: "resnet20", block: "bireal" });
 * console.log(bars.analysis.structuralCapacity(network).minCut.bits); // 73728
 * ```
 */
export function structuralCapacity(
  architecture: Architecture,
  binarization: CapacityBinarization = defaultBinarizationConfig,
  options: CapacityOptions = {},
): StructuralCapacity {
  const graph = capacityGraph(architecture, binarization, options);
  const { tensors } = graph;
  const last = tensors.length - 1;
  return {
    realBits: options.realBits ?? 32,
    imageBits: (tensors[0] as { capacity: number }).capacity,
    graph,
    cuts: topologicalCuts(graph),
    minCut: minCut(graph, 0, last, [0]),
    cells: cellCapacities(graph),
  };
}

/**
 * The smallest vertex cut between two tensors of a graph.
 * @param free places that may not be part of it.
 *
 * @example
 * ```ts
 * const network = bars.config.baselineConfig({ family: "resnet20", block: "bireal" });
 * const graph = bars.analysis.capacityGraph(network);
 * const cut = bars.analysis.minCut(graph, 0, graph.tensors.length - 1, [0]);
 * console.log(cut.bits, cut.names.length); // 73728 2
 * ```
 */
export function minCut(graph: CapacityGraph, from: number, to: number, free: readonly number[] = []): MinCut {
  const { tensors, reads } = graph;
  const unbounded = new Set(free);
  const arcs: FlowArc[] = tensors.map(({ capacity }, place) => ({
    from: 2 * place,
    to: 2 * place + 1,
    capacity: unbounded.has(place) ? Number.POSITIVE_INFINITY : capacity,
  }));
  for (const [source, reader] of reads)
    arcs.push({ from: 2 * source + 1, to: 2 * reader, capacity: Number.POSITIVE_INFINITY });
  const { value, sourceSide } = maxFlow(2 * tensors.length, arcs, 2 * from, 2 * to + 1);
  const cut = tensors.flatMap((_, place) =>
    sourceSide[2 * place] && !sourceSide[2 * place + 1] ? [place] : [],
  );
  return { bits: value, tensors: cut, names: cut.map((place) => (tensors[place] as { name: string }).name) };
}

function topologicalCuts({ tensors, reads }: CapacityGraph): TopologicalCut[] {
  const readers: number[][] = tensors.map(() => []);
  for (const [source, reader] of reads) (readers[source] as number[]).push(reader);
  return tensors.slice(1, -1).map((tensor, i) => {
    const at = i + 1;
    let bits = 0;
    for (let place = 1; place <= at; place++) {
      const { capacity } = tensors[place] as { capacity: number };
      const later = (readers[place] as number[]).filter((reader) => reader > at);
      const wanted = later.map((reader) => {
        const { name, capacity: read } = tensors[reader] as { name: string; capacity: number };
        return name.endsWith(".bits") ? read : capacity;
      });
      bits += Math.min(
        capacity,
        wanted.reduce((sum, value) => sum + value, 0),
      );
    }
    return { after: tensor.name, cell: tensor.cell, bits };
  });
}

function cellCapacities(graph: CapacityGraph): CellCapacity[] {
  const { tensors, reads } = graph;
  const cells = [...new Set(tensors.flatMap(({ cell }) => (cell === null ? [] : [cell])))];
  const capacityAt = (place: number) => (tensors[place] as { capacity: number }).capacity;
  return cells.map((cell) => {
    const output = tensors.findLastIndex((tensor) => tensor.cell === cell);
    const inside = new Set(tensors.flatMap((tensor, place) => (tensor.cell === cell ? [place] : [])));
    const input = reads.find(([source, reader]) => inside.has(reader) && !inside.has(source))?.[0];
    // A cell nothing flows into: it puts out zeros.
    if (input === undefined) {
      const nothing = { bits: 0, tensors: [], names: [] };
      return { cell, minCut: nothing, inputBits: 0, outputBits: capacityAt(output) };
    }
    return {
      cell,
      minCut: minCut(graph, input, output),
      inputBits: capacityAt(input),
      outputBits: capacityAt(output),
    };
  });
}
