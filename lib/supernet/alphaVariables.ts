import { tf } from "../backend";
import type { SpaceConfig } from "../config/spaceConfig";
import type { RandomKey } from "../random/randomKey";
import type { Alphas } from "../space/alphas";
import { randomAlphas } from "../space/randomAlphas";

/** Tensors of the three levels. `null` where a stage's depth, or the width, is not searched. */
export interface AlphaTensors {
  /** Per cell group, `[edges, primitives]`. */
  readonly cells: readonly tf.Tensor[];
  /** Per stage, `[sources]`. */
  readonly depth: readonly (tf.Tensor | null)[];
  /** Per stage, `[choices]`. */
  readonly width: readonly (tf.Tensor | null)[];
  /** Per cell group, `[edges]`: logits of edge normalization, or (in mixture weights) their softmax per node. */
  readonly edges?: readonly tf.Tensor[] | undefined;
}

/** The architecture parameters of a running search, as variables. Owns them. */
export class AlphaVariables implements AlphaTensors {
  readonly cells: readonly tf.Variable[];
  readonly depth: readonly (tf.Variable | null)[];
  readonly width: readonly (tf.Variable | null)[];
  readonly edges: readonly tf.Variable[] | undefined;

  constructor(start: Alphas) {
    const row = (values: readonly number[]) =>
      values.length > 0 ? variable(tf.tensor1d([...values])) : null;
    this.cells = start.cells.map((rows) => variable(tf.tensor2d(rows.map((r) => [...r]))));
    this.depth = start.depth.map(row);
    this.width = start.width.map(row);
    this.edges = start.edges?.map((values) => variable(tf.tensor1d([...values])));
  }

  /** Normal numbers of the given standard deviation; weights of edges, where asked for, start equal. */
  static random(space: SpaceConfig, std: number, key: RandomKey, withEdges = false): AlphaVariables {
    const start = randomAlphas(space, std, key);
    const edges = withEdges ? start.cells.map((rows) => rows.map(() => 0)) : undefined;
    return new AlphaVariables({ ...start, edges });
  }

  /** By name: `cell0`, `depth2`, `width1`, `edges0`. */
  named(): Record<string, tf.Variable> {
    const named: Record<string, tf.Variable> = {};
    for (const [level, list] of [
      ["cell", this.cells],
      ["depth", this.depth],
      ["width", this.width],
      ["edges", this.edges ?? []],
    ] as const) {
      for (const [i, variable] of list.entries()) if (variable) named[`${level}${i}`] = variable;
    }
    return named;
  }

  /** The logits as plain numbers, exactly. */
  values(): Alphas {
    return {
      cells: this.cells.map((v) => v.arraySync() as number[][]),
      depth: this.depth.map((v) => (v ? (v.arraySync() as number[]) : [])),
      width: this.width.map((v) => (v ? (v.arraySync() as number[]) : [])),
      ...(this.edges ? { edges: this.edges.map((v) => v.arraySync() as number[]) } : {}),
    };
  }

  dispose(): void {
    for (const variable of Object.values(this.named())) variable.dispose();
  }
}

function variable(start: tf.Tensor): tf.Variable {
  const made = tf.variable(start);
  start.dispose();
  return made;
}
