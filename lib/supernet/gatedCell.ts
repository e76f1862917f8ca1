import { gateOf, type tf } from "../backend";
import type { CellPass, CellSurroundings, OperationWeights } from "./cellPass";
import type { Share } from "./fedShares";
import { flatWeights } from "./operationWeights";
import { inRegion } from "./region";
import type { SupernetCell } from "./supernetCell";

/** A cell, or what stands for it. */
export type AppliedCell = Pick<SupernetCell, "parameters" | "apply">;

/** A cell that is computed where `weight` is not 0: beyond the depth that was drawn it is not. */
export function gatedCell(
  built: AppliedCell,
  x: tf.Tensor4D,
  own: OperationWeights,
  { input, output, fed }: CellSurroundings,
  pass: CellPass,
  weight: tf.Scalar,
): tf.Tensor4D {
  const { scalars, withScalars } = flatWeights(own);
  const parameters = built.parameters.map(({ name }) => name);
  const inputs = [x, input, output, fed, ...scalars];
  return inRegion(gateOf(weight, 0.5), pass, parameters, inputs, (entered, within) => {
    const [state, inMask, outMask, share, ...rest] = entered as [
      tf.Tensor4D,
      tf.Tensor1D | null,
      tf.Tensor1D | null,
      Share,
      ...tf.Scalar[],
    ];
    return built.apply(state, withScalars(rest), { input: inMask, output: outMask, fed: share }, within);
  });
}
