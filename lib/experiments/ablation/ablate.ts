import { join } from "node:path";
import { must } from "../../config/check";
import { optimizers } from "../../config/optimizers";
import { scheduleValue } from "../../config/schedule";
import { type TrainConfig, trainConfig } from "../../config/trainConfig";
import { dataLabel } from "../../data/dataLabel";
import type { OverridableLayer } from "../../network/layerOverrides";
import { fold, randomKey } from "../../random/randomKey";
import type { Table } from "../../records/table";
import { writeTableFile } from "../../records/tableFile";
import type { TrainRecord } from "../../records/trainRecord";
import { predictions, recalibrated } from "../../train/measure";
import { type TrainContext, trainingData } from "../../train/trainContext";
import { trainEpoch } from "../../train/trainEpoch";
import { trainedNetwork } from "../../train/trainedNetwork";
import { phaseOf } from "../../train/trainPhase";
import { TrainState } from "../../train/trainState";
import { ConfigError, InterruptedError, RecordError } from "../../util/errors";
import { ownFolder } from "../../util/folderOwner";
import { openInterrupt, unlessStopped } from "../../util/interrupt";
import { type Progress, silentProgress } from "../../util/progress";
import type { StoredTensor } from "../../util/tensorFile";
import { version } from "../../util/version";
import { type Ablation, ablated, ablationText, possibleAblations } from "./ablation";
import {
  type AblationEntry,
  type AblationRecord,
  type AblationSettings,
  packAnswers,
  readAblationRecord,
  type StoredAnswers,
  writeAblationRecord,
} from "./ablationRecord";
import { ablationTable } from "./ablationTable";

export interface AblateOptions extends Partial<AblationSettings> {
  /** Default: every one the network allows ({@link possibleAblations}). */
  readonly ablations?: readonly Ablation[];
  /** Where the result goes; `<run>/ablation` by default. */
  readonly out?: string;
  readonly progress?: Progress;
  /** Stops after the current step; what is measured is kept. Ctrl-C does the same. */
  readonly signal?: AbortSignal;
}

/** A trained network to ablate. */
interface Trained {
  readonly record: TrainRecord;
  readonly layers: readonly OverridableLayer[];
  readonly weights: ReadonlyMap<string, StoredTensor>;
}

/**
 * Measures what single changes do to a trained network's accuracy (measure M8): a layer that is not binarized, a
 * shortcut that is left out, real down-sampling, the 1x1 at the other end of the cells; and, with `epochs` above 0, what
 * is left of the difference when the changed network and the unchanged one are fine-tuned alike.
 *
 * Batch norms' statistics are taken anew before each measurement, of the unchanged network too, so that they are not
 * what is measured. Writes `record.json` and `table.json` into `out` after each change; called again it does what is
 * missing.
 *
 * @param directory folder of a training (`bars train`, or `train/` of a sweep's job).
 * @throws RecordError where there are no weights, the training is not finished, or the folder holds ablations with other
 * settings; ConfigError for a change the network does not allow, naming near ones; InterruptedError after Ctrl-C, SIGTERM,
 * SIGHUP, closed output or `signal`.
 *
 * @example
 * ```ts
 * const data = { dataset: "synthetic", trainImages: 48, testImages: 16 };
 * const space = bars.space.spaceConfig({ initChannels: 4, cellLayout: [0, 1, 0], steps: 1 });
 * const model = bars.records.genotypeModel(bars.space.randomGenotype(space, bars.randomKey(0)), "tiny");
 * const config = bars.trainConfig({ data, batchSize: 8, epochs: 2 });
 * await bars.train(config, model, { directory: "runs/tiny-train" });
 * const ablations = [bars.experiments.parseAblation("no_shortcut:cell0.shortcut")];
 * const table = await bars.ablate("runs/tiny-train", { ablations });
 * console.log(table.rows.map(({ kind }) => kind)); // ["none","no_shortcut"]
 * ```
 */
export async function ablate(directory: string, options: AblateOptions = {}): Promise<Table> {
  const trained = await loadTrained(directory);
  rejectUnfinished(directory, trained.record);
  const settings = settingsOf(options, trained.record);
  const { model } = trained.record;
  const all = options.ablations ?? possibleAblations(model, trained.layers);
  // What is wrong is found before anything is measured.
  for (const ablation of all) ablated(model, trained.layers, ablation);
  const out = options.out ?? join(directory, "ablation");
  return ownFolder(out, "ablation", async () => {
    const interrupt = openInterrupt(options.signal);
    try {
      return await ablateInto(
        out,
        trained,
        all,
        settings,
        options.progress ?? silentProgress,
        interrupt.signal,
      );
    } finally {
      interrupt.close();
    }
  });
}

