import type { SpaceConfig } from "../config/spaceConfig";
import { type Primitive, primitives, traitsOf } from "../primitives/primitives";
import {
  type BuiltCell,
  builtCells,
  cellChannels,
  cellTensorFactor,
  classifierInputs,
  stemChannels,
} from "../space/builtCells";
import type { Genotype } from "../space/genotype";
import { activatedHead, copiesStem, type StemConvolution, stemOf } from "../space/stem";
import { ConfigError } from "../util/errors";
import { type BlockPlace, blockGraph, type GraphContext } from "./blockGraph";
import type { NodeId } from "./graph";

/**
 * The layers of a genotype's network in evaluation: what `network/network` computes, node by node.
 * @throws ConfigError for a user's primitive that brings an operation of its own: no packed engine has it.
 */
export function genotypeGraph(context: GraphContext, genotype: Genotype): NodeId {
  const { build, weights } = context;
  const { space } = genotype;
  const channels = stemChannels(genotype);
  const { convolutions, pooled: isPooled } = stemOf(space, channels);
  let x = convolutions.reduce((input, { name, kernel, stride, out, relu }) => {
    const before = relu ? build.activation(`${name}.relu`, input, { kind: "relu" }) : input;
    return realConvGraph(context, name, before, { kernel, stride, out });
  }, build.image);
  if (isPooled) x = build.pool("stem.pool", x, "max", 3, 2);
  if (copiesStem(space)) {
    const wide = build.concat("extraStem.copies", Array<NodeId>(space.steps).fill(x));
    const norm = {
      name: "extraStem",
      statistics: "extraStem",
      channels: space.steps * channels,
      kernels: null,
    };
    const { scale, offset } = weights.norm(norm);
    x = build.affine("extraStem", wide, scale, offset);
  } else if (space.process === "preprocess") {
    const raised = build.activation("extraStem.relu", x, { kind: "relu" });
    x = realConvGraph(context, "extraStem", raised, { kernel: 1, stride: 1, out: space.steps * channels });
  }
  for (const cell of builtCells(genotype)) {
    const edges = genotype.cells[cell.group] ?? [];
    x = new CellGraph(context, space, cell).output(x, edges);
  }
  const features = classifierInputs(genotype);
  if (activatedHead(space)) {
    const norm = { name: "headNorm", statistics: "headNorm", channels: features, kernels: null };
    const { scale, offset } = weights.norm(norm);
    x = build.activation("head.relu", build.affine("headNorm", x, scale, offset), { kind: "relu" });
  }
  const pooled = build.globalPool("pooled", x);
  const weight = weights.real("head.weight", [features, space.classes]);
  return build.dense("logits", pooled, weight, weights.real("head.bias", [space.classes]));
}

/** A real convolution with its batch norm. */
function realConvGraph(
  { build, weights }: GraphContext,
  name: string,
  x: NodeId,
  { kernel, stride, out }: Pick<StemConvolution, "stride" | "out"> & { readonly kernel: number },
): NodeId {
  const own = weights.real(`${name}.kernel`, [kernel, kernel, build.sizeOf(x)[2], out]);
  const conv = build.realConv(`${name}.conv`, x, { kernel, stride, out, weights: own });
  const { scale, offset } = weights.norm({ name, statistics: name, channels: out, kernels: null });
  return build.affine(name, conv, scale, offset);
}

interface Edge {
  readonly to: number;
  readonly from: number;
  readonly primitive: Primitive;
}

/** One cell. See `network/networkCell`. */
class CellGraph {
  readonly #context: GraphContext;
  readonly #space: SpaceConfig;
  readonly #cell: BuiltCell;
  readonly #name: string;

  constructor(context: GraphContext, space: SpaceConfig, cell: BuiltCell) {
    this.#context = context;
    this.#space = space;
    this.#cell = cell;
    this.#name = `cell${cell.cell}`;
  }

