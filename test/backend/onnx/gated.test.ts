import { beforeAll, describe, expect, it } from "vitest";
import { gated, leadingChannels, lossGradients, oneOf, spreadChannels, tf } from "../../../lib/backend";
import { randomKey } from "../../../lib/random/randomKey";
import type { OnnxBackend } from "../../../packages/tfjs-onnxruntime/src/onnxBackend";
import { drawnBy, startOnnx } from "./onnxBench";

let backend: OnnxBackend;
beforeAll(async () => {
  backend = await startOnnx({ maxPrograms: 4 });
});

const drawn = drawnBy(randomKey(0));

/** Values and gradients of two edges into each of two nodes, and a cell of them, each behind a gate. */
async function step(gates: readonly number[], plain: boolean) {
  const kernels = [0, 1, 2, 3].map((i) => tf.variable(tf.mul(drawn(`k${i}`, 3, 3, 4, 4), 0.3)));
  const x = drawn("x", 2, 8, 8, 4) as tf.Tensor4D;
  const opens = gates.map((value) => tf.scalar(value));
  const through = (i: number, inputs: tf.Tensor[], body: (...inputs: tf.Tensor[]) => tf.Tensor) => {
    const open = opens[i] as tf.Scalar;
    if (!plain) return gated({ open, share: 0.5 }, inputs, (...own) => [body(...own)])[0] as tf.Tensor;
    return tf.mul(body(...inputs), tf.cast(tf.notEqual(open, 0), "float32"));
  };
  const conv = (i: number, from: tf.Tensor) =>
    through(i, [from, kernels[i] as tf.Tensor], (input, kernel) =>
      tf.relu(tf.conv2d(input as tf.Tensor4D, kernel as tf.Tensor4D, 1, "same")),
    );
  const { value, gradients } = lossGradients(() => {
    const node = tf.add(
      conv(0, x),
      tf.add(
        conv(1, x),
        through(4, [x], (own) => tf.mul(own, 2)),
      ),
    );
    const inner = (from: tf.Tensor, ...own: tf.Tensor[]) => {
      const [a, b] = own as [tf.Tensor, tf.Tensor];
      const edge = (i: number, kernel: tf.Tensor) =>
        through(i, [from, kernel], (input, k) =>
          tf.conv2d(input as tf.Tensor4D, k as tf.Tensor4D, 1, "same"),
        );
      return tf.relu(tf.add(edge(2, a), edge(3, b)));
    };
    const last = tf.add(
      node,
      through(5, [node, kernels[2] as tf.Tensor, kernels[3] as tf.Tensor], inner as never),
    );
    return tf.mean(tf.square(last)) as tf.Scalar;
  }, kernels);
  const numbers = [value, ...gradients].map((tensor) => (tensor ? Array.from(tensor.dataSync()) : null));
  tf.dispose([x, ...opens, ...kernels, value, ...gradients.filter((g) => g !== null)]);
  return numbers;
}

const all = [1, 1, 1, 1, 1, 1];
const choices = [
  all,
  [0, 1, 0, 1, 0, 1],
  [1, 0, 0, 0, 1, 1],
  [1, 0, 1, 1, 0, 0],
  [0, 0, 0, 0, 0, 0],
  [0, 0, 0, 0, 0, 1],
];

describe("gated parts of a step", () => {
  it.each(choices.map((gates) => [gates.join(""), gates]))(
    "have the values and gradients of ungated ones, gates %s",
    async (_, gates) => {
      const [found, expected] = [await step(gates as number[], false), await step(gates as number[], true)];
      for (const [i, values] of expected.entries())
        for (const [k, value] of (values ?? []).entries()) expect(found[i]?.[k] ?? 0).toBeCloseTo(value, 4);
    },
  );

  it("compile once for every choice", async () => {
    await step(all, false);
    const { compiles } = backend.statistics();
    for (const gates of choices) await step(gates, false);
    expect(backend.statistics().compiles).toBe(compiles);
  });

  it("are not run where the gate is closed, nor are their gradients", async () => {
    const outside = tf.tensor1d([7], "int32");
    const run = (value: number) =>
      tf.tidy(() => {
        const open = tf.scalar(value);
        const x = tf.variable(tf.tensor1d([1, 2]));
        const { value: sum, gradients } = lossGradients(() => {
          // Entry 7 of two: whoever computes this fails.
          const body = (own: tf.Tensor) => [tf.mul(tf.sum(tf.gather(own, outside)), tf.sum(own))];
          return tf.sum(gated({ open, share: 0.5 }, [x], body)[0] as tf.Tensor) as tf.Scalar;
        }, [x]);
        x.dispose();
        return [sum.dataSync()[0], ...(gradients[0] as tf.Tensor).dataSync()];
      });
    expect(run(0)).toEqual([0, 0, 0]);
    expect(() => run(1)).toThrow(/indices element out of data bounds/);
    outside.dispose();
  });
});

