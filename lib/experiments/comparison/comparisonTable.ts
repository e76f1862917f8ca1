import { join } from "node:path";
import { ops } from "../../cost/cost";
import { costTable, totalCost } from "../../cost/costTable";
import { sampleSummary } from "../../frontier/sampleSummary";
import { type Table, type TableColumn, type TableRecord, table } from "../../records/table";
import type { TrainRecord } from "../../records/trainRecord";
import { readTrainRecord } from "../../records/trainRecordFile";
import { builtCells } from "../../space/builtCells";
import { genotypeHash } from "../../space/genotypeJson";
import { stagesOf } from "../../space/stages";
import { widthSlots } from "../../space/widthSlots";
import { jobFiles } from "../../sweep/jobFolder";
import { jobFolder } from "../../sweep/jobState";
import type { SweepJob } from "../../sweep/sweepJob";
import { counted } from "../../util/counted";
import { runPointOf } from "../frontierRuns";
import type { Comparison, Variant } from "./comparisonVariants";
import type { MatchedShape } from "./matchBops";

/** A variant as a network of the asked BOPs. */
export type MatchedVariant = Variant & MatchedShape;

const columns: readonly TableColumn[] = [
  { name: "factor", unit: null, description: "what the variant changes; the rest is the reference" },
  { name: "variant", unit: null, description: "name of the variant" },
  { name: "about", unit: null, description: "what it is" },
  { name: "channels", unit: null, description: "channels of a node in each stage" },
  { name: "bops", unit: "MAC", description: "1-bit multiply-accumulates of one image" },
  { name: "bopsError", unit: "share", description: "difference from the BOPs asked for" },
  { name: "flops", unit: "MAC", description: "real multiply-accumulates of one image" },
  { name: "ops", unit: "MAC", description: "FLOPs + BOPs / 64" },
  { name: "bits", unit: "bits", description: "stored size: 1 a binary weight, 32 a real number" },
  { name: "reductionShare", unit: "share", description: "of the BOPs, in reduction cells" },
  {
    name: "stageShares",
    unit: "share",
    description: "of the BOPs in each stage; reductions belong to the stage they open",
  },
  { name: "seeds", unit: null, description: "trainings from scratch" },
  {
    name: "accuracy",
    unit: "share",
    description: "mean over seeds on the test images, after the last epoch",
  },
  {
    name: "accuracySd",
    unit: "share",
    description: "standard deviation over seeds, n - 1; null for one seed",
  },
  {
    name: "accuracyLow",
    unit: "share",
    description: "lower end of the 95 % t interval of the mean; null for one seed",
  },
  { name: "accuracyHigh", unit: "share", description: "upper end" },
  {
    name: "difference",
    unit: "share",
    description: "mean over seeds of accuracy minus the reference's at the same seed",
  },
  {
    name: "differenceLow",
    unit: "share",
    description: "lower end of its 95 % t interval (pairs by seed); null for one seed",
  },
  { name: "differenceHigh", unit: "share", description: "upper end" },
  {
    name: "trainAccuracy",
    unit: "share",
    description: "mean over seeds of the last epoch's accuracy on augmented training images",
  },
  { name: "genotype", unit: null, description: "first 12 digits of the architecture's hash" },
];

/** One row a variant, over its seeds. All jobs must be finished. */
export function comparisonTable(
  comparison: Comparison,
  size: { readonly bops: number; readonly tolerance: number },
  variants: readonly MatchedVariant[],
  jobs: readonly SweepJob[],
  directory: string,
): Table {
  const runs = new Map<string, TrainRecord[]>();
  for (const job of jobs) {
    const record = readTrainRecord(join(jobFiles(jobFolder(directory, job)).train, "record.json"));
    runs.set(job.run, [...(runs.get(job.run) ?? []), record]);
  }
  const accuracies = (name: string) =>
    (runs.get(name) ?? []).map(
      (record) => runPointOf(record, { which: "all", checkpoint: "last" }, name).accuracy,
    );
  const reference = accuracies((variants[0] as MatchedVariant).name);
  const rows = variants.map((variant): TableRecord => {
    const own = accuracies(variant.name);
    const summary = sampleSummary(own);
    const difference = sampleSummary(own.map((accuracy, i) => accuracy - (reference[i] as number)));
    const last = (runs.get(variant.name) ?? []).map(({ epochs }) => epochs.at(-1)?.trainAccuracy ?? 0);
    return {
      factor: variant.factor,
      variant: variant.name,
      about: variant.about,
      ...spread(variant),
      seeds: summary.n,
      accuracy: summary.mean,
      accuracySd: summary.sd,
      accuracyLow: summary.interval?.[0] ?? null,
      accuracyHigh: summary.interval?.[1] ?? null,
      difference: difference.mean,
      differenceLow: difference.interval?.[0] ?? null,
      differenceHigh: difference.interval?.[1] ?? null,
      trainAccuracy: sampleSummary(last).mean,
      genotype: genotypeHash(variant.genotype).slice(0, 12),
    };
  });
  const all = [...runs.values()].flat();
  const { config, data, versions, backend } = all[0] as TrainRecord;
  const engine = `${backend.name} ${backend.version}`;
  return table(
    comparison === "layout" ? "Layouts at equal BOPs" : "Topologies at equal BOPs",
    columns,
    rows,
    {
      sources: all.map(({ configHash }) => configHash),
      notes: [
        `Every network has ${size.bops} BOPs within ${100 * size.tolerance} %, per image; one multiply-accumulate = 1. Channels make up for what a variant saves or spends.`,
        `${data.name}: ${counted(data.trainImages, "training image")}, ${counted(data.testImages, "test image")}; ${counted(config.epochs, "epoch")}, batch ${config.batchSize}, ${config.optimizer.method}. ${data.note}`,
        `Seeds ${[...new Set(all.map((record) => record.config.seed))].join(", ")}. Intervals are of the mean over seeds and hold nothing of the choice of test images; no correction for the number of variants.`,
        `bars ${versions.bars}, ${engine}.`,
      ],
    },
  );
}

/** Where a network's channels and BOPs are. */
function spread({ genotype, bops, error }: MatchedShape): TableRecord {
  const cost = totalCost(genotype);
  const stages = stagesOf(genotype.space);
  const built = builtCells(genotype);
  const of = (cells: readonly number[]) => {
    const names = new Set(cells.map((cell) => `cell${cell}`));
    const own = costTable(genotype).filter(({ name }) => names.has(name.split(".")[0] as string));
    return own.reduce((sum, layer) => sum + layer.bops, 0) / bops;
  };
  const reductions = built.filter(({ reduction }) => reduction).map(({ cell }) => cell);
  const shares = stages.map(({ index }) =>
    of(built.filter(({ stage }) => stage === index).map(({ cell }) => cell)),
  );
  return {
    channels: stages
      .map(({ index, channels }) =>
        Math.round(channels * (genotype.width[widthSlots(genotype.space)[index]?.[0] as number] as number)),
      )
      .join(" "),
    bops,
    bopsError: error,
    flops: cost.flops,
    ops: ops(cost),
    bits: cost.bits,
    reductionShare: of(reductions),
    stageShares: shares.map((share) => share.toFixed(3)).join(" "),
  };
}
