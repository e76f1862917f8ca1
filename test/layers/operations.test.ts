import { beforeAll, describe, expect, it } from "vitest";
import { tf } from "../../lib/backend";
import { type BinarizationConfig, binarizationConfig } from "../../lib/config/binarizationConfig";
import { applyTogether } from "../../lib/layers/applyTogether";
import { buildOperation } from "../../lib/layers/buildOperation";
import { nodeParameters, normalizeAndBinarize } from "../../lib/layers/normalizeAndBinarize";
import type { GetParameter, NodeState, Operation } from "../../lib/layers/operation";
import { weightBinarizers } from "../../lib/primitives/binarizers";
import { type Primitive, primitives } from "../../lib/primitives/primitives";
import { fold, randomKey } from "../../lib/random/randomKey";
import { settings, space } from "./operationSettings";
import {
  engines,
  expectClose,
  expectGradient,
  expectNoLeak,
  hasConvGradients,
  normals,
  useEngine,
} from "./tensorCheck";

const key = randomKey(0);
/** Parameters drawn by name; a "leading" set is cut from a wider operation's. */
function parametersOf(
  operation: Operation,
  of?: { get: GetParameter },
): { get: GetParameter; dispose(): void } {
  const made = new Map<string, tf.Tensor>();
  for (const { name, shape } of operation.parameters) {
    const value = of
      ? tf.slice(
          of.get(name),
          shape.map(() => 0),
          shape,
        )
      : normals<tf.Tensor>(fold(fold(key, "parameter"), name), shape);
    made.set(name, value);
  }
  return { get: (name) => made.get(name) as tf.Tensor, dispose: () => tf.dispose([...made.values()]) };
}

function disposeState({ raw, normalized, bits, mask }: NodeState): void {
  tf.dispose([raw, normalized, bits]);
  mask?.dispose();
}

const orders = ["bn_conv_relu", "conv_bn_relu"] as const;
const forms = primitives.builtInNames.flatMap((primitive) =>
  ([1, 2] as const).map((stride) => ({ primitive, stride })),
);

