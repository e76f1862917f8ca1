import { lossGradients, softmaxCrossEntropy, tf } from "../backend";
import { type PlainBatch, toTensors } from "../loop/batchTensors";
import type { NetworkPass, Trainable } from "../network/trainable";

/** The gradient that reaches one binarized kernel (measure M7). */
export interface KernelGradient {
  /** Of the parameter, e.g. `cell0.edge1-0.bin_conv_3x3.latent`. */
  readonly name: string;
  readonly weights: number;
  /** L2 norm of the mean gradient. */
  readonly norm: number;
  /** `norm` over the L2 norm of the latent weights. */
  readonly relativeNorm: number;
  /**
   * Share of its weights whose gradient is 0 in every batch. Those that lie beyond the window of the weight sign, where it has one, are among them, and without
   * decay nothing brings those back (`optimizer.latentBound` keeps them inside).
   */
  readonly stuck: number;
  /** L2 norm under the smooth reference. */
  readonly referenceNorm: number;
  /** Cosine of the two; null where one of them is 0. */
  readonly cosine: number | null;
}

/** How gradients flow through a network's signs. */
export interface GradientFlow {
  readonly images: number;
  /** Of the reference `tanh(slope · x)`. */
  readonly slope: number;
  /** Mean cross entropy of the network and of the reference, batch statistics in batch norms. */
  readonly loss: number;
  readonly referenceLoss: number;
  /** In the order of the network's parameters. */
  readonly kernels: readonly KernelGradient[];
}

/**
 * Gradient of the cross entropy in every latent kernel, as the network's own straight-through estimator gives it, and
 * as the true gradient of a smooth network gives it that has `tanh(slope · x)` in place of each activation sign: same
 * weights (their binarization and its gradient stay as they are), same images, batch statistics in batch norms, as in
 * training. Gradients are averaged over all batches first.
 *
 * The reference is ours: a steep `tanh` is close to the sign and has an exact gradient, so the cosine says how well the
 * estimator points downhill. It depends on the slope: the steeper, the closer to the network, and the noisier.
 *
 * @example
 * ```ts
 * const data = { dataset: "synthetic", trainImages: 48, testImages: 16 };
 * const space = bars.space.spaceConfig({ initChannels: 4, cellLayout: [0, 1, 0], steps: 1 });
 * const model = bars.records.genotypeModel(bars.space.randomGenotype(space, bars.randomKey(0)), "tiny");
 * await bars.train(bars.trainConfig({ data, batchSize: 8, epochs: 2 }), model, { directory: "runs/tiny-train" });
 * const { network } = await bars.networks.trainedNetwork("runs/tiny-train");
 * const batch = { images: new Float32Array(4 * 32 * 32 * 3).map((_, i) => (i % 7) - 3), labels: Int32Array.of(0, 1, 2, 3) };
 * const flow = await bars.networks.gradientFlow(network, [batch], { edeT: 1 }, 5);
 * console.log(flow.images, flow.kernels.length > 0); // 4 true
 * network.dispose();
 * ```
 */
export async function gradientFlow(
  network: Trainable,
  batches: readonly PlainBatch[],
  how: Pick<NetworkPass, "edeT">,
  slope: number,
): Promise<GradientFlow> {
  const own = await meanGradients(network, batches, how);
  const reference = await meanGradients(network, batches, { ...how, smoothSign: slope });
  const kernels: KernelGradient[] = [];
  for (const [name, gradient] of own.gradients) {
    const other = reference.gradients.get(name) as Float64Array;
    const weights = (await network.parameters.get(name).data()) as Float32Array;
    const [norm, referenceNorm] = [length(gradient), length(other)];
    const size = length(weights);
    kernels.push({
      name,
      weights: weights.length,
      norm,
      relativeNorm: size > 0 ? norm / size : 0,
      stuck: gradient.reduce((count, one) => count + (one === 0 ? 1 : 0), 0) / weights.length,
      referenceNorm,
      cosine: norm > 0 && referenceNorm > 0 ? dot(gradient, other) / (norm * referenceNorm) : null,
    });
  }
  const images = batches.reduce((sum, { labels }) => sum + labels.length, 0);
  return { images, slope, loss: own.loss, referenceLoss: reference.loss, kernels };
}

/** Mean over batches of loss and gradients of all latent kernels. */
async function meanGradients(
  network: Trainable,
  batches: readonly PlainBatch[],
  how: Pick<NetworkPass, "edeT" | "smoothSign">,
): Promise<{ readonly loss: number; readonly gradients: Map<string, Float64Array> }> {
  const latent = network.parameters.entries().filter(([name]) => network.parameters.role(name) === "latent");
  const sums = new Map(latent.map(([name, { size }]) => [name, new Float64Array(size)]));
  let loss = 0;
  for (const batch of batches) {
    const tensors = toTensors(batch, network.imageSize, network.imageChannels);
    const { value, gradients } = lossGradients(
      () =>
        softmaxCrossEntropy(
          network.outputs(tensors.images, { ...how, training: true }).logits,
          tensors.labels,
          0,
        ),
      latent.map(([, variable]) => variable),
    );
    loss += ((await value.data())[0] as number) / batches.length;
    for (const [i, [name]] of latent.entries()) {
      const gradient = gradients[i];
      if (!gradient) continue;
      const values = await gradient.data();
      const sum = sums.get(name) as Float64Array;
      for (let k = 0; k < sum.length; k++)
        sum[k] = (sum[k] as number) + (values[k] as number) / batches.length;
    }
    tf.dispose([value, tensors.images, tensors.labels]);
    for (const gradient of gradients) gradient?.dispose();
  }
  return { loss, gradients: sums };
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

function length(values: ArrayLike<number>): number {
  return Math.sqrt(dot(values, values));
}
