// Settings of the small searches and trainings that are killed, and where such a run is.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

export const data = { dataset: "synthetic", trainImages: 40, testImages: 20 };
export const space = { initChannels: 2, cellLayout: [0, 1], steps: 1, widthChoices: [0.5, 1] };
export const searching = { space, data, batchSize: 10, epochs: 3, warmupEpochs: 1, checkpointSteps: 1 };
export const training = { data, batchSize: 10, epochs: 4, validationShare: 0.2, checkpointSteps: 1 };
export const short = { data, batchSize: 10, epochs: 1, validationShare: 0.2, checkpointSteps: 1 };
export const pace = { population: 3, sample: 2, evaluations: 6 };

/** Where a job or an evolution is, e.g. "train 1 of 4": from the last record it began. */
export function placeOf(folder) {
  for (const step of ["train", "evolution", "search", "."]) {
    const path = join(folder, step, "record.json");
    if (!existsSync(path)) continue;
    const { config, epochs, history, status } = JSON.parse(readFileSync(path, "utf8"));
    const [done, all] = history ? [history.length, config.evaluations] : [epochs.length, config.epochs];
    return `${step === "." ? "evolution" : step} ${done} of ${all}${status === "finished" ? ", finished" : ""}`;
  }
  return "start";
}
