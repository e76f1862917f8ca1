import { compilesSteps } from "../backend";
import { fold, type RandomKey } from "../random/randomKey";
import type { AlphaTensors } from "../supernet/alphaVariables";
import { edgeWeights } from "../supernet/edgeWeights";
import { drawOf, probabilityWeights, type Sampler, sampleWeights } from "../supernet/sampler";
import type { ForwardOptions } from "../supernet/supernet";
import type { EpochSettings, Samplers } from "./epochSettings";
import type { Draw } from "./strategyHooks";

/** Draws the mixture weights of one alpha step. Differentiable in the alphas. */
export function drawWeights(
  alphas: AlphaTensors,
  settings: Pick<EpochSettings, "samplers" | "config" | "strategies">,
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

/** The draws one weight step averages over: one, unless a strategy asks for others. */
export function weightDraws(alphas: AlphaTensors, settings: EpochSettings, key: RandomKey): readonly Draw[] {
  return settings.strategies.reduce<readonly Draw[]>(
    (draws, { name, own, hooks }) => hooks.draw?.(own, draws, { alphas, key: fold(key, name) }) ?? draws,
    [drawWeights(alphas, settings, key)],
  );
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

/**
 * Which operations are computed for a draw, `[group][edge][primitive]`: never one that a strategy leaves out, and of path
 * sampling the chosen ones alone on engines that do not compile whole steps. On one that does (onnx, the default) every choice would
 * be another structure to compile, so all are computed, those not chosen with weight 0. Undefined where all are.
 */
function activeOperations(
  alphas: AlphaTensors,
  { samplers, strategies }: Pick<EpochSettings, "samplers" | "config" | "strategies">,
  cellKey: (group: number) => RandomKey,
): ForwardOptions["active"] {
  const chosenIn = compilesSteps() ? undefined : drawOf(samplers.cell.method).chosen;
  const droppers = strategies.flatMap(({ own, hooks }) => hooks.leavesOut?.(own) ?? []);
  if (!chosenIn && droppers.length === 0) return undefined;
  const isOut = (logit: number) => droppers.some((drops) => drops(logit));
  const values = alphas.cells.map((alpha) => alpha.arraySync() as number[][]);
  const anyOut = values.some((rows) => rows.some((row) => row.some(isOut)));
  if (!chosenIn && !anyOut) return undefined;
  return values.map((rows, group) => {
    const chosen = chosenIn ? chosenIn(rows, cellKey(group)) : null;
    return rows.map((row, edge) =>
      row.map((logit, k) => !isOut(logit) && (chosen === null || chosen[edge] === k)),
    );
  });
}
