import {
  type AnalysedRun,
  type AnalysisRecord,
  type TapMeasures,
  tapPlace,
} from "../../analysis/analysisRecord";
import { checkSamples } from "../../analysis/codeInformation";
import { type LabelledFeatures, linearProbe } from "../../analysis/linearProbe";
import { structuralCapacity } from "../../analysis/structuralCapacity";
import { TapSums } from "../../analysis/tapSums";
import { backendInfo, startBackend, tf } from "../../backend";
import { type AnalysisConfig, analysisConfig } from "../../config/analysisConfig";
import type { BinarizationConfig } from "../../config/binarizationConfig";
import type { Overrides } from "../../config/check";
import type { TrainConfig } from "../../config/trainConfig";
import { drawBalanced } from "../../data/drawBalanced";
import { type ImageSet, labelsAt } from "../../data/imageSet";
import { sequentialBatches } from "../../data/sequentialBatches";
import type { PlainBatch } from "../../loop/batchTensors";
import { chooseTaps } from "../../network/chooseTaps";
import type { Trainable } from "../../network/trainable";
import { activationBinarizers } from "../../primitives/binarizers";
import { fold, type RandomKey, randomKey } from "../../random/randomKey";
import { type BaselineModel, type ModelSpec, modelHash } from "../../records/modelSpec";
import { builtCells } from "../../space/builtCells";
import { collectTaps } from "../../train/collectTaps";
import { gradientFlow } from "../../train/gradientFlow";
import { type TrainingData, trainingData } from "../../train/trainContext";
import { trainedNetwork } from "../../train/trainedNetwork";
import { passOf, phaseOf } from "../../train/trainPhase";
import { ConfigError, InterruptedError } from "../../util/errors";
import { type Progress, silentProgress } from "../../util/progress";
import { version } from "../../util/version";
import { reduceTap } from "./reduceTap";

/** A network in memory, and how it was trained. */
export interface AnalysisSubject {
  readonly network: Trainable;
  readonly config: TrainConfig;
  readonly model: ModelSpec;
  /** Epoch its weights are of, counted from 0: decides the gradients of signs whose steepness changes. */
  readonly epoch: number;
  /** What to say of the run; null for a network of none. */
  readonly run?: AnalysedRun | null;
}

export interface AnalyzeOptions {
  readonly config?: Overrides<AnalysisConfig>;
  /** Of a run's folder. Default "last". */
  readonly checkpoint?: "last" | "best";
  readonly progress?: Progress;
  /** Stops between two batches. */
  readonly signal?: AbortSignal;
}

/** What is measured unless the settings name taps. */
const usualTaps =
  /^(stem|extraStem|headActivation|pooled|cell\d+\.output|stage\d+\.block\d+\.sum|conv\d+\.(relu|hardtanh|prelu))$|\.(presign|bits)$/;

/**
 * Takes the measures M1 to M7 of one trained network. Formulas, estimators and their bias: `docs/analysis.md`.
 *
 * Everything but the probes' scores comes from training images as they are, drawn evenly over the classes by a fixed
 * key, so that networks compare and no test image is looked at. Images stream through in batches; what is kept does
 * not grow with their number but for two bytes a code and the features of probes.
 *
 * @param subject the folder of a training, or a network in memory.
 * @param data the images, as `trainingData` gives them; null loads those the training used.
 * @throws ConfigError for settings out of range, an unknown tap (near ones are listed) and too few images for the
 * chosen bits (saying how many are needed); ConfigError where the data have fewer images than it asks for; RecordError for a folder
 * without a record or a checkpoint; InterruptedError after `signal`.
 *
 * @example
 * ```ts
 * const data = { dataset: "synthetic", trainImages: 48, testImages: 16 };
 * const space = bars.space.spaceConfig({ initChannels: 4, cellLayout: [0, 1, 0], steps: 1 });
 * const model = bars.records.genotypeModel(bars.space.randomGenotype(space, bars.randomKey(0)), "tiny");
 * const config = bars.trainConfig({ data, batchSize: 8, epochs: 2 });
 * await bars.train(config, model, { directory: "runs/tiny-train" });
 * const settings = { images: 40, probeImages: 16, bits: 2, gradient: { batches: 0 } };
 * const analysis = await bars.analyzeNetwork("runs/tiny-train", null, { config: settings });
 * bars.showTable(bars.analysis.analysisReport(analysis, "stage"));
 * ```
 */
