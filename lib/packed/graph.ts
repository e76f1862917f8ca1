import { ShapeError } from "../util/errors";
import type { Activation } from "./program";

/** Place in {@link Graph.nodes}. */
export type NodeId = number;
/** `[height, width, channels]` of one image's map. */
export type MapSize = readonly [number, number, number];

/**
 * A trained network layer by layer, nothing fused: the same layers as its float network runs in evaluation, with batch norms folded
 * to a scale and a shift a channel. What programs and ONNX files are made from.
 */
export interface Graph {
  /** In an order in which they can be computed; node 0 is the image. */
  readonly nodes: readonly GraphNode[];
  readonly logits: NodeId;
}

export interface GraphNode {
  /** As the float network calls the tensor where it shows it: `cell0.edge1-0.bin_conv_3x3.bits`. */
  readonly name: string;
  readonly inputs: readonly NodeId[];
  readonly size: MapSize;
  readonly op: GraphOp;
}

/** What a node computes from its inputs. Formulas as in `program.ts`. */
export type GraphOp =
  | { readonly kind: "image" | "sign" | "add" | "concat" | "global_pool" | "duplicate" | "zeros" }
  | {
      readonly kind: "real_conv";
      readonly kernel: number;
      readonly stride: 1 | 2;
      readonly weights: Float32Array;
    }
  | BinaryConvOp
  | { readonly kind: "affine"; readonly scale: Float32Array | null; readonly offset: Float32Array | null }
  | { readonly kind: "activation"; readonly activation: Activation }
  | { readonly kind: "pool"; readonly of: "max" | "mean"; readonly kernel: number; readonly stride: 1 | 2 }
  | { readonly kind: "match"; readonly nodes: number }
  | { readonly kind: "dense"; readonly weights: Float32Array; readonly bias: Float32Array };

/** A binary convolution of a node of signs. */
export interface BinaryConvOp {
  readonly kind: "binary_conv";
  readonly kernel: number;
  readonly stride: 1 | 2;
  readonly dilation: number;
  readonly groups: number;
  readonly border: 0 | 1;
  readonly phases: 1 | 2;
  /** 0 for +1, 1 for −1: `[outChannels, kernel, kernel, inChannels / groups]`. */
  readonly signs: Uint8Array;
}

/** Rows above (and columns left of) a map at which the first window of "same" padding starts, as tensor engines place it. */
export function samePadding(size: number, kernel: number, stride: number): number {
  const out = Math.ceil(size / stride);
  return Math.floor(Math.max((out - 1) * stride + kernel - size, 0) / 2);
}

/** Puts a graph together, node by node, and knows the size of every map. */
export class GraphBuilder {
  readonly nodes: GraphNode[] = [];

  constructor(imageSize: number, imageChannels: number) {
    this.#add("image", [], [imageSize, imageSize, imageChannels], { kind: "image" });
  }

  get image(): NodeId {
    return 0;
  }

  sizeOf(node: NodeId): MapSize {
    return (this.nodes[node] as GraphNode).size;
  }

  realConv(
    name: string,
    x: NodeId,
    conv: { kernel: number; stride: 1 | 2; out: number; weights: Float32Array },
  ): NodeId {
    const [height, width] = this.sizeOf(x);
    const { kernel, stride, out, weights } = conv;
    const size = [Math.ceil(height / stride), Math.ceil(width / stride), out] as const;
    return this.#add(name, [x], size, { kind: "real_conv", kernel, stride, weights });
  }

  /** @throws ShapeError where channels do not divide by groups or phases. */
  binaryConv(name: string, bits: NodeId, out: number, op: Omit<BinaryConvOp, "kind">): NodeId {
    const [height, width, channels] = this.sizeOf(bits);
    if (channels % op.groups !== 0 || out % (op.groups * op.phases) !== 0) {
      throw new ShapeError(
        `${name}: expected channels that divide by ${op.groups} groups and ${op.phases} phases, got ${channels} to ${out}.`,
      );
    }
    const size = [Math.ceil(height / op.stride), Math.ceil(width / op.stride), out] as const;
    return this.#add(name, [bits], size, { kind: "binary_conv", ...op });
  }

  affine(name: string, x: NodeId, scale: Float32Array | null, offset: Float32Array | null): NodeId {
    if (!scale && !offset) return x;
    return this.#add(name, [x], this.sizeOf(x), { kind: "affine", scale, offset });
  }

  activation(name: string, x: NodeId, activation: Activation): NodeId {
    return this.#add(name, [x], this.sizeOf(x), { kind: "activation", activation });
  }

  sign(name: string, x: NodeId): NodeId {
    return this.#add(name, [x], this.sizeOf(x), { kind: "sign" });
  }

  pool(name: string, x: NodeId, of: "max" | "mean", kernel: number, stride: 1 | 2): NodeId {
    const [height, width, channels] = this.sizeOf(x);
    const size = [Math.ceil(height / stride), Math.ceil(width / stride), channels] as const;
    return this.#add(name, [x], size, { kind: "pool", of, kernel, stride });
  }

  /** Every channel twice, side by side. */
  duplicate(name: string, x: NodeId): NodeId {
    const [height, width, channels] = this.sizeOf(x);
    return this.#add(name, [x], [height, width, 2 * channels], { kind: "duplicate" });
  }

  /** @throws ShapeError if the maps have different sizes. */
  add(name: string, a: NodeId, b: NodeId): NodeId {
    if (this.sizeOf(a).join() !== this.sizeOf(b).join()) {
      throw new ShapeError(
        `${name}: expected two maps of one size, got [${this.sizeOf(a).join(", ")}] and [${this.sizeOf(b).join(", ")}].`,
      );
    }
    return this.#add(name, [a, b], this.sizeOf(a), { kind: "add" });
  }

  concat(name: string, parts: readonly NodeId[]): NodeId {
    if (parts.length === 1) return parts[0] as NodeId;
    const [height, width] = this.sizeOf(parts[0] as NodeId);
    const channels = parts.reduce((sum, part) => sum + this.sizeOf(part)[2], 0);
    return this.#add(name, parts, [height, width, channels], { kind: "concat" });
  }

  /** Leading channels of each of `nodes` parts, missing ones 0. The node itself where nothing changes. */
  match(name: string, x: NodeId, nodes: number, channels: number): NodeId {
    const [height, width, given] = this.sizeOf(x);
    if (given === channels) return x;
    return this.#add(name, [x], [height, width, channels], { kind: "match", nodes });
  }

  zeros(name: string, size: MapSize): NodeId {
    return this.#add(name, [], size, { kind: "zeros" });
  }

  globalPool(name: string, x: NodeId): NodeId {
    return this.#add(name, [x], [1, 1, this.sizeOf(x)[2]], { kind: "global_pool" });
  }

  dense(name: string, x: NodeId, weights: Float32Array, bias: Float32Array): NodeId {
    return this.#add(name, [x], [1, 1, bias.length], { kind: "dense", weights, bias });
  }

  finish(logits: NodeId): Graph {
    return { nodes: this.nodes, logits };
  }

  #add(name: string, inputs: readonly NodeId[], size: MapSize, op: GraphOp): NodeId {
    return this.nodes.push({ name, inputs, size, op }) - 1;
  }
}

/** The nodes that the logits depend on, and the image. */
export function liveNodes({ nodes, logits }: Graph): Set<NodeId> {
  const live = new Set<NodeId>([0]);
  const open = [logits];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (live.has(id)) continue;
    live.add(id);
    open.push(...(nodes[id] as GraphNode).inputs);
  }
  return live;
}
