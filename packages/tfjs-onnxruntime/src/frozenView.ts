import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { FrozenGraph } from "./graphRunner";

/** What it takes to give tensors of numbers that are there. */
interface Views {
  view(x: TensorInfo, shape: readonly number[]): TensorInfo;
  disposeData(dataId: object): boolean;
}

/** A graph without operators: a view of its input, or of a constant, which it owns. */
export function frozenView(
  views: Views,
  constant: TensorInfo | undefined,
  { shape }: TensorInfo,
): FrozenGraph {
  return {
    run: (x) => views.view(constant ?? x, shape),
    operators: 0,
    dispose: () => {
      if (constant) views.disposeData(constant.dataId);
    },
  };
}
