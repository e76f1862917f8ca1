import type { Trainable } from "../network/trainable";
import { weightsFromSupernet } from "../network/weightsFromSupernet";
import { checkCheckpoint, searchCheckpointForm, section } from "../records/checkpoint";
import type { ModelSpec } from "../records/modelSpec";
import { ConfigError, RecordError } from "../util/errors";
import { readTensorFile } from "../util/tensorFile";

/**
 * Puts the weights that a genotype has in the supernet it was searched in into its network.
 *
 * @param checkpoint of that search, as it wrote it.
 * @throws ConfigError if the model was not derived from a search or no checkpoint is given; RecordError if the
 * checkpoint is of another search.
 */
export async function startFromSupernet(
  network: Trainable,
  model: ModelSpec,
  checkpoint: string | undefined,
): Promise<void> {
  const hash = searchOf(model);
  if (model.kind !== "genotype" || hash === null) {
    throw new ConfigError(
      `train: start "supernet" needs a model that was derived from a search, or evolved on its supernet, "${model.name}" was not. Use start "random".`,
    );
  }
  if (checkpoint === undefined) {
    throw new ConfigError(
      `train: start "supernet" needs the checkpoint of the search with config ${hash.slice(0, 12)}, got none. Give supernetCheckpoint (the file checkpoint.safetensors in its folder).`,
    );
  }
  const file = readTensorFile(checkpoint);
  const { tensors, metadata } = file;
  if (metadata["configHash"] !== hash) {
    throw new RecordError(
      `${checkpoint}: expected the checkpoint of the search with config ${hash.slice(0, 12)} that "${model.name}" comes from, got one with config ${String(metadata["configHash"]).slice(0, 12)}.`,
    );
  }
  const remedy = "Give the checkpoint of that search.";
  checkCheckpoint(checkpoint, file, searchCheckpointForm, { configHash: hash, remedy });
  const weights = weightsFromSupernet(
    model.genotype,
    network.parameters.specs(),
    section(tensors, "weights"),
    checkpoint,
  );
  // An auxiliary head keeps its random start.
  network.parameters.restore(new Map([...(await network.parameters.stored()), ...weights]), checkpoint);
}

/** Hash of the search whose supernet a model's architecture was found in; null where there is none. */
function searchOf(model: ModelSpec): string | null {
  if (model.kind !== "genotype" || model.origin === null) return null;
  const { method, recordHash, rule } = model.origin;
  if (method === "search") return recordHash;
  // The rule of an evolution is its settings.
  return method === "evolution" ? ((rule as OnSupernet | null)?.fitness?.search ?? null) : null;
}

interface OnSupernet {
  readonly fitness?: { readonly search?: string };
}
