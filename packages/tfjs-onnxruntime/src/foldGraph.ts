import type { GraphTensor } from "./graphTensor";
import type { EmitOptions, GraphValues } from "./graphValues";

/** What folding rules need of the graph under construction. */
export interface FoldGraph extends GraphValues {
  /** The same value with the axes of an image in onnx's order. */
  first(x: GraphTensor): GraphTensor;
  reshape(x: GraphTensor, shape: readonly number[]): GraphTensor;
  add(a: GraphTensor, b: GraphTensor): GraphTensor;
  sub(a: GraphTensor, b: GraphTensor): GraphTensor;
  mul(a: GraphTensor, b: GraphTensor): GraphTensor;
  unary(op: string, x: GraphTensor, attributes?: EmitOptions["attributes"]): GraphTensor;
  expand(x: GraphTensor, shape: readonly number[]): GraphTensor;
  /** Whether every operator runs, as on processors. */
  readonly onProcessor: boolean;
  /** The numbers in the order they have in memory, under other extents. */
  view(x: GraphTensor, extents: readonly number[]): GraphTensor;
  matMul(a: GraphTensor, b: GraphTensor, transposeA?: boolean, transposeB?: boolean): GraphTensor;
  /** A reduction that is not folded into what it reduces. */
  reduceAsIs(op: string, x: GraphTensor, axes: readonly number[]): GraphTensor;
}
