import { describe, expect, it } from "vitest";
import { tf } from "../../../lib/backend";
import { GraphBuilder } from "../../../packages/tfjs-onnxruntime/src/graphBuilder";
import { expectParity } from "./onnxBench";
import { image, paritySuite } from "./paritySuite";

paritySuite(() => {
  describe("values under other extents", () => {
    it("come out as they are after views of views, back again, and in sums with images", async () => {
      await expectParity((i) => {
        const x = i.normals(3, 8);
        const there = tf.reshape(tf.reshape(tf.reshape(x, [24]), [2, 3, 4]), [4, 6]);
        const back = tf.reshape(there, [3, 8]);
        const row = tf.reshape(tf.reshape(tf.sum(back, 0), [1, 1, 1, 8]), [1, 8]);
        const whole = tf.reshape(tf.sum(x), [1, 1, 1]);
        return [there, tf.add(back, row), tf.mul(tf.reshape(x, [2, 3, 4]), whole), tf.add(whole, whole)];
      });
    });

    it("meet images in both orders of axes", async () => {
      await expectParity((i) => {
        const x = image(i, 2, 5, 4, 3);
        const w = image(i, 3, 3, 3, 6);
        const y = tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 1, "same");
        const gain = tf.reshape(i.normals(6), [1, 1, 1, 6]);
        const columns = tf.reshape(i.normals(2, 4), [2, 1, 4, 1]);
        const pixels = tf.mean(tf.add(tf.mul(y, gain), columns), [1, 2]);
        return [
          pixels,
          tf.mul(tf.reshape(pixels, [2, 1, 1, 6]), y),
          tf.sum(tf.mul(y, y), [0, 1, 2, 3], true),
        ];
      });
    });
  });
});

describe("the operators of views", () => {
  const setting = () => {
    const g = new GraphBuilder(true);
    const ops = () => g.nodes.map(({ op }) => op);
    return { g, ops, list: g.input("list", [6], "float32"), x: g.input("x", [2, 5, 4, 6], "float32") };
  };

  it("are one for a view of a view, and none where it is the value again", () => {
    const { g, ops, list } = setting();
    const image = g.reshape(list, [1, 1, 1, 6]);
    const pairs = g.reshape(image, [2, 3]);
    expect(g.reshape(pairs, [6]).name).toBe("list");
    expect(g.nodes.map(({ inputs }) => inputs[0])).toEqual(["list", "list"]);
    expect(ops()).toEqual(["Reshape", "Reshape"]);
  });

  it("are none in front of what broadcasting does, if another operand has the rank of the result", () => {
    const { g, list, x } = setting();
    const image = g.reshape(list, [1, 1, 1, 6]);
    g.mul(x, image);
    const same = g.reshape(list, [1, 6]);
    g.add(image, same);
    const adds = g.nodes.filter(({ op }) => op === "Mul" || op === "Add");
    expect(adds).toMatchObject([
      { op: "Mul", inputs: ["x", "list"] },
      // Operands as large as the result keep their rank.
      { op: "Add", inputs: [image.name, same.name] },
    ]);
  });

  it("stay where extents of 1 stand behind", () => {
    const { g, x } = setting();
    const rows = g.input("rows", [5], "float32");
    const spread = g.reshape(rows, [5, 1, 1]);
    g.mul(x, spread);
    expect(g.nodes.at(-1)).toMatchObject({ op: "Mul", inputs: ["x", spread.name] });
  });

  it("are none behind a sum that is taken as a list", () => {
    const { g, ops, x } = setting();
    const sum = g.reduce("ReduceSum", x, [0, 1, 2]);
    expect(sum.shape).toEqual([1, 1, 1, 6]);
    g.add(g.reshape(sum, [6]), g.input("more", [6], "float32"));
    g.prune([g.nodes.at(-1)?.outputs[0] as string]);
    expect(ops()).toEqual(["ReduceSum", "Add"]);
  });
});
