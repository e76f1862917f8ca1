import { add, batchNormTrain, detach, gateOf, relu, runsStages, tf, weightedSum } from "../backend";
import type { BinarizationConfig } from "../config/binarizationConfig";
import { defaultMixtureConfig, type MixtureConfig } from "../config/mixtureSections";
import type { SpaceConfig } from "../config/spaceConfig";
import { Parameters } from "../layers/parameters";
import { globalAveragePool, linear, realConv2d } from "../layers/realLayers";
import { type BatchStatistics, RunningStatistics } from "../layers/runningStatistics";
import { fold, keptShares, type RandomKey } from "../random/randomKey";
import { cellTensorFactor } from "../space/builtCells";
import { cellsOf, type Stage, stagesOf } from "../space/stages";
import { activatedHead, copiesStem, stemOf } from "../space/stem";
import { ShapeError } from "../util/errors";
import type { AlphaTensors } from "./alphaVariables";
import { type CellAtWidth, cellAtWidths, computedWidths, widthGates } from "./cellAtWidths";
import type { CellPass, OperationWeights } from "./cellPass";
import { endSpecs } from "./endSpecs";
import { anyOf, byShare, fedShares, heldShares, type Share } from "./fedShares";
import { type AppliedCell, gatedCell } from "./gatedCell";
import { layoutWeights, widthMasks } from "./layoutWeights";
import { scalarsOf } from "./operationWeights";
import { inRegion } from "./region";
import { masked, SupernetCell, tiled } from "./supernetCell";

/** What one forward pass needs besides images and mixture weights. */
export interface ForwardOptions {
  /** Steepness of the EDE gradients at this epoch. */
  readonly edeT: number;
  /** Receives the statistics of every batch norm; the caller owns them (see RunningStatistics). */
  readonly collect?: BatchStatistics | undefined;
  /**
   * Operations whose weight is known to be 0, `[group][edge][primitive]` false: left out of the computation. For
   * evaluating one architecture.
   */
  readonly active?: readonly (readonly (readonly boolean[])[])[] | undefined;
  /** Fixed statistics of batch norms, by `<name>.mean` and `<name>.variance`; without them those of the batch. */
  readonly statistics?: ReadonlyMap<string, tf.Tensor> | undefined;
  /** Whether only gradients in the mixture weights are asked: none of a kernel is then computed on the way. */
  readonly alphasOnly?: boolean | undefined;
  /**
   * Where weights of 0 need neither a value nor a gradient in them: operations on edges, cells beyond the depth, channels
   * beyond the width. They are then behind gates (`gated`, `oneOf`), which engines that compile steps make branches of.
   */
  readonly skips?:
    | { readonly operations: boolean; readonly cells: boolean; readonly widths: boolean }
    | undefined;
  /** Whether widths are one-hot and gradients of the drawn ones alone are asked; see `layoutWeights`. */
  readonly drawnWidths?: boolean | undefined;
  /** Weight of an extra skip connection on every edge (DARTS-, arXiv:2009.01027). */
  readonly auxiliarySkip?: number | undefined;
  /** Drops channels of skip connections per image (P-DARTS, arXiv:1904.12760). */
  readonly skipDropout?: { readonly rate: number; readonly key: RandomKey } | undefined;
}

