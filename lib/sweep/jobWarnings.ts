import { deriveInputOf, restingAt } from "../derive/alphasAt";
import { derivationWarnings } from "../derive/derivationWarnings";
import { derive } from "../derive/derive";
import type { SearchRecord } from "../records/searchRecord";
import type { TrainRecord } from "../records/trainRecord";

/**
 * What a reader should know of the architecture of a finished job: of what it trained, or of what its search would
 * derive. Hand-made networks have none.
 */
export function jobWarnings(search: SearchRecord | null, train: TrainRecord | null): readonly string[] {
  if (train !== null) {
    const { model } = train;
    if (model.kind !== "genotype") return [];
    const epoch = model.origin?.epoch ?? search?.chosen?.epoch ?? "last";
    const resting = search === null ? "none" : restingAt(search, epoch);
    return derivationWarnings(model.genotype, resting).map(({ text }) => text);
  }
  if (search === null || search.epochs.length === 0) return [];
  return derive(deriveInputOf(search), "argmax").warnings.map(({ text }) => text);
}
