import { add, concatChannels, type tf } from "../backend";
import { layerCosts, layerNames, type MapShape } from "../cost/layerCost";
import type { ParameterSpec } from "../layers/operation";
import type { LayerSpec } from "../primitives/layerSpec";
import { type BuiltLayer, buildLayer } from "./buildLayer";
import type { LayerContext } from "./layerContext";
import type { LayerOverrides, OverridableLayer } from "./layerOverrides";

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
   * @param signed whether the input is a sign.
   * @throws ShapeError where a layer does not fit its input, or has no computation.
   */
  constructor(
    input: MapShape,
    specs: readonly LayerSpec[],
    prefix = "",
    overrides: LayerOverrides = {},
    signed = false,
  ) {
    const names = layerNames(prefix, specs);
    const overridable: OverridableLayer[] = [];
    let shape = input;
    let shared: SharedSign | null = null;
    this.#layers = specs.map((spec, i) => {
      const name = names[i] as string;
      const before = specs[i - 1];
      const binary = before ? isSign(before) : signed;
      const sign = shared;
      shared = null;
      let layer: BuiltLayer;
      if (spec.layer === "branches") {
        layer = branches(name, shape, spec, overrides, overridable, { binary, sign });
      } else {
        const built = buildLayer(name, shape, spec);
        shared = isSign(spec) ? sharedSign(built, specs[i + 1], names[i + 1] as string, overrides) : null;
        // Each branch takes such a sign itself.
        layer = shared
          ? { ...built, apply: (x) => x }
          : withoutSign(built, realPart(spec, name, names[i + 1], overrides));
      }
      if (spec.layer === "binary_conv") overridable.push({ name, binary, shortcut: false });
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

const isSign = ({ layer }: LayerSpec) => layer === "sign" || layer === "rsign";

/** What of a layer's binarization an override leaves out; a sign belongs to the convolution right behind it. */
function realPart(
  spec: LayerSpec,
  name: string,
  next: string | undefined,
  overrides: LayerOverrides,
): "activation" | "weight" | null {
  const real = overrides[name]?.real;
  if (spec.layer === "binary_conv") return real === undefined || real === "activations" ? null : "weight";
  return isSign(spec) && readsReal(next, overrides) ? "activation" : null;
}

/** Whether an override has a convolution read its input as it is before the sign. */
function readsReal(name: string | undefined, overrides: LayerOverrides): boolean {
  const real = name === undefined ? undefined : overrides[name]?.real;
  return real === "activations" || real === "both";
}

/** What each of several branches reads of the value before the sign that they share. */
type SharedSign = readonly BuiltLayer["apply"][];

/**
 * A sign before branches, of whose convolutions an override has some read the value before it: these read it so (of "rsign"
 * shifted), the others its sign. Null where none does, or the next layer has no branches.
 */
function sharedSign(
  sign: BuiltLayer,
  next: LayerSpec | undefined,
  name: string,
  overrides: LayerOverrides,
): SharedSign | null {
  if (next?.layer !== "branches") return null;
  const real = next.branches.map((specs, i) => {
    const [first] = layerNames(branchName(name, i), specs);
    return specs[0]?.layer === "binary_conv" && readsReal(first, overrides);
  });
  if (!real.some((own) => own)) return null;
  const before = withoutSign(sign, "activation");
  // Who watches sees the sign, where there is one.
  const unseen: BuiltLayer["apply"] = (x, pass) => before.apply(x, { ...pass, see: (_, value) => value });
  const all = real.every((own) => own);
  return real.map((own) => (own ? (all ? before.apply : unseen) : sign.apply));
}

const branchName = (name: string, index: number) => `${name}.branch${index}`;

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
  { binary, sign }: { readonly binary: boolean; readonly sign: SharedSign | null },
): BuiltLayer {
  const shortcut = join === "sum" && all.length > 1;
  const kept = shortcut && overrides[name]?.shortcut === false ? all.slice(0, 1) : all;
  const stacks = kept.map((specs, i) => new LayerStack(input, specs, branchName(name, i), overrides, binary));
  for (const stack of stacks) overridable.push(...stack.overridable);
  if (shortcut) overridable.push({ name, binary: false, shortcut });
  const residual = join === "sum" && stacks.length > 1;
  const out = `${name}.${join}`;
  return {
    parameters: stacks.flatMap(({ parameters }) => parameters),
    taps: [...stacks.flatMap(({ taps }) => taps), out],
    apply(x, pass) {
      const values = stacks.map((stack, i) => {
        const value = stack.apply(sign?.[i]?.(x, pass) ?? x, pass);
        return residual && i === 0 ? pass.drop(name, value) : value;
      });
      const [first, ...others] = values as [tf.Tensor4D, ...tf.Tensor4D[]];
      const joined =
        join === "sum" ? others.reduce((sum, value) => add(sum, value), first) : concatChannels(values);
      return pass.see(out, joined);
    },
  };
}
