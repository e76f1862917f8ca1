import { add, concatChannels, type tf } from "../backend";
import { layerCosts, layerNames, type MapShape } from "../complexity/layerCost";
import type { LayerSpec } from "../complexity/layerSpec";
import type { ParameterSpec } from "../operations/operation";
import { type BuiltLayer, buildLayer } from "./buildLayer";
import type { LayerContext } from "./layerContext";

/**
 * A sequence of layers as its cost table describes it, made computable. Layers and parameters are called what the
 * table calls them: row `stage0.block0.branch0.binary_conv` owns `stage0.block0.branch0.binary_conv.latent`.
 */
export class LayerStack {
  /** All parameters, in order. */
  readonly parameters: readonly ParameterSpec[];
  /** Names a pass reports: every layer's; of a sign `<name>.presign` in front of it and `<name>.bits`, −1 and +1. */
  readonly taps: readonly string[];
  readonly #layers: readonly BuiltLayer[];

  /**
   * @param input `[height, width, channels]` of one image's feature map.
   * @throws ShapeError where a layer does not fit its input, or has no computation.
   */
  constructor(input: MapShape, specs: readonly LayerSpec[], prefix = "") {
    const names = layerNames(prefix, specs);
    let shape = input;
    this.#layers = specs.map((spec, i) => {
      const name = names[i] as string;
      const layer = spec.layer === "branches" ? branches(name, shape, spec) : buildLayer(name, shape, spec);
      shape = layerCosts(prefix, shape, [{ ...spec, name }]).at(-1)?.outputShape ?? shape;
      return layer;
    });
    this.parameters = this.#layers.flatMap(({ parameters }) => parameters);
    this.taps = this.#layers.flatMap(({ taps }) => taps);
  }

  /** Shapes: `x` `[batch, ...input]`, result `[batch, ...]` of the last layer. Inside a tidy of the caller's. */
  apply(x: tf.Tensor4D, pass: LayerContext): tf.Tensor4D {
    return this.#layers.reduce((value, layer) => layer.apply(value, pass), x);
  }
}

function branches(
  name: string,
  input: MapShape,
  { branches: all, join }: Extract<LayerSpec, { layer: "branches" }>,
): BuiltLayer {
  const stacks = all.map((specs, i) => new LayerStack(input, specs, `${name}.branch${i}`));
  const residual = join === "sum" && stacks.length > 1;
  const out = `${name}.${join}`;
  return {
    parameters: stacks.flatMap(({ parameters }) => parameters),
    taps: [...stacks.flatMap(({ taps }) => taps), out],
    apply(x, pass) {
      const values = stacks.map((stack, i) => {
        const value = stack.apply(x, pass);
        return residual && i === 0 ? pass.drop(name, value) : value;
      });
      const [first, ...others] = values as [tf.Tensor4D, ...tf.Tensor4D[]];
      const joined =
        join === "sum" ? others.reduce((sum, value) => add(sum, value), first) : concatChannels(values);
      return pass.see(out, joined);
    },
  };
}