/**
 * Every change the network in a run's folder allows. @throws as {@link ablate}.
 *
 * @example
 * ```ts
 * const data = { dataset: "synthetic", trainImages: 48, testImages: 16 };
 * const space = bars.space.spaceConfig({ initChannels: 4, cellLayout: [0, 1, 0], steps: 1 });
 * const model = bars.records.genotypeModel(bars.space.randomGenotype(space, bars.randomKey(0)), "tiny");
 * await bars.train(bars.trainConfig({ data, batchSize: 8, epochs: 2 }), model, { directory: "runs/tiny-train" });
 * const ablations = await bars.experiments.ablationsOf("runs/tiny-train");
 * console.log(ablations.some(({ kind }) => kind === "no_shortcut")); // true
 * ```
 */
export async function ablationsOf(directory: string): Promise<Ablation[]> {
  const { record, layers } = await loadTrained(directory);
  return possibleAblations(record.model, layers);
}

async function ablateInto(
  out: string,
  trained: Trained,
  all: readonly Ablation[],
  settings: AblationSettings,
  progress: Progress,
  signal: AbortSignal,
): Promise<Table> {
  const { record: run } = trained;
  const { model } = run;
  const path = join(out, "record.json");
  let record: AblationRecord = readAblationRecord(path, run.configHash, settings) ?? {
    kind: "bars.ablation-record",
    schema: 3,
    configHash: run.configHash,
    versions: { bars: version, node: process.versions.node },
    settings,
    entries: [],
  };
  const config = tuningConfig(run.config, settings);
  const images = await unlessStopped(signal, "ablate", () => trainingData(config, model, progress));
  if (dataLabel(images.data.info) !== dataLabel(run.data)) {
    throw new RecordError(
      `ablate: this network was trained on ${dataLabel(run.data)}, the data found now are ${dataLabel(images.data.info)}. Provide the same data.`,
    );
  }
  const done = (ablation: Ablation | null) =>
    record.entries.some((entry) => textOf(entry.ablation) === textOf(ablation));
  const wanted = [null, ...all].filter((ablation) => !done(ablation));
  for (const [i, ablation] of wanted.entries()) {
    const title = `${i + 1}/${wanted.length} ${textOf(ablation)}: `;
    const context: TrainContext = {
      ...images,
      config,
      model,
      key: fold(randomKey(config.seed), "ablation"),
      progress,
      title,
      teacher: null,
    };
    const entry = await measure(trained, ablation, context, settings, signal);
    record = { ...record, entries: [...record.entries, entry] };
    writeAblationRecord(path, record);
  }
  const chosen = [null, ...all].map(textOf);
  const shown = {
    ...record,
    entries: chosen.map((text) => record.entries.find((e) => textOf(e.ablation) === text) as AblationEntry),
  };
  const table = ablationTable(shown, run, trained.layers);
  writeTableFile(join(out, "table.json"), table);
  return table;
}

function textOf(ablation: Ablation | null): string {
  return ablation ? ablationText(ablation) : "as trained";
}

/** One network: built, given the trained weights, measured, fine-tuned and measured again. */
async function measure(
  trained: Trained,
  ablation: Ablation | null,
  plain: TrainContext,
  settings: AblationSettings,
  signal: AbortSignal,
): Promise<AblationEntry> {
  const { model, overrides } = ablation
    ? ablated(plain.model, trained.layers, ablation)
    : { model: plain.model, overrides: {} };
  const context: TrainContext = { ...plain, model };
  const { config } = context;
  const stop = () => {
    if (!signal.aborted) return;
    throw new InterruptedError(
      `ablate: stopped at "${textOf(ablation)}"; what was measured before is saved. Run the same command again to go on.`,
    );
  };
  const state = new TrainState(config, context.model, context.key, overrides);
  try {
    const carried = await carryOver(state.network, trained.weights);
    const answers = async (): Promise<StoredAnswers> => {
      stop();
      const phase = phaseOf(config, 0);
      await recalibrated(context, state.network, phase);
      const validation = settings.images === "validation";
      const set = context.data[validation ? "train" : "test"];
      const indices = validation ? context.validationImages : undefined;
      const { correct, losses } = await predictions(context, state.network, phase, set, indices, "images");
      const loss = losses.reduce((sum, one) => sum + one, 0) / losses.length;
      return { images: correct.length, loss, correct: packAnswers(correct) };
    };
    const before = await answers();
    if (settings.epochs === 0) return { ablation, carried, before, after: null };
    for (let epoch = 0; epoch < settings.epochs; epoch++) {
      if (!(await trainEpoch(context, state, signal, async () => {}))) stop();
      state.enterEpoch(epoch + 1);
    }
    return { ablation, carried, before, after: await answers() };
  } finally {
    state.dispose();
  }
}

