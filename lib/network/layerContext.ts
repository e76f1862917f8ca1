import { batchNormTrain, tf } from "../backend";
import type { BinarizationConfig } from "../config/binarizationConfig";
import type { ParameterSpec } from "../layers/operation";
import type { Parameters } from "../layers/parameters";
import type { RunningStatistics } from "../layers/runningStatistics";
import { fold, keptShares, type RandomKey } from "../random/randomKey";
import type { NetworkPass } from "./trainable";

/** What a forward pass hands to every layer of a network. */
export interface LayerContext {
  /** A parameter by its full name. */
  readonly get: (name: string) => tf.Tensor;
  /** How this pass binarizes: the network's settings, with real kernels in the first of two training steps. */
  readonly binarization: BinarizationConfig;
  readonly edeT: number;
  /**
   * Batch norm with the statistics kept under `name`: those of the batch in training, else the running ones. With
   * `affine`, its learnt scale and shift are `<affine>.scale` and `<affine>.offset`.
   */
  normalize(name: string, x: tf.Tensor4D, affine: string | null): tf.Tensor4D;
  /** The value of an operation, left out for some of the images where this pass drops paths. */
  drop(name: string, value: tf.Tensor4D): tf.Tensor4D;
  /** Whether anyone watches this pass: what is computed only to be shown can be left out where not. */
  readonly watched: boolean;
  /** Shows a tensor to whoever watches this pass, and returns it. */
  see<T extends tf.Tensor>(name: string, value: T): T;
}

/**
 * The context of one pass.
 * @throws Error, inside `normalize`, if a pass outside training finds no running statistics.
 */
export function layerContext(
  network: { readonly name: string; readonly parameters: Parameters; readonly statistics: RunningStatistics },
  settings: BinarizationConfig,
  pass: NetworkPass,
): LayerContext {
  const { get } = network.parameters;
  const binarization: BinarizationConfig = {
    ...settings,
    ...(pass.binaryWeights === false ? { weight: "identity" } : {}),
    ...(pass.smoothSign === undefined ? {} : { activation: "scaled_tanh", swishBeta: pass.smoothSign }),
  };
  const running = pass.training ? null : new Map(network.statistics.entries());
  const epsilon = settings.batchNormEpsilon;
  const part = (affine: string | null, which: "scale" | "offset") =>
    affine === null ? null : (get(`${affine}.${which}`) as tf.Tensor as tf.Tensor1D);
  const { dropPath, tap } = pass;
  return {
    get,
    binarization,
    edeT: pass.edeT,
    normalize(name, x, affine) {
      const [scale, offset] = [part(affine, "scale"), part(affine, "offset")];
      if (running) return inferred(network.name, running, name, x, scale, offset, epsilon);
      const { y, mean, variance } = batchNormTrain(x, scale, offset, epsilon);
      pass.collect?.set(name, { mean: tf.keep(mean), variance: tf.keep(variance) });
      return y;
    },
    drop: (name, value) =>
      dropPath && dropPath.rate > 0 ? dropImages(value, dropPath.rate, fold(dropPath.key, name)) : value,
    watched: tap !== undefined,
    see(name, value) {
      tap?.(name, value);
      return value;
    },
  };
}

function inferred(
  network: string,
  running: ReadonlyMap<string, tf.Tensor>,
  name: string,
  x: tf.Tensor4D,
  scale: tf.Tensor1D | null,
  offset: tf.Tensor1D | null,
  epsilon: number,
): tf.Tensor4D {
  const mean = running.get(`${name}.mean`) as tf.Tensor1D | undefined;
  const variance = running.get(`${name}.variance`) as tf.Tensor1D | undefined;
  if (!mean || !variance) {
    throw new Error(
      `${network}: no running statistics of the batch norm "${name}" yet. Train it, recalibrate it or restore a checkpoint first.`,
    );
  }
  return tf.batchNorm(x, mean, variance, offset ?? undefined, scale ?? undefined, epsilon);
}

/** Zero for each image with probability `rate`, `value / (1 − rate)` for the others. */
function dropImages(value: tf.Tensor4D, rate: number, key: RandomKey): tf.Tensor4D {
  const images = value.shape[0];
  const kept = keptShares(key, images, rate);
  return tf.mul(value, tf.tensor4d(kept, [images, 1, 1, 1]));
}

/** The learnt scale and shift of one batch norm. */
export function affineSpecs(name: string, channels: number): ParameterSpec[] {
  return [
    { name: `${name}.scale`, shape: [channels], role: "scale", init: { kind: "constant", value: 1 } },
    { name: `${name}.offset`, shape: [channels], role: "offset", init: { kind: "constant", value: 0 } },
  ];
}

/** A real convolution kernel, He-normal at the start, and the affine part of the batch norm after it. */
export function realConvSpecs(name: string, size: number, from: number, to: number): ParameterSpec[] {
  const std = Math.sqrt(2 / (size * size * from));
  return [
    {
      name: `${name}.kernel`,
      shape: [size, size, from, to],
      role: "real",
      init: { kind: "normal", std },
    },
    ...affineSpecs(name, to),
  ];
}

/** A linear classifier with bias. */
export function classifierSpecs(name: string, features: number, classes: number): ParameterSpec[] {
  const std = Math.sqrt(1 / features);
  return [
    { name: `${name}.weight`, shape: [features, classes], role: "real", init: { kind: "normal", std } },
    { name: `${name}.bias`, shape: [classes], role: "offset", init: { kind: "constant", value: 0 } },
  ];
}
