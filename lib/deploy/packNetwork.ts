import type { BinarizationConfig } from "../config/binarizationConfig";
import { storedTensors } from "../loop/storedTensors";
import type { Trainable } from "../network/trainable";
import { modelGraph } from "../packed/modelGraph";
import { definedHeader, noTraining, packedBinarization } from "../packed/packDrawn";
import type { PackedHeader, PackedModel, Provenance } from "../packed/packedModel";
import { KeepingSource } from "../packed/tensors";
import type { PrimitiveSpec } from "../primitives/primitive";
import { primitives } from "../primitives/primitives";
import type { ModelSpec } from "../records/modelSpec";
import { ConfigError } from "../util/errors";
import { version } from "../util/version";
import { NetworkSource } from "./networkSource";

/** What a network does not know of itself. */
export interface PackSettings {
  readonly model: ModelSpec;
  readonly binarization: BinarizationConfig;
  readonly classNames: readonly string[];
  readonly normalization: PackedHeader["normalization"];
  /** Without it: of no training. */
  readonly provenance?: Omit<Provenance, "bars">;
}

/**
 * Packs a network with the weights and running statistics it has now.
 *
 * @throws ConfigError for what no packed engine has, and for a primitive of the network that has been defined otherwise since it
 * was built; RecordError for a tensor that is missing or not finite; ShapeError for a
 * weight binarizer that gives anything but signs times one scale a filter.
 *
 * @example
 * ```ts
 * const data = { dataset: "synthetic", trainImages: 48, testImages: 16 };
 * const space = bars.space.spaceConfig({ initChannels: 4, cellLayout: [0, 1, 0], steps: 1 });
 * const model = bars.records.genotypeModel(bars.space.randomGenotype(space, bars.randomKey(0)), "tiny");
 * await bars.train(bars.trainConfig({ data, batchSize: 8, epochs: 2 }), model, { directory: "runs/tiny-train" });
 * const { network, record } = await bars.networks.trainedNetwork("runs/tiny-train");
 * const packed = await bars.packed.packNetwork(network, {
 *   model: record.model,
 *   binarization: record.config.binarization,
 *   classNames: Array.from({ length: 10 }, (_, i) => `class ${i}`),
 *   normalization: { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] },
 * });
 * console.log(packed.header.model.name, packed.tensors.size > 0); // tiny true
 * network.dispose();
 * ```
 */
export async function packNetwork(network: Trainable, settings: PackSettings): Promise<PackedModel> {
  const { model, classNames, normalization, provenance = noTraining } = settings;
  for (const spec of network.primitives ?? []) checkAsBuilt(network.name, spec);
  const binarization = packedBinarization(model, settings.binarization);
  const source = new KeepingSource(
    new NetworkSource(await network.parameters.stored(), await storedTensors(network.statistics.entries()), {
      name: network.name,
      weight: binarization.weight,
      batchNormEpsilon: settings.binarization.batchNormEpsilon,
    }),
  );
  modelGraph(model, binarization, source);
  const header: PackedHeader = {
    kind: "bars.packed-model",
    version: 1,
    model,
    binarization,
    classNames,
    normalization,
    provenance: { bars: version, ...provenance },
    ...definedHeader(model, binarization),
  };
  return { header, tensors: source.tensors };
}

/** A packed network names its primitives, and whoever opens it finds them by name. */
function checkAsBuilt(network: string, built: PrimitiveSpec): void {
  const now = primitives.get(built.name);
  const formOf = ({ traits, version = 1 }: PrimitiveSpec) => JSON.stringify({ version, ...traits });
  if (formOf(now) === formOf(built)) return;
  throw new ConfigError(
    `packNetwork: ${network} was built with another "${built.name}" (${formOf(built)}) than is defined now (${formOf(now)}). Define the former again, or build and train the network anew.`,
  );
}
