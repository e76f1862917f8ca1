import { ShapeError } from "../util/errors";
import { ChainFinder, type RealChain } from "./chains";
import type { BinaryConvOp, Graph, GraphNode, MapSize, NodeId } from "./graph";
import { samePadding } from "./graph";
import { packKernel } from "./packBits";
import type {
  Binarize,
  BinaryConvolution,
  IntegerThresholds,
  Program,
  Slot,
  SlotId,
  Step,
  Window,
} from "./program";
import { integerLimits, type Limits, realLimits } from "./thresholds";

/**
 * The program that computes a graph: batch norms, scales, shifts and monotone activations that only signs read become thresholds
 * (of integers where a binary convolution's value is read by signs alone), everything else between two maps becomes the
 * epilogue of the step before it. The program computes what the graph says, layer by layer in float32, exactly.
 */
export function lowerGraph(graph: Graph): Program {
  return new Lowering(graph).program();
}

class Lowering {
  readonly #graph: Graph;
  readonly #chains: ChainFinder;
  readonly #slots: Slot[] = [];
  readonly #steps: Step[] = [];
  readonly #slotOf = new Map<NodeId, SlotId>();
  /** Bits that exist already, by what they are the signs of. */
  readonly #bits = new Map<string, SlotId>();

  constructor(graph: Graph) {
    this.#graph = graph;
    this.#chains = new ChainFinder(graph);
  }

