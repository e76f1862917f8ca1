import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import type { AnalysisRecord } from "../../analysis/analysisRecord";
import { readAnalysisRecord, writeAnalysisRecord } from "../../analysis/analysisRecordFile";
import { hasAllSigns } from "../../analysis/beforeSigns";
import { analysisConfig } from "../../config/analysisConfig";
import { dataLabel } from "../../data/dataLabel";
import { type TrainingData, trainingData } from "../../train/trainContext";
import { canonicalJson, hashJson } from "../../util/canonicalJson";
import { DataError, RecordError } from "../../util/errors";
import { silentProgress } from "../../util/progress";
import { type FoundRecord, findTrainRecords } from "../frontierRuns";
import { type AnalyzeOptions, analyzeNetwork } from "./analyzeNetwork";

/** Analyses of several runs, and the runs left out with the reason. */
export interface AnalysedRuns {
  readonly records: readonly AnalysisRecord[];
  readonly leftOut: readonly { readonly place: string; readonly why: string }[];
  /** How many were on disk already. */
  readonly reused: number;
}

/**
 * Beside a run's record, what an analysis of it with some settings leaves.
 *
 * @example
 * ```ts
 * console.log(bars.analysis.analysisFile("runs/mine", "best").split("/").at(-1)); // analysis-best.json
 * ```
 */
export function analysisFile(directory: string, checkpoint: "last" | "best" = "last"): string {
  return join(directory, checkpoint === "last" ? "analysis.json" : `analysis-${checkpoint}.json`);
}

/**
 * Analyses the finished trainings at some places (as `findTrainRecords` finds them), one after another. Each analysis
 * is written into its run's folder at once; called again with the same settings, what is there is read, so that an
 * interrupted round goes on where it stopped; only an analysis of schema 1 that did not measure in front of every sign is
 * made anew. Runs that are not finished or lack their weights are left out and named.
 *
 * @throws RecordError if no run is left, with the first reason; and what {@link analyzeNetwork} throws.
 *
 * @example
 * ```ts
 * const data = { dataset: "synthetic", trainImages: 48, testImages: 16 };
 * const space = bars.space.spaceConfig({ initChannels: 4, cellLayout: [0, 1, 0], steps: 1 });
 * const model = bars.records.genotypeModel(bars.space.randomGenotype(space, bars.randomKey(0)), "tiny");
 * await bars.train(bars.trainConfig({ data, batchSize: 8, epochs: 2 }), model, { directory: "runs/tiny-train" });
 * const settings = { images: 40, probeImages: 16, bits: 2, gradient: { batches: 0 } };
 * const { records, leftOut } = await bars.analysis.analyzeRuns(["runs/tiny-train"], { config: settings });
 * console.log(records.length, leftOut.length); // 1 0
 * ```
 */
export async function analyzeRuns(
  places: readonly string[],
  options: AnalyzeOptions & {
    readonly onRun?: (done: number, total: number, record: AnalysisRecord) => void;
  } = {},
): Promise<AnalysedRuns> {
  const config = analysisConfig(options.config ?? {}, "analyzeRuns");
  const checkpoint = options.checkpoint ?? "last";
  const found = findTrainRecords(places);
  const data = new SharedData();
  const records: AnalysisRecord[] = [];
  const leftOut: { place: string; why: string }[] = [];
  let reused = 0;
  for (const [i, { place, record }] of found.entries()) {
    const directory = dirname(place);
    if (record.status !== "finished") {
      leftOut.push({
        place,
        why: record.statusDetail ? `${record.status}: ${record.statusDetail}` : record.status,
      });
      continue;
    }
    const file = analysisFile(directory, checkpoint);
    let analysed = earlier(file, record.configHash, canonicalJson(config));
    if (analysed) {
      reused += 1;
    } else {
      try {
        const images = await data.of(found[i] as FoundRecord, options);
        analysed = await analyzeNetwork(directory, images, { ...options, config });
      } catch (error) {
        if (!(error instanceof RecordError)) throw error;
        leftOut.push({ place, why: error.message });
        continue;
      }
      writeAnalysisRecord(file, analysed);
    }
    records.push(analysed);
    options.onRun?.(i + 1, found.length, analysed);
  }
  if (records.length === 0) {
    const [first] = leftOut;
    throw new RecordError(
      `${places.join(", ")}: expected finished trainings with their weights, found none. ${first?.place}: ${first?.why}`,
    );
  }
  return { records, leftOut, reused };
}

/** An analysis on disk, if it is of this run and these settings, and lacks nothing that is measured now. */
function earlier(file: string, configHash: string, settings: string): AnalysisRecord | null {
  if (!existsSync(file)) return null;
  const record = readAnalysisRecord(file);
  const same = record.run?.configHash === configHash && canonicalJson(record.config) === settings;
  return same && hasAllSigns(record) ? record : null;
}

/** The images of runs, read once where runs share them. */
class SharedData {
  #hash = "";
  #data: TrainingData | null = null;

  async of({ record }: FoundRecord, { progress = silentProgress }: AnalyzeOptions): Promise<TrainingData> {
    const { config, model } = record;
    const hash = hashJson({ data: config.data, share: config.validationShare });
    if (this.#hash !== hash || this.#data === null) {
      this.#data = await trainingData(config, model, progress);
      this.#hash = hash;
    }
    if (dataLabel(this.#data.data.info) !== dataLabel(record.data)) {
      throw new DataError(
        `analyze ${model.name}: it was trained on ${dataLabel(record.data)}, the data found are ${dataLabel(this.#data.data.info)}. Put the data where the run had them (${config.data.directory}).`,
      );
    }
    return this.#data;
  }
}
