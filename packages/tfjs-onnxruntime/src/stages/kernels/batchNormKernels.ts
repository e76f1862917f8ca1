import type { ArrayMemory, Domain, Expression } from "../expression";
import type { KernelLowering } from "../kernelLowering";
import { type Lowering, Unsupported } from "../lowering";
import { arrayOf, imageOf } from "./operands";

interface Statistics {
  readonly mean: ArrayMemory;
  /** Of all pixels, without the correction for a sample. */
  readonly variance: ArrayMemory;
}

/**
 * Mean and variance of each channel. Those of an image come from two passes over it, and are joined to those of the images before: sums of
 * squares less squares of sums would lose digits. What is summed first is how far pixels are from the image's first one, so that the mean of
 * a channel that is constant is exact and its normed values are zeros, not what rounding left. Reference: Chan et al. 1983, "Algorithms for Computing the Sample Variance".
 */
function statistics(lowering: Lowering, x: Expression, extents: Domain): Statistics {
  const { expressions: e, batch } = lowering;
  const { channels } = extents;
  const { level } = x;
  const pixels = extents.rows * extents.columns;
  const row: Domain = { rows: 1, columns: 1, channels };
  const stage = lowering.stage(level);
  const own = (zeroed: boolean) => lowering.ownArray(channels, level, zeroed);
  const [first, sum, centre, squares] = [own(false), own(false), own(false), own(false)];
  const [mean, moment] = [own(true), own(true)];
  lowering.reads(x, level);
  stage.root(row, { kind: "array", value: x, target: first });
  const beside = e.make("sub", x, e.of(first, "channel"));
  stage.root(extents, { kind: "sum", value: beside, target: sum, adds: false });
  const share = e.make("mul", e.of(sum, "array"), e.number(1 / pixels));
  stage.root(row, { kind: "array", value: e.make("add", e.of(first, "array"), share), target: centre });
  const apart = e.make("sub", x, e.of(centre, "channel"));
  stage.root(extents, { kind: "sum", value: e.make("mul", apart, apart), target: squares, adds: false });
  const count = e.count();
  const delta = e.make("sub", e.of(centre, "array"), e.of(mean, "array"));
  const spread = e.make(
    "mul",
    e.make("mul", delta, delta),
    e.make("mul", e.number(pixels), e.make("div", e.make("sub", count, e.number(1)), count)),
  );
  const moments = e.make("add", e.of(moment, "array"), e.make("add", e.of(squares, "array"), spread));
  stage.root(row, { kind: "array", value: moments, target: moment });
  const moved = e.make("add", e.of(mean, "array"), e.make("div", delta, count));
  stage.root(row, { kind: "array", value: moved, target: mean });
  // Those of the threads are joined alike.
  let all = { count: lowering.firstImage(1), mean: e.of(mean, "array"), moment: e.of(moment, "array") };
  for (let thread = 1; thread < lowering.threads; thread++) {
    const count = lowering.firstImage(thread + 1) - lowering.firstImage(thread);
    const between = e.make("sub", e.of(mean, "array", thread), all.mean);
    const both = all.count + count;
    const weight = e.number((pixels * all.count * count) / both);
    all = {
      count: both,
      mean: e.make("add", all.mean, e.make("mul", between, e.number(count / both))),
      moment: e.make(
        "add",
        e.make("add", all.moment, e.of(moment, "array", thread)),
        e.make("mul", e.make("mul", between, between), weight),
      ),
    };
  }
  return {
    mean: lowering.list(all.mean, channels, level + 1),
    variance: lowering.list(e.make("div", all.moment, e.number(pixels * batch)), channels, level + 1),
  };
}

/** `1 / √(variance + ε)`. */
function rateOf(lowering: Lowering, variance: ArrayMemory, epsilon: number): Expression {
  const { expressions: e } = lowering;
  return e.make(
    "div",
    e.number(1),
    e.make("sqrt", e.make("add", e.of(variance, "array"), e.number(epsilon))),
  );
}

