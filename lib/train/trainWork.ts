import type { WholeWork } from "../util/progress";
import { stepsPerEpoch, type TrainContext } from "./trainContext";
import { allEpochs } from "./trainPhase";

/** What a training needs to know of its work. */
type Sizes = Pick<TrainContext, "config" | "data" | "trainImages" | "validationImages" | "teacher" | "title">;

/** Where the pieces of a training lie in all of it, in passes of an image through the network. */
export interface TrainWork {
  /** The steps of an epoch, counted from 0 over both training steps. */
  training(epoch: number): WholeWork;
  /** A measurement at its end. */
  measurement(epoch: number, on: "train" | "test"): WholeWork;
  /** The measurement of the last, or of the best epoch on the test images. */
  test(checkpoint: "last" | "best"): WholeWork;
}

/** Forward and backward pass and update, against a forward pass alone. */
const stepPasses = 3;

/** Which images are measured at the end of an epoch. */
export function measuredAt(
  { config, validationImages }: Pick<TrainContext, "config" | "validationImages">,
  epoch: number,
): { readonly train: boolean; readonly test: boolean } {
  const { validateEvery, testEvery } = config.evaluation;
  const last = epoch + 1 === allEpochs(config);
  const due = (every: number) => every > 0 && ((epoch + 1) % every === 0 || last);
  return { train: validationImages.length > 0 && due(validateEvery), test: due(testEvery) };
}

/** The work of a training, for the time that is left of it, estimated from its settings. */
export function trainWork(context: Sizes): TrainWork {
  const { config, data, validationImages, teacher, title } = context;
  const epochs = allEpochs(config);
  const passes = stepPasses + (teacher === null ? 0 : 1);
  const training = stepsPerEpoch(context) * config.batchSize * passes;
  const tested = data.test.labels.length;
  const measured = (epoch: number) => {
    const { train, test } = measuredAt(context, epoch);
    return { train: train ? validationImages.length : 0, test: test ? tested : 0 };
  };
  const before = (epoch: number) => {
    let sum = 0;
    for (let e = 0; e < epoch; e++) sum += training + measured(e).train + measured(e).test;
    return sum;
  };
  const tests = validationImages.length > 0 ? 2 : 1;
  const total = before(epochs) + tests * tested;
  const piece = (at: number, own: number): WholeWork => ({
    name: `${title}training`,
    before: at,
    own,
    total,
  });
  return {
    training: (epoch) => piece(before(epoch), training),
    measurement(epoch, on) {
      const { train, test } = measured(epoch);
      const at = before(epoch) + training;
      return on === "train" ? piece(at, train) : piece(at + train, test);
    },
    test: (checkpoint) => piece(before(epochs) + (checkpoint === "best" ? tested : 0), tested),
  };
}
