import { backendInfo, computePending, freeze, softmaxCrossEntropy, tf } from "../backend";
import { baselineConfig } from "../config/baselineConfig";
import { spaceConfig } from "../config/spaceConfig";
import { trainConfig } from "../config/trainConfig";
import { fold, integers, normal, randomKey } from "../random/randomKey";
import { genotypeModel, type ModelSpec } from "../records/modelSpec";
import { genotype } from "../space/genotype";
import { nextTrainGradients } from "../train/replayedGradients";
import { TrainState } from "../train/trainState";
import { writeTensorFile } from "../util/tensorFile";
import type { NetSpeed } from "./benchBinaryNet";

const size = 32;

/** What is trained: binary ResNet-20 (Bi-Real, full width), or `bars-6M-s0` of the frontier, a derived network of 2.65 M BOPs. */
export type BenchedNetwork = "resnet20" | "derived";

/** Its architecture. */
export const benchedModels: Readonly<Record<BenchedNetwork, () => ModelSpec>> = {
  resnet20: () => ({ kind: "baseline", name: "resnet20", ...baselineConfig() }),
  derived: () => {
    const space = spaceConfig({ steps: 3, cellShortcut: "avg_pool" });
    const edge = (to: number, from: number, primitive: string) => ({ to, from, primitive });
    const skip = (to: number, from: number) => edge(to, from, "skip_connect");
    const cell = [skip(1, 0), skip(2, 0), skip(2, 1), edge(3, 2, "bin_conv_3x3")];
    return genotypeModel(
      genotype(space, { cells: [cell, []], depth: [0, 0, 1], width: [0.75, 0.75, 0.75] }),
      "derived",
    );
  },
};

interface Batch {
  readonly images: Float32Array;
  readonly labels: Int32Array;
}

function batchOf(count: number): Batch {
  const key = randomKey(0);
  return {
    images: normal(fold(key, "images"), count * size * size * 3),
    labels: Int32Array.from(integers(fold(key, "labels"), count, 10)),
  };
}

const imagesOf = ({ images, labels }: Batch): tf.Tensor4D =>
  tf.tensor4d(images, [labels.length, size, size, 3]);

function newState(batchSize: number, model: ModelSpec): TrainState {
  const optimizer = { method: "sgd", learningRate: 0.01, weightDecay: 0, clipNorm: 0 } as const;
  return new TrainState(trainConfig({ batchSize, optimizer }), model, randomKey(0));
}

/** Writes the start for another program to start from: weights and what statistics there are, by name, and the batch. */
async function writeStart(path: string, state: TrainState, { images, labels }: Batch): Promise<void> {
  const tensors = await state.network.parameters.stored();
  for (const [name, value] of state.network.statistics.entries())
    tensors.set(name, { shape: value.shape, values: (await value.data()) as Float32Array });
  tensors.set("images", { shape: [labels.length, size, size, 3], values: images });
  tensors.set("labels", { shape: [labels.length], values: labels });
  writeTensorFile(path, tensors, { kind: "bars.bench-start" });
}

/**
 * Times training steps of a network: forward, backward, SGD with momentum 0.9 and the running statistics, on one random batch. The first four steps do not count: two are recorded, and the optimizer's graph follows.
 *
 * @param start a file to write weights and batch to before the first step.
 */
export async function benchTraining(
  name: BenchedNetwork,
  batchSize: number,
  steps: number,
  onStep: (imagesPerSecond: number) => void = () => {},
  start?: string,
): Promise<NetSpeed & { readonly parameters: number }> {
  const model = benchedModels[name]();
  const state = newState(batchSize, model);
  const plain = batchOf(batchSize);
  if (start !== undefined) await writeStart(start, state, plain);
  const config = trainConfig({ batchSize });
  const variables = Object.fromEntries(state.network.parameters.entries());
  const parameters = Object.values(variables).reduce((sum, variable) => sum + variable.size, 0);
  const batch = { images: imagesOf(plain), labels: tf.tensor1d(plain.labels, "int32") };
  const speeds: number[] = [];
  const losses: number[] = [];
  const skipped = 4;
  try {
    for (let step = 0; step < steps + skipped; step++) {
      const started = performance.now();
      const statistics = state.network.statistics.collector();
      const how = { edeT: 1, dropRate: 0, key: randomKey(step) };
      const context = { config, teacher: null, model };
      const { gradients, loss, correct } = nextTrainGradients(context, state, batch, how, statistics);
      state.network.statistics.update(statistics);
      state.optimizer.step(variables, gradients, { learningRate: 0.01, bopGamma: 0 });
      computePending();
      losses.push((await loss.data())[0] as number);
      tf.dispose([gradients, loss, correct] as never);
      const speed = batchSize / ((performance.now() - started) / 1000);
      if (step < skipped) continue;
      speeds.push(speed);
      onStep(speed);
    }
  } finally {
    tf.dispose([batch.images, batch.labels]);
    state.dispose();
  }
  return { ...speedOf(batchSize, speeds), losses, parameters };
}

/**
 * Times evaluating the binary ResNet-20 with fixed statistics, frozen; the first three batches do not count.
 *
 * @param start a file to write weights, statistics and the batch to.
 */
export async function benchEvaluation(
  batchSize: number,
  steps: number,
  onStep: (imagesPerSecond: number) => void = () => {},
  start?: string,
): Promise<NetSpeed & { readonly parameters: number }> {
  const state = evaluated();
  const { network } = state;
  const parameters = network.parameters.entries().reduce((sum, [, variable]) => sum + variable.size, 0);
  const frozen = freeze((x: tf.Tensor4D) => network.outputs(x, { training: false, edeT: 1 }).logits);
  const plain = batchOf(batchSize);
  if (start !== undefined) await writeStart(start, state, plain);
  const speeds: number[] = [];
  const losses: number[] = [];
  try {
    for (let step = 0; step < steps + 3; step++) {
      const started = performance.now();
      const logits = tf.tidy(() => frozen.run(imagesOf(plain)));
      await logits.data();
      const speed = batchSize / ((performance.now() - started) / 1000);
      const loss = tf.tidy(() => softmaxCrossEntropy(logits, tf.tensor1d(plain.labels, "int32")));
      losses.push((await loss.data())[0] as number);
      tf.dispose([logits, loss]);
      if (step < 3) continue;
      speeds.push(speed);
      onStep(speed);
    }
  } finally {
    frozen.dispose();
    state.dispose();
  }
  return { ...speedOf(batchSize, speeds), losses, parameters };
}

/** A network after one pass that gave its batch norms statistics. */
function evaluated(): TrainState {
  const state = newState(16, benchedModels.resnet20());
  const { network } = state;
  const collect = network.statistics.collector();
  tf.tidy(() => network.outputs(imagesOf(batchOf(16)), { training: true, edeT: 1, collect }).logits);
  network.statistics.update(collect);
  return state;
}

function speedOf(batchSize: number, speeds: readonly number[]): Omit<NetSpeed, "losses"> {
  const sorted = [...speeds].sort((a, b) => a - b);
  return {
    backend: backendInfo().name,
    batchSize,
    steps: speeds.length,
    imagesPerSecond: sorted[Math.floor(sorted.length / 2)] as number,
    slowest: sorted[0] as number,
    fastest: sorted.at(-1) as number,
    peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
  };
}
