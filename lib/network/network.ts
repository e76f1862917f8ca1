import { relu, tf } from "../backend";
import type { BinarizationConfig } from "../config/binarizationConfig";
import type { SpaceConfig } from "../config/spaceConfig";
import type { ParameterSpec } from "../layers/operation";
import { Parameters } from "../layers/parameters";
import { globalAveragePool, linear, realConv2d } from "../layers/realLayers";
import { RunningStatistics } from "../layers/runningStatistics";
import type { PrimitiveSpec } from "../primitives/primitive";
import type { RandomKey } from "../random/randomKey";
import { builtCells, cellChannels, classifierInputs, stemChannels } from "../space/builtCells";
import type { Genotype } from "../space/genotype";
import { genotypeHash } from "../space/genotypeJson";
import { activatedHead, copiesStem, type Stem, stemOf } from "../space/stem";
import { ShapeError } from "../util/errors";
import { AuxiliaryHead } from "./auxiliaryHead";
import { affineSpecs, classifierSpecs, type LayerContext, layerContext, realConvSpecs } from "./layerContext";
import { checkLayerOverrides, type LayerOverrides, type OverridableLayer } from "./layerOverrides";
import { NetworkCell } from "./networkCell";
import type { NetworkOutputs, NetworkPass, Trainable } from "./trainable";

/** What may be said of a {@link Network} besides its architecture. */
export interface NetworkOptions {
  /** For messages; the first digits of the architecture's hash by default. */
  readonly name?: string | undefined;
  /** Builds an auxiliary classifier two thirds through ({@link AuxiliaryHead}). Default false. */
  readonly auxiliary?: boolean;
  /** Layers that do otherwise than the settings say, by name ({@link Network.layers}). */
  readonly overrides?: LayerOverrides;
}

/**
 * The network a genotype describes: its stem, the cells that exist, at their widths, with the operations they hold,
 * and its classifier. The same layers as the supernet's, built without the rest; at the supernet's weights
 * (`weightsFromSupernet`) it computes what the supernet computes at one-hot alphas.
 *
 * Batch norms have a scale and a shift (the supernet's have none inside cells), one batch norm for each operation
 * that binarizes: exactly the parameters that `costTable` counts. Operations that leave one node share its
 * statistics, which are the same by definition.
 */
export class Network implements Trainable {
  readonly name: string;
  readonly genotype: Genotype;
  readonly imageSize: number;
  readonly imageChannels: number;
  readonly classes: number;
  readonly parameters: Parameters;
  readonly statistics: RunningStatistics;
  readonly taps: readonly string[];
  /** What overrides may name. */
  readonly layers: readonly OverridableLayer[];
  readonly primitives: readonly PrimitiveSpec[];
  readonly #binarization: BinarizationConfig;
  readonly #cells: readonly NetworkCell[];
  readonly #stemForm: Stem;
  readonly #auxiliary: AuxiliaryHead | null;
  /** The cell whose output the auxiliary classifier reads. */
  readonly #auxiliaryAt: number;