const batchNorm: KernelLowering = (lowering, call) => {
  const { expressions: e } = lowering;
  const { value, extents } = imageOf(lowering, call.value("x"));
  const x = lowering.kept(value, extents);
  const { channels } = extents;
  const { mean, variance } = statistics(lowering, x, extents);
  const rate = rateOf(lowering, variance, call.node.attributes["epsilon"] as number);
  const scale = e.of(arrayOf(lowering, call.value("scale")), "array");
  const offset = e.of(arrayOf(lowering, call.value("offset")), "channel");
  const gain = lowering.list(e.make("mul", rate, scale), channels);
  const apart = e.make("sub", x, e.of(mean, "channel"));
  const y = e.make("add", e.make("mul", apart, e.of(gain, "channel")), offset);
  const [meanShape, varianceShape] = call.node.outputs.slice(1).map(({ shape }) => shape);
  return [
    { kind: "image", value: call.uses() > 1 ? lowering.kept(y, extents) : y, extents },
    { kind: "array", array: mean, shape: meanShape ?? [channels] },
    { kind: "array", array: variance, shape: varianceShape ?? [channels] },
  ];
};

/** `dx = γ r (dy − Σdy / n − (x − μ) r² Σ dy (x − μ) / n)`, where `r = 1 / √(σ² + ε)` and `n` counts pixels of all images. */
const batchNormGrad: KernelLowering = (lowering, call) => {
  const { expressions: e, batch } = lowering;
  const given = imageOf(lowering, call.value("x"));
  const { extents } = given;
  const { channels } = extents;
  const x = lowering.kept(given.value, extents);
  const dy = lowering.kept(imageOf(lowering, call.value("dy")).value, extents);
  const [scale, mean, variance] = ["scale", "mean", "variance"].map((name) =>
    arrayOf(lowering, call.value(name)),
  ) as [ArrayMemory, ArrayMemory, ArrayMemory];
  const apart = e.make("sub", x, e.of(mean, "channel"));
  const product = e.make("mul", dy, apart);
  const level = Math.max(product.level, dy.level);
  const dOffset = lowering.sumAt(dy, extents, level);
  const dot = lowering.sumAt(product, extents, level);
  const rate = rateOf(lowering, variance, call.node.attributes["epsilon"] as number);
  const dScale = lowering.list(e.make("mul", rate, e.of(dot, "array")), channels);
  const share = e.number(1 / (extents.rows * extents.columns * batch));
  const gain = lowering.list(e.make("mul", rate, e.of(scale, "array")), channels, dScale.level);
  const slope = lowering.list(
    e.make("mul", e.make("mul", e.of(gain, "array"), e.make("mul", rate, e.of(dScale, "array"))), share),
    channels,
  );
  const level0 = lowering.list(
    e.make("mul", e.make("mul", e.of(gain, "array"), e.of(dOffset, "array")), share),
    channels,
  );
  const removed = e.make("add", e.make("mul", apart, e.of(slope, "channel")), e.of(level0, "channel"));
  const dx = e.make("sub", e.make("mul", dy, e.of(gain, "channel")), removed);
  return [
    { kind: "image", value: call.uses() > 1 ? lowering.kept(dx, extents) : dx, extents },
    { kind: "array", array: dScale, shape: [channels] },
    { kind: "array", array: dOffset, shape: [channels] },
  ];
};

/** A batch norm by statistics that are given. */
const givenNorm: KernelLowering = (lowering, call) => {
  const { expressions: e } = lowering;
  const { value, extents } = imageOf(lowering, call.value("x"));
  const { channels } = extents;
  const list = (name: string, op: "array" | "channel"): Expression | undefined => {
    if (!call.inputs[name]) return undefined;
    const array = arrayOf(lowering, call.value(name));
    if (array.length !== channels)
      throw new Unsupported("it has statistics that are not one for each channel");
    return e.of(array, op);
  };
  const epsilon = (call.node.attributes["varianceEpsilon"] as number | undefined) ?? 0.001;
  const rate = e.make(
    "div",
    e.number(1),
    e.make("sqrt", e.make("add", list("variance", "array") as Expression, e.number(epsilon))),
  );
  const scale = list("scale", "array");
  const gain = lowering.list(scale ? e.make("mul", rate, scale) : rate, channels);
  const apart = e.make("sub", value, list("mean", "channel") as Expression);
  const scaled = e.make("mul", apart, e.of(gain, "channel"));
  const offset = list("offset", "channel");
  const y = offset ? e.make("add", scaled, offset) : scaled;
  return [
    {
      kind: "image",
      value: call.uses() > 1 ? lowering.kept(y, extents) : lowering.bounded(y, extents),
      extents,
    },
  ];
};

export const batchNormKernels: Readonly<Record<string, KernelLowering>> = {
  BarsBatchNorm: batchNorm,
  BarsBatchNormGrad: batchNormGrad,
  FusedBatchNorm: givenNorm,
};
