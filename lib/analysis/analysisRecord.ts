import type { BackendInfo } from "../backend";
import type { AnalysisConfig } from "../config/analysisConfig";
import type { Genotype } from "../space/genotype";
import type { CodeDistances } from "./codeDistances";
import type { LinearProbe } from "./linearProbe";
import type { Spectrum } from "./spectrum";
import type { StructuralCapacity } from "./structuralCapacity";

/** What a tapped tensor is: in front of a sign, behind it, or any other value. */
export type TapKind = "presign" | "bits" | "value";

/** Where in a network a tapped tensor is. */
export interface TapPlace {
  readonly kind: TapKind;
  /** Null outside of cells. */
  readonly cell: number | null;
  /** Null where the architecture has none, or the tap is outside of stages. */
  readonly stage: number | null;
  /** Null where the tap belongs to no edge. */
  readonly edge: { readonly to: number; readonly from: number; readonly primitive: string } | null;
}

/** Spread of the binary activations of a layer (M2), in bits. */
export interface ActivationEntropy {
  /** Mean over channels of `H(p_c)`, `p_c` the share of +1 over images and pixels: in [0, 1]. */
  readonly layer: number;
  /** `H(p_c)` of every channel. */
  readonly channels: readonly number[];
  /** Channels that are the same for all images and pixels. */
  readonly constantChannels: number;
  /** `Σ H(p_u)` over all units (channel and pixel): no joint entropy can be larger. */
  readonly usedBits: number;
  readonly units: number;
}

/** The information plane of a layer (M3): means over random codes, in bits. */
export interface LayerInformation {
  readonly bits: number;
  readonly subsets: number;
  readonly inputInformation: number;
  readonly labelInformation: number;
  readonly labelInformationAboveChance: number;
  /** Standard deviations over the codes. */
  readonly inputSd: number;
  readonly labelSd: number;
  /** Shares of the codes for which the estimate is saturated. */
  readonly saturated: number;
  readonly conditionalSaturated: number;
}

/** Dimensions in use (M4). */
export interface LayerRank {
  /** Features averaged over pixels: one row an image. */
  readonly pooled: Spectrum;
  /** Features of one random pixel an image; null for tensors without pixels. */
  readonly local: Spectrum | null;
}

/** Codes of a layer (M5). */
export interface LayerCodes {
  /** Different codes among those of one random pixel of each image, as a share of the images. */
  readonly distinctShare: number;
  /** Over all units. */
  readonly distances: CodeDistances;
}

/** Everything measured at one tap. What does not apply is null. */
export interface TapMeasures extends TapPlace {
  readonly name: string;
  /** Other names of the same tensor, of the same kind; of any kind in records of schema 1. */
  readonly sameAs: readonly string[];
  /** `[height, width, channels]` or `[features]`. */
  readonly shape: readonly number[];
  readonly entropy: ActivationEntropy | null;
  readonly information: LayerInformation | null;
  readonly rank: LayerRank | null;
  readonly codes: LayerCodes | null;
  /** Of "presign": share of values beyond the window in which the straight-through gradient passes (M7). */
  readonly zeroed: number | null;
  /** Of "value" taps, where images to score on were given (M6). */
  readonly probe: LinearProbe | null;
}

/** The gradient that reaches one binarized kernel (M7). */
export interface KernelGradientRecord {
  readonly name: string;
  readonly weights: number;
  readonly norm: number;
  readonly relativeNorm: number;
  /** Share of its weights that no gradient reaches; records of before have none. */
  readonly stuck?: number;
  readonly referenceNorm: number;
  readonly cosine: number | null;
}

/** How gradients flow (M7). Formulas: `gradientFlow`. */
export interface GradientRecord {
  readonly images: number;
  readonly slope: number;
  readonly loss: number;
  readonly referenceLoss: number;
  readonly kernels: readonly KernelGradientRecord[];
}

/** The run an analysed network is of. */
export interface AnalysedRun {
  readonly configHash: string;
  readonly name: string;
  readonly seed: number;
  readonly checkpoint: "last" | "best";
  /** Counted from 0. */
  readonly epoch: number;
  /** Of the model without its name: runs that differ in seed or recipe alone share it. */
  readonly modelHash: string;
  readonly cost: {
    readonly flops: number;
    readonly bops: number;
    readonly ops: number;
    readonly bits: number;
  };
  /** On all test images, of the same checkpoint; null where it was not tested. */
  readonly testAccuracy: number | null;
}

/** One network analysed, stored whole. Plain JSON. */
export interface AnalysisRecord {
  readonly kind: "bars.analysis-record";
  /** 2: what is in front of a sign is measured as that also where it is the value of a block or a cell (`sameAs`). */
  readonly schema: 1 | 2;
  readonly config: AnalysisConfig;
  readonly createdAt: string;
  readonly versions: { readonly bars: string; readonly node: string };
  readonly backend: BackendInfo;
  /** Null for a network that is of no run. */
  readonly run: AnalysedRun | null;
  /** Null for a baseline. */
  readonly genotype: Genotype | null;
  readonly data: {
    readonly name: string;
    readonly note: string;
    /** Training images measured on, and test images probes were scored on. */
    readonly images: number;
    readonly probeImages: number;
    readonly classes: number;
  };
  /** M1; null for a hand-made network in records of versions that had none for it. */
  readonly structure: StructuralCapacity | null;
  /** M2 to M6, in the order of the network. */
  readonly taps: readonly TapMeasures[];
  /** M7; null where left out. */
  readonly gradient: GradientRecord | null;
  /** Of the analysis. */
  readonly seconds: number;
}

/** Where a tap is, by its name. */
export function tapPlace(name: string, stageOfCell: ReadonlyMap<number, number>): TapPlace {
  const kind = name.endsWith(".bits") ? "bits" : name.endsWith(".presign") ? "presign" : "value";
  const [, cellText, to, from, primitive] = /^cell(\d+)\.(?:edge(\d+)-(\d+)\.(\w+))?/.exec(name) ?? [];
  const cell = cellText === undefined ? null : Number(cellText);
  return {
    kind,
    cell,
    stage: cell === null ? stageInName(name) : (stageOfCell.get(cell) ?? null),
    edge: to === undefined ? null : { to: Number(to), from: Number(from), primitive: primitive as string },
  };
}

/** Baselines name their stages. */
function stageInName(name: string): number | null {
  const [, stage] = /^stage(\d+)\./.exec(name) ?? [];
  return stage === undefined ? null : Number(stage);
}