describe("one of several parts of a step", () => {
  /** Value and gradients of three convolutions of different widths, of which one is drawn. */
  const run = (choice: number, plain: boolean) =>
    tf.tidy(() => {
      const gates = tf.tensor1d([0, 1, 2].map((i) => (i === choice ? 1 : 0)));
      const x = drawn("x", 2, 6, 6, 8) as tf.Tensor4D;
      const kernel = tf.variable(tf.mul(drawn("k", 3, 3, 8, 8), 0.3)) as tf.Variable<tf.Rank.R4>;
      const bodies = [1, 2, 4].map((kept) => (image: tf.Tensor, own: tf.Tensor) => {
        // Two nodes of four channels each, of which the leading ones are there.
        const rows = tf.reshape(leadingChannels(tf.reshape(own, [9, 64]), 1, 64), [3, 3, 8, 8]);
        const narrow = leadingChannels(image, 2, kept) as tf.Tensor4D;
        const cut = tf.slice(rows, [0, 0, 0, 0], [3, 3, 2 * kept, 2 * kept]) as tf.Tensor4D;
        const y = tf.relu(tf.conv2d(narrow, cut, 1, "same"));
        return [spreadChannels(y, 2, 4), tf.mean(y)];
      });
      const { value, gradients } = lossGradients(() => {
        const image = tf.mul(x, tf.sum(kernel)) as tf.Tensor4D;
        const body = bodies[choice] as (typeof bodies)[number];
        const [y, mean] = (plain ? body(image, kernel) : oneOf(gates, [image, kernel] as const, bodies)) as [
          tf.Tensor,
          tf.Tensor,
        ];
        return tf.add(tf.mean(tf.square(y)), mean) as tf.Scalar;
      }, [kernel]);
      kernel.dispose();
      return [...value.dataSync(), ...(gradients[0] as tf.Tensor).dataSync()];
    });

  it.each([0, 1, 2])(
    "has the value and gradients of part %s alone, without another compilation",
    (choice) => {
      const expected = run(choice, true);
      run((choice + 1) % 3, false);
      const { compiles } = backend.statistics();
      const found = run(choice, false);
      expect(backend.statistics().compiles).toBe(compiles);
      const largest = Math.max(...expected.map(Math.abs));
      expect(largest).toBeGreaterThan(0.1);
      for (const [i, value] of expected.entries())
        expect(Math.abs((found[i] as number) - value)).toBeLessThan(1e-5 * largest);
    },
  );

  it("does not run the others, nor their gradients", () => {
    const outside = tf.tensor1d([7], "int32");
    const first = (choice: number) =>
      tf.tidy(() => {
        const gates = tf.tensor1d([choice === 0 ? 1 : 0, choice]);
        const x = tf.variable(tf.tensor1d([1, 2]));
        // Entry 7 of two: whoever computes this fails.
        const wrong = (own: tf.Tensor) => [tf.mul(tf.sum(tf.gather(own, outside)), tf.sum(own))];
        const { value, gradients } = lossGradients(
          () => oneOf(gates, [x], [(own: tf.Tensor) => [tf.sum(tf.square(own))], wrong])[0] as tf.Scalar,
          [x],
        );
        x.dispose();
        return [value.dataSync()[0], ...(gradients[0] as tf.Tensor).dataSync()];
      });
    expect(first(0)).toEqual([5, 2, 4]);
    expect(() => first(1)).toThrow(/indices element out of data bounds/);
    outside.dispose();
  });
});