/**
 * The differentiable mixture over a space: every cell holds every operation, every stage every depth and width.
 *
 * - stem: real 3x3 convolution and batch norm; in preprocess mode the extra stem (ReLU, real 1x1, batch norm)
 *   widens it to `steps` nodes
 * - cells in a chain; the tensor a reduction cell or the head reads is `Σ_i d_i · state_i` over the states of the
 *   stage, `d` the depth weights (sink connection; TF-NAS, arXiv:2008.05314)
 * - width: leading channels are shared by all widths; a channel counts as much as the widths that have it weigh
 *   (soft masks), on every node, cell output and binary kernel
 * - head: global average pooling and a real linear layer; before them batch norm and ReLU where the space has them
 *
 * At one-hot weights it computes what the derived network computes with the same weights. Batch norms use the
 * statistics of the batch: one supernet stands for many architectures.
 *
 * @example
 * ```ts
 * await bars.startBackend();
 * const space = bars.space.spaceConfig({ initChannels: 4, cellLayout: [0, 1, 0], steps: 1, widthChoices: [1] });
 * const supernet = new bars.networks.Supernet(space, bars.trainConfig().binarization, bars.randomKey(0));
 * const { tf } = bars;
 * const logits = tf.tidy(() => {
 *   const cells = bars.space.randomAlphas(space, 0.01, bars.randomKey(1)).cells.map((rows) => tf.softmax(tf.tensor(rows)));
 *   return supernet.logits(tf.zeros([2, 32, 32, 3]), { cells, depth: [null, null], width: [null, null] }, { edeT: 1 });
 * });
 * console.log(logits.shape); // [2,10]
 * logits.dispose();
 * supernet.dispose();
 * ```
 */
export class Supernet {
  readonly space: SpaceConfig;
  readonly parameters: Parameters;
  readonly statistics: RunningStatistics;
  readonly #binarization: BinarizationConfig;
  readonly #mixture: MixtureConfig;
  readonly #stages: readonly Stage[];
  readonly #cells: readonly SupernetCell[];
  /** Per cell: itself at each width, ascending. */
  readonly #narrow: readonly (readonly CellAtWidth[])[];
  /** Per stage, `[choices, channels]`; null where width is not searched. */
  readonly #masks: readonly (tf.Tensor2D | null)[];
  /** The same for the input side of each stage's reduction cell: half the channels. */
  readonly #halfMasks: readonly (tf.Tensor2D | null)[];

