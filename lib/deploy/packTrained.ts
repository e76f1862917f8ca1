import type { PackedModel } from "../packed/packedModel";
import { trainedNetwork } from "../train/trainedNetwork";
import { packNetwork } from "./packNetwork";

/**
 * Packs what a training left in its folder.
 *
 * @param directory of the run.
 * @param classNames one a class; by default the numbers of the classes.
 * @throws RecordError if the folder holds no training or no weights; ConfigError for what no packed engine has.
 */
export async function packTrained(
  directory: string,
  checkpoint: "last" | "best" | number = "last",
  classNames?: readonly string[],
): Promise<PackedModel> {
  const { network, record, epoch, recalibrated } = await trainedNetwork(directory, checkpoint);
  try {
    const { mean, std } = record.data;
    const measured = record.tests.find((test) => test.epoch === epoch && test.recalibrated === recalibrated);
    return await packNetwork(network, {
      model: record.model,
      binarization: record.config.binarization,
      classNames: classNames ?? Array.from({ length: network.classes }, (_, i) => String(i)),
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
