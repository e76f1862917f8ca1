import type { LayerSpec } from "../primitives/layerSpec";
import { ShapeError } from "../util/errors";
import { addCosts, type Cost, type LayerCost, zeroCost } from "./cost";

/** `[height, width, channels]` of one image's feature map. */
export type MapShape = readonly [number, number, number];

type Part = { readonly outputShape: MapShape } & Partial<Omit<Cost, "bits">> & { readonly scales?: number };
type Counter<L extends LayerSpec["layer"]> = (
  spec: Extract<LayerSpec, { layer: L }>,
  input: MapShape,
  place: string,
) => Part;
type SimpleLayer = Exclude<LayerSpec["layer"], "branches">;

/**
 * Costs of a sequence of layers on one image: one row a layer, in order, named `prefix.name` (an empty
 * prefix adds nothing).
 *
 * Formulas, for output `H × W × C`, input channels `C'`, kernel `k`, groups `g`:
 * - conv, binary_conv: `H W C C' k² / g` multiply-accumulates, `C C' k² / g` weights (and C biases where there
 *   are any, added where the accumulator starts: no operation of their own)
 * - linear: `C C'` multiply-accumulates, `C C' + C` parameters
 * - batch_norm: one multiply-add an element, 2 C parameters (running statistics are folded in, not stored)
 * - relu, hardtanh, prelu, sign: one operation an element; rsign: two; rprelu: three
 * - pooling: one operation for each value read by a window; global pooling: one for each input value
 * - scale: one an element; sum: one for each added value
 * - concatenating, duplicating and cutting channels: none, they only move values
 *
 * `bits` is 1 a binary weight, 32 a real parameter, and 32 a stored scale of binary weights.
 *
 * @throws ShapeError where a layer does not fit its input.
 */
export function layerCosts(prefix: string, input: MapShape, specs: readonly LayerSpec[]): LayerCost[] {
  const rows: LayerCost[] = [];
  let shape = input;
  const names = layerNames(prefix, specs);
  for (const [i, spec] of specs.entries()) {
    const name = names[i] as string;
    const added =
      spec.layer === "branches" ? branchCosts(name, shape, spec) : [simpleCost(name, shape, spec)];
    rows.push(...added);
    shape = (added.at(-1) as LayerCost).outputShape;
  }
  return rows;
}

/** The sum of a table's rows. */
export function sumCosts(rows: readonly Cost[]): Cost {
  return rows.reduce((total, row) => addCosts(total, row), zeroCost);
}

/** What the layers of a sequence are called in its table; of branches, what goes before the names of theirs. */
export function layerNames(prefix: string, specs: readonly LayerSpec[]): string[] {
  return specs.map((spec, i) => {
    const own = localName(spec, i, specs);
    return prefix === "" ? own : `${prefix}.${own}`;
  });
}

function localName(spec: LayerSpec, index: number, specs: readonly LayerSpec[]): string {
  if (spec.name !== undefined) return spec.name;
  return numbered(spec.layer === "branches" ? spec.join : spec.layer, index, specs);
}

/** The word for a layer without a name, with its number among those of its kind where there are more. */
export function numbered(word: string, index: number, specs: readonly LayerSpec[]): string {
  const alike = ({ name, layer }: LayerSpec) => name === undefined && layer === specs[index]?.layer;
  return specs.filter(alike).length > 1 ? `${word}${specs.slice(0, index).filter(alike).length}` : word;
}

function branchCosts(
  name: string,
  input: MapShape,
  spec: Extract<LayerSpec, { layer: "branches" }>,
): LayerCost[] {
  const rows: LayerCost[] = [];
  const outputs = spec.branches.map((branch, i) => {
    const own = layerCosts(`${name}.branch${i}`, input, branch);
    rows.push(...own);
    return own.at(-1)?.outputShape ?? input;
  });
  const [first = input, ...others] = outputs;
  for (const other of others) {
    const fits =
      other[0] === first[0] && other[1] === first[1] && (spec.join === "concat" || other[2] === first[2]);
    if (!fits) {
      const shapes = outputs.map((shape) => `[${shape.join(", ")}]`).join(" and ");
      const alike = spec.join === "sum" ? "equal shapes" : "maps of one size";
      throw new ShapeError(`${name}: ${spec.join} expected branches with ${alike}, got ${shapes}.`);
    }
  }
  const channels = spec.join === "sum" ? first[2] : outputs.reduce((total, shape) => total + shape[2], 0);
  const outputShape: MapShape = [first[0], first[1], channels];
  const elementwise = spec.join === "sum" ? volume(first) * others.length : 0;
  rows.push({
    ...zeroCost,
    elementwise,
    name: `${name}.${spec.join}`,
    layer: spec.join,
    inputShape: first,
    outputShape,
  });
  return rows;
}

