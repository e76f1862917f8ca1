// Makes the network of the browser page again, by one command: trains what the record says on CIFAR-10, packs it, holds the packed network
// against the float one on all test images, and writes data/models. `npm run demo:model -- [options]`
//
//   --run runs/demo       folder of the training; it goes on where it was stopped
//   --record FILE         training record whose network and settings are taken (data/models/NAME/record.json)
//   --epochs N            another number of passes than the record's
//   --reference 500       test images that the reference engine runs too
//   --check               trains and writes nothing: holds the shipped files against each other, on all test images
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ensureReady, root } from "../ensure-installed.mjs";
import { typedPath, wholeNumber } from "../usage.mjs";

const modelName = "bars-6M-c24";
const folder = join(root, "data/models");
const shipped = join(folder, modelName);

const { values } = parseArgs({
  options: {
    run: { type: "string" },
    record: { type: "string" },
    epochs: { type: "string" },
    reference: { type: "string", default: "500" },
    check: { type: "boolean", default: false },
  },
});
await ensureReady();
const require = createRequire(import.meta.url);
const lib = (path) => require(join(root, "lib/dist", `${path}.js`));
const bars = lib("index");
const progress = bars.openProgress();

/** Trains, or reads back what is trained. Gives the run's folder. */
async function trained() {
  const directory = values.run === undefined ? join(root, "runs/demo") : typedPath(values.run);
  const source = values.record === undefined ? join(shipped, "record.json") : typedPath(values.record);
  const record = lib("records/trainRecordFile").readTrainRecord(source);
  const { trainConfig } = lib("config/trainConfig");
  const epochs = values.epochs === undefined ? record.config.epochs : wholeNumber(values.epochs, "epochs");
  const config = trainConfig({ ...record.config, epochs }, "demo");
  await bars.startBackend();
  await bars.train(config, record.model, { directory, progress });
  return directory;
}

const directory = values.check ? shipped : await trained();
const { network, record } = await lib("train/trainedNetwork").trainedNetwork(directory);
const data = await bars.loadData({ ...record.config.data, download: false }, bars.randomKey(0));
if (!/CIFAR-10/.test(data.info.name)) throw new Error(`expected CIFAR-10, got ${data.info.name}.`);
const file = join(folder, `${modelName}.bars`);
const { mean, std } = record.data;
const model = values.check ? bars.packed.readPackedModel(file) : await bars.packed.packTrained(directory);
const batches = lib("data/sequentialBatches").sequentialBatches({ set: data.test, batchSize: 50, mean, std });
const verification = await lib("deploy/verifySigns").verifySigns(network, model, batches, {
  reference: wholeNumber(values.reference, "reference"),
  total: data.test.labels.length,
  progress,
});
console.log(JSON.stringify(verification, null, 1));
const { images, sameClass, reference, largestTie } = verification;
// A tie is decided by the order of real additions; more than float32's rounding would be an error of the packed network.
if (sameClass !== images || reference.identical !== reference.images || largestTie > 1e-5) {
  console.error("The packed network is not the float network (above); nothing was written.");
  process.exitCode = 1;
} else if (!values.check) {
  mkdirSync(shipped, { recursive: true });
  for (const name of ["record.json", "last.safetensors"])
    copyFileSync(join(directory, name), join(shipped, name));
  bars.packed.writePackedModel(file, model);
  writeFileSync(join(shipped, "verified.json"), `${JSON.stringify(verification, null, 1)}\n`);
  console.log(`${file}, with its record and weights in ${shipped}`);
}
network.dispose();
