import { tf } from "../backend";
import type { BaselineConfig } from "../config/baselineConfig";
import type { BinarizationConfig } from "../config/binarizationConfig";
import { baselineSpecs } from "../cost/baselineSpecs";
import { baselineBinarization } from "../cost/baselineStyle";
import type { ParameterSpec } from "../layers/operation";
import { Parameters } from "../layers/parameters";
import { RunningStatistics } from "../layers/runningStatistics";
import type { RandomKey } from "../random/randomKey";
import { ShapeError } from "../util/errors";
import { layerContext } from "./layerContext";
import { checkLayerOverrides, type LayerOverrides, type OverridableLayer } from "./layerOverrides";
import { LayerStack } from "./layerStack";
import type { NetworkOutputs, NetworkPass, Trainable } from "./trainable";

/**
 * A hand-made network, built from the same list of layers its cost is counted from (`baselineSpecs`), so that what is
 * trained is what is counted: every layer, every parameter.
 *
 * Blocks bring their own binarizers (`baselineBinarization`). Drop path leaves out the convolutions of residual
 * blocks. There is no auxiliary head: `outputs` gives none, whatever the settings.
 */
export class BaselineNetwork implements Trainable {
  readonly name: string;
  readonly imageSize: number;
  readonly imageChannels: number;
  readonly classes: number;
  readonly parameters: Parameters;
  readonly statistics: RunningStatistics;
  readonly taps: readonly string[];
  /** What overrides may name: binary convolutions, and residual blocks, whose shortcut they can leave out. */
  readonly layers: readonly OverridableLayer[];
  readonly #binarization: BinarizationConfig;
  readonly #layers: LayerStack;

  /**
   * @param binarization of it only the batch norm's numbers and the slopes of gradients are used.
   * @param overrides layers that do otherwise than the description says, by name ({@link BaselineNetwork.layers}).
   * @throws ConfigError for overrides of layers the network does not have.
   */
  constructor(
    config: BaselineConfig,
    binarization: BinarizationConfig,
    key: RandomKey,
    name: string,
    overrides: LayerOverrides = {},
  ) {
    const { imageSize, imageChannels, classes, block } = config;
    this.name = name;
    this.imageSize = imageSize;
    this.imageChannels = imageChannels;
    this.classes = classes;
    this.#binarization = baselineBinarization(block, binarization);
    this.#layers = layersOf(config, overrides);
    this.layers = this.#layers.overridable;
    checkLayerOverrides(name, overrides, this.layers);
    this.parameters = new Parameters(this.#layers.parameters, key);
    this.statistics = new RunningStatistics(binarization.batchNormMomentum);
    this.taps = [...this.#layers.taps, "logits"];
  }

  /** The parameters a network has, without building one. */
  static parametersOf(config: BaselineConfig): readonly ParameterSpec[] {
    return layersOf(config).parameters;
  }

  outputs(images: tf.Tensor4D, pass: NetworkPass): NetworkOutputs {
    this.#checkImages(images);
    const logits = tf.tidy(() => {
      const context = layerContext(this, this.#binarization, pass);
      const last = this.#layers.apply(images, context);
      return context.see("logits", tf.reshape(last, [images.shape[0], this.classes]) as tf.Tensor2D);
    });
    return { logits, auxiliary: null };
  }

  dispose(): void {
    this.parameters.dispose();
    this.statistics.dispose();
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

function layersOf(config: BaselineConfig, overrides: LayerOverrides = {}): LayerStack {
  const { imageSize, imageChannels } = config;
  return new LayerStack([imageSize, imageSize, imageChannels], baselineSpecs(config), "", overrides);
}
