import { defaultBinarizationConfig } from "../config/binarizationConfig";
import type { SpaceConfig } from "../config/spaceConfig";
import { type BlockStyle, binaryBlock } from "../primitives/blockStyle";
import type { LayerSpec } from "../primitives/layerSpec";
import { type Primitive, primitives } from "../primitives/primitives";
import { skipLayers } from "../primitives/weightless";
import { cellChannels } from "../space/builtCells";
import { GenotypeError, ShapeError } from "../util/errors";
import { type LayerCost, zeroCost } from "./cost";
import { layerCosts, type MapShape } from "./layerCost";

/** What the cost of a cell depends on besides its topology. A `BuiltCell` serves. */
export interface CellShape {
  /** Channels of the cell's input and output, as one node's share (see `cellChannels`). */
  readonly inChannels: number;
  readonly outChannels: number;
  readonly stride: 1 | 2;
  /** Height and width of the cell's input, in pixels. */
  readonly inSize: number;
}

/**
 * The cost of a cell in parts. The cost of a topology is `fixed` plus the sum of `edge` over its operations,
 * exactly: no operation's cost depends on another's. So the expectation over independent choices is the same
 * sum with every `edge` part weighed by its probability.
 */
export interface CellCost {
  /** What every topology pays: the 1x1 process, the concatenation, the cell's shortcut and its sum. */
  readonly fixed: readonly LayerCost[];
  /**
   * One operation on one edge: its layers (each binary convolution with a batch norm of its own) and one
   * element-wise sum into node `to`. Nothing for "none".
   *
   * @throws GenotypeError for nodes the cell does not have and for an unknown primitive.
   */
  edge(to: number, from: number, primitive: Primitive): LayerCost[];
}

/**
 * The parts of a cell's cost on one image.
 *
 * Channels inside the cell are those of `cellChannels`; the 1x1 works at the input's resolution in preprocess
 * mode and at the output's in postprocess mode. Edges that leave node 0 carry the cell's stride. The shortcut
 * joins the cell's input tensor to its output tensor, on the leading channels both have.
 *
 * @param name prefix of the layers' names, e.g. `cell3`.
 * @throws ShapeError for channels or sizes no cell can have.
 */
export function cellCost(
  space: SpaceConfig,
  shape: CellShape,
  name = "cell",
  style: BlockStyle = defaultBinarizationConfig,
): CellCost {
  checkShape(space, shape, name);
  const { stride, inSize } = shape;
  const outSize = inSize / stride;
  const channels = cellChannels(space, shape);
  const entry: MapShape = [inSize, inSize, channels.entry];
  const node: MapShape = [outSize, outSize, channels.node];
  return {
    fixed: fixedCosts(space, shape, name, style),
    edge(to, from, primitive) {
      checkEdge(space, to, from, primitive, name);
      if (primitive === "none") return [];
      const [input, step] = from === 0 ? [entry, stride] : [node, 1 as const];
      const layers = primitives
        .get(primitive)
        .layers({ inChannels: input[2], outChannels: node[2], stride: step }, space, style);
      return layerCosts(`${name}.edge${to}-${from}.${primitive}`, input, [...layers, { layer: "sum" }]);
    },
  };
}

function fixedCosts(space: SpaceConfig, shape: CellShape, name: string, style: BlockStyle): LayerCost[] {
  const { stride, inSize } = shape;
  const outSize = inSize / stride;
  const channels = cellChannels(space, shape);
  const input: MapShape = [inSize, inSize, channels.input];
  const node: MapShape = [outSize, outSize, channels.node];
  const concat: MapShape = [outSize, outSize, channels.concat];
  const joined = {
    ...zeroCost,
    name: `${name}.concat`,
    layer: "concat",
    inputShape: node,
    outputShape: concat,
  };
  const process = (from: MapShape, out: number) =>
    layerCosts(`${name}.process`, from, processLayers(space, from[2], out, style));
  const body =
    space.process === "preprocess"
      ? [...process(input, channels.entry), joined]
      : [joined, ...process(concat, channels.output)];
  const ends = { inChannels: channels.input, outChannels: channels.output, stride };
  const shortcut = shortcutLayers(space, ends, style);
  return shortcut === null ? body : [...body, ...layerCosts(`${name}.shortcut`, input, shortcut)];
}

/** Real: ReLU, 1x1 convolution, batch norm. Binary: a binary 1x1 block without identity. */
function processLayers(
  space: SpaceConfig,
  inChannels: number,
  outChannels: number,
  style: BlockStyle,
): LayerSpec[] {
  if (space.processKind === "real") {
    return [{ layer: "relu" }, { layer: "conv", kernel: 1, out: outChannels }, { layer: "batch_norm" }];
  }
  return binaryBlock(
    { kernel: 1, inChannels, outChannels, stride: 1, factorized: false, shortcut: false },
    style,
  );
}

function shortcutLayers(
  space: SpaceConfig,
  shape: { inChannels: number; outChannels: number; stride: 1 | 2 },
  style: BlockStyle,
): LayerSpec[] | null {
  const { inChannels, outChannels, stride } = shape;
  if (space.cellShortcut === "none") return null;
  if (stride === 1)
    return [...skipLayers(shape), { layer: "sum", channels: Math.min(inChannels, outChannels) }];
  const factorized = space.stridedConv === "factorized";
  switch (space.cellShortcut) {
    case "avg_pool":
      return [...skipLayers(shape), { layer: "sum" }];
    case "bin_conv_3x3":
      return [...binaryBlock({ kernel: 3, ...shape, factorized, shortcut: false }, style), { layer: "sum" }];
    default:
      return space.cellShortcut satisfies never;
  }
}

function checkShape(space: SpaceConfig, shape: CellShape, name: string): void {
  const { inChannels, outChannels, stride, inSize } = shape;
  for (const [key, value] of Object.entries({ inChannels, outChannels, inSize })) {
    if (!(Number.isInteger(value) && value > 0)) {
      throw new ShapeError(`${name}: cellCost expected ${key} to be a positive integer, got ${value}.`);
    }
  }
  if (stride !== 1 && stride !== 2)
    throw new ShapeError(`${name}: cellCost expected stride 1 or 2, got ${String(stride)}.`);
  if (stride === 2 && inSize % 2 !== 0) {
    throw new ShapeError(`${name}: a cell of stride 2 expected an even input size, got ${inSize} pixels.`);
  }
  if (stride === 2 && space.stridedConv === "factorized" && outChannels % 2 !== 0) {
    throw new ShapeError(
      `${name}: a factorized strided convolution expected an even number of output channels, got ${outChannels}.`,
    );
  }
}

function checkEdge(space: SpaceConfig, to: number, from: number, primitive: Primitive, name: string): void {
  const isEdge =
    Number.isInteger(to) && Number.isInteger(from) && from >= 0 && from < to && to <= space.steps;
  if (!isEdge) {
    throw new GenotypeError(
      `${name}: expected an edge with 0 <= from < to <= ${space.steps}, got from ${from} and to ${to}.`,
    );
  }
  if (!primitives.has(primitive)) throw new GenotypeError(`${name}: ${primitives.unknownText(primitive)}`);
}