export async function analyzeNetwork(
  subject: string | AnalysisSubject,
  data: TrainingData | null = null,
  options: AnalyzeOptions = {},
): Promise<AnalysisRecord> {
  const config = analysisConfig(options.config ?? {}, "analyzeNetwork");
  checkSamples("analyzeNetwork", config.images, config.bits);
  await startBackend();
  if (typeof subject !== "string") return analyze(subject, data, config, options);
  const checkpoint = options.checkpoint ?? "last";
  const { network, record, epoch } = await trainedNetwork(subject, checkpoint);
  try {
    const { model, configHash, cost, tests } = record;
    const { flops, bops, ops, bits } = cost;
    const tested = tests.filter((test) => test.which === "all" && test.checkpoint === checkpoint);
    const test = tested.find(({ recalibrated }) => recalibrated) ?? tested[0];
    const run: AnalysedRun = {
      configHash,
      name: model.name,
      seed: record.config.seed,
      checkpoint,
      epoch,
      modelHash: modelHash(model),
      cost: { flops, bops, ops, bits },
      testAccuracy: test?.accuracy ?? null,
    };
    return await analyze({ network, config: record.config, model, epoch, run }, data, config, options);
  } finally {
    network.dispose();
  }
}

async function analyze(
  subject: AnalysisSubject,
  given: TrainingData | null,
  config: AnalysisConfig,
  options: AnalyzeOptions,
): Promise<AnalysisRecord> {
  const began = performance.now();
  const progress = options.progress ?? silentProgress;
  const { network, model } = subject;
  const names = config.taps.length > 0 ? chooseTaps(network, config.taps) : usual(network);
  const training = given ?? (await trainingData(subject.config, model, progress));
  const { data, trainImages } = training;
  const sample = drawn(data.train, trainImages, config.images, "images", "training images");
  const scored = drawn(data.test, allOf(data.test), config.probeImages, "probeImages", "test images");
  const genotype = model.kind === "genotype" ? model.genotype : null;
  const watch: Watch = { progress, signal: options.signal, title: model.name };
  const measured = await measureTaps(subject, names, training, sample, scored, config, watch);
  const gradient = await measureGradients(subject, training, sample, config);
  const stages = new Map(genotype ? builtCells(genotype).map(({ cell, stage }) => [cell, stage]) : []);
  return {
    kind: "bars.analysis-record",
    schema: 2,
    config,
    createdAt: new Date().toISOString(),
    versions: { bars: version, node: process.version },
    backend: backendInfo(),
    run: subject.run ?? null,
    genotype,
    data: {
      name: data.info.name,
      note: data.info.note,
      images: sample.length,
      probeImages: scored.length,
      classes: network.classes,
    },
    structure: structuralCapacity(genotype ?? (model as BaselineModel), subject.config.binarization),
    taps: measured.map((tap) => ({ ...tapPlace(tap.name, stages), ...tap })),
    gradient,
    seconds: (performance.now() - began) / 1000,
  };
}

interface Watch {
  readonly progress: Progress;
  readonly signal: AbortSignal | undefined;
  readonly title: string;
}

type Measured = Omit<TapMeasures, "kind" | "cell" | "stage" | "edge">;

