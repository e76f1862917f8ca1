import type { EvolutionConfig } from "../config/evolutionConfig";
import { ops } from "../cost/cost";
import { totalCost } from "../cost/costTable";
import type { EvolutionRecord } from "../records/evolutionRecord";
import { evolutionRecalibration, recalibrationText } from "../records/recalibration";
import { counted } from "../util/counted";

/** A finished evolution as a few lines for a terminal: what was found, how it was measured, what that does not say. */
export function evolutionText(record: EvolutionRecord): string {
  const { config, history, data, seconds } = record;
  const best = history[record.best ?? -1];
  if (best === undefined) return "no architecture evaluated";
  const cost = totalCost(best.genotype);
  const count = (value: number) => Math.round(value).toLocaleString("en-US");
  const { measure, value } = config.budget;
  const where = `${count(data?.images ?? 0)} ${config.fitness.kind === "supernet" ? "images of the alpha split" : "held-out training images"} of ${data?.name ?? "unknown data"}`;
  const how =
    config.fitness.kind === "supernet"
      ? `with the supernet's weights, batch norms recalibrated${recalibrationText(evolutionRecalibration(record))}`
      : `after a training of ${counted(config.fitness.train.epochs, "epoch")}`;
  const early = config.fitness.kind === "training" ? config.fitness.early : undefined;
  const measured =
    early === undefined
      ? `${(100 * best.fitness).toFixed(1)} % of ${where}, ${how}`
      : `loss ${(-Math.log(best.fitness)).toFixed(3)}, the mean of steps ${early.steps - early.lossSteps + 1} to ${early.steps} of a training, common seed and batches, images of ${data?.name ?? "unknown data"}${sawAgain(config) ? "" : " not seen before"}`;
  const { atLeast } = config.budget;
  const from = best.parent === null ? "drawn at random" : `child of ${best.parent}`;
  const rows = [
    ["fitness", measured],
    [
      "found",
      `architecture ${best.index} (${from}) of ${history.length}, seed ${config.seed}, ${seconds.toFixed(0)} s`,
    ],
    ["FLOPs", `${count(cost.flops)}  (real multiply-accumulates for one image)`],
    ["BOPs", `${count(cost.bops)}  (1-bit multiply-accumulates)`],
    ["OPs", `${count(ops(cost))}  (FLOPs + BOPs / 64)`],
    [
      "budget",
      `${atLeast === undefined ? "" : `${count(atLeast)} to `}${value === null ? "no limit" : count(value)} ${measure}`.replace(
        /^no limit .*/,
        "none",
      ),
    ],
    [
      "note",
      "the best of many on the images it was chosen by: train it from scratch to know what it reaches",
    ],
  ] as const;
  return rows.map(([name, text]) => `${name.padEnd(9)} ${text}`).join("\n");
}

/** Evolutions of before might train early fitness beyond the first epoch. */
function sawAgain({ fitness }: EvolutionConfig): boolean {
  if (fitness.kind !== "training" || fitness.early === undefined) return false;
  const { data, batchSize } = fitness.train;
  return data.trainImages > 0 && fitness.early.steps * batchSize > data.trainImages;
}