  program(): Program {
    const { nodes, logits } = this.#graph;
    const [height, , channels] = (nodes[0] as GraphNode).size;
    this.#slotOf.set(0, this.#newSlot("image", "real", (nodes[0] as GraphNode).size));
    for (const [id, node] of nodes.entries()) if (this.#chains.isLive(id)) this.#lower(id, node);
    const classes = (nodes[logits] as GraphNode).size[2];
    return {
      imageSize: height,
      imageChannels: channels,
      classes,
      slots: this.#slots,
      steps: this.#steps,
      logits: this.#slot(logits),
    };
  }

  #lower(id: NodeId, node: GraphNode): void {
    const { op, name } = node;
    if (op.kind === "sign") this.#binarize(id, node);
    const conv = op.kind === "binary_conv" && this.#chains.feedsOnlySigns(id);
    if (conv) this.#toBits(id, node, op);
    const chain = this.#chains.endingAt(id);
    if (chain) this.#real(id, chain);
    switch (op.kind) {
      case "concat":
        this.#write(id, node, (output) => ({
          step: "concat",
          name,
          inputs: node.inputs.map((input) => this.#slot(input)),
          output,
        }));
        return;
      case "global_pool":
        this.#write(id, node, (output) => ({ step: "global_pool", name, input: this.#input(node), output }));
        return;
      case "dense": {
        const { weights, bias } = op;
        this.#write(id, node, (output) => ({
          step: "dense",
          name,
          input: this.#input(node),
          output,
          weights,
          bias,
        }));
        return;
      }
      case "zeros":
        this.#write(id, node, (output) => ({ step: "zeros", name, output }));
        return;
      default:
    }
  }

  /** A step that gives a real map: a layer and what follows it up to the next map that something else reads. */
  #real(id: NodeId, { core, copies, epilogue: parts }: RealChain): void {
    const node = this.#graph.nodes[core] as GraphNode;
    const end = this.#graph.nodes[id] as GraphNode;
    const { op, name } = node;
    const epilogue = {
      ...parts,
      residual: parts.residual === null ? null : this.#slot(parts.residual),
      plus: parts.plus === null ? null : this.#slot(parts.plus),
    };
    const input = op.kind === "add" ? this.#slot(node.inputs[0] as NodeId) : this.#input(node);
    this.#write(id, end, (output): Step => {
      switch (op.kind) {
        case "real_conv": {
          const { weights } = op;
          const window = this.#window(node, op);
          return { step: "real_conv", name, input, output, ...window, weights, epilogue };
        }
        case "binary_conv":
          return { ...this.#conv(node, op), result: { kind: "real", output, epilogue } };
        case "pool":
          return {
            step: "pool",
            name,
            input,
            output,
            of: op.of,
            copies,
            ...this.#window(node, op),
            epilogue,
          };
        case "match":
          return { step: "match", name, input, output, nodes: op.nodes, epilogue };
        default:
          return { step: "pointwise", name, input, output, copies, epilogue };
      }
    });
  }

  #window(node: GraphNode, { kernel, stride }: { kernel: number; stride: 1 | 2 }): Window {
    const [height, width] = this.#sizeOf(node.inputs[0] as NodeId);
    const before = samePadding(height, kernel, stride);
    if (height !== width) throw new ShapeError(`${node.name}: expected square maps, got ${height}x${width}.`);
    return { kernel, stride, before };
  }

  #conv(node: GraphNode, op: BinaryConvOp): Omit<BinaryConvolution, "result"> {
    const { kernel, stride, dilation, groups, border, phases, signs } = op;
    const channels = this.#sizeOf(node.inputs[0] as NodeId)[2];
    return {
      step: "binary_conv",
      name: node.name,
      input: this.#input(node),
      kernel,
      stride,
      dilation,
      groups,
      border,
      phases,
      outChannels: node.size[2],
      weights: packKernel(signs, channels / groups),
    };
  }

  /** A convolution of whose value only signs are taken: integers are compared, and no real map is made. */
  #toBits(id: NodeId, node: GraphNode, op: BinaryConvOp): void {
    const most = op.kernel * op.kernel * (this.#sizeOf(node.inputs[0] as NodeId)[2] / op.groups);
    const outputs: IntegerThresholds[] = [];
    for (const { sign, chain } of this.#chains.signsOf(id)) {
      const found = integerLimits(chain, node.size[2], most);
      const slot = this.#bitsSlot(sign, id, found);
      if (slot.fresh)
        outputs.push({ output: slot.id, limits: Int32Array.from(found.limits, clamp), flips: found.flips });
    }
    this.#steps.push({ ...this.#conv(node, op), result: { kind: "bits", outputs } });
  }

  #binarize(id: NodeId, node: GraphNode): void {
    const { base, chain } = this.#chains.baseOf(id);
    if (this.#isConvToBits(base)) return;
    const found = realLimits(chain, node.size[2]);
    const slot = this.#bitsSlot(id, base, found);
    if (!slot.fresh) return;
    const step: Binarize = {
      step: "binarize",
      name: node.name,
      input: this.#slot(base),
      output: slot.id,
      limits: Float32Array.from(found.limits),
      flips: found.flips,
    };
    this.#steps.push(step);
  }

  #isConvToBits(id: NodeId): boolean {
    return this.#graph.nodes[id]?.op.kind === "binary_conv" && this.#chains.feedsOnlySigns(id);
  }

  /** The slot of some signs: one that holds the same already, or a new one. */
  #bitsSlot(sign: NodeId, base: NodeId, { limits, flips }: Limits): { id: SlotId; fresh: boolean } {
    const node = this.#graph.nodes[sign] as GraphNode;
    const groups = this.#chains.groupsOf(sign);
    const key = [base, groups, limits.join(), flips.join()].join(";");
    const known = this.#bits.get(key);
    const id = known ?? this.#newSlot(node.name, "bits", node.size, groups);
    this.#bits.set(key, id);
    this.#slotOf.set(sign, id);
    return { id, fresh: known === undefined };
  }

  #write(id: NodeId, node: GraphNode, step: (output: SlotId) => Step): void {
    const output = this.#newSlot(node.name, "real", node.size);
    this.#slotOf.set(id, output);
    this.#steps.push(step(output));
  }

  #newSlot(name: string, kind: Slot["kind"], [height, width, channels]: MapSize, groups = 1): SlotId {
    return this.#slots.push({ name, kind, height, width, channels, groups }) - 1;
  }

  #input(node: GraphNode): SlotId {
    return this.#slot(node.inputs[0] as NodeId);
  }

  #slot(id: NodeId): SlotId {
    const slot = this.#slotOf.get(id);
    if (slot === undefined) throw new Error(`lowerGraph: "${this.#graph.nodes[id]?.name}" has no slot.`);
    return slot;
  }

  #sizeOf(id: NodeId): MapSize {
    return (this.#graph.nodes[id] as GraphNode).size;
  }
}

const clamp = (limit: number): number => Math.min(Math.max(limit, -(2 ** 31)), 2 ** 31 - 1);