describe.each(engines)("on %s", (engine) => {
  beforeAll(() => useEngine(engine));

  describe("buildOperation", () => {
    it.each(forms)(
      "$primitive of stride $stride gives the shape of its edge and leaves nothing behind",
      ({ primitive, stride }) => {
        const operation = buildOperation("e", settings(primitive, { stride, outChannels: 8 * stride }));
        expectNoLeak(() => {
          const node = normalizeAndBinarize(normals(key, [2, 6, 6, 8]), null, binarizationConfig(), 1);
          const parameters = parametersOf(operation);
          const y = operation.apply(node, parameters.get);
          expect(y?.shape ?? null).toEqual(
            primitive === "none" ? null : [2, 6 / stride, 6 / stride, 8 * stride],
          );
          y?.dispose();
          parameters.dispose();
          disposeState(node);
        });
      },
    );

    it.each(forms.filter(({ primitive }) => primitive !== "none"))(
      "$primitive of stride $stride, masked, is the narrower operation with the leading weights",
      ({ primitive, stride }) => {
        for (const weight of weightBinarizers.builtInNames) {
          for (const blockOrder of orders) {
            expectLeadingPart(
              primitive,
              stride,
              binarizationConfig({ weight, blockOrder, border: 1, nonlinearity: "rprelu" }),
            );
          }
        }
        expectLeadingPart(primitive, stride, binarizationConfig({ border: 0 }));
        expectLeadingPart(primitive, 2, binarizationConfig(), "plain");
      },
    );

    it("averages and maximises over the pixels inside the image only", () => {
      expectNoLeak(() => {
        const raw = tf.tensor4d([-1, -2, -3, -4], [1, 2, 2, 1]);
        const node = normalizeAndBinarize(raw, null, binarizationConfig(), 1);
        const one = { inChannels: 1, outChannels: 1 };
        const [average, most] = (["avg_pool_3x3", "max_pool_3x3"] as const).map((primitive) =>
          buildOperation("e", settings(primitive, one)).apply(node, () => raw),
        ) as [tf.Tensor4D, tf.Tensor4D];
        expectClose(average, [-2.5, -2.5, -2.5, -2.5], 1e-6);
        expectClose(most, [-1, -1, -1, -1], 1e-6);
        tf.dispose([average, most]);
        disposeState(node);
      });
    });

    it.each([
      { convShortcut: true, shortcutFrom: "input", expected: "raw" },
      { convShortcut: true, shortcutFrom: "normalized", expected: "normalized" },
      { convShortcut: false, shortcutFrom: "input", expected: "nothing" },
    ] as const)(
      "a stride-1 convolution adds $expected (convShortcut $convShortcut, from $shortcutFrom)",
      (form) => {
        const binarization = binarizationConfig({ shortcutFrom: form.shortcutFrom, nonlinearity: "none" });
        const own = { binarization, space: { ...space, convShortcut: form.convShortcut } };
        const bare = { binarization, space: { ...space, convShortcut: false } };
        expectNoLeak(() => {
          const node = normalizeAndBinarize(normals(key, [2, 4, 4, 8]), null, binarization, 1);
          const [operation, plain] = [own, bare].map((s) =>
            buildOperation("e", settings("bin_conv_3x3", s)),
          ) as [Operation, Operation];
          const parameters = parametersOf(operation);
          tf.tidy(() => {
            const added = tf.sub(
              operation.apply(node, parameters.get) as tf.Tensor,
              plain.apply(node, parameters.get) as tf.Tensor,
            );
            const expected = form.expected === "nothing" ? tf.zerosLike(node.raw) : node[form.expected];
            expectClose(tf.add(added, 10), tf.add(expected, 10), 1e-5);
          });
          parameters.dispose();
          disposeState(node);
        });
      },
    );

    it("uses the batch norm it is given after the convolution in the order conv_bn_relu, and never in the other", () => {
      for (const blockOrder of orders) {
        const binarization = binarizationConfig({ blockOrder });
        const operation = buildOperation("e", settings("bin_conv_1x1", { binarization }));
        const parameters = parametersOf(operation);
        const node = normalizeAndBinarize(normals(key, [1, 4, 4, 8]), null, binarization, 1);
        let calls = 0;
        const normalize = (y: tf.Tensor4D) => {
          calls++;
          return tf.zerosLike(y);
        };
        const y = operation.apply(node, parameters.get, { normalize }) as tf.Tensor4D;
        expect(calls).toBe(blockOrder === "conv_bn_relu" ? 1 : 0);
        if (calls === 1) expectClose(y, tf.relu(node.raw), 1e-6);
      }
    });

    it
      .runIf(hasConvGradients(engine))
      .each(["bin_conv_3x3", "bin_dil_conv_3x3", "bin_group_conv_3x3"] as const)(
      "in smooth mode %s has the gradients of its formula, mask included",
      (primitive) => {
        for (const stride of [1, 2] as const) {
          const binarization = binarizationConfig({
            activation: "tanh",
            weight: "identity",
            nonlinearity: "none",
          });
          const form = { binarization, stride, inChannels: 4, outChannels: 4 * stride };
          const operation = buildOperation("e", settings(primitive, form));
          expectNoLeak(() => {
            const x = normals<tf.Tensor4D>(fold(key, "x"), [2, 4, 4, 4]);
            const mask = tf.tensor1d([0.9, 0.9, 0.4, 0.4]);
            const parameters = parametersOf(operation);
            const probe = normals(fold(key, "p"), [2, 4 / stride, 4 / stride, 4 * stride]);
            const f = (v: tf.Tensor, m: tf.Tensor, get: GetParameter = parameters.get) => {
              const node = normalizeAndBinarize(v as tf.Tensor4D, m as tf.Tensor1D, binarization, 1);
              return tf.mul(probe, operation.apply(node, get) as tf.Tensor);
            };
            const options = { step: 3e-3, tolerance: 4e-2, entries: 8 };
            expectGradient((v) => f(v, mask), x, options);
            expectGradient((v) => f(x, v), mask, options);
            for (const { name } of operation.parameters) {
              expectGradient(
                (v) => f(x, mask, (n) => (n === name ? v : parameters.get(n))),
                parameters.get(name),
                options,
              );
            }
            parameters.dispose();
            tf.dispose([x, mask, probe]);
          });
        }
      },
    );
  });

  describe("applyTogether", () => {
    const cases = orders.flatMap((blockOrder) =>
      ([0, 1] as const).flatMap((border) => [true, false].map((merge) => ({ blockOrder, border, merge }))),
    );
    it.each(cases)(
      "equals applying one by one, in order: $blockOrder, border $border, merged $merge",
      ({ blockOrder, border, merge }) => {
        const binarization = binarizationConfig({ blockOrder, border, weight: "xnor" });
        const names = [...primitives.builtInNames, "bin_conv_3x3", "bin_conv_3x3", "bin_conv_1x1"] as const;
        expectNoLeak(() => {
          const mask = tf.tensor1d([1, 1, 1, 1, 0.5, 0.5, 0, 0]);
          const node = normalizeAndBinarize(normals(key, [2, 5, 5, 8]), mask, binarization, 1);
          const applications = names.map((primitive, i) => {
            const operation = buildOperation(`e${i}`, settings(primitive, { binarization }));
            const drawn = operation.parameters.map(
              ({ name, shape }) => [name, normals<tf.Tensor>(fold(key, i), shape)] as const,
            );
            return { operation, get: (name: string) => new Map(drawn).get(name) as tf.Tensor, drawn };
          });
          const together = applyTogether(applications, node, merge);
          for (const [i, { operation, get }] of applications.entries()) {
            const alone = operation.apply(node, get);
            expect(together[i] === null).toBe(alone === null);
            if (alone) expectClose(together[i] as tf.Tensor, alone, 1e-5);
            alone?.dispose();
          }
          for (const { drawn } of applications) tf.dispose(drawn.map(([, tensor]) => tensor));
          tf.dispose(together.filter((y) => y !== null));
          disposeState(node);
        });
      },
    );

    it.each([
      { merge: true, convolutions: 2 },
      { merge: false, convolutions: 5 },
    ])(
      "shares one border a kernel size, and runs $convolutions convolutions (merged $merge)",
      ({ merge, convolutions }) => {
        const node = normalizeAndBinarize(normals(key, [1, 4, 4, 8]), null, binarizationConfig(), 1);
        const names = [
          "bin_conv_3x3",
          "bin_conv_3x3",
          "bin_group_conv_3x3",
          "bin_conv_5x5",
          "bin_dil_conv_3x3",
        ] as const;
        const applications = names.map((primitive) => {
          const operation = buildOperation("e", settings(primitive));
          return { operation, get: parametersOf(operation).get };
        });
        const counts = countCalls(engine, ["Conv2D", "PadV2"], () =>
          applyTogether(applications, node, merge),
        );
        // The dilated kernel is spread by one PadV2 of its own.
        expect(counts).toEqual([convolutions, 3]);
      },
    );
  });

  describe("normalizeAndBinarize", () => {
    it("normalises before the sign in bn_conv_relu, and leaves the raw value in conv_bn_relu", () => {
      const raw = tf.tensor4d([1, 2, 3, 6], [1, 2, 2, 1]);
      const before = normalizeAndBinarize(raw, null, binarizationConfig({ batchNormEpsilon: 1e-9 }), 1);
      const after = normalizeAndBinarize(raw, null, binarizationConfig({ blockOrder: "conv_bn_relu" }), 1);
      expect(Array.from(before.bits.dataSync())).toEqual([-1, -1, 1, 1]);
      expect(Array.from(after.bits.dataSync())).toEqual([1, 1, 1, 1]);
      expect(after.normalized).toBe(raw);
    });

    it("adds RSign's learnt shift, declared by nodeParameters, before the sign", () => {
      const binarization = binarizationConfig({ rsign: true });
      expect(nodeParameters(3, binarization)).toEqual([
        { name: "rsign.shift", shape: [3], role: "offset", init: { kind: "constant", value: 0 } },
      ]);
      expect(nodeParameters(3, binarizationConfig())).toEqual([]);
      const raw = tf.tensor4d([-1, 1], [1, 1, 2, 1]);
      const node = normalizeAndBinarize(raw, null, binarization, 1, { shift: tf.tensor1d([-5]) });
      expect(Array.from(node.bits.dataSync())).toEqual([-1, -1]);
    });
  });
});

