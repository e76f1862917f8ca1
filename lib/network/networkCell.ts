import { add, concatChannels, relu, tf } from "../backend";
import type { BinarizationConfig } from "../config/binarizationConfig";
import type { SpaceConfig } from "../config/spaceConfig";
import { applyTogether } from "../layers/applyTogether";
import type { NodeState, ParameterSpec } from "../layers/operation";
import { realConv2d } from "../layers/realLayers";
import { avgPoolDuplicate } from "../layers/shortcuts";
import type { PrimitiveSpec } from "../primitives/primitive";
import { type BuiltCell, cellChannels, cellTensorFactor } from "../space/builtCells";
import type { GenotypeEdge } from "../space/genotype";
import { type LayerContext, realConvSpecs } from "./layerContext";
import type { LayerOverrides, OverridableLayer } from "./layerOverrides";
import { matchNodes } from "./matchNodes";
import { NetworkBlock, type Placed } from "./networkBlock";

/** One operation on one edge. */
interface EdgeBlock {
  readonly to: number;
  readonly from: number;
  /** Left alone when paths are dropped, as in DARTS: identities. */
  readonly keeps: boolean;
  readonly block: NetworkBlock;
}

/**
 * One cell of a network: the operations a genotype chose, and nothing else.
 *
 * Node 0 is the cell's input, in preprocess mode squeezed by a 1x1; node `j` is the sum of the operations that enter
 * it (zeros where none does); the output is the concatenation of nodes 1 … steps, in postprocess mode squeezed by a
 * 1x1, plus the cell's shortcut on the channels both have.
 */
export class NetworkCell {
  readonly name: string;
  readonly parameters: readonly ParameterSpec[];
  /** In the order in which a pass shows them. */
  readonly taps: readonly string[];
  /** What may be overridden, as the settings have it. */
  readonly layers: readonly OverridableLayer[];
  readonly #space: SpaceConfig;
  readonly #cell: BuiltCell;
  readonly #edges: readonly EdgeBlock[];
  /** Null where the 1x1 is real. */
  readonly #process: NetworkBlock | null;
  /** Null where the shortcut has no parameters. */
  readonly #shortcut: NetworkBlock | null;
  /** Whether the cell's input is joined to its output at all. */
  readonly #joins: boolean;

