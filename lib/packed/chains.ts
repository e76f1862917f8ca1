import { type Graph, type GraphNode, liveNodes, type NodeId } from "./graph";
import type { Epilogue } from "./program";
import { type Elementwise, isMonotone } from "./thresholds";

/** A layer that gives a real map, with what is done to each of its values before the map is written. */
export interface RealChain {
  readonly core: NodeId;
  readonly copies: 1 | 2;
  /** Of nodes, not slots. */
  readonly epilogue: Epilogue;
}

/** A sign, and the operations between a map and it. */
export interface SignChain {
  readonly sign: NodeId;
  readonly chain: readonly Elementwise[];
}

/** What of a graph belongs into one step: which layers are written as maps, and which vanish into their neighbours. */
export class ChainFinder {
  readonly #graph: Graph;
  readonly #consumers: readonly (readonly NodeId[])[];
  readonly #live: ReadonlySet<NodeId>;
  /** Nodes that are part of a chain already. */
  readonly #taken = new Set<NodeId>();
  /** Whether all that reads a node are signs, at once or through monotone operations. */
  readonly #signsOnly: readonly boolean[];
  readonly #byEnd = new Map<NodeId, RealChain>();

  constructor(graph: Graph) {
    const { nodes } = graph;
    this.#graph = graph;
    this.#live = liveNodes(graph);
    const consumers: NodeId[][] = nodes.map(() => []);
    for (const id of this.#live)
      for (const input of this.#node(id).inputs) (consumers[input] as NodeId[]).push(id);
    this.#consumers = consumers;
    const signsOnly: boolean[] = nodes.map(() => false);
    for (let id = nodes.length - 1; id >= 0; id--) {
      const readers = consumers[id] as NodeId[];
      const toSigns = (reader: NodeId) =>
        this.#node(reader).op.kind === "sign" ||
        (isMonotone(this.#node(reader).op) && (signsOnly[reader] as boolean));
      signsOnly[id] = id !== graph.logits && readers.length > 0 && readers.every(toSigns);
    }
    this.#signsOnly = signsOnly;
    this.#findChains();
  }

  /** Whether the logits depend on a node. What they do not depend on is not computed. */
  isLive(id: NodeId): boolean {
    return this.#live.has(id);
  }

  feedsOnlySigns(id: NodeId): boolean {
    return this.#signsOnly[id] as boolean;
  }

  /** The chain whose map this node's value is; undefined where it is written by no such chain. */
  endingAt(id: NodeId): RealChain | undefined {
    return this.#byEnd.get(id);
  }

  /** The map a sign is taken of, and what stands between. */
  baseOf(sign: NodeId): { readonly base: NodeId; readonly chain: readonly Elementwise[] } {
    const chain: Elementwise[] = [];
    let base = this.#node(sign).inputs[0] as NodeId;
    for (;;) {
      const { op, inputs } = this.#node(base);
      if (!isMonotone(op) || !this.feedsOnlySigns(base)) return { base, chain };
      chain.unshift(op);
      base = inputs[0] as NodeId;
    }
  }

  /** All signs that a node feeds. */
  signsOf(id: NodeId): SignChain[] {
    return this.#graph.nodes.flatMap(({ op }, sign) => {
      if (op.kind !== "sign" || !this.isLive(sign)) return [];
      const { base, chain } = this.baseOf(sign);
      return base === id ? [{ sign, chain }] : [];
    });
  }

  /** How the convolutions that read some signs group their channels. */
  groupsOf(sign: NodeId): number {
    const [reader] = this.#consumers[sign] as readonly NodeId[];
    const op = reader === undefined ? null : this.#node(reader).op;
    return op?.kind === "binary_conv" ? op.groups : 1;
  }

  #findChains(): void {
    for (const [id, { op }] of this.#graph.nodes.entries()) {
      if (!this.isLive(id)) continue;
      const vanishes = isMonotone(op) && this.feedsOnlySigns(id);
      const toBits = op.kind === "binary_conv" && this.feedsOnlySigns(id);
      if (this.#taken.has(id) || vanishes || toBits || !coreKinds.has(op.kind)) continue;
      const { end, members, ...chain } = this.#grow(id);
      for (const member of members) this.#taken.add(member);
      this.#byEnd.set(end, chain);
    }
  }

  /** Follows a layer's value for as long as one single layer reads it and can be done in the same step. */
  #grow(core: NodeId): RealChain & { readonly end: NodeId; readonly members: readonly NodeId[] } {
    const epilogue = { scale: null, offset: null, residual: null, activation: null, plus: null } as {
      -readonly [K in keyof Epilogue]: Epilogue[K];
    };
    const { op } = this.#node(core);
    let copies: 1 | 2 = op.kind === "duplicate" ? 2 : 1;
    // How far the epilogue is: 1 scale and offset, 2 residual, 3 activation, 4 plus.
    let stage = 0;
    if (op.kind === "affine") [epilogue.scale, epilogue.offset, stage] = [op.scale, op.offset, 1];
    if (op.kind === "activation") [epilogue.activation, stage] = [op.activation, 3];
    if (op.kind === "add") [epilogue.residual, stage] = [this.#node(core).inputs[1] as NodeId, 2];
    const members = [core];
    let end = core;
    for (;;) {
      const [next, another] = this.#consumers[end] as readonly NodeId[];
      if (next === undefined || another !== undefined || end === this.#graph.logits) break;
      const { op: follower, inputs } = this.#node(next);
      if (isMonotone(follower) && this.feedsOnlySigns(next)) break;
      if (follower.kind === "duplicate" && op.kind === "pool" && stage === 0 && copies === 1) copies = 2;
      else if (follower.kind === "affine" && stage === 0)
        [epilogue.scale, epilogue.offset, stage] = [follower.scale, follower.offset, 1];
      else if (follower.kind === "activation" && stage < 3)
        [epilogue.activation, stage] = [follower.activation, 3];
      else if (follower.kind === "add" && stage < 4 && !this.#taken.has(next)) {
        const other = inputs.find((input) => input !== end) as NodeId;
        if (stage < 2) [epilogue.residual, stage] = [other, 2];
        else [epilogue.plus, stage] = [other, 4];
      } else break;
      members.push(next);
      end = next;
    }
    return { core, copies, epilogue, end, members };
  }

  #node(id: NodeId): GraphNode {
    return this.#graph.nodes[id] as GraphNode;
  }
}

const coreKinds = new Set<string>([
  "real_conv",
  "binary_conv",
  "pool",
  "duplicate",
  "match",
  "affine",
  "activation",
  "add",
]);
