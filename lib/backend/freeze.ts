import * as tf from "@tensorflow/tfjs-core";
import type { FrozenGraph, OnnxBackend } from "tfjs-onnxruntime";

/** A function of one tensor whose other numbers are fixed. */
export interface Frozen<X extends tf.Tensor, Y extends tf.Tensor> {
  /** The value for `x`; the caller owns it. */
  run(x: X): Y;
  /** Graphs compiled so far: one for each shape of `x` that came. 0 on engines that compile nothing. */
  readonly graphs: number;
  dispose(): void;
}

/**
 * Fixes everything that `body` reads besides its argument: weights, statistics, alphas. On the engine `onnx` each shape of
 * the argument is then one graph of constants, in which kernels are binarized and batch norms folded once, when it is first
 * met; on the others `body` runs each time. What a fixed batch norm and the convolution before it compute together differs in
 * rounding from what they compute one after the other.
 *
 * `body` must give the same for the same argument, must not read values (`data`, `arraySync`), and the tensors it reads must
 * not change as long as this is used.
 *
 * @example
 * ```ts
 * await bars.startBackend();
 * const scale = bars.tf.scalar(3);
 * const triple = bars.engine.freeze((x) => bars.tf.mul(x, scale));
 * const y = triple.run(bars.tf.tensor1d([1, 2]));
 * console.log(Array.from(y.dataSync())); // [3,6]
 * triple.dispose();
 * ```
 */
export function freeze<X extends tf.Tensor, Y extends tf.Tensor>(body: (x: X) => Y): Frozen<X, Y> {
  const graphs = new Map<string, FrozenGraph>();
  const compiled = (x: X): FrozenGraph | undefined => {
    const backend = freezing();
    if (!backend) return undefined;
    const key = `${x.dtype}[${x.shape.join()}]`;
    const known = graphs.get(key);
    if (known) return known;
    const fresh = compile(backend, x, body);
    graphs.set(key, fresh);
    return fresh;
  };
  return {
    run(x) {
      // Within another body that is being frozen, its argument has no numbers yet: this one's operations become part of that graph.
      const graph = compiling > 0 ? undefined : compiled(x);
      if (graph) return tensorOf(graph.run(x)) as Y;
      const y = tf.tidy(() => body(x));
      // The caller owns what comes; the argument is theirs already.
      return (y as tf.Tensor) === x ? tf.clone(y) : y;
    },
    get graphs() {
      return graphs.size;
    },
    dispose() {
      for (const graph of graphs.values()) graph.dispose();
      graphs.clear();
    },
  };
}

/** Bodies that are being frozen. */
let compiling = 0;

/** The engine where it compiles graphs. */
function freezing(): OnnxBackend | undefined {
  const backend = tf.backend() as unknown as Partial<OnnxBackend>;
  return typeof backend.freeze === "function" ? (backend as OnnxBackend) : undefined;
}

const tensorOf = (info: tf.TensorInfo): tf.Tensor =>
  tf.engine().makeTensorFromTensorInfo(info) as unknown as tf.Tensor;

function compile<X extends tf.Tensor, Y extends tf.Tensor>(
  backend: OnnxBackend,
  x: X,
  body: (x: X) => Y,
): FrozenGraph {
  // Whatever is pending gets its numbers first, so that it is a constant here.
  backend.flush();
  const hole = tensorOf(backend.placeholder(x.shape, x.dtype as "float32")) as X;
  let result: Y | undefined;
  compiling++;
  try {
    result = tf.tidy(() => body(hole));
    return backend.freeze(hole, result);
  } finally {
    compiling--;
    // A tensor that the body has from elsewhere is its owner's.
    const own = result !== undefined && result.id > hole.id;
    tf.dispose(own ? [hole, result as Y] : [hole]);
  }
}