  constructor(
    space: SpaceConfig,
    binarization: BinarizationConfig,
    cell: BuiltCell,
    edges: readonly GenotypeEdge[],
    overrides: LayerOverrides = {},
  ) {
    this.name = `cell${cell.cell}`;
    this.#space = space;
    this.#cell = cell;
    const channels = cellChannels(space, cell);
    const identities = new Set<string>();
    const at = (part: string, placed: Omit<Placed, "space">, identity: boolean) => {
      const name = `${this.name}.${part}`;
      const override = overrides[name];
      const keeps = placed.stride === 1 && placed.inChannels === placed.outChannels;
      if (space.convShortcut && identity && keeps) identities.add(name);
      const convShortcut = space.convShortcut && identity && override?.shortcut !== false;
      return new NetworkBlock(
        name,
        { ...placed, space: { ...space, convShortcut } },
        binarization,
        override?.real,
      );
    };
    this.#edges = edges.map(({ to, from, primitive }) => {
      const entry = from === 0;
      const placed = {
        primitive,
        inChannels: entry ? channels.entry : channels.node,
        outChannels: channels.node,
        stride: entry ? cell.stride : (1 as const),
      };
      const block = at(`edge${to}-${from}.${primitive}`, placed, true);
      return { to, from, keeps: primitive === "skip_connect" && placed.stride === 1, block };
    });
    const before = space.process === "preprocess";
    const squeeze = {
      inChannels: before ? channels.input : channels.concat,
      outChannels: before ? channels.entry : channels.output,
    };
    const binary = space.processKind === "binary";
    this.#process = binary
      ? at("process", { primitive: "bin_conv_1x1", ...squeeze, stride: 1 }, false)
      : null;
    const learnt = cell.stride === 2 && space.cellShortcut === "bin_conv_3x3";
    const ends = { inChannels: channels.input, outChannels: channels.output };
    this.#joins = space.cellShortcut !== "none" && overrides[`${this.name}.shortcut`]?.shortcut !== false;
    this.#shortcut =
      learnt && this.#joins ? at("shortcut", { primitive: "bin_conv_3x3", ...ends, stride: 2 }, false) : null;
    this.parameters = [
      ...(this.#process?.parameters ??
        realConvSpecs(`${this.name}.process`, 1, squeeze.inChannels, squeeze.outChannels)),
      ...this.#edges.flatMap(({ block }) => block.parameters),
      ...(this.#shortcut?.parameters ?? []),
    ];
    this.taps = this.#declareTaps(binarization);
    this.layers = this.#overridable(learnt, identities);
  }

  /** What its edges hold, as it was defined when the cell was built. */
  get primitives(): PrimitiveSpec[] {
    return this.#edges.map(({ block }) => block.primitive.spec);
  }

  /**
   * @param x the tensor between cells, `[batch, inSize, inSize, channels.input]`.
   * @returns `[batch, outSize, outSize, channels.output]`. The caller owns it.
   */
  apply(x: tf.Tensor4D, pass: LayerContext): tf.Tensor4D {
    const { steps, process } = this.#space;
    return tf.tidy(() => {
      const before = process === "preprocess";
      const terms: tf.Tensor4D[][] = Array.from({ length: steps + 1 }, () => []);
      const nodes: tf.Tensor4D[] = [];
      for (let node = 0; node <= steps; node++) {
        const raw = node === 0 ? (before ? this.#squeezed(x, pass) : x) : this.#sum(terms[node] ?? [], x);
        pass.see(`${this.name}.node${node}`, raw);
        if (node > 0) nodes.push(raw);
        this.#leave(node, raw, terms, pass);
      }
      const joined = nodes.length === 1 ? (nodes[0] as tf.Tensor4D) : concatChannels(nodes);
      const body = before ? joined : this.#squeezed(joined, pass);
      const shortcut = this.#shortcutOf(x, pass);
      const output = shortcut
        ? add(body, matchNodes(shortcut, cellTensorFactor(this.#space), body.shape[3]))
        : body.clone();
      return pass.see(`${this.name}.output`, output);
    });
  }

  /** Applies every operation that leaves node `from` and adds the values to `terms[to]`. */
  #leave(from: number, raw: tf.Tensor4D, terms: readonly tf.Tensor4D[][], pass: LayerContext): void {
    const leaving = this.#edges.filter((edge) => edge.from === from);
    if (leaving.length === 0) return;
    const binary = leaving.filter(({ block }) => block.binary);
    const enter = ({ to, keeps, block }: EdgeBlock, value: tf.Tensor4D) => {
      const kept = keeps ? value : pass.drop(block.name, value);
      (terms[to] as tf.Tensor4D[]).push(pass.see(block.name, kept));
    };
    const plain: NodeState = { raw, normalized: raw, bits: raw, mask: null };
    for (const edge of leaving) if (!edge.block.binary) enter(edge, edge.block.apply(plain, pass));
    if (binary.length === 0) return;
    if (sharesBits(pass.binarization, leaving)) {
      const [first] = binary as [EdgeBlock];
      const state = first.block.state(raw, (same) => same, pass);
      for (const { block } of binary.slice(1)) {
        pass.see(`${block.name}.presign`, state.normalized);
        pass.see(`${block.name}.bits`, state.bits);
      }
      const values = applyTogether(
        binary.map(({ block }) => block.application(pass)),
        state,
      );
      binary.forEach((edge, i) => {
        enter(edge, values[i] as tf.Tensor4D);
      });
      return;
    }
    const place = `${this.name}.node${from}`;
    const alone = binary.length === 1;
    const normalizes = pass.binarization.blockOrder === "bn_conv_relu";
    const shared = normalizes && !alone ? pass.normalize(place, raw, null) : null;
    for (const edge of binary) {
      const { block } = edge;
      const normalize = () =>
        shared ? affine(shared, block.name, pass) : pass.normalize(place, raw, block.name);
      enter(edge, block.apply(block.state(raw, normalize, pass), pass));
    }
  }

  /** The sum of what enters a node; zeros where nothing does. */
  #sum(values: readonly tf.Tensor4D[], x: tf.Tensor4D): tf.Tensor4D {
    const [first, ...others] = values;
    if (first) return others.reduce((sum, value) => add(sum, value), first);
    const { outSize } = this.#cell;
    return tf.zeros([x.shape[0], outSize, outSize, cellChannels(this.#space, this.#cell).node]);
  }

  /** The 1x1 at the cell's entrance or exit. Real: ReLU, convolution, batch norm. Binary: a block without identity. */
  #squeezed(x: tf.Tensor4D, pass: LayerContext): tf.Tensor4D {
    const name = `${this.name}.process`;
    if (this.#process) return pass.see(name, this.#process.applyAlone(x, pass));
    const kernel = pass.get(`${name}.kernel`) as tf.Tensor4D;
    return pass.see(name, pass.normalize(name, realConv2d(relu(x), kernel, { name, stride: 1 }), name));
  }

  #shortcutOf(x: tf.Tensor4D, pass: LayerContext): tf.Tensor4D | null {
    if (!this.#joins) return null;
    if (this.#cell.stride === 1) return x;
    if (!this.#shortcut) return avgPoolDuplicate(x);
    return pass.see(this.#shortcut.name, this.#shortcut.applyAlone(x, pass));
  }

  /**
   * @param learnt whether the cell's shortcut is a binary convolution.
   * @param identities blocks that have an identity by the settings.
   */
  #overridable(learnt: boolean, identities: ReadonlySet<string>): OverridableLayer[] {
    const layer = ({ name, binary }: NetworkBlock): OverridableLayer => {
      return { name, binary, shortcut: identities.has(name) };
    };
    const convolutions = this.#edges.map(({ block }) => block).filter(({ binary }) => binary);
    const shortcut = { name: `${this.name}.shortcut`, binary: learnt, shortcut: true };
    return [
      ...(this.#process ? [layer(this.#process)] : []),
      ...convolutions.map(layer),
      ...(this.#space.cellShortcut === "none" ? [] : [shortcut]),
    ];
  }

  #declareTaps(binarization: BinarizationConfig): string[] {
    const { steps, process } = this.#space;
    const bits = (name: string) => [`${name}.presign`, `${name}.bits`];
    const blockTaps = ({ name, binary }: NetworkBlock) => (binary ? [...bits(name), name] : [name]);
    const squeeze = this.#process ? blockTaps(this.#process) : [`${this.name}.process`];
    const nodes = Array.from({ length: steps + 1 }, (_, node) => {
      const leaving = this.#edges.filter(({ from }) => from === node).map(({ block }) => block);
      const binary = leaving.filter((block) => block.binary).map(({ name }) => name);
      return [
        `${this.name}.node${node}`,
        ...leaving.filter((block) => !block.binary).map(({ name }) => name),
        ...(sharesBits(
          binarization,
          this.#edges.filter((edge) => edge.from === node),
        )
          ? [...binary.flatMap(bits), ...binary]
          : binary.flatMap((name) => [...bits(name), name])),
      ];
    });
    return [
      ...(process === "preprocess" ? squeeze : []),
      ...nodes.flat(),
      ...(process === "postprocess" ? squeeze : []),
      ...(this.#shortcut ? blockTaps(this.#shortcut) : []),
      `${this.name}.output`,
    ];
  }
}

/** Whether all convolutions that read a node read the same bits: nothing of an edge's own precedes the sign. */
function sharesBits(binarization: BinarizationConfig, leaving: readonly EdgeBlock[]): boolean {
  const alike = leaving.every(({ block }) => block.real === undefined);
  return binarization.blockOrder === "conv_bn_relu" && !binarization.rsign && alike;
}

/** A normalised tensor with the scale and shift of one of the blocks that read it. */
function affine(x: tf.Tensor4D, name: string, pass: LayerContext): tf.Tensor4D {
  return tf.add(tf.mul(x, pass.get(`${name}.scale`)), pass.get(`${name}.offset`));
}
