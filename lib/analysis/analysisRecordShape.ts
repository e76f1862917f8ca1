import { type AnalysisConfig, analysisConfig } from "../config/analysisConfig";
import { backendShape, genotypeShape, versionsShape } from "../records/recordShapes";
import {
  acceptedWhole,
  amount,
  count,
  finite,
  listOf,
  nullable,
  numberIn,
  objectOf,
  oneOf,
  optional,
  pairOf,
  sha256Text,
  share,
  text,
  timeText,
  wholeFrom,
} from "../util/shape";
import type {
  ActivationEntropy,
  AnalysedRun,
  AnalysisRecord,
  GradientRecord,
  KernelGradientRecord,
  LayerCodes,
  LayerInformation,
  LayerRank,
  TapMeasures,
} from "./analysisRecord";
import type { CapacityGraph, CapacityTensor } from "./capacityGraphBuilder";
import type { CodeDistances } from "./codeDistances";
import type { LinearProbe } from "./linearProbe";
import type { Spectrum } from "./spectrum";
import type { CellCapacity, MinCut, StructuralCapacity, TopologicalCut } from "./structuralCapacity";

// Entropies and shares that are computed as sums of rounded numbers may pass their bounds by the rounding.
const nearlyShare = numberIn(-1e-6, 1 + 1e-6);

const minCut = objectOf<MinCut>({ bits: amount, tensors: listOf(count), names: listOf(text) });
const structure = objectOf<StructuralCapacity>({
  realBits: amount,
  imageBits: amount,
  graph: objectOf<CapacityGraph>({
    tensors: listOf(
      objectOf<CapacityTensor>({
        name: text,
        cell: nullable(count),
        elements: amount,
        bitsPerElement: amount,
        capacity: amount,
      }),
    ),
    reads: listOf(pairOf(count)),
  }),
  cuts: listOf(objectOf<TopologicalCut>({ after: text, cell: nullable(count), bits: amount })),
  minCut,
  cells: listOf(objectOf<CellCapacity>({ cell: count, minCut, inputBits: amount, outputBits: amount })),
});

const spectrum = objectOf<Spectrum>({ dimensions: count, effectiveRank: amount, participationRatio: amount });

const tap = objectOf<TapMeasures>({
  kind: oneOf(["presign", "bits", "value"]),
  cell: nullable(count),
  stage: nullable(count),
  edge: nullable(objectOf<NonNullable<TapMeasures["edge"]>>({ to: count, from: count, primitive: text })),
  name: text,
  sameAs: listOf(text),
  shape: listOf(wholeFrom(1)),
  entropy: nullable(
    objectOf<ActivationEntropy>({
      layer: nearlyShare,
      channels: listOf(nearlyShare),
      constantChannels: count,
      usedBits: amount,
      units: count,
    }),
  ),
  information: nullable(
    objectOf<LayerInformation>({
      bits: wholeFrom(1),
      subsets: wholeFrom(1),
      inputInformation: finite,
      labelInformation: finite,
      labelInformationAboveChance: finite,
      inputSd: amount,
      labelSd: amount,
      saturated: nearlyShare,
      conditionalSaturated: nearlyShare,
    }),
  ),
  rank: nullable(objectOf<LayerRank>({ pooled: spectrum, local: nullable(spectrum) })),
  codes: nullable(
    objectOf<LayerCodes>({
      distinctShare: nearlyShare,
      distances: objectOf<CodeDistances>({ within: nullable(nearlyShare), between: nullable(nearlyShare) }),
    }),
  ),
  zeroed: nullable(nearlyShare),
  probe: nullable(
    objectOf<LinearProbe>({
      accuracy: share,
      fitAccuracy: share,
      penalty: amount,
      fitImages: count,
      scoredImages: count,
    }),
  ),
});

const gradient = objectOf<GradientRecord>({
  images: count,
  slope: amount,
  loss: finite,
  referenceLoss: finite,
  kernels: listOf(
    objectOf<KernelGradientRecord>({
      name: text,
      weights: count,
      norm: amount,
      relativeNorm: amount,
      stuck: optional(nearlyShare),
      referenceNorm: amount,
      cosine: nullable(numberIn(-1 - 1e-6, 1 + 1e-6)),
    }),
  ),
});

/** Every field of an analysis record. */
export const analysisRecordShape = objectOf<AnalysisRecord>({
  kind: oneOf(["bars.analysis-record"]),
  schema: oneOf([1, 2]),
  config: acceptedWhole<AnalysisConfig>(analysisConfig),
  createdAt: timeText,
  versions: versionsShape,
  backend: backendShape,
  run: nullable(
    objectOf<AnalysedRun>({
      configHash: sha256Text,
      name: text,
      seed: count,
      checkpoint: oneOf(["last", "best"]),
      epoch: count,
      modelHash: sha256Text,
      cost: objectOf<AnalysedRun["cost"]>({ flops: amount, bops: amount, ops: amount, bits: amount }),
      testAccuracy: nullable(share),
    }),
  ),
  genotype: nullable(genotypeShape),
  data: objectOf<AnalysisRecord["data"]>({
    name: text,
    note: text,
    images: count,
    probeImages: count,
    classes: wholeFrom(2),
  }),
  structure: nullable(structure),
  taps: listOf(tap),
  gradient: nullable(gradient),
  seconds: amount,
});
