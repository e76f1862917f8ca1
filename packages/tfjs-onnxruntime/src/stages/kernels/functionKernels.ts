import { type Local, WasmType } from "../code";
import type { ArrayMemory } from "../expression";
import type { KernelLowering } from "../kernelLowering";
import { sizeOf, Unsupported } from "../lowering";
import { exponentialOfImages } from "./elementwiseKernels";
import { expanded } from "./listMoves";
import { listTask } from "./listTask";
import { arrayOf } from "./operands";

/** A function of each entry of a list, computed with 64 bits. */
const eachEntry =
  (name: "exp" | "log"): KernelLowering =>
  (lowering, call) => {
    const value = call.value("x");
    if (value.kind === "image" || value.kind === "padded") {
      if (name === "exp") return exponentialOfImages(lowering, call);
      throw new Unsupported(`it takes the ${name} of images`);
    }
    const x = arrayOf(lowering, value);
    const array = listTask(lowering, [x], x.length, (code, pointers, place) => {
      const [from, to] = pointers as [Local, Local];
      code.loop(x.length, 1, () => {
        code.get(to).get(from).loadFloat().raw(0xbb).call(place.module.outside(name)).raw(0xb6).storeFloat();
        code.advance(from, 4).advance(to, 4);
      });
    });
    return [{ kind: "array", array, shape: call.shape }];
  };

/** The largest number of each row, or NaN where one is. */
const most: KernelLowering = (lowering, call) => {
  const shape = call.shapeOf("x");
  const value = call.value("x");
  const axes = [call.node.attributes["reductionIndices"] as number | readonly number[]].flat();
  const isRow = axes.length === 1 && (axes[0] === -1 || axes[0] === shape.length - 1);
  if (value.kind === "image" || value.kind === "padded" || !isRow)
    throw new Unsupported("the largest number along other axes than a list's last one");
  const x = arrayOf(lowering, value);
  const columns = shape.at(-1) as number;
  const rows = sizeOf(shape) / columns;
  const array = listTask(lowering, [x], rows, (code, pointers) => {
    const [from, to] = pointers as [Local, Local];
    const [largest, column] = [code.local(WasmType.f32), code.local()];
    code.loop(rows, 1, () => {
      code.get(from).loadFloat().set(largest).int(0).set(column);
      code.repeat(column, columns, 1, () => {
        code.get(largest).get(from).loadFloat().raw(0x97).set(largest).advance(from, 4);
      });
      code.get(to).get(largest).storeFloat().advance(to, 4);
    });
  });
  return [{ kind: "array", array, shape: call.shape }];
};

/** Powers of lists, computed with 64 bits. */
const power: KernelLowering = (lowering, call) => {
  const { shape } = call;
  const length = Math.max(1, sizeOf(shape));
  const [base, exponent] = ["a", "b"].map((name) => {
    const value = call.value(name);
    if (value.kind === "image" || value.kind === "padded") throw new Unsupported("powers of images");
    const array = arrayOf(lowering, value);
    return array.length === length ? array : expanded(lowering, array, value.shape, shape);
  }) as [ArrayMemory, ArrayMemory];
  const array = listTask(lowering, [base, exponent], length, (code, pointers, place) => {
    const [from, by, to] = pointers as [Local, Local, Local];
    code.loop(length, 1, () => {
      code.get(to).get(from).loadFloat().raw(0xbb).get(by).loadFloat().raw(0xbb);
      code.call(place.module.outside("pow")).raw(0xb6).storeFloat();
      for (const pointer of [from, by, to]) code.advance(pointer, 4);
    });
  });
  return [{ kind: "array", array, shape }];
};

export const functionKernels: Readonly<Record<string, KernelLowering>> = {
  Exp: eachEntry("exp"),
  Log: eachEntry("log"),
  Max: most,
  Pow: power,
};
