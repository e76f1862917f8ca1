import { type BackendInfo, forgetGraphs } from "../backend";
import type { RaceConfig } from "../config/raceConfig";
import { genotypeModel } from "../records/modelSpec";
import type { RaceResult } from "../records/raceRecord";
import { isByLoss, stepsTo } from "../records/raceStandings";
import type { TestResult, TrainRecord } from "../records/trainRecord";
import type { Genotype } from "../space/genotype";
import { stepsPerEpoch, type TrainingData } from "../train/trainContext";
import { trainPart } from "../train/trainPart";
import { DivergenceError } from "../util/errors";
import { mean } from "../util/statistics";
import { networkFolder } from "./raceFiles";
import { trainingSeed } from "./trainingSeed";

/** One network to train through one rung. Plain data: it travels to another process. */
export interface RaceTask {
  readonly index: number;
  readonly hash: string;
  readonly genotype: Genotype;
  readonly rung: number;
  /** Which of its trainings with other seeds, from 0; null: the one that goes from rung to rung. */
  readonly again: number | null;
  /** Measure on the test images: a rung that was run before, then. */
  readonly test: boolean;
}

/** What came of it. */
export interface RaceOutcome {
  readonly result: RaceResult;
  readonly tests: readonly TestResult[];
}

/** What a worker works on, and with. */
export interface WorkerAbout {
  readonly backend: BackendInfo;
  readonly data: TrainRecord["data"];
  readonly stepsPerEpoch: number;
}

export interface TaskOptions {
  /** Folder of the race. */
  readonly directory: string;
  readonly images: TrainingData;
  readonly backend: BackendInfo;
  readonly signal: AbortSignal;
  /** Called after every step, with all steps of the network's training so far. */
  readonly onStep: (steps: number) => void;
}

/**
 * Trains a network through a rung, from where its checkpoint stands, and measures it. The same task gives the same outcome
 * in any process, however often it was begun before.
 *
 * @throws InterruptedError after `signal`, when everything is saved.
 */
export async function runTask(
  config: RaceConfig,
  task: RaceTask,
  options: TaskOptions,
): Promise<RaceOutcome> {
  const { directory, images, backend, signal, onStep } = options;
  const { rungs } = config;
  const { rung, test, index, again } = task;
  const train = { ...config.train, seed: trainingSeed(config, index, again) };
  const perEpoch = stepsPerEpoch({ config: train, trainImages: images.trainImages });
  const steps = stepsTo(config, rung, perEpoch);
  try {
    const part = await trainPart(train, genotypeModel(task.genotype), {
      ...{ images, backend, signal, onStep, test },
      directory: networkFolder(directory, task, again),
      until: { epoch: Math.floor(steps / perEpoch), step: steps % perEpoch },
      heldOut: rung > 0,
    });
    const from = rung === 0 ? steps - rungs.lossSteps : steps - perEpoch;
    const loss = { from, to: steps, mean: mean(part.losses.slice(from, steps)) };
    const { heldOut, seconds } = part;
    const score = heldOut === null || isByLoss(config, rung) ? -loss.mean : heldOut.accuracy;
    return { result: { rung, steps, score, loss, heldOut, seconds, diverged: null }, tests: part.tests };
  } catch (error) {
    if (!(error instanceof DivergenceError)) throw error;
    const diverged = error.message;
    const none = { score: null, loss: null, heldOut: null, seconds: 0, diverged } as const;
    return { result: { rung, steps, ...none }, tests: [] };
  } finally {
    // The next network has graphs of its own.
    forgetGraphs();
  }
}
