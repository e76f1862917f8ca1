import { tf } from "../backend";
import { isIndependent } from "../config/samplers";
import { ops } from "../cost/cost";
import { totalCost } from "../cost/costTable";
import { costTables } from "../cost/costTables";
import { expectedCost } from "../cost/expectedCost";
import { calibrationBatches, calibrationImages } from "../data/calibrationBatches";
import type { EpochBatch } from "../data/epochBatches";
import { sequentialBatches } from "../data/sequentialBatches";
import { derive } from "../derive/derive";
import { oneHotAlphas } from "../derive/oneHotAlphas";
import { parameterFreeShare } from "../derive/parameterFreeShare";
import { samplerProbabilities } from "../derive/samplerProbabilities";
import { checkFiniteLoss } from "../loop/keptRun";
import { fold } from "../random/randomKey";
import type { EpochRecord, SearchRecord } from "../records/searchRecord";
import type { Alphas } from "../space/alphas";
import { edgesOf } from "../space/edges";
import type { Genotype } from "../space/genotype";
import { type AlphaTensors, AlphaVariables } from "../supernet/alphaVariables";
import { epochNumber } from "../util/epochNumber";
import type { WholeWork } from "../util/progress";
import { tap } from "../util/tap";
import { genotypeChanges, margins, normalizedEntropies } from "./decisions";
import { probabilityTensors } from "./draws";
import type { EpochSettings } from "./epochSettings";
import { type Evaluation, evaluate } from "./evaluate";
import { supernetStatistics } from "./recalibrate";
import type { SearchContext } from "./searchContext";
import { searchEigenvalue } from "./searchEigenvalue";
import type { SearchState } from "./searchState";
import { evaluatedImages, searchWork } from "./searchWork";
import { learningRate } from "./trainEpoch";

/** Closes an epoch: measures accuracies and costs at its end and puts the sums of its steps into means. */
export async function epochRecord(
  context: SearchContext,
  state: SearchState,
  settings: EpochSettings,
  before: EpochRecord | undefined,
): Promise<EpochRecord> {
  const { config } = context;
  const { epoch, meter } = state.position;
  const alphas = state.alphas.values();
  const genotype = derive({ space: config.space, alphas }, "argmax").genotype;
  const accuracy = await bothAccuracies(
    context,
    state,
    settings,
    alphaImages(context),
    "accuracies",
    searchWork(context).accuracies(epoch),
  );
  const place = "search: the supernet's loss on the alpha split";
  checkFiniteLoss(accuracy.soft.loss, place, `at the end of epoch ${epochNumber(epoch)}`);
  const probabilities = samplerProbabilities(alphas, settings.samplers);
  const expected = expectedCost(costTables(config.space, config.binarization), probabilities);
  const derived = totalCost(genotype, config.binarization);
  const perAlphaImage = (sum: number) => sum / meter.alphaImages;
  return {
    epoch,
    alphas,
    warmup: meter.alphaSteps === 0,
    weightLoss: meter.weightLoss / meter.weightImages,
    weightAccuracy: meter.weightCorrect / meter.weightImages,
    alphaLoss:
      meter.alphaImages === 0
        ? null
        : {
            total: perAlphaImage(meter.alphaTotal),
            crossEntropy: perAlphaImage(meter.alphaCrossEntropy),
            costPenalty: perAlphaImage(meter.alphaPenalty),
            entropy: perAlphaImage(meter.alphaEntropy),
          },
    supernetAccuracy: accuracy.soft.accuracy,
    supernetLoss: accuracy.soft.loss,
    derivedAccuracy: accuracy.derived.accuracy,
    expectedCost: { flops: expected.flops, bops: expected.bops, ops: ops(expected) },
    derivedCost: { flops: derived.flops, bops: derived.bops, ops: ops(derived) },
    entropy: normalizedEntropies(probabilities, isIndependent(settings.samplers.cell.method)),
    margin: margins(probabilities),
    layout: { depth: probabilities.depth, width: probabilities.width },
    parameterFreeShare: parameterFreeShare(genotype),
    discretizationGap: accuracy.soft.accuracy - accuracy.derived.accuracy,
    genotypeChanges: before
      ? genotypeChanges(derive({ space: config.space, alphas: before.alphas }, "argmax").genotype, genotype)
      : null,
    eigenvalue: await searchEigenvalue(context, state, settings),
    temperature: {
      cell: settings.samplers.cell.temperature,
      depth: settings.samplers.depth.temperature,
      width: settings.samplers.width.temperature,
    },
    learningRate: {
      weights: learningRate(context, "weightOptimizer", epoch),
      alphas: learningRate(context, "alphaOptimizer", epoch),
    },
    imagesPerSecond: (meter.weightImages + meter.alphaImages) / meter.trainingSeconds,
    seconds: meter.trainingSeconds,
    peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
  };
}

