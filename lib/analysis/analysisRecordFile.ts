import { checkRecordForm, readRecordJson } from "../records/readRecord";
import { sealedText } from "../records/seal";
import { writeFileAtomic } from "../util/atomicFile";
import type { AnalysisRecord } from "./analysisRecord";
import { analysisRecordShape } from "./analysisRecordShape";

const form = {
  what: "an analysis record",
  kind: "bars.analysis-record",
  schema: 2,
  earlier: [1],
  shape: analysisRecordShape,
} as const;

/**
 * Reads an analysis record.
 * @throws RecordError if it is missing, damaged, of another kind or schema, and for the first field that is not what it
 * must be.
 *
 * @example
 * ```ts
 * const data = { dataset: "synthetic", trainImages: 48, testImages: 16 };
 * const space = bars.space.spaceConfig({ initChannels: 4, cellLayout: [0, 1, 0], steps: 1 });
 * const model = bars.records.genotypeModel(bars.space.randomGenotype(space, bars.randomKey(0)), "tiny");
 * await bars.train(bars.trainConfig({ data, batchSize: 8, epochs: 2 }), model, { directory: "runs/tiny-train" });
 * const settings = { images: 40, probeImages: 16, bits: 2, gradient: { batches: 0 } };
 * const analysis = await bars.analyzeNetwork("runs/tiny-train", null, { config: settings });
 * bars.analysis.writeAnalysisRecord("runs/tiny-train/mine.json", analysis);
 * console.log(bars.analysis.readAnalysisRecord("runs/tiny-train/mine.json").kind); // bars.analysis-record
 * ```
 */
export function readAnalysisRecord(path: string): AnalysisRecord {
  return checkRecordForm(readRecordJson(path, form.what), form, path);
}

/**
 * Writes a record as JSON, atomically.
 *
 * @example
 * ```ts
 * const data = { dataset: "synthetic", trainImages: 48, testImages: 16 };
 * const space = bars.space.spaceConfig({ initChannels: 4, cellLayout: [0, 1, 0], steps: 1 });
 * const model = bars.records.genotypeModel(bars.space.randomGenotype(space, bars.randomKey(0)), "tiny");
 * await bars.train(bars.trainConfig({ data, batchSize: 8, epochs: 2 }), model, { directory: "runs/tiny-train" });
 * const settings = { images: 40, probeImages: 16, bits: 2, gradient: { batches: 0 } };
 * const analysis = await bars.analyzeNetwork("runs/tiny-train", null, { config: settings });
 * bars.analysis.writeAnalysisRecord("runs/tiny-train/mine.json", analysis);
 * console.log(bars.analysis.readAnalysisRecord("runs/tiny-train/mine.json").config.images); // 40
 * ```
 */
export function writeAnalysisRecord(path: string, record: AnalysisRecord): void {
  writeFileAtomic(path, sealedText(record, 0));
}
