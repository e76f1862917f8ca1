import { createRequire } from "node:module";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import {
  batchNormTrain,
  gated,
  leadingChannels,
  lossGradients,
  oneOf,
  relu,
  signWindow,
  softmaxCrossEntropy,
  spreadChannels,
  tf,
} from "../../../lib/backend";
import { randomKey } from "../../../lib/random/randomKey";
import type { OnnxBackend } from "../../../packages/tfjs-onnxruntime/src/onnxBackend";
import { findNative } from "../../../packages/tfjs-onnxruntime/src/stages/findNative";
import type { NativeCode } from "../../../packages/tfjs-onnxruntime/src/stages/stageRunner";
import { recordOf } from "./nativeBench";
import { drawnBy, startOnnx } from "./onnxBench";

/** Convolutions and gradients that native code computed, of one image each. */
let computed = 0;

const imageKinds = new Set(
  (["convolution", "gradient", "windows", "windowsGradient", "signs"] as const).map(
    (kind) => recordOf(kind, [])[0],
  ),
);

/** Whether each of the operations of a program works on an image, rather than on what it reads or on sums. */
function workOnImages(records: Int32Array): boolean[] {
  const found: boolean[] = [];
  for (let at = 0; at < records.length; at += 2 + (records[at + 1] as number))
    found.push(imageKinds.has(records[at]));
  return found;
}

/** Has the native code that a program is loaded with count what it computes in this thread. */
function countConvolutions(): void {
  const native = createRequire(__filename)(findNative() as string) as { attach: NativeCode["attach"] };
  const { attach } = native;
  vi.spyOn(native, "attach").mockImplementation((memory, records) => {
    const compute = attach(memory, records);
    const counts = workOnImages(records);
    return (operation, ...addresses) => {
      if (counts[operation as number]) computed++;
      compute(operation as number, ...addresses);
    };
  });
}

type T4 = tf.Tensor4D;
const batch = 3;
const drawn = drawnBy(randomKey(7));

/** Names of a network's weights and their extents. */
const shapes = {
  stem: [3, 3, 3, 8],
  first: [3, 3, 8, 8],
  second: [3, 3, 8, 8],
  again: [1, 1, 8, 8],
  inner: [1, 1, 8, 8],
  wide: [3, 3, 8, 8],
  head: [8, 10],
} as const;
type Name = keyof typeof shapes;

const norm = (x: T4) =>
  batchNormTrain(x, tf.ones([x.shape[3]]) as tf.Tensor1D, tf.zeros([x.shape[3]]) as tf.Tensor1D, 1e-5).y;

/** Which of the gated parts are open, and which of two widths is drawn. */
interface Choice {
  readonly open: readonly [first: number, second: number, shortcut: number, inner: number];
  readonly width: 0 | 1;
}

/**
 * Loss, a statistic and gradients of a node with two binary convolutions and a shortcut behind gates, of which the second has a part behind
 * a gate of its own, and of a layer of one of two widths. Without gates everything is computed and multiplied by 0 or 1.
 */
function outcomes({ open, width }: Choice, hasGates: boolean): number[][] {
  return tf.tidy(() => {
    const names = Object.keys(shapes) as Name[];
    const variables = names.map((name) => tf.variable(tf.mul(drawn(name, ...shapes[name]), 0.4)));
    const given = Object.fromEntries(names.map((name, i) => [name, variables[i]])) as unknown as Record<
      Name,
      T4
    >;
    const opens = open.map((value) => tf.scalar(value));
    const gates = tf.tensor1d([1 - width, width]);
    let mean: tf.Tensor | undefined;
    const behind = <Inputs extends readonly tf.Tensor[]>(
      gate: number,
      inputs: Inputs,
      body: (...inputs: Inputs) => tf.Tensor,
    ): T4 => {
      const at = opens[gate] as tf.Scalar;
      if (!hasGates) return tf.mul(body(...inputs), at) as T4;
      return gated({ open: at, share: 0.5 }, inputs, (...own) => [body(...own)])[0] as T4;
    };
    const binary = (x: T4, kernel: T4) => norm(tf.conv2d(signWindow(x, 1), signWindow(kernel, 1), 1, "same"));
    const { value, gradients } = lossGradients(() => {
      const image = drawn("image", batch, 6, 6, 3) as T4;
      const x = norm(tf.conv2d(image, given.stem, 1, "same"));
      const first = behind(0, [x, given.first] as const, binary);
      const second = behind(1, [x, given.second, given.inner] as const, (input, kernel, small) => {
        const y = binary(input, kernel);
        const more = behind(3, [y, small] as const, (own, point) =>
          relu(tf.conv2d(own as T4, point as T4, 1, "same")),
        );
        return tf.add(y, more);
      });
      const sum = tf.add(
        tf.add(first, second),
        behind(2, [x] as const, (own) => tf.mul(own, 0.5)),
      ) as T4;
      // Read behind the gate of one of its terms.
      const again = behind(0, [sum, given.again] as const, (own, kernel) => binary(own as T4, kernel));
      const node = tf.add(sum, again) as T4;
      const bodies = [4, 8].map((kept) => (own: tf.Tensor, kernel: tf.Tensor) => {
        const cut = tf.slice(kernel as T4, [0, 0, 0, 0], [3, 3, kept, kept]);
        const y = norm(tf.conv2d(leadingChannels(own as T4, 1, kept), cut, 1, "same"));
        return [spreadChannels(relu(y), 1, 8), spreadChannels(tf.mean(y, [1, 2]), 1, 8)];
      });
      const inputs: [tf.Tensor, tf.Tensor] = [node, given.wide];
      const [last, seen] = hasGates
        ? oneOf(gates, inputs, bodies)
        : (bodies[width] as (typeof bodies)[number])(...inputs);
      mean = tf.keep(seen as tf.Tensor);
      const logits = tf.matMul(
        tf.mean(last as T4, [1, 2]),
        given.head as unknown as tf.Tensor2D,
      ) as tf.Tensor2D;
      return softmaxCrossEntropy(logits, tf.tensor1d([1, 4, 9], "int32"), 0);
    }, variables);
    const all = [value, mean as tf.Tensor, ...gradients.map((one) => one as tf.Tensor)];
    const numbers = all.map((one) => Array.from(one.dataSync()));
    tf.dispose([mean as tf.Tensor, ...variables]);
    return numbers;
  });
}

