import { readFileSync } from "node:fs";
import { checkClasses } from "../config/dataConfig";
import { formOf } from "../config/datasets";
import { complete } from "../config/section";
import { spaceFor } from "../config/spaceFor";
import type { TrainConfig } from "../config/trainConfig";
import { measuredCost, rejectUnreachableBudget, rejectUnspendableBudget } from "../cost/budgetReach";
import { deriveInputOf } from "../derive/alphasAt";
import { derive } from "../derive/derive";
import { searchRecordAt } from "../evolution/storedSearch";
import { fold, type RandomKey, randomKey } from "../random/randomKey";
import { checkModelSpec, genotypeModel, type ModelSpec, modelShape } from "../records/modelSpec";
import { readSearchRecord } from "../records/searchRecordFile";
import type { Genotype } from "../space/genotype";
import { randomGenotype } from "../space/randomGenotype";
import { parseGenotype } from "../space/validateGenotype";
import { ConfigError, GenotypeError } from "../util/errors";
import { shownPath } from "../util/shownPath";
import type { JobChoice } from "./jobChoice";
import { deriveSettings } from "./jobSettings";
import { randomPart } from "./sweepSections";

/** The model of a job whose architecture is known before it runs. */
export function givenModel(choice: JobChoice, train: TrainConfig): ModelSpec {
  const { stage } = choice.run;
  switch (stage) {
    case "derive+train":
      return fromStoredSearch(choice);
    case "train":
      return fromStoredGenotype(choice);
    case "baseline":
      return baseline(choice, train);
    case "random":
      return drawn(choice, train);
    default:
      throw new ConfigError(`${choice.place}: stage "${stage}" has no model before it runs.`);
  }
}

function fromStoredSearch(choice: JobChoice): ModelSpec {
  const path = searchRecordAt(shownPath(choice.run.record as string));
  const record = readSearchRecord(path);
  const { rule, epoch } = deriveSettings(choice, record.config);
  const input = deriveInputOf(record, epoch ?? undefined, path);
  const key = fold(randomKey(choice.seed), "derive");
  const { genotype } = derive({ ...input, key }, rule);
  return genotypeModel(genotype, choice.label, {
    method: "search",
    recordHash: record.configHash,
    rule,
    epoch: epoch ?? record.chosen?.epoch ?? record.epochs.at(-1)?.epoch ?? null,
    seed: record.config.seed,
  });
}

function fromStoredGenotype({ run, label }: JobChoice): ModelSpec {
  const path = shownPath(run.genotype as string);
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    throw new GenotypeError(
      `${path}: expected a genotype file, could not read it: ${(cause as Error).message}.`,
      { cause },
    );
  }
  return genotypeModel(parseGenotype(text, path), label);
}

function baseline({ parts, budget, label, place }: JobChoice, { data }: TrainConfig): ModelSpec {
  if (budget !== null) {
    throw new ConfigError(
      `${place}: baselines take no budget; give their widths in the grid ("baseline.width").`,
    );
  }
  const at = `${place}: baseline`;
  const form = formOf(data);
  const model = checkModelSpec({ ...form, ...parts.baseline, kind: "baseline", name: label }, at);
  checkClasses(at, modelShape(model).classes, data);
  return model;
}

/** An architecture whose cost lies between `atLeast` times the budget and the budget, uniform over all such choices. */
function drawn(choice: JobChoice, train: TrainConfig): ModelSpec {
  const at = `${choice.place}: random`;
  const budget = choice.budget as NonNullable<JobChoice["budget"]>;
  const { preset, space: changes, atLeast, draws } = complete(at, randomPart, choice.parts.random ?? {});
  const space = spaceFor(train.data, preset, changes, `${at}.space`);
  rejectUnreachableBudget(space, train.binarization, budget, choice.place);
  rejectUnspendableBudget(space, train.binarization, { ...budget, atLeast }, choice.place);
  const key = fold(randomKey(choice.seed), "random architecture");
  const within = (genotype: Genotype) => {
    const cost = measuredCost(genotype, budget.measure, train.binarization);
    return cost <= budget.value && cost >= atLeast * budget.value;
  };
  const genotype = firstDraw(draws, key, (k) => randomGenotype(space, k), within);
  if (genotype === null) {
    throw new ConfigError(
      `${at}: none of ${draws} architectures drawn at random costs between ${atLeast * budget.value} and ${budget.value} ${budget.measure}. Lower "atLeast", raise "draws", or take a budget the space holds more of.`,
    );
  }
  const origin = {
    method: "random",
    recordHash: null,
    rule: { atLeast, budget },
    epoch: null,
    seed: choice.seed,
  } as const;
  return genotypeModel(genotype, choice.label, origin);
}

function firstDraw<T>(
  draws: number,
  key: RandomKey,
  draw: (key: RandomKey) => T,
  fits: (value: T) => boolean,
): T | null {
  for (let i = 0; i < draws; i++) {
    const value = draw(fold(key, i));
    if (fits(value)) return value;
  }
  return null;
}
