import { mean } from "../util/statistics";
import type { AnalysisRecord, TapMeasures } from "./analysisRecord";
import { beforeSign, beforeSigns, hasAllSigns } from "./beforeSigns";

/** One number that stands for a whole network. */
export interface NetworkScore {
  readonly name: string;
  /** Of `docs/analysis.md`; "cost" for what a measure must beat. */
  readonly measure: "M1" | "M2" | "M3" | "M4" | "M5" | "M6" | "M7" | "cost";
  readonly unit: string;
  /** Whether it looks at labels of training images, and at test images. */
  readonly uses: "structure" | "images" | "labels" | "test images";
  readonly description: string;
  /** Null where the record lacks what it needs. */
  readonly of: (record: AnalysisRecord) => number | null;
}

type Pick1 = (tap: TapMeasures) => number | null | undefined;

const over = reduced(average);
const least = reduced((values) => (values.length > 0 ? Math.min(...values) : null));
const last = scored((taps, pick) => {
  const end = taps.findLast(({ kind }) => kind === "bits");
  return (end && pick(end)) ?? null;
});

/**
 * The numbers by which networks are compared, in the order of tables. All ours but where `docs/analysis.md` says so.
 *
 * @example
 * ```ts
 * console.log(bars.analysis.networkScores[0].measure, bars.analysis.networkScores[0].unit); // cost operations
 * ```
 */
export const networkScores: readonly NetworkScore[] = [
  cost("bops", "1-bit multiply-accumulates", ({ bops }) => bops),
  cost("ops", "FLOPs + BOPs / 64", ({ ops }) => ops),
  cost("modelBits", "stored size", ({ bits }) => bits),
  {
    name: "minCut",
    measure: "M1",
    unit: "bits",
    uses: "structure",
    description: "smallest cut from image to head",
    of: ({ structure }) => structure?.minCut.bits ?? null,
  },
  {
    name: "meanCellCut",
    measure: "M1",
    unit: "bits",
    uses: "structure",
    description: "smallest cut of a cell, geometric mean over cells",
    of: ({ structure }) => (structure ? geometric(structure.cells.map(({ minCut }) => minCut.bits)) : null),
  },
  over(
    "entropyMean",
    "M2",
    "bits",
    "images",
    "mean entropy of a channel's sign, mean over layers",
    entropyOf,
  ),
  least("entropyLeast", "M2", "bits", "images", "the same, of the layer with the least", entropyOf),
  least(
    "usedBitsLeast",
    "M2",
    "bits",
    "images",
    "bits in use (bound), of the layer with the fewest",
    (tap) => tap.entropy?.usedBits,
  ),
  over(
    "constantChannels",
    "M2",
    "share",
    "images",
    "channels whose sign never changes, mean over layers",
    (tap) => (tap.entropy ? tap.entropy.constantChannels / tap.entropy.channels.length : null),
  ),
  over(
    "inputInformation",
    "M3",
    "bits",
    "images",
    "I(X;T) of random codes, mean over layers",
    (tap) => tap.information?.inputInformation,
  ),
  over(
    "labelInformation",
    "M3",
    "bits",
    "labels",
    "I(T;Y) above chance of random codes, mean over layers",
    labelOf,
  ),
  last("labelInformationLast", "M3", "bits", "labels", "the same, of the last binarized layer", labelOf),
  over("rankPooled", "M4", "dimensions", "images", "effective rank of pooled bits, mean over layers", rankOf),
  last("rankPooledLast", "M4", "dimensions", "images", "the same, of the last binarized layer", rankOf),
  over(
    "rankShare",
    "M4",
    "share",
    "images",
    "effective rank of one pixel's bits over channels, mean over layers",
    (tap) => (tap.rank?.local ? tap.rank.local.effectiveRank / tap.rank.local.dimensions : null),
  ),
  {
    name: "rankLoss",
    measure: "M4",
    unit: "share",
    uses: "images",
    description:
      "participation ratio of pooled features behind the sign over that in front of it, mean over layers",
    of: ({ taps }) => {
      const before = beforeSigns(taps);
      const shares = taps.flatMap((tap) => {
        const ratio = beforeSign(tap, before)?.rank?.pooled.participationRatio ?? 0;
        return tap.kind === "bits" && tap.rank && ratio > 0
          ? [tap.rank.pooled.participationRatio / ratio]
          : [];
      });
      return average(shares);
    },
  },
  over(
    "distinctCodes",
    "M5",
    "share",
    "images",
    "different codes of one pixel, mean over layers",
    (tap) => tap.codes?.distinctShare,
  ),
  over(
    "separation",
    "M5",
    "ratio",
    "labels",
    "Hamming distance between classes over that within, mean over layers",
    separationOf,
  ),
  last("separationLast", "M5", "ratio", "labels", "the same, of the last binarized layer", separationOf),
  {
    name: "probeMean",
    measure: "M6",
    unit: "share",
    uses: "test images",
    description: "accuracy of linear probes, mean over cells",
    of: ({ taps }) => average(probes(taps)),
  },
  {
    name: "probeFirstHalf",
    measure: "M6",
    unit: "share",
    uses: "test images",
    description: "accuracy of linear probes, mean over the first half of the cells",
    of: ({ taps }) => {
      const all = probes(taps);
      return average(all.slice(0, Math.ceil(all.length / 2)));
    },
  },
  {
    name: "zeroed",
    measure: "M7",
    unit: "share",
    uses: "images",
    description: "values whose sign passes no gradient, mean over layers",
    // Those of a few layers are not those of the network.
    of: (record) =>
      hasAllSigns(record) ? average(picked(record.taps, ({ zeroed }) => zeroed, "presign")) : null,
  },
  {
    name: "cosineMean",
    measure: "M7",
    unit: "cosine",
    uses: "labels",
    description: "straight-through gradient against the smooth reference, mean over kernels",
    of: ({ gradient }) => average(cosines(gradient)),
  },
  {
    name: "cosineFirst",
    measure: "M7",
    unit: "cosine",
    uses: "labels",
    description: "the same, of the first kernel: through all signs",
    of: ({ gradient }) => gradient?.kernels[0]?.cosine ?? null,
  },
  {
    name: "gradientRatio",
    measure: "M7",
    unit: "ratio",
    uses: "labels",
    description:
      "relative gradient norm of the first quarter of the kernels over that of the last, geometric means",
    of: ({ gradient }) => {
      const norms = gradient?.kernels.map(({ relativeNorm }) => relativeNorm) ?? [];
      const quarter = Math.max(1, Math.floor(norms.length / 4));
      const [first, end] = [geometric(norms.slice(0, quarter)), geometric(norms.slice(-quarter))];
      return first !== null && end !== null && end > 0 ? first / end : null;
    },
  },
];