  /**
   * @param divisor partial channels: one in so many passes through the operations of an edge.
   * @param mixture where the mixture computes something else than any of its architectures.
   */
  constructor(
    space: SpaceConfig,
    binarization: BinarizationConfig,
    key: RandomKey,
    divisor = 1,
    mixture: MixtureConfig = defaultMixtureConfig,
  ) {
    this.space = space;
    this.#binarization = binarization;
    this.#mixture = mixture;
    this.#stages = stagesOf(space);
    const once = mixture.widthMasks === "once";
    this.#narrow = cellsOf(space).map((cell) => {
      const out = (this.#stages[cell.stage] as Stage).channels;
      const stride = cell.reduction ? 2 : 1;
      const last = space.widthChoices.length - 1;
      return (divisor > 1 ? [last] : computedWidths(last + 1, runsStages())).map((choice): CellAtWidth => {
        const width = space.widthChoices[choice] as number;
        const channels = {
          inChannels: Math.round((width * out) / stride),
          outChannels: Math.round(width * out),
        };
        const shape = { name: `cell${cell.index}`, ...channels, stride } as const;
        return { cell: new SupernetCell(space, binarization, shape, divisor, once), choice, ...channels };
      });
    });
    this.#cells = this.#narrow.map((widths) => (widths.at(-1) as CellAtWidth).cell);
    const searched = space.widthChoices.length > 1;
    this.#masks = this.#stages.map(({ channels }) => (searched ? widthMasks(space, channels) : null));
    this.#halfMasks = this.#stages.map(({ channels }, s) =>
      searched && s > 0 ? widthMasks(space, channels / 2) : null,
    );
    this.parameters = new Parameters(
      [...endSpecs(space), ...this.#cells.flatMap((cell) => cell.parameters)],
      key,
    );
    this.statistics = new RunningStatistics(binarization.batchNormMomentum);
  }

  /**
   * Logits of a batch.
   *
   * Shapes: `images` `[batch, imageSize, imageSize, imageChannels]`, result `[batch, classes]`.
   * @throws ShapeError if the images have another shape.
   */
  logits(images: tf.Tensor4D, weights: AlphaTensors, options: ForwardOptions): tf.Tensor2D {
    this.#checkImages(images);
    return tf.tidy(() => {
      const pass = this.#pass(options);
      const layout = layoutWeights(this.space, weights, options.drawnWidths);
      const operations = this.#operationWeights(weights, options.active);
      let x = this.#stem(images, maskOf(layout.opening[0], this.#masks[0]), pass);
      // Probability that the tensor between two cells holds anything of the image.
      let fed: Share = null;
      let headMask: tf.Tensor1D | null = null;
      const narrow = options.skips?.widths === true && !options.skipDropout;
      const built = (cell: number, input: Distribution, output: Distribution): AppliedCell =>
        narrow && input && output ? this.#atWidths(cell, input, output) : (this.#cells[cell] as SupernetCell);
      const own = (cell: number) => operations[this.space.cellLayout[cell] as number] as OperationWeights;
      for (const stage of this.#stages) {
        const s = stage.index;
        const openingMask = maskOf(layout.opening[s], this.#masks[s]);
        if (stage.opening !== null) {
          const masks = { input: maskOf(layout.opening[s], this.#halfMasks[s]), output: openingMask };
          const reduction = built(stage.opening, layout.opening[s], layout.opening[s]);
          x = reduction.apply(x, own(stage.opening), { ...masks, fed }, pass);
          fed = this.#fedAfter(stage.opening, operations, fed);
        }
        const states = [x];
        const shares = [fed];
        const outMasks = [openingMask];
        const depth = layout.sink[s] ?? null;
        stage.cells.forEach((cell, i) => {
          const entering = i === 0 ? layout.opening[s] : layout.output[s]?.[i - 1];
          const leaving = layout.output[s]?.[i];
          const output = maskOf(leaving, this.#masks[s]);
          const around = { input: outMasks[i] as tf.Tensor1D | null, output, fed };
          const normal = built(cell, entering, leaving);
          if (depth && options.skips?.cells) {
            // Cells beyond the depth, whose states have weight 0 all together.
            const beyond = tf.sum(tf.slice(depth, [i + 1], [stage.cells.length - i])) as tf.Scalar;
            x = gatedCell(normal, x, own(cell), around, pass, beyond);
          } else x = normal.apply(x, own(cell), around, pass);
          fed = this.#fedAfter(cell, operations, fed);
          states.push(x);
          shares.push(fed);
          outMasks.push(output);
        });
        const sink = layout.sink[s];
        if (activatedHead(this.space) && stage.closing === null) headMask = mixedMask(outMasks, sink ?? null);
        if (sink) {
          x = options.skips?.cells ? chosenOf(states, sink, pass) : mixture(states, sink);
          fed = mixedShare(shares, sink);
        }
      }
      const pooled = globalAveragePool(this.#beforeHead(x, headMask, fed, pass));
      const get = this.parameters.get;
      return linear(
        pooled,
        get("head.weight") as unknown as tf.Tensor2D,
        get("head.bias") as unknown as tf.Tensor1D,
        "head",
      );
    });
  }

  dispose(): void {
    this.parameters.dispose();
    this.statistics.dispose();
    tf.dispose([...this.#masks, ...this.#halfMasks].filter((mask): mask is tf.Tensor2D => mask !== null));
  }

  /** A cell on the channels that drawn widths have. Cells with partial channels are computed whole. */
  #atWidths(index: number, input: tf.Tensor, output: tf.Tensor): AppliedCell {
    const whole = this.#cells[index] as SupernetCell;
    const widths = this.#narrow[index] as readonly CellAtWidth[];
    if (widths.length < 2) return whole;
    const gates = widthGates(
      widths.map(({ choice }) => choice),
      detach(input),
      detach(output),
    );
    return {
      parameters: whole.parameters,
      apply: (x, weights, masks, pass) => cellAtWidths(widths, this.space, gates, x, weights, masks, pass),
    };
  }

  /** Probability that a cell puts out anything, its input doing so with probability `fed`; 1 where a shortcut goes around it. */
  #fedAfter(cell: number, operations: readonly OperationWeights[], fed: Share): Share {
    const { cellShortcut, cellLayout, steps } = this.space;
    if (cellShortcut !== "none") return fed;
    const { held } = operations[cellLayout[cell] as number] as OperationWeights;
    return held ? anyOf(fedShares(held, fed, steps).slice(1)) : fed;
  }

  #stem(images: tf.Tensor4D, mask: tf.Tensor1D | null, pass: CellPass): tf.Tensor4D {
    const { get } = pass;
    const affine = (name: string, x: tf.Tensor4D) => affineOf(name, pass.normalize(name, x), pass);
    const { convolutions, pooled } = stemOf(this.space, this.space.initChannels);
    const full = convolutions.reduce((x, { name, stride, relu: after }) => {
      const kernel = get(`${name}.kernel`) as tf.Tensor4D;
      return affine(name, realConv2d(after ? relu(x) : x, kernel, { name, stride }));
    }, images);
    const narrow = masked(pooled ? tf.maxPool(full, 3, 2, "same") : full, mask);
    if (this.space.process !== "preprocess") return narrow;
    const wide = copiesStem(this.space)
      ? tf.tile(narrow, [1, 1, 1, this.space.steps])
      : realConv2d(relu(narrow), get("extraStem.kernel") as tf.Tensor4D, { name: "extraStem", stride: 1 });
    return masked(affine("extraStem", wide), tiled(mask, this.space.steps));
  }

  /** What the head's pooling reads. */
  #beforeHead(x: tf.Tensor4D, mask: tf.Tensor1D | null, fed: Share, pass: CellPass): tf.Tensor4D {
    if (!activatedHead(this.space)) return x;
    const normalized = byShare(pass.normalize("headNorm", x), fed);
    return masked(relu(affineOf("headNorm", normalized, pass)), tiled(mask, cellTensorFactor(this.space)));
  }

  #pass(options: ForwardOptions): CellPass {
    const epsilon = this.#binarization.batchNormEpsilon;
    const fixed = options.statistics;
    const passOf = (get: CellPass["get"], collect: BatchStatistics | null): CellPass => ({
      get,
      edeT: options.edeT,
      auxiliarySkip: options.auxiliarySkip ?? 0,
      alphasOnly: options.alphasOnly ?? false,
      dropSkip: options.skipDropout ? skipDropout(options.skipDropout.rate, options.skipDropout.key) : null,
      skipsOperations: options.skips?.operations ?? false,
      collect,
      within: (own, collected) => passOf(own, collect && collected),
      normalize: (name, x) => {
        if (fixed) return normalizedBy(fixed, name, x, epsilon);
        const { y, mean, variance } = batchNormTrain(x, null, null, epsilon);
        collect?.set(name, { mean: tf.keep(mean), variance: tf.keep(variance) });
        return y;
      },
    });
    return passOf(this.parameters.get, options.collect ?? null);
  }

  /** Scalars, cut from the weights once for all cells of a group. */
  #operationWeights(weights: AlphaTensors, active: ForwardOptions["active"]): OperationWeights[] {
    const count = this.space.primitives.length;
    return weights.cells.map((tensor, group) => {
      const gamma = weights.edges?.[group];
      const scaled = gamma ? tf.mul(tensor, tf.reshape(gamma, [-1, 1])) : tensor;
      const scalars = scalarsOf(tf.reshape(scaled, [-1]));
      const operations = Array.from({ length: scalars.length / count }, (_, e) =>
        Array.from({ length: count }, (_, k) =>
          active?.[group]?.[e]?.[k] === false ? 0 : (scalars[e * count + k] as tf.Scalar),
        ),
      );
      const byShare = this.#mixture.emptyNodes === "by_share";
      const held = byShare ? heldShares(tensor, this.space.primitives) : null;
      return { operations, edges: gamma ? scalarsOf(gamma) : null, held };
    });
  }

  #checkImages(images: tf.Tensor4D): void {
    const { imageSize, imageChannels } = this.space;
    const [, height, width, channels] = images.shape;
    if (height !== imageSize || width !== imageSize || channels !== imageChannels) {
      throw new ShapeError(
        `supernet: expected images of shape [batch, ${imageSize}, ${imageSize}, ${imageChannels}], got [${images.shape.join(", ")}].`,
      );
    }
  }
}