/**
 * Accuracies on the test images, after the last epoch.
 *
 * @param chosen alphas of the epoch the search chose, where that is not the last; measured with the last weights.
 */
export async function finalTest(
  context: SearchContext,
  state: SearchState,
  settings: EpochSettings,
  chosen: Alphas | null,
): Promise<SearchRecord["test"]> {
  const alphas = chosen ? new AlphaVariables(chosen) : state.alphas;
  const { soft, derived } = await bothAccuracies(
    context,
    { supernet: state.supernet, alphas },
    settings,
    null,
    "test accuracies",
    searchWork(context).test(),
  );
  if (chosen) alphas.dispose();
  return { images: soft.images, supernetAccuracy: soft.accuracy, derivedAccuracy: derived.accuracy };
}

/** Images of the alpha split that are measured: an even choice of it. */
function alphaImages(context: SearchContext): Uint32Array {
  const all = context.split.alphaSplit;
  const count = evaluatedImages(context);
  return Uint32Array.from({ length: count }, (_, i) => all[Math.floor((i * all.length) / count)] as number);
}

/**
 * Measures the supernet with its probabilities, and at the one-hot weights of its argmax architecture, both without
 * what only helps training: dropout of skips, perturbation and the auxiliary skip. With partial channels both keep
 * the channels that go by.
 */
async function bothAccuracies(
  context: SearchContext,
  state: Pick<SearchState, "supernet" | "alphas">,
  settings: EpochSettings,
  indices: Uint32Array | null,
  title: string,
  whole: WholeWork,
): Promise<{ soft: Evaluation; derived: Evaluation }> {
  const { config, data, progress } = context;
  const set = indices ? data.train : data.test;
  const { mean, std } = data.info;
  const options = { set, batchSize: config.batchSize, mean, std, ...(indices ? { indices } : {}) };
  const calibration = calibrationOf(context);
  const total = 2 * ((indices?.length ?? set.labels.length) + calibrationImages(calibration));
  progress.start(title, total, "images", whole);
  let done = 0;
  const counted = (batches: AsyncIterable<EpochBatch>) =>
    tap(batches, (batch) => {
      done += batch.labels.length;
      progress.update(done);
    });
  const measure = async (
    weights: AlphaTensors,
    active: ReturnType<typeof activeOperations> | undefined,
  ): Promise<Evaluation> => {
    const how = { edeT: settings.edeT, active };
    const statistics =
      calibration.batches === 0
        ? undefined
        : await supernetStatistics(state.supernet, weights, counted(calibrationBatches(calibration)), how);
    try {
      return await evaluate(state.supernet, weights, counted(sequentialBatches(options)), {
        ...how,
        statistics,
      });
    } finally {
      for (const value of statistics?.values() ?? []) value.dispose();
    }
  };
  try {
    const probabilities = probabilityTensors(state.alphas, settings.samplers, config.space.steps);
    const soft = await measure(probabilities, undefined);
    tf.dispose(alphaTensorList(probabilities));
    const { genotype } = derive({ space: config.space, alphas: state.alphas.values() }, "argmax");
    const oneHot = new AlphaVariables(oneHotAlphas(genotype, 1));
    const derived = await measure(oneHot, activeOperations(genotype));
    oneHot.dispose();
    return { soft, derived };
  } finally {
    progress.stop();
  }
}

/** The images that a search takes the statistics of batch norms from, the same for everything it measures. */
export function calibrationOf({
  config,
  key,
  data,
  split,
}: Pick<SearchContext, "config" | "key" | "data" | "split">) {
  const { mean, std } = data.info;
  return {
    set: data.train,
    indices: split.weightSplit,
    augment: config.data.augment,
    batches: config.diagnostics.recalibrationBatches,
    batchSize: config.batchSize,
    mean,
    std,
    key: fold(key, "recalibration"),
  };
}

function alphaTensorList(alphas: AlphaTensors): tf.Tensor[] {
  const { cells, depth, width, edges = [] } = alphas;
  return [...cells, ...depth, ...width, ...edges].filter((tensor): tensor is tf.Tensor => tensor !== null);
}

/** Which operations a genotype has, `[group][edge][primitive]`. */
export function activeOperations(genotype: Genotype): boolean[][][] {
  const { space } = genotype;
  return genotype.cells.map((edges) =>
    edgesOf(space.steps).map(({ to, from }) =>
      space.primitives.map((primitive) =>
        edges.some((e) => e.to === to && e.from === from && e.primitive === primitive),
      ),
    ),
  );
}
