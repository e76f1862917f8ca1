// npm run check:onnx [-- MODEL.bars …]: holds the ONNX files of packed networks against the networks themselves on all 10,000 test images
// of CIFAR-10, in ONNX Runtime with and without its optimisations: same class of every image, logits within 1e-4 (of the largest logit,
// where that is above 1). Without names: the shipped network.
import { createRequire } from "node:module";
import { join } from "node:path";
import { ensureReady, root } from "./ensure-installed.mjs";
import { typedPath } from "./usage.mjs";

await ensureReady();
const require = createRequire(import.meta.url);
const bars = require(join(root, "lib/dist/index.js"));
const { sequentialBatches } = require(join(root, "lib/dist/data/sequentialBatches.js"));
const ort = createRequire(join(root, "packages/tfjs-onnxruntime/package.json"))("onnxruntime-node");

const given = process.argv.slice(2);
const files = given.length > 0 ? given.map(typedPath) : [join(root, "data/models/bars-6M-c24.bars")];
const data = await bars.loadData(
  {
    ...bars.trainPresetConfig("laptop").data,
    dataset: "cifar10",
    directory: join(root, "data/raw"),
    download: false,
  },
  bars.randomKey(0),
);
const largest = (row) => row.indexOf(Math.max(...row));

/** Channels first. */
function turned(images, count, size, channels) {
  const out = new Float32Array(images.length);
  const pixels = size * size;
  for (let i = 0; i < count; i++)
    for (let p = 0; p < pixels; p++)
      for (let c = 0; c < channels; c++)
        out[(i * channels + c) * pixels + p] = images[(i * pixels + p) * channels + c];
  return out;
}

for (const file of files) {
  const model = bars.packed.readPackedModel(file);
  const { imageSize: size, imageChannels: channels, classes } = bars.packed.programOf(model);
  const network = await bars.packed.openPacked(model);
  const bytes = bars.packed.onnxBytes(model);
  for (const level of ["disabled", "all"]) {
    const session = await ort.InferenceSession.create(bytes, {
      graphOptimizationLevel: level,
      logSeverityLevel: 3,
    });
    const { mean, std } = model.header.normalization;
    const found = { images: 0, same: 0, within: 0, right: 0 };
    let [most, difference] = [0, 0];
    for await (const { images, labels } of sequentialBatches({ set: data.test, batchSize: 50, mean, std })) {
      const count = labels.length;
      const expected = await network.logits(images, count);
      const feed = new ort.Tensor("float32", turned(images, count, size, channels), [
        count,
        channels,
        size,
        size,
      ]);
      const { logits } = await session.run({ images: feed });
      for (let i = 0; i < count; i++) {
        const [own, other] = [expected, logits.data].map((all) =>
          all.subarray(i * classes, (i + 1) * classes),
        );
        const limit = 1e-4 * Math.max(1, ...own.map(Math.abs));
        const apart = Math.max(...own.map((value, k) => Math.abs(value - other[k])));
        [most, difference] = [Math.max(most, ...own.map(Math.abs)), Math.max(difference, apart)];
        found.images += 1;
        if (largest(own) === largest(other)) found.same += 1;
        if (apart <= limit) found.within += 1;
        if (largest(other) === labels[i]) found.right += 1;
      }
    }
    await session.release();
    console.log(
      `${model.header.model.name}, optimisations ${level}: ${found.images} images, same class of ${found.same}, logits within 1e-4 of ${found.within}, largest difference ${difference.toPrecision(2)} (largest logit ${most.toPrecision(3)}); right ${((100 * found.right) / found.images).toFixed(2)} %`,
    );
    if (found.same !== found.images) process.exitCode = 1;
  }
  network.dispose();
}
