import { type Code, type Local, WasmType } from "../code";
import type { KernelLowering } from "../kernelLowering";
import { Unsupported } from "../lowering";
import { listTask, rowStatistics } from "./listTask";
import { arrayOf } from "./operands";

const matrixProduct: KernelLowering = (lowering, call) => {
  const { transposeA, transposeB } = call.node.attributes as { transposeA?: boolean; transposeB?: boolean };
  const [aShape, bShape] = [call.shapeOf("a"), call.shapeOf("b")];
  if (aShape.length !== 2 || bShape.length !== 2) throw new Unsupported("a product of batches of matrices");
  const [a, b] = [arrayOf(lowering, call.value("a")), arrayOf(lowering, call.value("b"))];
  const [rows, inner] = (transposeA ? [aShape[1], aShape[0]] : aShape) as [number, number];
  const columns = bShape[transposeB ? 0 : 1] as number;
  // Numbers from one entry to the next along rows, or columns, and along what is summed.
  const [aRow, aInner] = transposeA ? [1, rows] : [inner, 1];
  const [bInner, bColumn] = transposeB ? [1, inner] : [columns, 1];
  const array = listTask(lowering, [a, b], rows * columns, (code, [x, y, z]) => {
    const [left, right, sum] = [code.local(), code.local(), code.local(WasmType.f32)];
    const [column, k] = [code.local(), code.local()];
    code.loop(rows, 1, () => {
      code.int(0).set(column);
      code.repeat(column, columns, 1, () => {
        code
          .float(0)
          .set(sum)
          .get(x as Local)
          .set(left);
        code
          .get(y as Local)
          .get(column)
          .int(bColumn * 4)
          .mulInt()
          .addInt()
          .set(right);
        code.int(0).set(k);
        code.repeat(k, inner, 1, () => {
          code.get(sum).get(left).loadFloat().get(right).loadFloat().floatOp("mul", false);
          code
            .floatOp("add", false)
            .set(sum)
            .advance(left, aInner * 4)
            .advance(right, bInner * 4);
        });
        code
          .get(z as Local)
          .get(sum)
          .storeFloat()
          .advance(z as Local, 4);
      });
      code.advance(x as Local, aRow * 4);
    });
  });
  return [{ kind: "array", array, shape: [rows, columns] }];
};

const argMax: KernelLowering = (lowering, call) => {
  const shape = call.shapeOf("x");
  const axis = call.node.attributes["axis"] as number;
  if (axis !== -1 && axis !== shape.length - 1) throw new Unsupported("the largest entry along another axis");
  const x = arrayOf(lowering, call.value("x"));
  const columns = shape.at(-1) as number;
  const rows = x.length / columns;
  const array = listTask(lowering, [x], rows, (code, [from, to]) => {
    const [best, most, column] = [code.local(WasmType.f32), code.local(WasmType.f32), code.local()];
    code.loop(rows, 1, () => {
      code
        .float(0)
        .set(best)
        .get(from as Local)
        .loadFloat()
        .set(most)
        .int(0)
        .set(column);
      code.repeat(column, columns, 1, () => {
        const isMore = () =>
          code
            .get(from as Local)
            .loadFloat()
            .get(most)
            .floatOp("gt", false);
        code.get(column).raw(0xb2).get(best);
        isMore().raw(0x1b).set(best);
        code
          .get(from as Local)
          .loadFloat()
          .get(most);
        isMore()
          .raw(0x1b)
          .set(most)
          .advance(from as Local, 4);
      });
      code
        .get(to as Local)
        .get(best)
        .storeFloat()
        .advance(to as Local, 4);
    });
  });
  return [{ kind: "array", array, shape: call.shape }];
};

/** Share of a class in a row's target: all of it but the smoothing for its label. */
function pushTarget(code: Code, column: Local, label: Local, classes: number, smoothing: number): void {
  code.float(1 - smoothing + smoothing / classes).float(smoothing / classes);
  code.get(column).raw(0xb2).get(label).loadFloat().floatOp("eq", false).raw(0x1b);
}

const crossEntropy: KernelLowering = (lowering, call) => {
  const smoothing = call.node.attributes["smoothing"] as number;
  const [rows, classes] = call.shapeOf("logits") as [number, number];
  const lists = ["logits", "labels"].map((name) => arrayOf(lowering, call.value(name)));
  const array = listTask(lowering, lists, 1, (code, [logits, labels, to], place) => {
    const [loss, rest, column] = [code.local(WasmType.f64), code.local(WasmType.f64), code.local()];
    code.loop(rows, 1, () => {
      const { most, total } = rowStatistics(place, logits as Local, classes);
      code.get(total).call(place.module.outside("log")).set(rest).int(0).set(column);
      code.repeat(column, classes, 1, () => {
        code
          .get(loss)
          .get(rest)
          .get(logits as Local)
          .loadFloat()
          .get(most)
          .floatOp("sub", false)
          .raw(0xbb, 0xa1);
        pushTarget(code, column, labels as Local, classes, smoothing);
        code
          .raw(0xbb, 0xa2, 0xa0)
          .set(loss)
          .advance(logits as Local, 4);
      });
      code.advance(labels as Local, 4);
    });
    code
      .get(to as Local)
      .get(loss)
      .float(1 / rows)
      .raw(0xbb, 0xa2, 0xb6)
      .storeFloat();
  });
  return [{ kind: "array", array, shape: [] }];
};

const crossEntropyGrad: KernelLowering = (lowering, call) => {
  const smoothing = call.node.attributes["smoothing"] as number;
  const [rows, classes] = call.shapeOf("logits") as [number, number];
  const lists = ["logits", "labels", "dy"].map((name) => arrayOf(lowering, call.value(name)));
  const array = listTask(lowering, lists, rows * classes, (code, [logits, labels, dy, to], place) => {
    const [column, share] = [code.local(), code.local(WasmType.f32)];
    code
      .get(dy as Local)
      .loadFloat()
      .float(1 / rows)
      .floatOp("mul", false)
      .set(share);
    code.loop(rows, 1, () => {
      const { most, total } = rowStatistics(place, logits as Local, classes);
      code.int(0).set(column);
      code.repeat(column, classes, 1, () => {
        code
          .get(to as Local)
          .get(logits as Local)
          .loadFloat()
          .get(most)
          .floatOp("sub", false)
          .raw(0xbb);
        code.call(place.module.outside("exp")).get(total).raw(0xa3, 0xb6);
        pushTarget(code, column, labels as Local, classes, smoothing);
        code.floatOp("sub", false).get(share).floatOp("mul", false).storeFloat();
        code.advance(logits as Local, 4).advance(to as Local, 4);
      });
      code.advance(labels as Local, 4);
    });
  });
  return [{ kind: "array", array, shape: [rows, classes] }];
};

export const arrayKernels: Readonly<Record<string, KernelLowering>> = {
  BatchMatMul: matrixProduct,
  ArgMax: argMax,
  BarsSoftmaxCrossEntropy: crossEntropy,
  BarsSoftmaxCrossEntropyGrad: crossEntropyGrad,
};
