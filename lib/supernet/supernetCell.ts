import { add, concatChannels, gateOf, relu, tf, weightedSum } from "../backend";
import type { BinarizationConfig } from "../config/binarizationConfig";
import type { SpaceConfig } from "../config/spaceConfig";
import { type Application, applyTogether } from "../layers/applyTogether";
import { type BoundPrimitive, boundPrimitive, buildOperation } from "../layers/buildOperation";
import { bitsOf, nodeParameters, normalizeAndBinarize } from "../layers/normalizeAndBinarize";
import type { NodeState, OperationSettings, ParameterSpec } from "../layers/operation";
import { realConv2d } from "../layers/realLayers";
import { avgPoolDuplicate } from "../layers/shortcuts";
import { cellTensorFactor } from "../space/builtCells";
import { edgeIndex, edgesOf } from "../space/edges";
import type { CellPass, CellSurroundings, OperationWeights } from "./cellPass";
import { anyOf, byShare, fedShares, type Share, stateByShare } from "./fedShares";
import { PartialChannels } from "./partialChannels";
import { inRegion } from "./region";

/** Shape of one cell of the supernet, at width 1. */
export interface SupernetCellShape {
  readonly name: string;
  /** Channels of one node on the input side, and of each intermediate node. */
  readonly inChannels: number;
  readonly outChannels: number;
  readonly stride: 1 | 2;
}

/** What enters a node: values of operations and their weights, pair by pair. */
interface Terms {
  readonly values: tf.Tensor4D[];
  readonly weights: tf.Scalar[];
  /** Values with weight and mask in them. */
  readonly ready: tf.Tensor4D[];
}

/**
 * One cell of the supernet: every edge holds the weighted sum of all candidates (DARTS, arXiv:1806.09055).
 *
 * Node 0 is the cell's input, in preprocess mode squeezed by a 1x1; node `j` is
 * `mask ⊙ Σ_{i<j} Σ_o p_{ij,o} · o(node_i)`; the output is the concatenation of nodes 1 … steps, in postprocess mode
 * squeezed by a 1x1, plus the cell's shortcut, masked. Each node is normalised and binarized once for all the
 * edges that leave it.
 */
export class SupernetCell {
  readonly parameters: readonly ParameterSpec[];
  readonly #space: SpaceConfig;
  /** The space's, in its order. */
  readonly #primitives: readonly BoundPrimitive[];
  readonly #binarization: BinarizationConfig;
  readonly #shape: SupernetCellShape;
  readonly #partial: PartialChannels | null;
  readonly #masksOnce: boolean;

  /**
   * @param divisor one channel in so many passes through the operations of an edge ({@link PartialChannels}).
   * @param masksOnce whether soft masks are multiplied into what convolutions give alone (`mixture.widthMasks`).
   */
  constructor(
    space: SpaceConfig,
    binarization: BinarizationConfig,
    shape: SupernetCellShape,
    divisor = 1,
    masksOnce = false,
  ) {
    this.#masksOnce = masksOnce;
    this.#space = space;
    this.#primitives = space.primitives.map(boundPrimitive);
    this.#binarization = binarization;
    this.#shape = shape;
    this.#partial = divisor > 1 ? new PartialChannels(divisor) : null;
    this.parameters = this.#declare();
  }

