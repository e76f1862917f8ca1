import type { BaselineConfig } from "../config/baselineConfig";
import { baselineSpecs } from "../cost/baselineSpecs";
import { layerNames } from "../cost/layerCost";
import type { LayerSpec } from "../primitives/layerSpec";
import { ShapeError } from "../util/errors";
import { type GraphContext, scaleOf } from "./blockGraph";
import type { NodeId } from "./graph";
import type { KernelRequest } from "./weightSource";

/** The layers of a hand-made network in evaluation: what `network/baselineNetwork` computes. */
export function baselineGraph(context: GraphContext, config: BaselineConfig): NodeId {
  return stackGraph(context, context.build.image, baselineSpecs(config), "");
}

type Simple = Exclude<LayerSpec, { layer: "branches" }>;

/** A sequence of layers, one after the other, named as in the cost table. */
function stackGraph(
  context: GraphContext,
  input: NodeId,
  specs: readonly LayerSpec[],
  prefix: string,
): NodeId {
  const names = layerNames(prefix, specs);
  let x = input;
  // The kernel whose scale is still to be multiplied: by a layer "scale", or by the next batch norm.
  let open: KernelRequest | null = null;
  for (const [i, spec] of specs.entries()) {
    const name = names[i] as string;
    if (spec.layer === "branches") {
      const ends = spec.branches.map((branch, b) => stackGraph(context, x, branch, `${name}.branch${b}`));
      x = joined(context, `${name}.${spec.join}`, spec.join, ends);
      continue;
    }
    const next: { x: NodeId; open: KernelRequest | null } = layerGraph(context, name, spec, x, open);
    ({ x, open } = next);
  }
  return x;
}

function joined(
  { build }: GraphContext,
  name: string,
  join: "sum" | "concat",
  ends: readonly NodeId[],
): NodeId {
  const [first, ...others] = ends as [NodeId, ...NodeId[]];
  return join === "concat"
    ? build.concat(name, ends)
    : others.reduce((sum, end) => build.add(name, sum, end), first);
}

function layerGraph(
  context: GraphContext,
  name: string,
  spec: Simple,
  x: NodeId,
  open: KernelRequest | null,
): { x: NodeId; open: KernelRequest | null } {
  const { build, weights, binarization } = context;
  const [height, width, channels] = build.sizeOf(x);
  const plain = (node: NodeId) => ({ x: node, open });
  switch (spec.layer) {
    case "conv": {
      const { kernel, out, bias = false } = spec;
      const own = weights.real(`${name}.kernel`, [kernel, kernel, channels, out]);
      const conv = build.realConv(name, x, { kernel, stride: strideOf(name, spec), out, weights: own });
      return plain(
        bias ? build.affine(`${name}.bias`, conv, null, weights.real(`${name}.bias`, [out])) : conv,
      );
    }
    case "binary_conv": {
      const { kernel, out } = spec;
      const request = { latent: `${name}.latent`, kernel, inChannels: channels, outChannels: out };
      const conv = build.binaryConv(name, x, out, {
        kernel,
        stride: strideOf(name, spec),
        dilation: 1,
        groups: 1,
        border: binarization.border,
        phases: 1,
        signs: weights.signs(request),
      });
      return { x: conv, open: request };
    }
    case "scale":
      return { x: build.affine(name, x, open && scaleOf(context, [open]), null), open: null };
    case "batch_norm": {
      const kernels = open && [open];
      const { scale, offset } = weights.norm({ name, statistics: name, channels, kernels });
      return { x: build.affine(name, x, scale, offset), open: null };
    }
    case "linear": {
      const features = height * width * channels;
      const weight = weights.real(`${name}.weight`, [features, spec.out]);
      const bias =
        spec.bias === false ? new Float32Array(spec.out) : weights.real(`${name}.bias`, [spec.out]);
      return plain(build.dense(name, x, weight, bias));
    }
    case "sign":
      return plain(build.sign(`${name}.bits`, x));
    case "rsign": {
      const shift = weights.real(`${name}.shift`, [channels]);
      return plain(build.sign(`${name}.bits`, build.affine(`${name}.presign`, x, null, shift)));
    }
    case "relu":
    case "hardtanh":
      return plain(build.activation(name, x, { kind: spec.layer }));
    case "prelu":
      return plain(
        build.activation(name, x, { kind: "prelu", slope: weights.real(`${name}.slope`, [channels]) }),
      );
    case "rprelu": {
      const part = (own: string) => weights.real(`${name}.${own}`, [channels]);
      const inputShift = part("inputShift");
      const slope = part("slope");
      const outputShift = part("outputShift");
      return plain(build.activation(name, x, { kind: "rprelu", inputShift, slope, outputShift }));
    }
    case "max_pool":
    case "avg_pool": {
      const of = spec.layer === "max_pool" ? "max" : "mean";
      return plain(build.pool(name, x, of, spec.kernel, spec.stride as 1 | 2));
    }
    case "global_pool":
      return plain(build.globalPool(name, x));
    case "duplicate":
      return plain(build.duplicate(name, x));
    case "match_channels":
      return plain(build.match(name, x, 1, spec.out));
    case "sum":
      throw new ShapeError(
        `${name}: a graph expected the tensors of a sum as branches, got a sum with none.`,
      );
    default:
      return spec satisfies never;
  }
}

function strideOf(
  name: string,
  { stride = 1, groups = 1, dilation = 1 }: Extract<Simple, { layer: "conv" | "binary_conv" }>,
): 1 | 2 {
  if (groups !== 1 || dilation !== 1 || (stride !== 1 && stride !== 2)) {
    throw new ShapeError(
      `${name}: a hand-made network expected a convolution of stride 1 or 2 without groups and dilation, got stride ${stride}, ${groups} groups, dilation ${dilation}.`,
    );
  }
  return stride;
}
