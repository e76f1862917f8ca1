import { costIn, measureNames } from "../../cost/cost";
import type { EvolutionRecord } from "../../records/evolutionRecord";
import type { SearchRecord } from "../../records/searchRecord";
import type { TrainRecord } from "../../records/trainRecord";
import { siAmount } from "../../util/siAmount";

/** One line of a plot: a value for each place of `x`; null where there is none. */
export interface Series {
  readonly name: string;
  readonly values: readonly (number | null)[];
  readonly color?: string;
}

/** One plot of a run. */
export interface Curve {
  readonly key: string;
  readonly title: string;
  readonly unit: string;
  readonly series: readonly Series[];
  readonly text: (value: number) => string;
  readonly mark?: { readonly name: string; readonly value: number };
  readonly log?: boolean;
  readonly note?: string;
}

const loss = (value: number) => String(Number(value.toPrecision(4)));
const share = (value: number) => `${(100 * value).toFixed(1)} %`;
/** Below a thousandth as a power of ten, so that the places of an axis that spans many are read alike. */
const rate = (value: number) => {
  const rounded = Number(value.toPrecision(3));
  return rounded !== 0 && Math.abs(rounded) < 1e-3 ? rounded.toExponential() : String(rounded);
};

/** What a run measured over its epochs or evaluations, by the kind of its record. */
export function curvesOf(record: SearchRecord | TrainRecord | EvolutionRecord): Curve[] {
  if (record.kind === "bars.search-record") return searchCurves(record);
  return record.kind === "bars.train-record" ? trainCurves(record) : evolutionCurves(record);
}

function searchCurves({ epochs, config }: SearchRecord): Curve[] {
  const { method, measure, budget } = config.cost;
  const of = (read: (epoch: (typeof epochs)[number]) => number | null) => epochs.map(read);
  return [
    {
      key: "loss",
      title: "Loss",
      unit: "epoch",
      text: loss,
      series: [
        { name: "weights", values: of(({ weightLoss }) => weightLoss) },
        { name: "alphas", values: of(({ alphaLoss }) => alphaLoss?.crossEntropy ?? null) },
        { name: "supernet", values: of(({ supernetLoss }) => supernetLoss) },
      ],
      note: "Cross entropy in nats: of weight steps on augmented images, of alpha steps, and of the supernet on images of the alpha split.",
    },
    {
      key: "accuracy",
      title: "Accuracy",
      unit: "epoch",
      text: share,
      series: [
        { name: "weight steps", values: of(({ weightAccuracy }) => weightAccuracy) },
        { name: "supernet", values: of(({ supernetAccuracy }) => supernetAccuracy) },
        { name: "derived", values: of(({ derivedAccuracy }) => derivedAccuracy) },
      ],
      note: "Supernet and derived (argmax) architecture with shared weights, on images of the alpha split.",
    },
    {
      key: "cost",
      title: `Cost, ${measureNames[measure]}`,
      unit: "epoch",
      text: siAmount,
      ...(method === "none" ? {} : { mark: { name: "budget", value: budget } }),
      series: [
        { name: "expected", values: of(({ expectedCost }) => costIn(expectedCost, measure)) },
        { name: "derived", values: of(({ derivedCost }) => costIn(derivedCost, measure)) },
      ],
      note: "Of one image, one multiply-accumulate = 1; expected over the probabilities, and of the argmax architecture.",
    },
    {
      key: "entropy",
      title: "Indecision",
      unit: "epoch",
      text: share,
      series: [
        { name: "cells", values: of(({ entropy }) => entropy.cell) },
        { name: "depth", values: of(({ entropy }) => entropy.depth) },
        { name: "width", values: of(({ entropy }) => entropy.width) },
      ],
      note: "Mean entropy of the probabilities as a share of its maximum: 100 % is undecided.",
    },
  ];
}

function trainCurves({ epochs, data }: TrainRecord): Curve[] {
  const of = (read: (epoch: (typeof epochs)[number]) => number | null) => epochs.map(read);
  return [
    {
      key: "loss",
      title: "Loss",
      unit: "epoch",
      text: loss,
      series: [
        { name: "training", values: of(({ trainLoss }) => trainLoss) },
        { name: "held out", values: of(({ validation }) => validation?.loss ?? null) },
        { name: "test", values: of(({ test }) => test?.loss ?? null) },
      ],
      note: "What training minimises, on augmented images as weights moved; elsewhere cross entropy in nats.",
    },
    {
      key: "accuracy",
      title: "Accuracy",
      unit: "epoch",
      text: share,
      series: [
        { name: "training", values: of(({ trainAccuracy }) => trainAccuracy) },
        { name: "held out", values: of(({ validation }) => validation?.accuracy ?? null) },
        { name: "test", values: of(({ test }) => test?.accuracy ?? null) },
      ],
      note: `Training: augmented images, as weights moved${data.validationImages > 0 ? `; held out: ${data.validationImages.toLocaleString("en")} training images` : ""}.`,
    },
    {
      key: "rate",
      title: "Learning rate",
      unit: "epoch",
      text: rate,
      log: true,
      series: [{ name: "weights", values: of(({ learningRate }) => learningRate) }],
    },
  ];
}

function evolutionCurves({ config, history }: EvolutionRecord): Curve[] {
  const { fitness: by } = config;
  const early = by.kind === "training" && by.early !== undefined;
  let best = Number.NEGATIVE_INFINITY;
  const so = history.map(({ fitness }) => {
    best = Math.max(best, fitness);
    return best;
  });
  return [
    {
      key: "fitness",
      title: "Fitness",
      unit: "evaluation",
      text: early ? loss : share,
      series: [
        { name: "best so far", values: so },
        { name: "evaluated", values: history.map(({ fitness }) => fitness) },
      ],
      ...(early ? { note: "exp(−loss) of early steps, on images not seen before." } : {}),
    },
  ];
}
