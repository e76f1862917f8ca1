import { broadcastTo, div, registerGradient, reshape, type Tensor, util } from "@tensorflow/tfjs-core";

/** The gradient of a sum over axes, repeated along them. */
function repeated(dy: Tensor, x: Tensor, axis: number | number[]): Tensor {
  const shape = [...x.shape];
  for (const reduced of util.parseAxisParam(axis, shape)) shape[reduced] = 1;
  return broadcastTo(reshape(dy, shape), x.shape as [number]);
}

/**
 * Replaces tfjs's gradients of sums and means, which multiply by an image of ones that they make entry by entry and
 * upload: here the upstream gradient is repeated. Same numbers.
 */
export function registerSumGradients(): void {
  registerGradient({
    kernelName: "Sum",
    inputsToSave: ["x"],
    gradFunc: (dy, [x], { axis }) => ({
      x: () => repeated(dy as Tensor, x as Tensor, axis as number | number[]),
    }),
  });
  registerGradient({
    kernelName: "Mean",
    inputsToSave: ["x"],
    gradFunc: (dy, [x], { axis }) => ({
      x: () => {
        const [upstream, source] = [dy as Tensor, x as Tensor];
        return repeated(div(upstream, source.size / upstream.size), source, axis as number | number[]);
      },
    }),
  });
}
