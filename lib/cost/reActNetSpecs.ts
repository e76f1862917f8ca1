import type { BaselineConfig } from "../config/baselineConfig";
import type { LayerSpec } from "../primitives/layerSpec";
import { activation, channelsOf, convolution, head, stem } from "./baselineParts";
import type { BaselineStyle } from "./baselineStyle";

/** Output channels, in those of the stem, and stride of ReActNet-A's 13 blocks: those of MobileNet v1. */
const blocks = [
  [2, 1],
  [4, 2],
  [4, 1],
  [8, 2],
  [8, 1],
  [16, 2],
  [16, 1],
  [16, 1],
  [16, 1],
  [16, 1],
  [16, 1],
  [32, 2],
  [32, 1],
] as const;

/**
 * ReActNet-A: the blocks of MobileNet v1 with a full binary 3x3 convolution in place of the depthwise one; where channels
 * double, two 1x1 convolutions side by side, each with an identity around it.
 *
 * Both 1x1 convolutions of a doubling block read one and the same binarized input: one shift, one sign.
 *
 * Source: Liu et al. 2020, "ReActNet", arXiv:2003.03488.
 */
export function reActNetSpecs(config: BaselineConfig, style: BaselineStyle): LayerSpec[] {
  const base = channelsOf(32, config);
  let channels = base;
  const body = blocks.flatMap(([multiple, stride], i) => {
    const specs = block(style, channels, base * multiple, stride, `block${i}`);
    channels = base * multiple;
    return specs;
  });
  return [...stem(style, { layer: "conv", kernel: 3, out: base, stride: 2 }), ...body, ...head(config)];
}

function block(
  style: BaselineStyle,
  channels: number,
  out: number,
  stride: 1 | 2,
  name: string,
): LayerSpec[] {
  const pool: LayerSpec[] = stride === 2 ? [{ layer: "avg_pool", kernel: 2, stride: 2 }] : [];
  const after = (which: number) =>
    activation(style.nonlinearity).map((spec) => ({ ...spec, name: `${name}.${spec.layer}${which}` }));
  const spatial = convolution(style, { kernel: 3, out: channels, stride });
  const pointwise = convolution(style, { kernel: 1, out: channels });
  return [
    { layer: "branches", join: "sum", branches: [spatial, pool], name: `${name}.spatial` },
    ...after(0),
    {
      layer: "branches",
      join: "sum",
      branches:
        out === channels ? [pointwise, []] : [doubled(pointwise), [{ layer: "duplicate", copies: 2 }]],
      name: `${name}.pointwise`,
    },
    ...after(1),
  ];
}

/** Two convolutions of one input side by side; what stands before the convolution is shared. */
function doubled(pointwise: readonly LayerSpec[]): LayerSpec[] {
  const first = pointwise.findIndex(({ layer }) => layer === "binary_conv" || layer === "conv");
  const own = pointwise.slice(first);
  return [...pointwise.slice(0, first), { layer: "branches", join: "concat", branches: [own, own] }];
}
