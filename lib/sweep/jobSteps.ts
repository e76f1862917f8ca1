import { check, deepFreeze } from "../config/check";
import { formOf, type ImageForm } from "../config/datasets";
import type { TrainConfig } from "../config/trainConfig";
import { modelShape } from "../records/modelSpec";
import { counted } from "../util/counted";
import { BarsError, ConfigError } from "../util/errors";
import type { JobChoice } from "./jobChoice";
import { evolutionSettings } from "./jobEvolution";
import { givenModel } from "./jobModel";
import { raceSettings } from "./jobRace";
import { deriveSettings, searchSettings, trainSettings } from "./jobSettings";
import type { JobStep } from "./sweepJob";

/**
 * What a job does, step by step, with all settings completed.
 * @throws ConfigError naming the job for settings that are refused.
 */
export function stepsOf(choice: JobChoice): readonly JobStep[] {
  try {
    return deepFreeze(stepsFor(choice));
  } catch (error) {
    if (!(error instanceof BarsError) || error.message.startsWith(choice.place)) throw error;
    throw new ConfigError(`${choice.place}: ${error.message}`, { cause: error });
  }
}

function stepsFor(choice: JobChoice): readonly JobStep[] {
  const { stage } = choice.run;
  if (stage === "search") return [{ step: "search", config: searchSettings(choice) }];
  const train = trainSettings(choice);
  if (stage === "evolution") {
    const { config, space } = evolutionSettings(choice);
    requireForm(choice, train, space);
    return [
      { step: "evolve", config, name: choice.label },
      { step: "train", config: train, model: null },
    ];
  }
  if (stage === "race") {
    const config = raceSettings(choice);
    requireForm(choice, train, config.space);
    return [
      { step: "race", config, name: choice.label },
      { step: "train", config: train, model: null },
    ];
  }
  if (stage !== "search+train") {
    const model = givenModel(choice, train);
    requireForm(choice, train, modelShape(model));
    return [{ step: "train", config: train, model }];
  }
  const config = searchSettings(choice);
  requireForm(choice, train, config.space);
  const { rule, epoch } = deriveSettings(choice, config);
  if (epoch !== null && epoch >= config.epochs) {
    throw new ConfigError(
      `${choice.place}: derive: epoch must be below the ${counted(config.epochs, "epoch")} of the search, got ${epoch}.`,
    );
  }
  return [
    { step: "search", config },
    { step: "derive", rule, epoch, seed: choice.seed, name: choice.label },
    { step: "train", config: train, model: null },
  ];
}

/** What training would find out only when its data are loaded. */
function requireForm({ place }: JobChoice, { data }: TrainConfig, network: ImageForm): void {
  const at = `${place}: train.overrides.data`;
  const { classes, imageSize, imageChannels } = formOf(data);
  const fewer = `one with at most the ${network.classes} classes of the architecture`;
  check(at, "dataset", classes <= network.classes, fewer, data.dataset);
  const alike = imageSize === network.imageSize && imageChannels === network.imageChannels;
  const form = `one of images of ${network.imageSize}x${network.imageSize}x${network.imageChannels}, which the architecture reads`;
  check(at, "dataset", alike, form, data.dataset);
}
