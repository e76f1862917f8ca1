import { beforeAll, describe, expect, it } from "vitest";
import { tf } from "../../../lib/backend";
import type { Overrides } from "../../../lib/config/check";
import { spaceConfig } from "../../../lib/config/spaceConfig";
import type { TrainConfig } from "../../../lib/config/trainConfig";
import { trainPresetConfig, trainPresetNames } from "../../../lib/config/trainPresets";
import { activationBinarizers, weightBinarizers } from "../../../lib/primitives/binarizers";
import { fold, integers, normal, randomKey } from "../../../lib/random/randomKey";
import { checkModelSpec, genotypeModel, type ModelSpec } from "../../../lib/records/modelSpec";
import { genotype } from "../../../lib/space/genotype";
import { nextTrainGradients } from "../../../lib/train/replayedGradients";
import { TrainState } from "../../../lib/train/trainState";
import type { OnnxBackend } from "../../../packages/tfjs-onnxruntime/src/onnxBackend";
import { findNative } from "../../../packages/tfjs-onnxruntime/src/stages/findNative";
import { everyPrimitive } from "../../helpers/everyPrimitive";
import { tinyTraining } from "../../helpers/tinyTraining";
import { startOnnx } from "./onnxBench";

const key = randomKey(9);
/** Of no convolution of one weight a filter, which "irnet" cannot scale. */
const space = spaceConfig({
  imageSize: 8,
  initChannels: 4,
  cellLayout: [0, 1],
  steps: 1,
  widthChoices: [0.5, 1],
});
const cells = [0, 1].map(() => [{ to: 1, from: 0, primitive: "bin_conv_3x3" as const }]);
const network = genotypeModel(genotype(space, { cells, width: [0.5, 1] }));
const labels = integers(fold(key, "labels"), 4, 10);

/** The loss and the gradients of a training's first step. */
function firstStep(config: TrainConfig, model: ModelSpec): number[][] {
  return tf.tidy(() => {
    const state = new TrainState(config, model, key);
    const { imageSize, imageChannels } = state.network;
    const shape = [4, imageSize, imageSize, imageChannels] as [number, number, number, number];
    const images = tf.tensor4d(
      normal(
        fold(key, "images"),
        shape.reduce((a, b) => a * b),
      ),
      shape,
    );
    const batch = { images, labels: tf.tensor1d(Int32Array.from(labels), "int32") };
    const how = { edeT: 2, dropRate: 0, key };
    const { loss, gradients } = nextTrainGradients(
      { config, teacher: null, model },
      state,
      batch,
      how,
      state.network.statistics.collector(),
    );
    const found = [loss, ...Object.values(gradients)].map((one) => Array.from(one.dataSync()));
    state.dispose();
    return found;
  });
}

const binarized = (binarization: Overrides<TrainConfig["binarization"]>) => tinyTraining({ binarization });
/** Kernels are signs without scales, so that sums of them are exact. */
const activations = activationBinarizers.names.map((activation): [string, TrainConfig] => [
  `activations by ${activation}`,
  binarized({ activation, weight: "sign" }),
]);
const weights = weightBinarizers.names.map((weight): [string, TrainConfig] => [
  `weights by ${weight}`,
  binarized({ weight }),
]);

describe.runIf(findNative() !== undefined)("steps of trainings run as stages", () => {
  let backend: OnnxBackend;
  beforeAll(async () => {
    backend = await startOnnx({ staged: true });
  });

  it.each([...activations, ...weights])("%s", async (_, config) => {
    await tf.setBackend("cpu");
    const expected = firstStep(config, network);
    await tf.setBackend("onnx");
    const found = firstStep(config, network);
    expect(backend.statistics().unstaged).toBeNull();
    expect(found.map(({ length }) => length)).toEqual(expected.map(({ length }) => length));
    expect(Math.abs((found[0]?.[0] as number) - (expected[0]?.[0] as number))).toBeLessThan(1e-4);
    // Sums of signs are exact. Behind a scale rounding settles on which side of 0 they fall, and with it what ReLU passes on.
    const { activation, weight } = config.binarization;
    if (weight !== "sign" || activationBinarizers.get(activation).smooth) return;
    for (const [i, values] of expected.entries()) {
      const largest = Math.max(1e-3, ...values.map(Math.abs));
      for (const [k, one] of values.entries())
        expect(Math.abs((found[i]?.[k] as number) - one), `${i}, ${k}`).toBeLessThan(1e-4 * largest);
    }
  });

  it.each(trainPresetNames)("preset %s", (name) => {
    firstStep(trainPresetConfig(name), network);
    expect(backend.statistics().unstaged).toBeNull();
  });

  it.each(everyPrimitive.filter((name) => name !== "none"))("networks of %s", (primitive) => {
    const all = spaceConfig({ ...space, convGroups: 2, primitives: ["none", primitive] });
    const cells = [0, 1].map(() => [{ to: 1, from: 0, primitive }]);
    firstStep(tinyTraining(), genotypeModel(genotype(all, { cells, width: [1, 1] })));
    expect(backend.statistics().unstaged).toBeNull();
  });

  it("a network whose head stands behind batch norm and ReLU", async () => {
    const headed = genotypeModel(
      genotype(spaceConfig({ ...space, headActivation: "bn_relu" }), { cells, width: [0.5, 1] }),
    );
    const config = binarized({ weight: "sign" });
    await tf.setBackend("cpu");
    const [expected] = firstStep(config, headed);
    await tf.setBackend("onnx");
    const [found] = firstStep(config, headed);
    expect(backend.statistics().unstaged).toBeNull();
    expect(Math.abs((found?.[0] as number) - (expected?.[0] as number))).toBeLessThan(1e-4);
  });

  it.each(["xnor", "bireal", "irnet", "reactnet", "real"])("ResNet-20 of blocks %s", (block) => {
    const model = checkModelSpec({ kind: "baseline", family: "resnet20", block, width: 0.125 });
    firstStep(tinyTraining({ binarization: { activation: "ede" } }), model);
    expect(backend.statistics().unstaged).toBeNull();
  });
});