  /**
   * @param x `[batch, h, w, factor · inChannels]` with factor `steps` in preprocess mode, else 1; masked already.
   * @returns `[batch, h / stride, w / stride, factor · outChannels]`, masked. The caller owns it.
   */
  apply(x: tf.Tensor4D, weights: OperationWeights, masks: CellSurroundings, pass: CellPass): tf.Tensor4D {
    const { steps } = this.#space;
    return tf.tidy(() => {
      const fed = fedShares(weights.held, masks.fed, steps);
      const wideInput = tiled(masks.input, cellTensorFactor(this.#space));
      const wideOutput = tiled(masks.output, cellTensorFactor(this.#space));
      const before = this.#space.process === "preprocess";
      // Only the 1x1 changes a normal cell's width, so its nodes stand all before it or all after it.
      const nodeMask = before || this.#shape.stride === 2 ? masks.output : masks.input;
      const entryMask = this.#shape.stride === 2 ? masks.input : nodeMask;
      const first = before ? masked(this.#process(x, wideInput, entryMask, masks.fed, pass), entryMask) : x;
      const terms: Terms[] = Array.from({ length: steps + 1 }, () => ({
        values: [],
        weights: [],
        ready: [],
      }));
      const nodes: tf.Tensor4D[] = [];
      for (let node = 0; node <= steps; node++) {
        const raw = node === 0 ? first : this.#sum(terms[node] as Terms, first, nodeMask);
        if (node > 0) nodes.push(raw);
        if (node === steps) break;
        const mask = node === 0 ? entryMask : nodeMask;
        const state = this.#state(`${this.#shape.name}.node${node}`, raw, mask, fed[node] ?? null, pass);
        this.#leave(node, state, terms, weights, nodeMask, pass);
      }
      const joined = nodes.length === 1 ? (nodes[0] as tf.Tensor4D) : concatChannels(nodes);
      const wideNodes = tiled(nodeMask, steps);
      const body = before
        ? joined
        : masked(this.#process(joined, wideNodes, masks.output, anyOf(fed.slice(1)), pass), masks.output);
      const shortcut = this.#shortcut(x, wideInput, wideOutput, pass);
      if (!shortcut) return body.clone();
      return add(body, masked(shortcut, this.#shortcutMask(wideInput, wideOutput)));
    });
  }

  /**
   * What the shortcut is masked with. Where masks count once it has that of the input already: an identity lacks only
   * `min(1, output / input)`, a pooled input, of the same width, nothing.
   */
  #shortcutMask(input: tf.Tensor1D | null, output: tf.Tensor1D | null): tf.Tensor1D | null {
    if (!this.#masksOnce || !input || !output) return output;
    if (this.#shape.stride === 1) return tf.minimum(tf.div(output, tf.maximum(input, 1e-6)), 1);
    return this.#space.cellShortcut === "avg_pool" ? null : output;
  }

  /** A tensor normalised under a name and binarized with the shift under `shift`, as much as it holds anything. */
  #state(
    name: string,
    raw: tf.Tensor4D,
    mask: tf.Tensor1D | null,
    share: Share,
    pass: CellPass,
    norm = name,
  ): NodeState {
    const { rsign } = this.#binarization;
    const shift = rsign ? (pass.get(`${name}.rsign.shift`) as tf.Tensor1D) : null;
    const state = normalizeAndBinarize(raw, mask, this.#binarization, pass.edeT, {
      shift,
      normalize: (value) => pass.normalize(norm, value),
      masksBits: pass.alphasOnly,
    });
    if (share === null) return state;
    const empty = bitsOf(tf.zeros([1, 1, 1, raw.shape[3]]), shift, this.#binarization, pass.edeT);
    return stateByShare(state, share, empty);
  }

  /** Applies every operation on every edge that leaves `from`, together, and adds the values with their weights to `terms[to]`. */
  #leave(
    from: number,
    state: NodeState,
    terms: readonly Terms[],
    weights: OperationWeights,
    outputMask: tf.Tensor1D | null,
    pass: CellPass,
  ): void {
    const places: { name: string; to: number; weight: tf.Scalar; drops: string | null }[] = [];
    const applications: Application[] = [];
    const partial = this.#partial;
    const seen = partial ? partial.restrict(state, from) : state;
    const stride = from === 0 ? this.#shape.stride : 1;
    const seenMask = partial ? partial.restrictMask(outputMask, from, stride) : outputMask;
    for (let to = from + 1; to <= this.#space.steps; to++) {
      const row = weights.operations[edgeIndex(to, from)] ?? [];
      this.#primitives.forEach(({ spec, build }, k) => {
        const primitive = spec.name;
        const weight = row[k] ?? 0;
        if (weight === 0 || primitive === "none") return;
        const name = `${this.#shape.name}.edge${to}-${from}.${primitive}`;
        places.push({ name, to, weight, drops: spec.traits.kind === "skip" ? name : null });
        applications.push({
          operation: build(name, this.#settings(primitive, from, pass.edeT)),
          get: (own) => pass.get(`${name}.${own}`),
          options: {
            outputMask: seenMask,
            valueMask: this.#masksOnce ? seenMask : null,
            normalize: (y) => pass.normalize(name, y),
          },
        });
      });
    }
    const enter = (to: number, value: tf.Tensor4D, weight: tf.Scalar) => {
      (terms[to] as Terms).values.push(value);
      (terms[to] as Terms).weights.push(weight);
    };
    if (pass.skipsOperations && !partial) {
      applications.forEach((application, i) => {
        const place = places[i] as (typeof places)[number];
        (terms[place.to] as Terms).ready.push(this.#behindGate(application, place, state, outputMask, pass));
      });
      this.#goBy(from, state, weights.edges, pass.auxiliarySkip, enter);
      return;
    }
    applyTogether(applications, seen).forEach((value, i) => {
      const { to, weight, drops } = places[i] as (typeof places)[number];
      if (!value) return;
      const kept = drops !== null && pass.dropSkip ? pass.dropSkip(drops, value) : value;
      enter(to, partial ? partial.spread(kept, from, stride) : kept, weight);
    });
    this.#goBy(from, state, weights.edges, pass.auxiliarySkip, enter);
  }

  /** The masked and weighted value of an operation, computed where its weight is not 0. */
  #behindGate(
    { operation, options }: Application,
    {
      name,
      weight,
      drops,
    }: { readonly name: string; readonly weight: tf.Scalar; readonly drops: string | null },
    state: NodeState,
    mask: tf.Tensor1D | null,
    pass: CellPass,
  ): tf.Tensor4D {
    const normalized = state.normalized === state.raw ? null : state.normalized;
    const inputs = [state.raw, normalized, state.bits, state.mask, mask, weight] as const;
    const parameters = operation.parameters.map((own) => `${name}.${own.name}`);
    const gate = gateOf(weight, 1 / this.#space.primitives.length);
    return inRegion(gate, pass, parameters, inputs, ([raw, normal, bits, inMask, outMask, own], within) => {
      const value = operation.apply(
        { ...state, raw, normalized: normal ?? raw, bits, mask: inMask },
        (parameter) => within.get(`${name}.${parameter}`),
        {
          ...options,
          outputMask: outMask,
          valueMask: options?.valueMask ? outMask : null,
          normalize: (y) => within.normalize(name, y),
        },
      ) as tf.Tensor4D;
      const kept = drops !== null && pass.dropSkip ? pass.dropSkip(drops, value) : value;
      return weightedSum([kept], [own], this.#masksOnce ? null : outMask);
    });
  }

  /** What enters the later nodes beside the candidates: the channels that go by, and the auxiliary skip. */
  #goBy(
    from: number,
    { raw }: NodeState,
    edgeWeights: readonly tf.Scalar[] | null,
    auxiliarySkip: number,
    enter: (to: number, value: tf.Tensor4D, weight: tf.Scalar) => void,
  ): void {
    const stride = from === 0 ? this.#shape.stride : 1;
    const passed = this.#partial?.passedBy(raw, from, stride) ?? null;
    const skipped = auxiliarySkip > 0 ? (stride === 1 ? raw : avgPoolDuplicate(raw)) : null;
    for (let to = from + 1; to <= this.#space.steps; to++) {
      if (passed) enter(to, passed, edgeWeights?.[edgeIndex(to, from)] ?? tf.scalar(1));
      if (skipped) enter(to, skipped, tf.scalar(auxiliarySkip));
    }
  }

  /** The masked sum of everything that enters a node; zeros where nothing does. */
  #sum({ values, weights, ready }: Terms, input: tf.Tensor4D, mask: tf.Tensor1D | null): tf.Tensor4D {
    const others = values.length > 0 ? [weightedSum(values, weights, this.#masksOnce ? null : mask)] : [];
    const [first, ...further] = [...others, ...ready];
    if (first) return further.reduce((sum, term) => add(sum, term), first);
    const [batch, height, width] = input.shape;
    const { outChannels, stride } = this.#shape;
    return tf.zeros([batch, Math.ceil(height / stride), Math.ceil(width / stride), outChannels]);
  }

  /** The 1x1 at the cell's entrance or exit. Real: ReLU, convolution, batch norm. Binary: a block without identity. */
  #process(
    x: tf.Tensor4D,
    inMask: tf.Tensor1D | null,
    outMask: tf.Tensor1D | null,
    share: Share,
    pass: CellPass,
  ): tf.Tensor4D {
    const name = `${this.#shape.name}.process`;
    if (this.#space.processKind === "real") {
      const kernel = pass.get(`${name}.kernel`) as tf.Tensor4D;
      return byShare(pass.normalize(name, realConv2d(relu(x), kernel, { name, stride: 1 })), share);
    }
    return this.#block(name, this.#processSettings(pass.edeT), x, inMask, outMask, share, pass);
  }

  #shortcut(
    x: tf.Tensor4D,
    inMask: tf.Tensor1D | null,
    outMask: tf.Tensor1D | null,
    pass: CellPass,
  ): tf.Tensor4D | null {
    const { cellShortcut } = this.#space;
    if (cellShortcut === "none") return null;
    if (this.#shape.stride === 1) return x;
    if (cellShortcut === "avg_pool") return avgPoolDuplicate(x);
    return this.#block(
      `${this.#shape.name}.shortcut`,
      this.#shortcutSettings(pass.edeT),
      x,
      inMask,
      outMask,
      null,
      pass,
    );
  }

  /** A binary block outside the graph of nodes: it normalises and binarizes its own input. */
  #block(
    name: string,
    settings: OperationSettings,
    x: tf.Tensor4D,
    inMask: tf.Tensor1D | null,
    outMask: tf.Tensor1D | null,
    share: Share,
    pass: CellPass,
  ): tf.Tensor4D {
    const state = this.#state(name, x, inMask, share, pass, `${name}.input`);
    const options = { outputMask: outMask, normalize: (y: tf.Tensor4D) => pass.normalize(name, y) };
    return buildOperation(name, settings).apply(
      state,
      (own) => pass.get(`${name}.${own}`),
      options,
    ) as tf.Tensor4D;
  }

  #settings(primitive: OperationSettings["primitive"], from: number, edeT: number): OperationSettings {
    const { inChannels, outChannels, stride } = this.#shape;
    const seen = (channels: number) => this.#partial?.seen(channels) ?? channels;
    const own =
      from === 0
        ? { inChannels: seen(inChannels), outChannels: seen(outChannels), stride }
        : { inChannels: seen(outChannels), outChannels: seen(outChannels), stride: 1 as const };
    return { primitive, ...own, space: this.#space, binarization: this.#binarization, edeT };
  }

  #processSettings(edeT: number): OperationSettings {
    const { steps } = this.#space;
    const { inChannels, outChannels } = this.#shape;
    const own =
      this.#space.process === "preprocess"
        ? { inChannels: steps * inChannels, outChannels: inChannels }
        : { inChannels: steps * outChannels, outChannels };
    return { ...this.#blockSettings("bin_conv_1x1", edeT), ...own, stride: 1 };
  }

  #shortcutSettings(edeT: number): OperationSettings {
    const factor = cellTensorFactor(this.#space);
    const { inChannels, outChannels } = this.#shape;
    const own = { inChannels: factor * inChannels, outChannels: factor * outChannels };
    return { ...this.#blockSettings("bin_conv_3x3", edeT), ...own, stride: 2 };
  }

  #blockSettings(primitive: OperationSettings["primitive"], edeT: number) {
    return {
      primitive,
      space: { ...this.#space, convShortcut: false },
      binarization: this.#binarization,
      edeT,
    };
  }

  #declare(): ParameterSpec[] {
    const { name, stride, inChannels, outChannels } = this.#shape;
    const specs: ParameterSpec[] = [];
    const under = (prefix: string, own: readonly ParameterSpec[]) => {
      for (const spec of own) specs.push({ ...spec, name: `${prefix}.${spec.name}` });
    };
    const block = (prefix: string, settings: OperationSettings) => {
      under(prefix, nodeParameters(settings.inChannels, this.#binarization));
      under(prefix, buildOperation(prefix, settings).parameters);
    };
    if (this.#space.processKind === "real") under(`${name}.process`, [realKernel(this.#processSettings(1))]);
    else block(`${name}.process`, this.#processSettings(1));
    for (let node = 0; node < this.#space.steps; node++) {
      under(`${name}.node${node}`, nodeParameters(node === 0 ? inChannels : outChannels, this.#binarization));
    }
    for (const { to, from } of edgesOf(this.#space.steps)) {
      for (const { spec, build } of this.#primitives) {
        const prefix = `${name}.edge${to}-${from}.${spec.name}`;
        under(prefix, build(prefix, this.#settings(spec.name, from, 1)).parameters);
      }
    }
    if (stride === 2 && this.#space.cellShortcut === "bin_conv_3x3")
      block(`${name}.shortcut`, this.#shortcutSettings(1));
    return specs;
  }
}

/** `x · mask` along the channels; `x` where there is no mask. */
export function masked(x: tf.Tensor4D, mask: tf.Tensor1D | null): tf.Tensor4D {
  return mask ? tf.mul(x, mask) : x;
}

/** A mask repeated for each of several concatenated nodes. */
export function tiled(mask: tf.Tensor1D | null, times: number): tf.Tensor1D | null {
  return mask && times > 1 ? tf.tile(mask, [times]) : mask;
}

/** He-normal start of a real 1x1 kernel. */
function realKernel({ inChannels, outChannels }: { inChannels: number; outChannels: number }): ParameterSpec {
  const std = Math.sqrt(2 / inChannels);
  return {
    name: "kernel",
    shape: [1, 1, inChannels, outChannels],
    role: "real",
    init: { kind: "normal", std },
  };
}
