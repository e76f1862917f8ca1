import { gateOf, type tf } from "../backend";
import type { CellPass, CellSurroundings, OperationWeights } from "./cellPass";
import type { Share } from "./fedShares";
import { inRegion } from "./region";
import type { SupernetCell } from "./supernetCell";

/** A cell that is computed where `weight` is not 0: beyond the depth that was drawn it is not. */
export function gatedCell(
  built: SupernetCell,
  x: tf.Tensor4D,
  own: OperationWeights,
  { input, output, fed }: CellSurroundings,
  pass: CellPass,
  weight: tf.Scalar,
): tf.Tensor4D {
  const scalars = [
    ...own.operations.flat().filter((value): value is tf.Scalar => value !== 0),
    ...(own.edges ?? []),
    ...(own.held ?? []),
  ];
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
    const places = new Map(scalars.map((scalar, i) => [scalar, rest[i] as tf.Scalar]));
    const here = (scalar: tf.Scalar) => places.get(scalar) as tf.Scalar;
    const weights: OperationWeights = {
      operations: own.operations.map((row) => row.map((value) => (value === 0 ? 0 : here(value)))),
      edges: own.edges?.map(here) ?? null,
      held: own.held?.map(here) ?? null,
    };
    return built.apply(state, weights, { input: inMask, output: outMask, fed: share }, within);
  });
}