function cost(
  name: string,
  description: string,
  pick: (cost: NonNullable<AnalysisRecord["run"]>["cost"]) => number,
): NetworkScore {
  const unit = name === "modelBits" ? "bits" : "operations";
  return {
    name,
    measure: "cost",
    unit,
    uses: "structure",
    description,
    of: ({ run }) => (run ? pick(run.cost) : null),
  };
}

type Uses = NetworkScore["uses"];
type Measure = NetworkScore["measure"];

type Reduce = (values: readonly number[]) => number | null;

/** A score that reduces one number of every binarized layer that has it to one of the network. */
function reduced(reduce: Reduce) {
  return scored((taps, pick) => reduce(picked(taps, pick, "bits")));
}

/** A score of a network out of what is picked of its layers. */
function scored(score: (taps: readonly TapMeasures[], pick: Pick1) => number | null) {
  return (
    name: string,
    measure: Measure,
    unit: string,
    uses: Uses,
    description: string,
    pick: Pick1,
  ): NetworkScore => ({
    name,
    measure,
    unit,
    uses,
    description,
    of: ({ taps }) => score(taps, pick),
  });
}

function picked(taps: readonly TapMeasures[], pick: Pick1, kind: TapMeasures["kind"]): number[] {
  return taps.filter((tap) => tap.kind === kind).flatMap((tap) => pick(tap) ?? []);
}

function entropyOf(tap: TapMeasures): number | null {
  return tap.entropy?.layer ?? null;
}

function labelOf(tap: TapMeasures): number | null {
  return tap.information?.labelInformationAboveChance ?? null;
}

function rankOf(tap: TapMeasures): number | null {
  return tap.rank?.pooled.effectiveRank ?? null;
}

function separationOf(tap: TapMeasures): number | null {
  const { within = null, between = null } = tap.codes?.distances ?? {};
  return within !== null && between !== null && within > 0 ? between / within : null;
}

function probes(taps: readonly TapMeasures[]): number[] {
  const cells = taps.filter(({ name }) => /^cell\d+\.output$/.test(name));
  return (cells.length > 0 ? cells : taps).flatMap(({ probe }) => probe?.accuracy ?? []);
}

function cosines(gradient: AnalysisRecord["gradient"]): number[] {
  return gradient?.kernels.flatMap(({ cosine }) => cosine ?? []) ?? [];
}

function average(values: readonly number[]): number | null {
  return values.length > 0 ? mean(values) : null;
}

function geometric(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  return values.some((value) => value <= 0) ? 0 : Math.exp(average(values.map(Math.log)) as number);
}
