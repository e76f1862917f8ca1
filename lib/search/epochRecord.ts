import type { tf } from "../backend";
import { ops } from "../complexity/cost";
import { totalCost } from "../complexity/costTable";
import { costTables } from "../complexity/costTables";
import { expectedCost } from "../complexity/expectedCost";
import { sequentialBatches } from "../data/sequentialBatches";
import { derive } from "../derive/derive";
import { oneHotAlphas } from "../derive/oneHotAlphas";
import { samplerProbabilities } from "../derive/samplerProbabilities";
import { primitiveTraits } from "../operations/primitiveTraits";
import type { EpochRecord, SearchRecord } from "../run/searchRecord";
import type { Alphas } from "../space/alphas";
import { edgesOf } from "../space/edges";
import type { Genotype } from "../space/genotype";
import { AlphaVariables } from "../supernet/alphaVariables";
import { DivergenceError } from "../util/errors";
import { tap } from "../util/tap";
import { probabilityTensors } from "./alphaObjective";
import { type Evaluation, evaluate } from "./evaluate";
import type { SearchContext } from "./search";
import type { SearchState } from "./searchState";
import type { EpochSettings } from "./steps";
import { learningRate } from "./trainEpoch";

/** Closes an epoch: measures accuracies and costs at its end and puts the sums of its steps into means. */
export async function epochRecord(
  context: SearchContext,
  state: SearchState,
  settings: EpochSettings,
): Promise<EpochRecord> {
  const { config } = context;
  const { epoch, meter } = state.position;
  const alphas = state.alphas.values();
  const genotype = derive({ space: config.space, alphas }, "argmax").genotype;
  const accuracy = await bothAccuracies(context, state, settings, alphaImages(context), "accuracies");
  if (!Number.isFinite(accuracy.soft.loss)) {
    throw new DivergenceError(
      `search: the supernet's loss on the alpha split became ${accuracy.soft.loss} at the end of epoch ${epoch}. The checkpoint of the last good epoch is kept; lower the learning rate or clip gradients, in another folder.`,
    );
  }
  const probabilities = samplerProbabilities(alphas, settings.samplers);
  const expected = expectedCost(costTables(config.space, config.binarization), probabilities);
  const derived = totalCost(genotype, config.binarization);
  const perAlphaImage = (sum: number) => sum / meter.alphaImages;
  return {
    epoch,
    alphas,
    warmup: epoch < config.warmupEpochs,
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
    entropy: normalizedEntropies(probabilities, settings),
    parameterFreeShare: parameterFreeShare(genotype),
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

/** Accuracies on the test images, after the last epoch. */
export async function finalTest(
  context: SearchContext,
  state: SearchState,
  settings: EpochSettings,
): Promise<SearchRecord["test"]> {
  const { soft, derived } = await bothAccuracies(context, state, settings, null, "test accuracies");
  return { images: soft.images, supernetAccuracy: soft.accuracy, derivedAccuracy: derived.accuracy };
}

/** Images of the alpha split that are measured: an even choice of it. */
function alphaImages({ config, split }: SearchContext): Uint32Array {
  const all = split.alphaSplit;
  const count = config.evaluationImages === 0 ? all.length : Math.min(config.evaluationImages, all.length);
  return Uint32Array.from({ length: count }, (_, i) => all[Math.floor((i * all.length) / count)] as number);
}

/** Measures the supernet with its probabilities, and at the one-hot weights of its argmax architecture. */
async function bothAccuracies(
  context: SearchContext,
  state: SearchState,
  settings: EpochSettings,
  indices: Uint32Array | null,
  title: string,
): Promise<{ soft: Evaluation; derived: Evaluation }> {
  const { config, data, progress } = context;
  const set = indices ? data.train : data.test;
  const { mean, std } = data.info;
  const options = { set, batchSize: config.batchSize, mean, std, ...(indices ? { indices } : {}) };
  const total = 2 * (indices?.length ?? set.labels.length);
  progress.start(title, total, "images");
  let done = 0;
  const counted = () =>
    tap(sequentialBatches(options), (batch) => {
      done += batch.labels.length;
      progress.update(done);
    });
  try {
    const probabilities = probabilityTensors(state.alphas, settings.samplers);
    const soft = await evaluate(state.supernet, probabilities, counted(), { edeT: settings.edeT });
    disposeAlphas(probabilities);
    const { genotype } = derive({ space: config.space, alphas: state.alphas.values() }, "argmax");
    const oneHot = new AlphaVariables(oneHotAlphas(genotype, 1));
    const derived = await evaluate(state.supernet, oneHot, counted(), {
      edeT: settings.edeT,
      active: activeOperations(genotype),
    });
    oneHot.dispose();
    return { soft, derived };
  } finally {
    progress.stop();
  }
}

function disposeAlphas(alphas: {
  cells: readonly tf.Tensor[];
  depth: readonly (tf.Tensor | null)[];
  width: readonly (tf.Tensor | null)[];
}): void {
  for (const tensor of [...alphas.cells, ...alphas.depth, ...alphas.width]) tensor?.dispose();
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

/** Mean entropy of each level's rows as a share of the largest possible. */
function normalizedEntropies(probabilities: Alphas, settings: EpochSettings): EpochRecord["entropy"] {
  const plogp = (p: number) => (p > 0 ? -p * Math.log(p) : 0);
  const exclusive = (row: readonly number[]) => row.reduce((s, p) => s + plogp(p), 0) / Math.log(row.length);
  const independent = (row: readonly number[]) =>
    row.reduce((s, p) => s + plogp(p) + plogp(1 - p), 0) / (row.length * Math.LN2);
  const mean = (rows: readonly (readonly number[])[], of: (row: readonly number[]) => number) => {
    const present = rows.filter((row) => row.length > 1);
    return present.length === 0 ? null : present.reduce((s, row) => s + of(row), 0) / present.length;
  };
  const cellRow = settings.samplers.cell.method === "sigmoid" ? independent : exclusive;
  return {
    cell: mean(probabilities.cells.flat(), cellRow) ?? 0,
    depth: mean(probabilities.depth, exclusive),
    width: mean(probabilities.width, exclusive),
  };
}

/** Share of edges whose choice has no weights; an empty edge ("none") counts as one. */
function parameterFreeShare(genotype: Genotype): number {
  const edges = genotype.cells.length * edgesOf(genotype.space.steps).length;
  const weighted = genotype.cells
    .flat()
    .filter(({ primitive }) => !primitiveTraits[primitive].parameterFree).length;
  return 1 - weighted / edges;
}