async function measureTaps(
  subject: AnalysisSubject,
  names: readonly string[],
  { data }: TrainingData,
  sample: Uint32Array,
  scored: Uint32Array,
  config: AnalysisConfig,
  watch: Watch,
): Promise<Measured[]> {
  const { network } = subject;
  const key = fold(randomKey(config.seed), "analysis");
  const window = gradientWindow(subject.config.binarization);
  const sums = new Map<string, { readonly shape: readonly number[]; readonly sums: TapSums }>();
  const probes = new Probes(scored.length > 0 ? names.filter((name) => kindOf(name) === "value") : []);
  const how = passOf(subject.config, phaseOf(subject.config, subject.epoch));
  let batchNumber = 0;
  const batches = watched(
    batchesOf(data.train, sample, data.info, config.batchSize),
    sample.length,
    "images",
    watch,
  );
  const aliases = await collectTaps(network, batches, {
    taps: names,
    how,
    kind: kindOf,
    reduce: (tap, tensor, batch) =>
      reduceTap(tensor, batch, {
        kind: kindOf(tap),
        classes: network.classes,
        config,
        window,
        tapKey: fold(key, tap),
        batchKey: fold(fold(fold(key, tap), "pixels"), batchNumber),
      }),
    onBatch(readings, { labels }) {
      batchNumber += 1;
      for (const { tap, shape, parts } of readings) {
        let own = sums.get(tap);
        if (!own) {
          const { classes } = network;
          const { bits, subsets } = config;
          const settings = { kind: kindOf(tap), shape, images: sample.length, classes, bits, subsets };
          own = { shape, sums: new TapSums(settings) };
          sums.set(tap, own);
        }
        const { pooled, local, classSums, units, zeroed } = parts;
        own.sums.add(
          { pooled: pooled as Float32Array, local, classSums, units, zeroed: zeroed?.[0] },
          labels,
        );
        probes.fit(tap, pooled as Float32Array, labels);
      }
    },
  });
  if (scored.length > 0 && probes.names.length > 0) {
    const testBatches = batchesOf(data.test, scored, data.info, config.batchSize);
    await collectTaps(network, watched(testBatches, scored.length, "probe images", watch), {
      taps: probes.names,
      how,
      reduce: (_, tensor) => ({ pooled: tensor.shape.length === 4 ? tf.mean(tensor, [1, 2]) : tensor }),
      onBatch(readings, { labels }) {
        for (const { tap, parts } of readings) probes.score(tap, parts["pooled"] as Float32Array, labels);
      },
    });
  }
  return [...sums].map(([name, { shape, sums: own }]) => ({
    name,
    sameAs: aliases.get(name) ?? [],
    shape,
    entropy: own.entropy(),
    information: own.information(fold(fold(key, name), "shuffles")),
    rank: own.rank(),
    codes: own.codes(),
    zeroed: own.zeroed(),
    probe: probes.result(name, network.classes, fold(key, "probes")),
  }));
}

async function measureGradients(
  subject: AnalysisSubject,
  { data }: TrainingData,
  sample: Uint32Array,
  { gradient }: AnalysisConfig,
): Promise<AnalysisRecord["gradient"]> {
  const { batches: wanted, batchSize, slope } = gradient;
  if (wanted === 0) return null;
  const chosen = drawn(data.train, sample, Math.min(sample.length, wanted * batchSize), "images", "images");
  const batches: PlainBatch[] = [];
  for await (const batch of batchesOf(data.train, shuffledOnce(chosen), data.info, batchSize))
    batches.push(batch);
  const { edeT } = passOf(subject.config, phaseOf(subject.config, subject.epoch));
  return gradientFlow(subject.network, batches, { edeT }, slope);
}

/** Features of the probed taps, fitted and scored. */
class Probes {
  readonly #fit = new Map<string, Float32Array[]>();
  readonly #score = new Map<string, Float32Array[]>();
  readonly #fitLabels = new Map<string, number[]>();
  readonly #scoreLabels = new Map<string, number[]>();

  constructor(readonly names: readonly string[]) {}

