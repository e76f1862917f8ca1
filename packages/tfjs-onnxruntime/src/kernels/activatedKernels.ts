import type { GraphBuilder } from "../graphBuilder";
import type { GraphTensor } from "../graphTensor";
import type { KernelAttributes, LazyKernel, NamedInfos } from "../lazyGraph";
import { conv2d, depthwiseConv2d } from "./convolutionKernels";
import { batchMatMul } from "./matrixKernels";
import { clip } from "./unaryKernels";

/** tfjs's names of activations. */
type Activation = "linear" | "relu" | "relu6" | "elu" | "prelu" | "leakyrelu" | "sigmoid";
type Activate = (
  g: GraphBuilder,
  x: GraphTensor,
  slopes: GraphTensor | undefined,
  alpha: number,
) => GraphTensor;

const activations: Readonly<Record<Activation, Activate>> = {
  linear: (_, x) => x,
  relu: (g, x) => g.unary("Relu", x),
  relu6: (g, x) => clip(g, x, 0, 6),
  elu: (g, x) => g.unary("Elu", x, { alpha: { float: 1 } }),
  prelu: (g, x, slopes) => {
    const negative = g.elementwise("Less", [x, g.scalar(0)], { type: "bool" });
    return g.elementwise("Where", [negative, g.mul(x, slopes as GraphTensor), x], { type: "float32" });
  },
  leakyrelu: (g, x, _, alpha) => g.unary("LeakyRelu", x, { alpha: { float: alpha } }),
  sigmoid: (g, x) => g.unary("Sigmoid", x),
};

/** Inputs and attributes of the kernel below the bias and the activation. */
function plain(inputs: NamedInfos): NamedInfos {
  const { bias: _, preluActivationWeights: __, ...own } = inputs;
  return own;
}

/** `activation(kernel(inputs) + bias)`, what tfjs's layers call; tfjs takes it for inference only. */
function activated(name: string, kernel: LazyKernel): LazyKernel {
  return {
    name,
    infer: (inputs, attributes) => kernel.infer(plain(inputs), attributes),
    accepts(inputs: NamedInfos, attributes: KernelAttributes) {
      const known = ((attributes["activation"] as string | null) ?? "linear") in activations;
      const float = Object.values(inputs).every(({ dtype }) => dtype === "float32");
      return known && float && (kernel.accepts?.(plain(inputs), attributes) ?? true);
    },
    lower(g, inputs, attributes, outputs) {
      const { bias, preluActivationWeights, ...own } = inputs as Readonly<Record<string, GraphTensor>>;
      const [result] = kernel.lower(g, own, attributes, outputs) as [GraphTensor];
      const raised = bias ? g.add(result, bias) : result;
      const activation = activations[((attributes["activation"] as string | null) ?? "linear") as Activation];
      return [
        activation(
          g,
          raised,
          preluActivationWeights,
          (attributes["leakyreluAlpha"] as number | undefined) ?? 0.2,
        ),
      ];
    },
  };
}

/** Products of matrices and convolutions with bias and activation in one kernel. */
export const activatedKernels: readonly LazyKernel[] = [
  activated("_FusedMatMul", batchMatMul),
  activated("FusedConv2D", conv2d),
  activated("FusedDepthwiseConv2D", depthwiseConv2d),
];