/** Of widths; nothing where they are not searched. */
type Distribution = tf.Tensor | null | undefined;

/** A normalised tensor with the scale and shift of its batch norm. */
function affineOf(name: string, normalized: tf.Tensor4D, { get }: CellPass): tf.Tensor4D {
  return tf.add(tf.mul(normalized, get(`${name}.scale`)), get(`${name}.offset`));
}

/** Batch norm with given statistics. */
function normalizedBy(
  statistics: ReadonlyMap<string, tf.Tensor>,
  name: string,
  x: tf.Tensor4D,
  epsilon: number,
): tf.Tensor4D {
  const [mean, variance] = [statistics.get(`${name}.mean`), statistics.get(`${name}.variance`)];
  if (!mean || !variance) throw new Error(`supernet: no statistics are given for the batch norm "${name}".`);
  return tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, epsilon))) as tf.Tensor4D;
}

/** Zeroes each channel of each image with probability `rate` and scales the others by `1 / (1 − rate)`. */
function skipDropout(rate: number, key: RandomKey): CellPass["dropSkip"] {
  if (rate === 0) return null;
  return (name, value) => {
    const [batch, , , channels] = value.shape;
    const kept = keptShares(fold(key, name), batch * channels, rate);
    return tf.mul(value, tf.tensor4d(kept, [batch, 1, 1, channels]));
  };
}