  output(x: NodeId, edges: readonly Edge[]): NodeId {
    const { build } = this.#context;
    const { steps, process } = this.#space;
    const { entry, output } = cellChannels(this.#space, this.#cell);
    const before = process === "preprocess";
    const terms: NodeId[][] = Array.from({ length: steps + 1 }, () => []);
    const nodes: NodeId[] = [];
    for (let node = 0; node <= steps; node++) {
      const raw = node > 0 ? this.#sum(node, terms[node] as NodeId[]) : before ? this.#squeezed(x, entry) : x;
      if (node > 0) nodes.push(raw);
      const leaving = edges.filter(({ from }) => from === node);
      const parameterFree = ({ primitive }: Edge) => traitsOf(primitive).parameterFree;
      // Operations without weights enter a node first, as in the float network: sums of floats depend on the order.
      for (const edge of [...leaving.filter(parameterFree), ...leaving.filter((one) => !parameterFree(one))])
        (terms[edge.to] as NodeId[]).push(this.#edge(edge, raw));
    }
    const joined = build.concat(`${this.#name}.concat`, nodes);
    const body = before ? joined : this.#squeezed(joined, output);
    const shortcut = this.#shortcut(x, output);
    if (shortcut === null) return body;
    const factor = cellTensorFactor(this.#space);
    const matched = build.match(`${this.#name}.shortcut.match`, shortcut, factor, build.sizeOf(body)[2]);
    return build.add(`${this.#name}.output`, body, matched);
  }

  #sum(node: number, terms: readonly NodeId[]): NodeId {
    const { build } = this.#context;
    const name = `${this.#name}.node${node}`;
    const [first, ...others] = terms;
    if (first !== undefined) return others.reduce((sum, term) => build.add(name, sum, term), first);
    const { outSize } = this.#cell;
    return build.zeros(name, [outSize, outSize, cellChannels(this.#space, this.#cell).node]);
  }

  #edge({ to, from, primitive }: Edge, raw: NodeId): NodeId {
    const name = `${this.#name}.edge${to}-${from}.${primitive}`;
    const traits = traitsOf(primitive);
    const spec = primitives.get(primitive);
    if ("operation" in spec && spec.operation !== undefined) {
      throw new ConfigError(
        `${name}: the packed engines have no "${primitive}", whose operation is the user's own. They run the library's primitives and convolutions of another window (binaryConvolution); train a genotype without it.`,
      );
    }
    const stride = from === 0 ? this.#cell.stride : 1;
    const { build } = this.#context;
    const node = cellChannels(this.#space, this.#cell).node;
    switch (traits.kind) {
      case "skip":
        return stride === 1 ? raw : this.#halved(name, raw);
      case "pool": {
        if (traits.pooled === undefined)
          throw new ConfigError(
            `${name}: the traits of "${primitive}" should say what it takes of its window (pooled: max or mean).`,
          );
        const pooled = build.pool(`${name}.pool`, raw, traits.pooled, traits.kernel, stride);
        return stride === 1 ? pooled : build.duplicate(name, pooled);
      }
      case "conv":
        return this.#block(name, raw, {
          kernel: traits.kernel,
          dilation: traits.dilation,
          groups: traits.grouped ? this.#space.convGroups : 1,
          stride,
          outChannels: node,
          identity: true,
          statistics: `${this.#name}.node${from}`,
        });
      default:
        throw new ConfigError(`${name}: a genotype's edge cannot hold "${primitive}".`);
    }
  }

  #block(name: string, raw: NodeId, place: Omit<BlockPlace, "name" | "factorized">): NodeId {
    const { stride, outChannels } = place;
    const keeps = stride === 1 && this.#context.build.sizeOf(raw)[2] === outChannels;
    return blockGraph(
      this.#context,
      {
        ...place,
        name,
        factorized: stride === 2 && this.#space.stridedConv === "factorized",
        identity: place.identity && keeps && this.#space.convShortcut,
      },
      raw,
    );
  }

  /** The 1x1 at the cell's entrance or exit. */
  #squeezed(x: NodeId, outChannels: number): NodeId {
    const name = `${this.#name}.process`;
    if (this.#space.processKind === "binary") {
      const window = { kernel: 1, dilation: 1, groups: 1, stride: 1 as const };
      return this.#block(name, x, { ...window, outChannels, identity: false, statistics: name });
    }
    const raised = this.#context.build.activation(`${name}.relu`, x, { kind: "relu" });
    return realConvGraph(this.#context, name, raised, { kernel: 1, stride: 1, out: outChannels });
  }

  #shortcut(x: NodeId, outChannels: number): NodeId | null {
    const { cellShortcut } = this.#space;
    if (cellShortcut === "none") return null;
    if (this.#cell.stride === 1) return x;
    const name = `${this.#name}.shortcut`;
    if (cellShortcut === "avg_pool") return this.#halved(name, x);
    const window = { kernel: 3, dilation: 1, groups: 1, stride: 2 as const };
    return this.#block(name, x, { ...window, outChannels, identity: false, statistics: name });
  }

  #halved(name: string, x: NodeId): NodeId {
    const { build } = this.#context;
    return build.duplicate(name, build.pool(`${name}.pool`, x, "mean", 2, 2));
  }
}