  fit(name: string, pooled: Float32Array, labels: ArrayLike<number>): void {
    if (this.names.includes(name)) remember(this.#fit, this.#fitLabels, name, pooled, labels);
  }

  score(name: string, pooled: Float32Array, labels: ArrayLike<number>): void {
    remember(this.#score, this.#scoreLabels, name, pooled, labels);
  }

  result(name: string, classes: number, key: RandomKey): TapMeasures["probe"] {
    const features = (
      values: Map<string, Float32Array[]>,
      labels: Map<string, number[]>,
    ): LabelledFeatures => ({
      values: joined(values.get(name) ?? []),
      labels: labels.get(name) ?? [],
    });
    if (!this.#score.has(name)) return null;
    return linearProbe(
      features(this.#fit, this.#fitLabels),
      features(this.#score, this.#scoreLabels),
      classes,
      key,
    );
  }
}

function remember(
  values: Map<string, Float32Array[]>,
  labelsOf: Map<string, number[]>,
  name: string,
  pooled: Float32Array,
  labels: ArrayLike<number>,
): void {
  values.set(name, [...(values.get(name) ?? []), Float32Array.from(pooled)]);
  labelsOf.set(name, [...(labelsOf.get(name) ?? []), ...Array.from(labels)]);
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function usual(network: Trainable): string[] {
  const found = network.taps.filter((name) => usualTaps.test(name));
  return found.length > 0 ? found : [...network.taps];
}

function kindOf(name: string): TapMeasures["kind"] {
  return tapPlace(name, new Map()).kind;
}

/** Where the sign's own gradient ends: "ste" at its window, the quadratic of Bi-Real at 1, the others nowhere. */
function gradientWindow({ activation, activationClip }: BinarizationConfig): number {
  return Math.min(activationBinarizers.get(activation).reach(activationClip), Number.MAX_VALUE);
}

function batchesOf(
  set: ImageSet,
  indices: Uint32Array,
  info: { mean: readonly number[]; std: readonly number[] },
  batchSize: number,
) {
  const { mean, std } = info;
  return sequentialBatches({ set, indices, batchSize, mean, std, worker: false });
}

/** Passes batches on, shows how far they are and stops at a signal. */
async function* watched<T extends PlainBatch>(
  batches: AsyncGenerator<T>,
  total: number,
  unit: string,
  { progress, signal, title }: Watch,
): AsyncGenerator<T> {
  let done = 0;
  progress.start(`analyze ${title}`, total, unit);
  try {
    for await (const batch of batches) {
      if (signal?.aborted) throw new InterruptedError(`analyze ${title}: stopped; nothing of it was kept.`);
      yield batch;
      done += batch.labels.length;
      progress.update(done);
    }
  } finally {
    progress.stop();
  }
}

function allOf(set: ImageSet): Uint32Array {
  return Uint32Array.from(set.labels, (_, i) => i);
}

/** Some of the images at `among`, evenly over the classes; the same ones for every network. */
function drawn(set: ImageSet, among: Uint32Array, count: number, field: string, what: string): Uint32Array {
  if (count > among.length) {
    throw new ConfigError(
      `analyzeNetwork: ${field} must be at most ${among.length} (${what} of ${set.name}), got ${count}. Set a smaller number (--set ${field}=${among.length}).`,
    );
  }
  const key = fold(fold(randomKey(0), "analysis data"), field);
  return Uint32Array.from(drawBalanced(labelsAt(set, among), count, key), (place) => among[place] as number);
}

/** Spreads images that are sorted by place, so that batches mix whatever order the set has. */
function shuffledOnce(indices: Uint32Array): Uint32Array {
  const step = Math.max(1, Math.round(Math.sqrt(indices.length)));
  const order: number[] = [];
  for (let first = 0; first < step; first++)
    for (let at = first; at < indices.length; at += step) order.push(indices[at] as number);
  return Uint32Array.from(order);
}