/** How often each kernel runs inside `body`. */
function countCalls(engine: string, names: readonly string[], body: () => void): number[] {
  const kernels = names.map((name) => tf.getKernel(name, engine));
  const counts = names.map(() => 0);
  for (const [i, kernel] of kernels.entries()) {
    const kernelFunc: tf.KernelConfig["kernelFunc"] = (params) => {
      counts[i] = (counts[i] as number) + 1;
      return kernel.kernelFunc(params);
    };
    tf.unregisterKernel(kernel.kernelName, engine);
    tf.registerKernel({ ...kernel, kernelFunc });
  }
  body();
  for (const kernel of kernels) {
    tf.unregisterKernel(kernel.kernelName, engine);
    tf.registerKernel(kernel);
  }
  return counts;
}

/** A wide operation at a one-hot width of one half, against the half-width operation with the leading weights. */
function expectLeadingPart(
  primitive: Primitive,
  stride: 1 | 2,
  binarization: BinarizationConfig,
  stridedConv: "factorized" | "plain" = "factorized",
): void {
  const form = { stride, binarization, space: { ...space, stridedConv } };
  const wide = buildOperation(
    "wide",
    settings(primitive, { ...form, inChannels: 8, outChannels: 8 * stride }),
  );
  const narrow = buildOperation(
    "narrow",
    settings(primitive, { ...form, inChannels: 4, outChannels: 4 * stride }),
  );
  expectNoLeak(() => {
    const x = normals<tf.Tensor4D>(fold(key, "x"), [2, 6, 6, 8]);
    const half = (n: number) => tf.tensor1d(Array.from({ length: n }, (_, i) => (i < n / 2 ? 1 : 0)));
    const outputMask = half(8 * stride);
    const wideNode = normalizeAndBinarize(x, half(8), binarization, 1);
    const narrowNode = normalizeAndBinarize(tf.slice(x, [0, 0, 0, 0], [2, 6, 6, 4]), null, binarization, 1);
    const all = parametersOf(wide);
    const leading = parametersOf(narrow, all);
    tf.tidy(() => {
      const y = narrow.apply(narrowNode, leading.get) as tf.Tensor4D;
      const cut = tf.slice(
        wide.apply(wideNode, all.get, { outputMask }) as tf.Tensor4D,
        [0, 0, 0, 0],
        y.shape,
      );
      expectClose(cut, y, 1e-4);
    });
    all.dispose();
    leading.dispose();
    outputMask.dispose();
    disposeState(wideNode);
    disposeState(narrowNode);
  });
}