function simpleCost(
  name: string,
  input: MapShape,
  spec: Exclude<LayerSpec, { layer: "branches" }>,
): LayerCost {
  const known = Object.hasOwn(counters, spec.layer);
  if (!known) {
    const names = [...Object.keys(counters), "branches"].join(", ");
    throw new ShapeError(
      `${name}: no cost is known for layer "${String(spec.layer)}". Known layers: ${names}.`,
    );
  }
  const count = counters[spec.layer] as Counter<SimpleLayer>;
  const part = count(spec, input, name);
  const { flops = 0, bops = 0, elementwise = 0, realParams = 0, binaryParams = 0, scales = 0 } = part;
  const bits = binaryParams + 32 * (realParams + scales);
  // Written out: spread into one another, these small objects took most of the time of a cost.
  return {
    flops,
    bops,
    elementwise,
    realParams,
    binaryParams,
    bits,
    name,
    layer: spec.layer,
    inputShape: input,
    outputShape: part.outputShape,
  };
}

function volume([height, width, channels]: MapShape): number {
  return height * width * channels;
}

function strided([height, width]: MapShape, stride: number, channels: number): MapShape {
  return [Math.ceil(height / stride), Math.ceil(width / stride), channels];
}

function convolution(
  spec: Extract<LayerSpec, { layer: "conv" | "binary_conv" }>,
  input: MapShape,
  place: string,
): { outputShape: MapShape; weights: number; products: number } {
  const { kernel, out, stride = 1, groups = 1 } = spec;
  if (input[2] % groups !== 0 || out % groups !== 0) {
    throw new ShapeError(
      `${place}: ${groups} groups expected channel counts divisible by ${groups}, got ${input[2]} inputs and ${out} outputs; ` +
        "choose another number of groups (convGroups) or other widths.",
    );
  }
  const outputShape = strided(input, stride, out);
  const weights = (kernel * kernel * input[2] * out) / groups;
  return { outputShape, weights, products: weights * outputShape[0] * outputShape[1] };
}

function perElement(operations: number, paramsPerChannel: number) {
  return (_spec: unknown, input: MapShape): Part => ({
    outputShape: input,
    elementwise: operations * volume(input),
    realParams: paramsPerChannel * input[2],
  });
}

function pool(spec: { kernel: number; stride: number }, input: MapShape): Part {
  const outputShape = strided(input, spec.stride, input[2]);
  return { outputShape, elementwise: volume(outputShape) * spec.kernel ** 2 };
}

const counters = {
  conv: (spec, input, place) => {
    const { outputShape, weights, products } = convolution(spec, input, place);
    return { outputShape, flops: products, realParams: weights + (spec.bias === true ? spec.out : 0) };
  },
  binary_conv: (spec, input, place) => {
    const { outputShape, weights, products } = convolution(spec, input, place);
    return { outputShape, bops: products, binaryParams: weights };
  },
  linear: (spec, input) => {
    const weights = volume(input) * spec.out;
    return {
      outputShape: [1, 1, spec.out],
      flops: weights,
      realParams: weights + (spec.bias === false ? 0 : spec.out),
    };
  },
  batch_norm: perElement(1, 2),
  scale: (spec, input) => ({ outputShape: input, elementwise: volume(input), scales: spec.scales }),
  sign: perElement(1, 0),
  rsign: perElement(2, 1),
  relu: perElement(1, 0),
  hardtanh: perElement(1, 0),
  prelu: perElement(1, 1),
  rprelu: perElement(3, 3),
  max_pool: pool,
  avg_pool: pool,
  global_pool: (_spec, input) => ({ outputShape: [1, 1, input[2]], elementwise: volume(input) }),
  duplicate: (spec, input) => ({ outputShape: [input[0], input[1], input[2] * spec.copies] }),
  match_channels: (spec, input) => ({ outputShape: [input[0], input[1], spec.out] }),
  sum: (spec, input) => ({
    outputShape: input,
    elementwise: input[0] * input[1] * (spec.channels ?? input[2]),
  }),
} satisfies { [L in SimpleLayer]: Counter<L> };