const choices: Choice[] = [
  { open: [1, 1, 1, 1], width: 1 },
  { open: [1, 0, 1, 1], width: 0 },
  { open: [0, 1, 0, 0], width: 1 },
  { open: [0, 1, 0, 1], width: 0 },
  { open: [0, 0, 1, 0], width: 1 },
  // All channels of the node are constant: a batch norm gives zeros.
  { open: [0, 0, 0, 0], width: 0 },
];

/** Loss and gradients where one of two bodies reads nothing: what it got has a gradient of zeros. */
function idleBody(chosen: number): number[][] {
  return tf.tidy(() => {
    const variables = (["stem", "first", "head"] as const).map((name) =>
      tf.variable(tf.mul(drawn(name, ...shapes[name]), 0.4)),
    );
    const [stem, first, head] = variables as unknown as [T4, T4, tf.Tensor2D];
    const { value, gradients } = lossGradients(() => {
      const x = norm(tf.conv2d(drawn("image", batch, 6, 6, 3) as T4, stem, 1, "same"));
      const bodies = [
        (own: T4, kernel: T4) => [tf.conv2d(own, kernel, 1, "same")],
        (own: T4) => [tf.ones(own.shape)],
      ];
      const [y] = oneOf(tf.tensor1d([1 - chosen, chosen]), [x, first] as [T4, T4], bodies);
      const logits = tf.matMul(tf.mean(tf.add(y as T4, x), [1, 2]), head) as tf.Tensor2D;
      return softmaxCrossEntropy(logits, tf.tensor1d([1, 4, 9], "int32"), 0);
    }, variables);
    const numbers = [value, ...gradients].map((one) => Array.from((one as tf.Tensor).dataSync()));
    tf.dispose(variables);
    return numbers;
  });
}

function expectClose(found: readonly number[][], expected: readonly number[][]): void {
  const largest = Math.max(...expected.flat().map(Math.abs));
  for (const [i, values] of expected.entries())
    for (const [k, value] of values.entries())
      expect(Math.abs((found[i]?.[k] as number) - value), `${i} ${k}`).toBeLessThan(2e-5 * largest);
}

describe.runIf(findNative() !== undefined).each([1, 2])("gates in stages, %i threads", (threads) => {
  let backend: OnnxBackend;
  beforeAll(async () => {
    countConvolutions();
    backend = await startOnnx({ staged: true, threads });
    outcomes(choices[0] as Choice, true);
  });
  afterAll(() => vi.restoreAllMocks());

  it.each(choices.map((choice) => [JSON.stringify(choice), choice] as const))(
    "give the numbers of the cpu back end without gates: %s",
    async (_, choice) => {
      await tf.setBackend("cpu");
      const expected = outcomes(choice, false);
      await tf.setBackend("onnx");
      const found = outcomes(choice, true);
      expect(backend.statistics()).toMatchObject({ unstaged: null, staged: 1 });
      expectClose(found, expected);
    },
  );

  it.runIf(threads === 1)("compute the convolutions of open parts alone", () => {
    for (const { open, width } of choices) {
      computed = 0;
      outcomes({ open, width }, true);
      const [first, second, , inner] = open;
      // Forward, the kernel's gradient and, but for the stem's, the image's; the layer of one of two widths always.
      const parts = 2 * first + second + second * inner + 1;
      expect(computed, JSON.stringify(open)).toBe(batch * (2 + 3 * parts));
    }
  });

  it.each([0, 1])("may be of bodies that do not read what others do: body %i", async (chosen) => {
    await tf.setBackend("cpu");
    const expected = idleBody(chosen);
    await tf.setBackend("onnx");
    const { staged } = backend.statistics();
    const found = idleBody(chosen);
    expect(backend.statistics()).toMatchObject({ unstaged: null, staged: staged + 1 - chosen });
    expectClose(found, expected);
  });
});
