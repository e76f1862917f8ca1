import type { FoldGraph } from "./foldGraph";
import { type GraphTensor, sizeOf } from "./graphTensor";
import { type Affine, formOf, type ImageForms } from "./imageForms";

/** Images smaller than this are not worth it. */
export const worthwhile = 4096;

/**
 * Sums, differences, products and quotients of an image and something per channel, one after the other, are one
 * affine function of the image: one pass over memory, where each would be its own. The image must have its channels
 * first. The operators in between stay, and are pruned where nobody else needs them.
 *
 * Returns undefined where there is nothing to fold.
 */
export function foldAffine(
  g: FoldGraph,
  forms: ImageForms,
  op: string,
  operands: readonly GraphTensor[],
  shape: readonly number[],
): GraphTensor | undefined {
  const [a, b] = operands;
  if (!a || !b || operands.length !== 2 || sizeOf(shape) < worthwhile) return undefined;
  const image = [a, b].find(
    (x) => x.channelsFirst && x.type === "float32" && sizeOf(x.shape) === sizeOf(shape),
  );
  const other = image === a ? b : a;
  if (!image || !isPerChannel(other, shape)) return undefined;
  const operand = g.reshape(other, sizeOf(other.shape) === 1 ? [] : [sizeOf(other.shape)]);
  if (op === "Add") {
    const summed = intoSummand(g, forms, image, operand, shape);
    if (summed) return summed;
  }
  const form = next(g, op, formOf(forms, image), operand, image === a);
  if (!form) return undefined;
  const result = emit(g, form, shape);
  forms.affine.set(result.name, form);
  return result;
}

/** `p + (affine + operand)` for `(p + affine) + operand`: the pass that makes the affine summand makes both. */
function intoSummand(
  g: FoldGraph,
  forms: ImageForms,
  image: GraphTensor,
  operand: GraphTensor,
  shape: readonly number[],
): GraphTensor | undefined {
  const summands = forms.sums.get(image.name);
  if (!summands) return undefined;
  const formed = summands.map((summand) => forms.affine.get(summand.name));
  const place = formed.findIndex((form) => form?.gain && form.level);
  const form = formed[place];
  if (!form?.level) return undefined;
  const raised = { ...form, level: g.add(form.level, operand) };
  const summand = emit(g, raised, shape);
  forms.affine.set(summand.name, raised);
  return g.add(summands[1 - place] as GraphTensor, summand);
}

/** One entry, or one a channel: every axis but the last has extent 1. */
function isPerChannel(x: GraphTensor, shape: readonly number[]): boolean {
  const size = sizeOf(x.shape);
  return size === 1 || (size === shape.at(-1) && x.shape.at(-1) === size);
}

/** The form of `image op operand`, or of `operand op image`. */
function next(
  g: FoldGraph,
  op: string,
  form: Affine,
  operand: GraphTensor,
  imageFirst: boolean,
): Affine | undefined {
  const { base, gain, level } = form;
  switch (op) {
    case "Add":
      return { base, gain, level: level ? g.add(level, operand) : operand };
    case "Sub": {
      if (imageFirst) return { base, gain, level: level ? g.sub(level, operand) : g.unary("Neg", operand) };
      return {
        base,
        gain: gain ? g.unary("Neg", gain) : g.scalar(-1),
        level: level ? g.sub(operand, level) : operand,
      };
    }
    case "Mul":
      return { base, gain: gain ? g.mul(gain, operand) : operand, level: level && g.mul(level, operand) };
    case "Div": {
      if (!imageFirst) return undefined;
      const rate = g.unary("Reciprocal", operand);
      return { base, gain: gain ? g.mul(gain, rate) : rate, level: level && g.mul(level, rate) };
    }
    default:
      return undefined;
  }
}

function emit(g: FoldGraph, { base, gain, level }: Affine, shape: readonly number[]): GraphTensor {
  const channels = shape.at(-1) as number;
  if (gain && level) {
    const [scale, offset] = [gain, level].map((x) => perChannel(g, x, channels)) as [
      GraphTensor,
      GraphTensor,
    ];
    return affine(g, base, scale, offset);
  }
  const operand = (gain ?? level) as GraphTensor;
  const spread = operand.shape.length === 0 ? operand : g.first(g.reshape(operand, [1, 1, 1, channels]));
  return g.emit(gain ? "Mul" : "Add", [base, spread], shape, { channelsFirst: true });
}

function perChannel(g: FoldGraph, x: GraphTensor, channels: number): GraphTensor {
  const number = g.numberOf(x);
  if (x.shape.length > 0) return x;
  return number === undefined ? g.expand(x, [channels]) : g.fill(number, [channels]);
}

/** `gain · x + level` per channel of a channels-first image, in one pass over memory. Both are `[channels]`. */
export function affine(g: FoldGraph, x: GraphTensor, gain: GraphTensor, level: GraphTensor): GraphTensor {
  const channels = gain.shape[0] as number;
  return normalized(g, x, {
    gain,
    level,
    mean: g.fill(0, [channels]),
    variance: g.fill(1, [channels]),
    epsilon: 0,
  });
}

interface Statistics {
  readonly gain: GraphTensor;
  readonly level: GraphTensor;
  readonly mean: GraphTensor;
  readonly variance: GraphTensor;
  readonly epsilon: number;
}

/** `gain · (x − mean) / sqrt(variance + epsilon) + level` per channel of a channels-first image. */
export function normalized(g: FoldGraph, x: GraphTensor, statistics: Statistics): GraphTensor {
  const { gain, level, mean, variance, epsilon } = statistics;
  return g.emit("BatchNormalization", [x, gain, level, mean, variance], x.shape, {
    channelsFirst: x.channelsFirst,
    attributes: { epsilon: { float: epsilon } },
  });
}
