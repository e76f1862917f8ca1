import { startBackend } from "../backend";
import type { RaceConfig } from "../config/raceConfig";
import { describedData } from "../loop/runRecord";
import { loadTrainingData, stepsPerEpoch } from "../train/trainContext";
import { unlessStopped } from "../util/interrupt";
import type { Progress } from "../util/progress";
import { type RaceOutcome, type RaceTask, runTask, type WorkerAbout } from "./raceTask";

/** Something that trains networks of one race, one after the other: its images are loaded once. */
export interface RaceWorker {
  readonly about: WorkerAbout;
  run(task: RaceTask, onStep: (steps: number) => void): Promise<RaceOutcome>;
}

/** Starts the tensor engine of this process and loads a race's images. */
export async function openRaceWorker(
  config: RaceConfig,
  directory: string,
  signal: AbortSignal,
  progress: Progress,
): Promise<RaceWorker> {
  const backend = await unlessStopped(signal, "race", () => startBackend());
  const images = await unlessStopped(signal, "race", () => loadTrainingData(config.train, progress));
  const { data, trainImages, validationImages } = images;
  const about: WorkerAbout = {
    backend,
    data: describedData(data.info, {
      trainImages: trainImages.length,
      validationImages: validationImages.length,
      testImages: data.test.labels.length,
    }),
    stepsPerEpoch: stepsPerEpoch({ config: config.train, trainImages }),
  };
  return {
    about,
    run: (task, onStep) => runTask(config, task, { directory, images, backend, signal, onStep }),
  };
}
