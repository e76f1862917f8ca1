import { ops } from "../../cost/cost";
import type { OverridableLayer } from "../../network/layerOverrides";
import { type Table, type TableColumn, type TableRecord, table } from "../../records/table";
import type { TrainRecord } from "../../records/trainRecord";
import { counted } from "../../util/counted";
import { wilsonInterval } from "../../util/wilsonInterval";
import { ablated } from "./ablation";
import { ablationCost } from "./ablationCost";
import { type AblationEntry, type AblationRecord, type StoredAnswers, unpackAnswers } from "./ablationRecord";
import { pairedChange } from "./pairedChange";

const columns: readonly TableColumn[] = [
  { name: "kind", unit: null, description: "what is changed; none: the network as it was trained" },
  { name: "target", unit: null, description: "where, or into what" },
  { name: "bops", unit: "MAC", description: "1-bit multiply-accumulates of one image" },
  { name: "flops", unit: "MAC", description: "real multiply-accumulates of one image" },
  { name: "ops", unit: "MAC", description: "FLOPs + BOPs / 64" },
  { name: "carried", unit: "share", description: "of the parameters, carried over from the trained network" },
  { name: "accuracy", unit: "share", description: "without fine-tuning, batch norms recalibrated" },
  { name: "accuracyLow", unit: "share", description: "lower end of its 95 % Wilson interval over images" },
  { name: "accuracyHigh", unit: "share", description: "upper end" },
  {
    name: "change",
    unit: "share",
    description: "accuracy minus that of the network as trained, on the same images",
  },
  { name: "changeLow", unit: "share", description: "lower end of its 95 % interval (paired by image)" },
  { name: "changeHigh", unit: "share", description: "upper end" },
  { name: "tuned", unit: "share", description: "accuracy after fine-tuning; null without" },
  {
    name: "tunedChange",
    unit: "share",
    description: "minus that of the network as trained after the same fine-tuning",
  },
  { name: "tunedLow", unit: "share", description: "lower end of its 95 % interval (paired by image)" },
  { name: "tunedHigh", unit: "share", description: "upper end" },
];

/** The table of a record of ablations; the first row is the network as it was trained. */
export function ablationTable(
  record: AblationRecord,
  run: TrainRecord,
  layers: readonly OverridableLayer[],
): Table {
  const [plain] = record.entries as [AblationEntry];
  const { settings } = record;
  const rows = record.entries.map((entry): TableRecord => {
    const { ablation, carried, before, after } = entry;
    const network = ablation ? ablated(run.model, layers, ablation) : { model: run.model, overrides: {} };
    const cost = ablationCost(network, run.config.binarization);
    const [accuracy, low, high] = shareOf(before);
    const change = ablation ? pairedChange(unpackAnswers(plain.before), unpackAnswers(before)) : null;
    const tuned =
      ablation && after && plain.after
        ? pairedChange(unpackAnswers(plain.after), unpackAnswers(after))
        : null;
    return {
      kind: ablation?.kind ?? "none",
      target: ablation?.target ?? "",
      bops: cost.bops,
      flops: cost.flops,
      ops: ops(cost),
      carried,
      accuracy,
      accuracyLow: low,
      accuracyHigh: high,
      change: change?.change ?? 0,
      changeLow: change?.interval[0] ?? null,
      changeHigh: change?.interval[1] ?? null,
      tuned: after ? shareOf(after)[0] : null,
      tunedChange: tuned?.change ?? (after ? 0 : null),
      tunedLow: tuned?.interval[0] ?? null,
      tunedHigh: tuned?.interval[1] ?? null,
    };
  });
  const { data, config, model, configHash } = run;
  const tuning =
    settings.epochs > 0
      ? `Fine-tuning: ${counted(settings.epochs, "epoch")}, learning rate ${settings.learningRate} falling to 0, the same images in the same order for all.`
      : "No fine-tuning.";
  return table(`Ablations of ${model.name}`, columns, rows, {
    sources: [configHash],
    notes: [
      `${data.name}: accuracy on ${plain.before.images} ${settings.images === "test" ? "test" : "held-out training"} images; trained on ${data.trainImages} for ${config.epochs} epochs, seed ${config.seed}. One trained network: no spread over seeds is known.`,
      `Batch norms' statistics taken anew from ${settings.recalibrationBatches} batches of training images, augmented as in training, before every measurement, also for the network as trained.`,
      tuning,
      "Cost per image, one multiply-accumulate = 1. Where less than all parameters are carried over, accuracy without fine-tuning means nothing.",
    ],
  });
}

function shareOf(answers: StoredAnswers): [number, number, number] {
  const right = unpackAnswers(answers).reduce((sum, one) => sum + one, 0);
  return [right / answers.images, ...wilsonInterval(right, answers.images)];
}
