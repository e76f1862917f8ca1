import { compilesSteps } from "../backend";
import { fold, type RandomKey } from "../random/randomKey";
import type { AlphaTensors } from "../supernet/alphaVariables";
import { edgeWeights } from "../supernet/edgeWeights";
import { probabilityWeights, type Sampler, sampleWeights } from "../supernet/sampler";
import { drawOf } from "../supernet/samplerDraws";
import type { ForwardOptions } from "../supernet/supernet";
import type { EpochSettings, Samplers } from "./epochSettings";
import { biSamples } from "./strategies/biSampling";

/** One draw of mixture weights, and the operations to compute where the engine gains by leaving the others out. */
export interface Draw {
  readonly weights: AlphaTensors;
  readonly active: ForwardOptions["active"];
}

/** Draws the mixture weights of one alpha step. Differentiable in the alphas. */
export function drawWeights(
  alphas: AlphaTensors,
  settings: Pick<EpochSettings, "samplers" | "config">,
  key: RandomKey,
): Draw {
  const { samplers, config } = settings;
  const level = (name: "depth" | "width") =>
    alphas[name].map((alpha, i) =>
      alpha ? sampleWeights(alpha, samplers[name], fold(fold(key, name), i)) : null,
    );
  const cellKey = (group: number) => fold(fold(key, "cell"), group);
  return {
    weights: {
      cells: alphas.cells.map((alpha, group) => sampleWeights(alpha, samplers.cell, cellKey(group))),
      depth: level("depth"),
      width: level("width"),
      edges: alphas.edges?.map((betas) => edgeWeights(betas, config.space.steps)),
    },
    active: activeOperations(alphas, settings, cellKey),
  };
}

/** The draws one weight step averages over: one, or two layouts by bi-sampling. */
export function weightDraws(alphas: AlphaTensors, settings: EpochSettings, key: RandomKey): Draw[] {
  const draw = drawWeights(alphas, settings, key);
  const { biSampling } = settings.config.strategies;
  if (!biSampling.depth && !biSampling.width) return [draw];
  return biSamples(alphas, biSampling, fold(key, "biSampling")).map((layout) => ({
    ...draw,
    weights: { ...draw.weights, ...layout },
  }));
}

/** The probabilities the alphas stand for, level by level, differentiable; edges normalized. */
export function probabilityTensors(alphas: AlphaTensors, samplers: Samplers, steps: number): AlphaTensors {
  const of = (sampler: Sampler) => (alpha: AlphaTensors["depth"][number]) =>
    alpha ? probabilityWeights(alpha, sampler) : null;
  return {
    cells: alphas.cells.map((alpha) => probabilityWeights(alpha, samplers.cell)),
    depth: alphas.depth.map(of(samplers.depth)),
    width: alphas.width.map(of(samplers.width)),
    edges: alphas.edges?.map((betas) => edgeWeights(betas, steps)),
  };
}

/** The logit of a candidate that was pruned: its probability is 0 in single precision. */
export const prunedLogit = -1000;

/** Whether a logit stands for a pruned candidate. Weight decay may have moved it a little since. */
export function isPruned(logit: number): boolean {
  return logit <= prunedLogit / 2;
}

/**
 * Which operations are computed for a draw, `[group][edge][primitive]`: never a pruned one, and of path sampling the
 * chosen ones alone on engines that do not compile whole steps. On one that does (onnx, the default) every choice would
 * be another structure to compile, so all are computed, those not chosen with weight 0. Undefined where all are.
 */
function activeOperations(
  alphas: AlphaTensors,
  { samplers, config }: Pick<EpochSettings, "samplers" | "config">,
  cellKey: (group: number) => RandomKey,
): ForwardOptions["active"] {
  const chosenIn = compilesSteps() ? undefined : drawOf(samplers.cell.method).chosen;
  if (!chosenIn && config.strategies.pruning.stages.length === 0) return undefined;
  const values = alphas.cells.map((alpha) => alpha.arraySync() as number[][]);
  const pruned = values.some((rows) => rows.some((row) => row.some(isPruned)));
  if (!chosenIn && !pruned) return undefined;
  return values.map((rows, group) => {
    const chosen = chosenIn ? chosenIn(rows, cellKey(group)) : null;
    return rows.map((row, edge) =>
      row.map((logit, k) => !isPruned(logit) && (chosen === null || chosen[edge] === k)),
    );
  });
}
