import { add, concatChannels, type tf } from "../backend";
import { layerCosts, layerNames, type MapShape } from "../cost/layerCost";
import type { ParameterSpec } from "../layers/operation";
import type { LayerSpec } from "../primitives/layerSpec";
import { type BuiltLayer, buildLayer } from "./buildLayer";
import type { LayerContext } from "./layerContext";
import type { LayerOverride, LayerOverrides, OverridableLayer } from "./layerOverrides";

/**
 * A sequence of layers as its cost table describes it, made computable. Layers and parameters are called what the
 * table calls them: row `stage0.block0.branch0.binary_conv` owns `stage0.block0.branch0.binary_conv.latent`.
 */
export class LayerStack {
  /** All parameters, in order. */
  readonly parameters: readonly ParameterSpec[];
  /** Names a pass reports: every layer's; of a sign `<name>.presign` in front of it and `<name>.bits`, −1 and +1. */
  readonly taps: readonly string[];
  /** What overrides may name: binary convolutions, and the joined branches whose others can be left out. */
  readonly overridable: readonly OverridableLayer[];
  readonly #layers: readonly BuiltLayer[];

  /**
   * @param input `[height, width, channels]` of one image's feature map.
   * @param overrides layers that do otherwise than their description says, by name; others' names are passed over.
   * @throws ShapeError where a layer does not fit its input, or has no computation.
   */
  constructor(input: MapShape, specs: readonly LayerSpec[], prefix = "", overrides: LayerOverrides = {}) {
    const names = layerNames(prefix, specs);
    const overridable: OverridableLayer[] = [];
    let shape = input;
    this.#layers = specs.map((spec, i) => {
      const name = names[i] as string;
      const layer =
        spec.layer === "branches"
          ? branches(name, shape, spec, overrides, overridable)
          : withoutSign(buildLayer(name, shape, spec), realPart(spec, name, names[i + 1], overrides));
      if (spec.layer === "binary_conv") overridable.push({ name, binary: true, shortcut: false });
      shape = layerCosts(prefix, shape, [{ ...spec, name }]).at(-1)?.outputShape ?? shape;
      return layer;
    });
    this.parameters = this.#layers.flatMap(({ parameters }) => parameters);
    this.taps = this.#layers.flatMap(({ taps }) => taps);
    this.overridable = overridable;
  }

  /** Shapes: `x` `[batch, ...input]`, result `[batch, ...]` of the last layer. Inside a tidy of the caller's. */
  apply(x: tf.Tensor4D, pass: LayerContext): tf.Tensor4D {
    return this.#layers.reduce((value, layer) => layer.apply(value, pass), x);
  }
}

/** What of a layer's binarization an override leaves out; a sign belongs to the convolution right behind it. */
function realPart(
  { layer }: LayerSpec,
  name: string,
  next: string | undefined,
  overrides: LayerOverrides,
): "activation" | "weight" | null {
  const asked = (of: string | undefined): LayerOverride["real"] =>
    of === undefined ? undefined : overrides[of]?.real;
  if (layer === "binary_conv") return [undefined, "activations"].includes(asked(name)) ? null : "weight";
  if (layer !== "sign" && layer !== "rsign") return null;
  return [undefined, "weights"].includes(asked(next)) ? null : "activation";
}

function withoutSign(layer: BuiltLayer, part: ReturnType<typeof realPart>): BuiltLayer {
  if (part === null) return layer;
  return {
    ...layer,
    apply: (x, pass) =>
      layer.apply(x, { ...pass, binarization: { ...pass.binarization, [part]: "identity" } }),
  };
}

function branches(
  name: string,
  input: MapShape,
  { branches: all, join }: Extract<LayerSpec, { layer: "branches" }>,
  overrides: LayerOverrides,
  overridable: OverridableLayer[],
): BuiltLayer {
  const shortcut = join === "sum" && all.length > 1;
  const kept = shortcut && overrides[name]?.shortcut === false ? all.slice(0, 1) : all;
  const stacks = kept.map((specs, i) => new LayerStack(input, specs, `${name}.branch${i}`, overrides));
  for (const stack of stacks) overridable.push(...stack.overridable);
  if (shortcut) overridable.push({ name, binary: false, shortcut });
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
