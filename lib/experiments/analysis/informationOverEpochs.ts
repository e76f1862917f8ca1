import type { AnalysisRecord } from "../../analysis/analysisRecord";
import { beforeSign, beforeSigns } from "../../analysis/beforeSigns";
import type { AnalysisConfig } from "../../config/analysisConfig";
import type { Overrides } from "../../config/check";
import { type Table, type TableColumn, type TableRecord, table } from "../../records/table";
import type { TrainRecord } from "../../records/trainRecord";
import { readTrainRecord } from "../../records/trainRecordFile";
import { trainingData } from "../../train/trainContext";
import { trainedNetwork } from "../../train/trainedNetwork";
import { snapshotEpochs, trainFiles } from "../../train/trainFiles";
import { counted } from "../../util/counted";
import { RecordError } from "../../util/errors";
import { type Progress, silentProgress } from "../../util/progress";
import { analyzeNetwork } from "./analyzeNetwork";

const columns: readonly TableColumn[] = [
  { name: "epoch", unit: null, description: "passes over the training images so far, counted from 1" },
  { name: "place", unit: null, description: "layer whose binary input is measured" },
  { name: "cell", unit: null, description: "place of its cell in the layout" },
  { name: "stage", unit: null, description: "stage of its cell" },
  { name: "entropy", unit: "bits", description: "mean entropy of a channel's sign (M2)" },
  { name: "inputInformation", unit: "bits", description: "I(X;T), mean over random codes (M3)" },
  { name: "labelInformation", unit: "bits", description: "I(T;Y) above chance, mean over random codes (M3)" },
  { name: "saturated", unit: "share", description: "codes whose estimate has too few images" },
  {
    name: "rankBefore",
    unit: null,
    description: "effective rank of pooled features in front of the sign (M4)",
  },
  { name: "rankAfter", unit: null, description: "the same behind it" },
];

/**
 * The measures of every binarized layer at every epoch whose weights a training has kept: the information plane over
 * training, and entropy and rank along depth.
 *
 * @param directory of a training with `snapshotEpochs`.
 * @throws RecordError if it kept none; what {@link analyzeNetwork} throws.
 *
 * @example
 * ```ts
 * const data = { dataset: "synthetic", trainImages: 48, testImages: 16 };
 * const space = bars.space.spaceConfig({ initChannels: 4, cellLayout: [0, 1, 0], steps: 1 });
 * const model = bars.records.genotypeModel(bars.space.randomGenotype(space, bars.randomKey(0)), "tiny");
 * const config = bars.trainConfig({ data, batchSize: 8, epochs: 2, snapshotEpochs: [0, 1] });
 * await bars.train(config, model, { directory: "runs/kept" });
 * const settings = { images: 40, probeImages: 16, bits: 2, gradient: { batches: 0 } };
 * const table = await bars.analysis.informationOverEpochs("runs/kept", { config: settings });
 * console.log(new Set(table.rows.map(({ epoch }) => epoch)).size); // 2
 * ```
 */
export async function informationOverEpochs(
  directory: string,
  options: {
    readonly config?: Overrides<AnalysisConfig>;
    readonly progress?: Progress;
    readonly signal?: AbortSignal;
  } = {},
): Promise<Table> {
  const epochs = snapshotEpochs(directory);
  const record = readTrainRecord(trainFiles(directory).record);
  if (epochs.length === 0) {
    throw new RecordError(
      `${directory}: expected the weights of a training after some of its epochs, it kept none. Train with snapshotEpochs, e.g. [0, 1, 3, 7].`,
    );
  }
  const { progress = silentProgress, signal } = options;
  const data = await trainingData(record.config, record.model, progress);
  const config = { probeImages: 0, gradient: { batches: 0 }, ...options.config };
  const found: KeptEpoch[] = [];
  for (const epoch of epochs) {
    const { network } = await trainedNetwork(directory, epoch);
    try {
      const subject = { network, config: record.config, model: record.model, epoch, run: null };
      const watch = { config, progress, ...(signal ? { signal } : {}) };
      found.push({ epoch, analysis: await analyzeNetwork(subject, data, watch) });
    } finally {
      network.dispose();
    }
  }
  return informationTable(record, found);
}

/** The analysis of a training's weights after one epoch, counted from 0. */
export interface KeptEpoch {
  readonly epoch: number;
  readonly analysis: AnalysisRecord;
}

/**
 * The table of {@link informationOverEpochs} from analyses of one training, epochs ascending, at least one.
 *
 * @example
 * ```ts
 * const data = { dataset: "synthetic", trainImages: 48, testImages: 16 };
 * const space = bars.space.spaceConfig({ initChannels: 4, cellLayout: [0, 1, 0], steps: 1 });
 * const model = bars.records.genotypeModel(bars.space.randomGenotype(space, bars.randomKey(0)), "tiny");
 * const record = await bars.train(bars.trainConfig({ data, batchSize: 8, epochs: 2 }), model, { directory: "runs/tiny-train" });
 * const settings = { images: 40, probeImages: 16, bits: 2, gradient: { batches: 0 } };
 * const analysis = await bars.analyzeNetwork("runs/tiny-train", null, { config: settings });
 * const table = bars.analysis.informationTable(record, [{ epoch: 1, analysis }]);
 * console.log(table.columns[0].name, table.rows.length > 0, table.rows[0].epoch); // epoch true 2
 * ```
 */
export function informationTable(record: TrainRecord, found: readonly KeptEpoch[]): Table {
  const { config, data } = (found.at(-1) as KeptEpoch).analysis;
  const rows = found.flatMap(({ epoch, analysis }) => layerRows(analysis, epoch));
  return table(`Binary layers of ${record.model.name} over training`, columns, rows, {
    sources: [record.configHash],
    notes: [
      `${data.images} training images of ${data.name}; means over ${config.subsets} random codes of ${config.bits} bits. I(X;T): plug-in with Miller-Madow correction; I(T;Y): plug-in less what is left of it where labels are shuffled.`,
      `Trained on ${record.data.trainImages} images for ${counted(record.config.epochs, "epoch")}, seed ${record.config.seed}. One training: no spread over seeds.`,
    ],
  });
}

function layerRows({ taps }: AnalysisRecord, epoch: number): TableRecord[] {
  const before = beforeSigns(taps);
  return taps
    .filter(({ kind }) => kind === "bits")
    .map((tap): TableRecord => {
      const place = tap.name.replace(/\.bits$/, "");
      return {
        epoch: epoch + 1,
        place,
        cell: tap.cell,
        stage: tap.stage,
        entropy: tap.entropy?.layer ?? null,
        inputInformation: tap.information?.inputInformation ?? null,
        labelInformation: tap.information?.labelInformationAboveChance ?? null,
        saturated: tap.information?.saturated ?? null,
        rankBefore: beforeSign(tap, before)?.rank?.pooled.effectiveRank ?? null,
        rankAfter: tap.rank?.pooled.effectiveRank ?? null,
      };
    });
}