/** `Σ_i weights_i · states_i`, terms of weight 0 left out. */
function chosenOf(states: readonly tf.Tensor4D[], weights: tf.Tensor, pass: CellPass): tf.Tensor4D {
  const terms = scalarsOf(weights).map((weight, i) => {
    const state = states[i] as tf.Tensor4D;
    return inRegion(gateOf(weight, 1 / states.length), pass, [], [state, weight] as const, ([value, own]) =>
      weightedSum([value], [own], null),
    );
  });
  return terms.reduce((sum, term) => add(sum, term));
}

/** `Σ_i weights_i · states_i`. */
function mixture(states: readonly tf.Tensor4D[], weights: tf.Tensor): tf.Tensor4D {
  return weightedSum(states, scalarsOf(weights), null);
}

/** `Σ_i weights_i · shares_i`, a null share being 1. */
function mixedShare(shares: readonly Share[], weights: tf.Tensor): Share {
  if (shares.every((share) => share === null)) return null;
  const terms = scalarsOf(weights).map((weight, i) => {
    const share = shares[i] ?? null;
    return share ? tf.mul(weight, share) : weight;
  });
  return tf.addN(terms) as tf.Scalar;
}

/** `Σ_i weights_i · masks_i`, of the tensor that a stage hands on; no weights: the last one. */
function mixedMask(masks: readonly (tf.Tensor1D | null)[], weights: tf.Tensor | null): tf.Tensor1D | null {
  const [first = null] = masks;
  if (first === null || weights === null) return masks.at(-1) ?? null;
  return tf.reshape(
    tf.matMul(tf.reshape(weights, [1, -1]), tf.stack(masks as tf.Tensor1D[]) as tf.Tensor2D),
    [-1],
  );
}

/** The soft mask of a distribution over widths: `[choices] · [choices, channels]`. */
function maskOf(
  distribution: tf.Tensor | null | undefined,
  masks: tf.Tensor2D | null | undefined,
): tf.Tensor1D | null {
  if (!distribution || !masks) return null;
  return tf.reshape(tf.matMul(tf.reshape(distribution, [1, -1]), masks), [-1]);
}
