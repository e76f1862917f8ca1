import type { LayerSpec } from "../primitives/layerSpec";
import type { LayerCost } from "./cost";
import { layerCosts } from "./layerCost";

/**
 * Bi-Real Net with 18 layers on 224x224 images: real 7x7 stem, 16 binary 3x3 convolutions with an identity
 * around each, real 1x1 convolutions after average pooling where the resolution halves.
 * Published: 1.63e8 OPs, 11,699,112 parameters with batch-norm statistics (larq-zoo's count).
 *
 * Source: Liu et al. 2018, arXiv:1808.00278.
 */
export function biRealNet18Layers(): LayerCost[] {
  return biRealNet([4, 4, 4, 4]);
}

/** Bi-Real Net with 34 layers on 224x224 images: 32 binary convolutions. Source: Liu et al. 2018, arXiv:1808.00278. */
export function biRealNet34Layers(): LayerCost[] {
  return biRealNet([6, 8, 12, 6]);
}

/** `convolutions[s]` binary convolutions with 64 · 2^s channels. */
function biRealNet(convolutions: readonly number[]): LayerCost[] {
  const body = convolutions.flatMap((count, stage) => {
    return Array.from({ length: count }, (_, i): LayerSpec => {
      const halves = i === 0 && stage > 0;
      const out = 64 * 2 ** stage;
      const conv: LayerSpec = { layer: "binary_conv", kernel: 3, out, stride: halves ? 2 : 1 };
      const shortcut: LayerSpec[] = halves
        ? [
            { layer: "avg_pool", kernel: 2, stride: 2 },
            { layer: "conv", kernel: 1, out },
            { layer: "batch_norm" },
          ]
        : [];
      const branches = [[{ layer: "sign" }, conv, { layer: "batch_norm" }] as const, shortcut];
      return { layer: "branches", join: "sum", branches, name: `stage${stage}.block${i}` };
    });
  });
  return layerCosts(
    "",
    [224, 224, 3],
    [
      { layer: "conv", kernel: 7, out: 64, stride: 2, name: "stem.conv" },
      { layer: "batch_norm", name: "stem.batch_norm" },
      { layer: "max_pool", kernel: 3, stride: 2, name: "stem.max_pool" },
      ...body,
      { layer: "global_pool", name: "head.global_pool" },
      { layer: "linear", out: 1000, name: "head.linear" },
    ],
  );
}

/** Output channels and stride of ReActNet-A's 13 blocks, those of MobileNet v1. */
const reActNetBlocks = [
  [64, 1],
  [128, 2],
  [128, 1],
  [256, 2],
  [256, 1],
  [512, 2],
  [512, 1],
  [512, 1],
  [512, 1],
  [512, 1],
  [512, 1],
  [1024, 2],
  [1024, 1],
] as const;

/**
 * ReActNet-A on 224x224 images: the blocks of MobileNet v1 with a full binary 3x3 convolution in place of the
 * depthwise one; where channels double, two 1x1 convolutions side by side, each with an identity around it.
 * Published: 0.87e8 OPs.
 *
 * Source: Liu et al. 2020, "ReActNet", arXiv:2003.03488.
 */
export function reActNetALayers(): LayerCost[] {
  let channels = 32;
  const body = reActNetBlocks.flatMap(([out, stride], i) => {
    const specs = reActNetBlock(channels, out, stride, `block${i}`);
    channels = out;
    return specs;
  });
  return layerCosts(
    "",
    [224, 224, 3],
    [
      { layer: "conv", kernel: 3, out: 32, stride: 2, name: "stem.conv" },
      { layer: "batch_norm", name: "stem.batch_norm" },
      ...body,
      { layer: "global_pool", name: "head.global_pool" },
      { layer: "linear", out: 1000, name: "head.linear" },
    ],
  );
}

function reActNetBlock(channels: number, out: number, stride: 1 | 2, name: string): LayerSpec[] {
  const binary = (kernel: number, step: number): LayerSpec[] => [
    { layer: "rsign" },
    { layer: "binary_conv", kernel, out: channels, stride: step },
    { layer: "batch_norm" },
  ];
  const pool: LayerSpec[] = stride === 2 ? [{ layer: "avg_pool", kernel: 2, stride: 2 }] : [];
  const spatial: LayerSpec = {
    layer: "branches",
    join: "sum",
    branches: [binary(3, stride), pool],
    name: `${name}.spatial`,
  };
  // Both 1x1 convolutions of a doubling block read one and the same binarized input: one shift, one sign.
  const pointwise: LayerSpec[] = [
    { layer: "binary_conv", kernel: 1, out: channels },
    { layer: "batch_norm" },
  ];
  const doubled: LayerSpec[] = [
    { layer: "rsign", name: `${name}.rsign` },
    { layer: "branches", join: "concat", branches: [pointwise, pointwise], name: `${name}.pointwise` },
    { layer: "sum", name: `${name}.shortcut` },
  ];
  const kept: LayerSpec = {
    layer: "branches",
    join: "sum",
    branches: [binary(1, 1), []],
    name: `${name}.pointwise`,
  };
  return [
    spatial,
    { layer: "rprelu", name: `${name}.rprelu0` },
    ...(out === channels ? [kept] : doubled),
    { layer: "rprelu", name: `${name}.rprelu1` },
  ];
}
