import type { Measurement, TrainEpochRecord } from "../records/trainRecord";
import { epochNumber } from "../util/epochNumber";
import { DivergenceError } from "../util/errors";
import { accuracyOf } from "./evaluateNetwork";
import { predictions } from "./measure";
import { stepsPerEpoch, type TrainContext } from "./trainContext";
import { phaseOf, ratesAt } from "./trainPhase";
import type { TrainState } from "./trainState";
import { measuredAt, trainWork } from "./trainWork";

/** Closes an epoch: measures what its end asks for and puts the sums of its steps into means. */
export async function trainEpochRecord(context: TrainContext, state: TrainState): Promise<TrainEpochRecord> {
  const { config, data, validationImages } = context;
  const { epoch, microBatch, sums } = state.position;
  const phase = phaseOf(config, epoch);
  const due = measuredAt(context, epoch);
  const measure = async (on: "train" | "test", indices: Uint32Array | undefined): Promise<Measurement> => {
    const title = on === "train" ? "held-out images" : "test images";
    const whole = trainWork(context).measurement(epoch, on);
    const found = await predictions(context, state.network, phase, data[on], indices, title, whole);
    const { images, loss, accuracy } = accuracyOf(found);
    if (!Number.isFinite(loss)) {
      throw new DivergenceError(
        `train: the loss on the ${title} became ${loss} at the end of epoch ${epochNumber(epoch)}. What was saved of earlier epochs is kept; lower the learning rate or clip gradients, in another folder.`,
      );
    }
    return { images, loss, accuracy };
  };
  const steps = stepsPerEpoch(context);
  return {
    epoch,
    phase: phase.phase,
    trainLoss: sums.loss / sums.images,
    trainAccuracy: sums.correct / sums.images,
    validation: due.train ? await measure("train", validationImages) : null,
    test: due.test ? await measure("test", undefined) : null,
    learningRate: ratesAt(config, phase, (steps - 1) / steps).learningRate,
    seconds: sums.seconds,
    imagesPerSecond: sums.images / sums.seconds,
    peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
    microBatch,
  };
}