/** Gives a network all trained tensors it has room for. @returns their share of its parameters. */
async function carryOver(
  network: TrainState["network"],
  weights: ReadonlyMap<string, StoredTensor>,
): Promise<number> {
  let [carried, all] = [0, 0];
  const mixed = new Map<string, StoredTensor>();
  for (const [name, fresh] of await network.parameters.stored()) {
    const trained = weights.get(name);
    const fits = trained !== undefined && trained.shape.join() === fresh.shape.join();
    mixed.set(name, fits ? trained : fresh);
    all += fresh.values.length;
    if (fits) carried += fresh.values.length;
  }
  network.parameters.restore(mixed, "ablate");
  return carried / all;
}

async function loadTrained(directory: string): Promise<Trained> {
  const { network, record } = await trainedNetwork(directory, "last");
  try {
    // Copies: what an engine hands out may be its own memory.
    const weights = new Map<string, StoredTensor>();
    for (const [name, { shape, values }] of await network.parameters.stored())
      weights.set(name, { shape, values: Float32Array.from(values) });
    return { record, layers: network.layers, weights };
  } finally {
    network.dispose();
  }
}

/** What is measured is kept under the training's settings, so it must be measured at the training's end. */
function rejectUnfinished(directory: string, { status, statusDetail }: TrainRecord): void {
  if (status === "finished") return;
  const where = statusDetail === null ? "" : ` (${statusDetail})`;
  const remedy =
    status === "diverged"
      ? "Train with a lower learning rate, in another folder."
      : "Finish it first: train again with the same settings and folder.";
  throw new RecordError(
    `${directory}: ablate expected a training that is finished, got one that is ${status}${where}. ${remedy}`,
  );
}

function settingsOf(options: AblateOptions, run: TrainRecord): AblationSettings {
  const { epochs = 0, learningRate = 1e-3, recalibrationBatches = 20, images = "test" } = options;
  must.beInteger("ablate", "epochs", epochs, 0);
  must.beNumber("ablate", "learningRate", learningRate, { above: 0 });
  must.beInteger("ablate", "recalibrationBatches", recalibrationBatches, 1);
  must.beOneOf("ablate", "images", images, ["test", "validation"]);
  if (images === "validation" && run.data.validationImages === 0) {
    throw new ConfigError(
      'ablate: this training held no images out (validationShare 0). Measure on "test" images.',
    );
  }
  if (epochs > 0 && optimizers.get(run.config.optimizer.method).binary) {
    throw new ConfigError(
      "ablate: networks trained by Bop cannot be fine-tuned here: it has no latent weights that could become real. Set epochs to 0.",
    );
  }
  return { epochs, learningRate, recalibrationBatches, images };
}

/** The training's settings for a few epochs from where it ended: what followed a schedule stays at its end. */
function tuningConfig(config: TrainConfig, settings: AblationSettings): TrainConfig {
  const { snapshotEpochs: _, ...plain } = config;
  const end = config.epochs - 1;
  return trainConfig({
    ...plain,
    binarization: {
      ...config.binarization,
      edeT: scheduleValue(config.binarization.edeT, end, config.epochs),
    },
    dropPath: scheduleValue(config.dropPath, end, config.epochs),
    optimizer: {
      ...config.optimizer,
      learningRate: { kind: "cosine", from: settings.learningRate, to: 0 },
      rateChanges: "step",
      bopGamma: scheduleValue(config.optimizer.bopGamma, end, config.epochs),
    },
    twoStep: { ...config.twoStep, firstEpochs: 0 },
    distillation: { ...config.distillation, method: "none" },
    evaluation: { ...config.evaluation, recalibrationBatches: settings.recalibrationBatches },
    start: "random",
    epochs: Math.max(1, settings.epochs),
  });
}
