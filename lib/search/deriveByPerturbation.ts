import { existsSync } from "node:fs";
import { deriveInputOf, type StoredEpoch } from "../derive/alphasAt";
import { type Derivation, derive } from "../derive/derive";
import { type PerturbOptions, perturbRule } from "../derive/perturbRule";
import { readSearchRecord } from "../records/searchRecordFile";
import { DeriveError } from "../util/errors";
import { type Progress, silentProgress } from "../util/progress";
import { searchFiles } from "./searchFiles";
import { SupernetScorer } from "./supernetScorer";

export interface DeriveByPerturbationOptions
  extends Partial<Pick<PerturbOptions, "judge" | "measure" | "budget" | "atLeast" | "prune">> {
  /** Whose alphas make the mixture; by default those of the chosen epoch, else the last. The weights are the checkpoint's. */
  readonly epoch?: StoredEpoch;
  /** Images of the alpha split the loss is measured on; 0: all. Default: as many as each epoch was measured on. */
  readonly images?: number;
  readonly progress?: Progress;
}

/**
 * Derives by rule "perturb": judges every choice of a stored search by the supernet's loss on the alpha split, and takes those
 * that count most, within a budget.
 *
 * @param directory of the run: `record.json` and `checkpoint.safetensors`.
 * @throws DeriveError where there is no checkpoint, or no architecture within the budget.
 * @throws RecordError for a checkpoint of another search.
 *
 * @example
 * ```ts
 * const space = { initChannels: 4, cellLayout: [0, 1, 0], steps: 1 };
 * const data = { dataset: "synthetic", trainImages: 48, testImages: 16 };
 * const config = bars.searchConfig({ space, data, batchSize: 8, epochs: 2, warmupEpochs: 1 });
 * await bars.search(config, { directory: "runs/tiny-search" });
 * const { rule, cost } = await bars.derivation.deriveByPerturbation("runs/tiny-search", { judge: "keep" });
 * console.log(rule.rule, cost.bops > 0); // perturb true
 * ```
 */
export async function deriveByPerturbation(
  directory: string,
  options: DeriveByPerturbationOptions = {},
): Promise<Derivation> {
  const files = searchFiles(directory);
  if (!existsSync(files.checkpoint)) {
    throw new DeriveError(
      `${files.checkpoint}: rule "perturb" judges choices by the supernet's loss and needs the checkpoint of the search, found none. Use the folder the search ran in, or a rule that needs no checkpoint.`,
    );
  }
  const record = readSearchRecord(files.record);
  const { epoch, images, progress = silentProgress, ...rule } = options;
  const input = deriveInputOf(record, epoch, files.record);
  const judge = rule.judge ?? perturbRule.defaults.judge;
  // Said before anything is measured.
  derive({ ...input, strengths: input.alphas }, { rule: "perturb", ...rule });
  const scorer = await SupernetScorer.open(record, files.checkpoint, { images, progress });
  try {
    const strengths = await scorer.strengths(input.alphas, judge, progress);
    return derive({ ...input, strengths }, { rule: "perturb", ...rule });
  } finally {
    scorer.dispose();
  }
}
