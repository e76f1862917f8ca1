import { classNamesOf } from "../data/classNames";
import type { PackedModel } from "../packed/packedModel";
import { trainedNetwork } from "../train/trainedNetwork";
import { ConfigError } from "../util/errors";
import { packNetwork } from "./packNetwork";

/**
 * Packs what a training left in its folder.
 *
 * @param directory of the run.
 * @param checkpoint after the last epoch, of the epoch that was best on held-out images, or after an epoch whose weights were kept.
 * @param classNames one a class; by default those of the data set where they are known, else numbers from 0.
 * @throws RecordError if the folder holds no training or no weights, or weights that are not finite; ConfigError for what no packed
 * engine has, and for another number of class names.
 *
 * @example
 * ```ts
 * const data = { dataset: "synthetic", trainImages: 40, testImages: 20 };
 * const config = bars.trainPresetConfig("smoke", { data, epochs: 1, batchSize: 10, validationShare: 0 });
 * const network = bars.config.baselineConfig({ family: "resnet20", block: "bireal", width: 0.125 });
 * await bars.train(config, { kind: "baseline", name: "small", ...network }, { directory: "runs/small" });
 * const model = await bars.packed.packTrained("runs/small");
 * bars.packed.writePackedModel("runs/small/packed.bars", model);
 * console.log(model.header.classNames[0], model.header.provenance.epochs); // stripes 1
 * ```
 */
export async function packTrained(
  directory: string,
  checkpoint: "last" | "best" | number = "last",
  classNames?: readonly string[],
): Promise<PackedModel> {
  const { network, record, epoch, recalibrated } = await trainedNetwork(directory, checkpoint);
  try {
    const { mean, std } = record.data;
    const names = classNames ?? classNamesOf(record.data, record.config.data.folder, network.classes);
    if (names.length !== network.classes)
      throw new ConfigError(
        `packTrained: expected ${network.classes} class names, as the network has classes, got ${names.length}.`,
      );
    const measured = record.tests.find((test) => test.epoch === epoch && test.recalibrated === recalibrated);
    return await packNetwork(network, {
      model: record.model,
      binarization: record.config.binarization,
      classNames: names,
      normalization: { mean, std },
      provenance: {
        configHash: record.configHash,
        data: record.data.name,
        epochs: epoch + 1,
        recalibrated,
        testAccuracy: measured?.accuracy ?? null,
      },
    });
  } finally {
    network.dispose();
  }
}
