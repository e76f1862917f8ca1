import { util } from "@tensorflow/tfjs-core";
import { type Local, WasmType } from "../code";
import type { KernelLowering } from "../kernelLowering";
import { sizeOf } from "../lowering";
import { listTask } from "./listTask";
import { arrayOf } from "./operands";

/** Sums of the entries up to each along an axis. */
const cumulated: KernelLowering = (lowering, call) => {
  const shape = call.shapeOf("x");
  const { axis, exclusive, reverse } = call.node.attributes as Record<"axis", number> &
    Record<"exclusive" | "reverse", boolean | undefined>;
  const [along] = util.parseAxisParam(axis, [...shape]) as [number];
  const [outer, count] = [sizeOf(shape.slice(0, along)), shape[along] as number];
  const inner = sizeOf(shape.slice(along + 1));
  const x = arrayOf(lowering, call.value("x"));
  const array = listTask(lowering, [x], x.length, (code, pointers) => {
    const [from, to] = pointers as [Local, Local];
    const [sum, k, offset] = [code.local(WasmType.f32), code.local(), code.local()];
    const [first, step] = reverse ? [(count - 1) * inner * 4, -inner * 4] : [0, inner * 4];
    const add = () => code.get(sum).get(from).get(offset).addInt().loadFloat().floatOp("add", false).set(sum);
    code.loop(outer, 1, () => {
      code.loop(inner, 1, () => {
        code.float(0).set(sum).int(first).set(offset).int(0).set(k);
        code.repeat(k, count, 1, () => {
          if (!exclusive) add();
          code.get(to).get(offset).addInt().get(sum).storeFloat();
          if (exclusive) add();
          code.advance(offset, step);
        });
        code.advance(from, 4).advance(to, 4);
      });
      const rest = (count - 1) * inner * 4;
      code.advance(from, rest).advance(to, rest);
    });
  });
  return [{ kind: "array", array, shape }];
};

/** For each entry a row that is one number at the entry's place, and another elsewhere. */
const oneHot: KernelLowering = (lowering, call) => {
  const depth = call.node.attributes["depth"] as number;
  const lists = ["indices", "$0", "$1"].map((name) => arrayOf(lowering, call.value(name)));
  const rows = Math.max(1, sizeOf(call.shapeOf("indices")));
  const array = listTask(lowering, lists, rows * depth, (code, pointers) => {
    const [indices, on, off, to] = pointers as [Local, Local, Local, Local];
    const column = code.local();
    code.loop(rows, 1, () => {
      code.int(0).set(column);
      code.repeat(column, depth, 1, () => {
        code.get(to).get(on).loadFloat().get(off).loadFloat();
        code.get(column).raw(0xb2).get(indices).loadFloat().floatOp("eq", false).raw(0x1b).storeFloat();
        code.advance(to, 4);
      });
      code.advance(indices, 4);
    });
  });
  return [{ kind: "array", array, shape: call.shape }];
};

export const indexKernels: Readonly<Record<string, KernelLowering>> = {
  Cumsum: cumulated,
  OneHot: oneHot,
};