  /**
   * @throws ShapeError if channels do not suit an operation; ConfigError if there is no room for an auxiliary head, or
   * an override names a layer that is not there.
   */
  constructor(
    genotype: Genotype,
    binarization: BinarizationConfig,
    key: RandomKey,
    options: NetworkOptions = {},
  ) {
    const { space } = genotype;
    this.name = options.name ?? `network ${genotypeHash(genotype).slice(0, 8)}`;
    this.genotype = genotype;
    this.imageSize = space.imageSize;
    this.imageChannels = space.imageChannels;
    this.classes = space.classes;
    this.#binarization = binarization;
    const built = builtCells(genotype);
    this.#cells = built.map(
      (cell) =>
        new NetworkCell(space, binarization, cell, genotype.cells[cell.group] ?? [], options.overrides),
    );
    this.layers = this.#cells.flatMap(({ layers }) => layers);
    this.primitives = [...new Set(this.#cells.flatMap(({ primitives }) => primitives))];
    checkLayerOverrides(this.name, options.overrides ?? {}, this.layers);
    this.#auxiliaryAt = Math.max(0, Math.floor((2 * built.length) / 3) - 1);
    const middle = built[this.#auxiliaryAt];
    this.#auxiliary =
      options.auxiliary && middle
        ? new AuxiliaryHead(cellChannels(space, middle).output, middle.outSize, space.classes)
        : null;
    const channels = stemChannels(genotype);
    this.#stemForm = stemOf(space, channels);
    const wide = space.process === "preprocess";
    this.parameters = new Parameters(
      [
        ...this.#stemForm.convolutions.flatMap(({ name, kernel, from, out }) =>
          realConvSpecs(name, kernel, from, out),
        ),
        ...(wide ? extraStemSpecs(space, channels) : []),
        ...(activatedHead(space) ? affineSpecs("headNorm", classifierInputs(genotype)) : []),
        ...classifierSpecs("head", classifierInputs(genotype), space.classes),
        ...this.#cells.flatMap((cell) => cell.parameters),
        ...(this.#auxiliary?.parameters ?? []),
      ],
      key,
    );
    this.statistics = new RunningStatistics(binarization.batchNormMomentum);
    this.taps = [
      ...this.#stemForm.convolutions.map(({ name }) => name),
      ...(wide ? ["extraStem"] : []),
      ...this.#cells.flatMap(({ taps }) => taps),
      ...(activatedHead(space) ? ["headActivation"] : []),
      "pooled",
      "logits",
    ];
  }

  outputs(images: tf.Tensor4D, pass: NetworkPass): NetworkOutputs {
    this.#checkImages(images);
    const [logits, auxiliary] = tf.tidy(() => {
      const context = layerContext(this, this.#binarization, pass);
      let x = this.#stem(images, context);
      let extra: tf.Tensor2D | null = null;
      this.#cells.forEach((cell, i) => {
        x = cell.apply(x, context);
        if (this.#auxiliary && pass.training && i === this.#auxiliaryAt)
          extra = this.#auxiliary.logits(x, context);
      });
      if (activatedHead(this.genotype.space))
        x = context.see("headActivation", relu(context.normalize("headNorm", x, "headNorm")));
      const pooled = context.see("pooled", globalAveragePool(x));
      const weight = context.get("head.weight") as tf.Tensor2D;
      const value = linear(pooled, weight, context.get("head.bias") as tf.Tensor1D, "head");
      return extra ? [context.see("logits", value), extra] : [context.see("logits", value)];
    }) as [tf.Tensor2D, tf.Tensor2D?];
    return { logits, auxiliary: auxiliary ?? null };
  }

  dispose(): void {
    this.parameters.dispose();
    this.statistics.dispose();
  }

  #stem(images: tf.Tensor4D, context: LayerContext): tf.Tensor4D {
    const conv = (name: string, x: tf.Tensor4D, stride: 1 | 2, pooled: boolean) => {
      const kernel = context.get(`${name}.kernel`) as tf.Tensor4D;
      const y = context.normalize(name, realConv2d(x, kernel, { name, stride }), name);
      return context.see(name, pooled ? tf.maxPool(y, 3, 2, "same") : y);
    };
    const { convolutions, pooled } = this.#stemForm;
    const narrow = convolutions.reduce(
      (x, { name, stride, relu: after }) =>
        conv(name, after ? relu(x) : x, stride, pooled && name === "stem"),
      images,
    );
    const { space } = this.genotype;
    if (space.process !== "preprocess") return narrow;
    if (!copiesStem(space)) return conv("extraStem", relu(narrow), 1, false);
    const wide = tf.tile(narrow, [1, 1, 1, space.steps]);
    return context.see("extraStem", context.normalize("extraStem", wide, "extraStem"));
  }

  #checkImages(images: tf.Tensor4D): void {
    const { imageSize, imageChannels, name } = this;
    const [, height, width, channels] = images.shape;
    if (height !== imageSize || width !== imageSize || channels !== imageChannels) {
      throw new ShapeError(
        `${name}: expected images of shape [batch, ${imageSize}, ${imageSize}, ${imageChannels}], got [${images.shape.join(", ")}].`,
      );
    }
  }
}

function extraStemSpecs(space: SpaceConfig, channels: number): ParameterSpec[] {
  const specs = realConvSpecs("extraStem", 1, channels, space.steps * channels);
  return copiesStem(space) ? specs.filter(({ role }) => role !== "real") : specs;
}
