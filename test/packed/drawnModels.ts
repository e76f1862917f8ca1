import { baselineBlocks, baselineConfig } from "../../lib/config/baselineConfig";
import { type BinarizationConfig, binarizationConfig } from "../../lib/config/binarizationConfig";
import { spaceConfig } from "../../lib/config/spaceConfig";
import { packDrawn } from "../../lib/packed/packDrawn";
import type { PackedModel } from "../../lib/packed/packedModel";
import { fold, normal, randomKey } from "../../lib/random/randomKey";
import { genotypeModel } from "../../lib/records/modelSpec";
import { genotype } from "../../lib/space/genotype";
import { randomMultiGenotype } from "../../lib/space/randomGenotype";
import { cifarFamilies } from "../helpers/cifarFamilies";
import { everyPrimitive } from "../helpers/everyPrimitive";

const key = randomKey(0);
const narrow = { resnet20: 0.3, resnet18: 0.08, vgg_small: 0.05, nin: 0.05 };

/** How a hand-made network halves the image, and its size: even and odd, so that families and blocks meet both. */
export const baselineForm = (family: number, block: number) =>
  (family + block) % 2 === 0
    ? ({ downsample: "real_conv", imageSize: 8 } as const)
    : ({ downsample: "avg_pool", imageSize: 11 } as const);

/** Every hand-made family with every block, narrow, at an even or an odd image size by turns. */
export const drawnBaselines: readonly (readonly [string, () => PackedModel])[] = cifarFamilies.flatMap(
  (family, f) =>
    baselineBlocks.map((block, b) => {
      const config = baselineConfig({ family, block, width: narrow[family], ...baselineForm(f, b) });
      const name = `${family}-${block}-${config.imageSize}`;
      return [name, () => packDrawn({ kind: "baseline", name, ...config }, fold(key, name))] as const;
    }),
);

/** Primitives with something to compute. */
export const packedPrimitives = everyPrimitive.filter((name) => name !== "none");

const space = (stridedConv: "plain" | "factorized") =>
  spaceConfig({
    primitives: ["none", ...packedPrimitives],
    imageSize: 10,
    classes: 7,
    initChannels: 36,
    convGroups: 3,
    widthChoices: [1 / 3, 1],
    cellLayout: [0, 1, 0],
    steps: 1,
    stridedConv,
  });

/** Of each primitive a network whose edges are all it. */
export const drawnPrimitives: readonly (readonly [string, () => PackedModel])[] = packedPrimitives.flatMap(
  (primitive) =>
    (["plain", "factorized"] as const).flatMap((strided) =>
      ([0, 1] as const).map((border) => {
        const name = `${primitive}-${strided}-border${border}`;
        const edges = [{ to: 1, from: 0, primitive }];
        const model = () =>
          genotypeModel(genotype(space(strided), { cells: [edges, edges], width: [1, 1] }), name);
        return [name, () => packDrawn(model(), fold(key, name), binarizationConfig({ border }))] as const;
      }),
    ),
);

const variety: Partial<BinarizationConfig>[] = [
  {},
  { border: 0, weight: "sign", nonlinearity: "none" },
  { blockOrder: "conv_bn_relu", rsign: true, nonlinearity: "rprelu", border: 0, weight: "scale_filter" },
  { rsign: true, weight: "scale_tensor", shortcutFrom: "normalized" },
];
const processes = [
  { process: "preprocess", processKind: "binary", cellShortcut: "bin_conv_3x3", stridedConv: "factorized" },
  { process: "postprocess", processKind: "binary", cellShortcut: "avg_pool", stridedConv: "plain" },
  { process: "preprocess", processKind: "real", cellShortcut: "none", stridedConv: "factorized" },
  { process: "postprocess", processKind: "real", cellShortcut: "bin_conv_3x3", stridedConv: "plain" },
  {
    process: "preprocess",
    extraStem: "copies",
    cellShortcut: "avg_pool",
    stridedConv: "plain",
    headActivation: "bn_relu",
  },
] as const;

/** Random genotypes of spaces and settings of all kinds, with empty nodes too. */
export const drawnGenotypes: readonly (readonly [string, () => PackedModel])[] = variety.flatMap(
  (binarization, v) =>
    processes.map((process, s) => {
      const name = `genotype-${v}-${s}`;
      const make = () => {
        const own = spaceConfig({
          ...process,
          primitives: ["none", ...packedPrimitives],
          imageSize: 10 + 4 * (s % 2),
          imageChannels: 1 + (v % 3),
          classes: 7,
          initChannels: 36,
          convGroups: 3,
          widthChoices: [1 / 3, 1],
          cellLayout: [0, 1, 0],
          steps: 2,
        });
        const drawn = randomMultiGenotype(own, fold(fold(key, `settings ${v}`), s));
        return packDrawn(genotypeModel(drawn, name), fold(key, name), binarizationConfig(binarization));
      };
      return [name, make] as const;
    }),
);

/** Images of noise, `[count, height, width, channels]`, flat. */
export function noise(name: string, length: number): Float32Array {
  return Float32Array.from(normal(fold(fold(key, "noise"), name), length));
}

export function largestAt(row: ArrayLike<number>): number {
  let best = 0;
  for (let k = 1; k < row.length; k++) if ((row[k] as number) > (row[best] as number)) best = k;
  return best;
}
