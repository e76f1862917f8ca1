/**
 * Types through the namespaces, as a cell writes them. Compiled by `npm run typecheck`, never run: a type that is not
 * where test/public/formerNames.json says does not compile here.
 */
import type * as bars from "../../lib";

export interface TypesOfCells {
  readonly record: bars.records.SearchRecord;
  readonly genotype: bars.space.Genotype;
  readonly trained: bars.records.TrainRecord;
  readonly table: bars.records.Table;
  readonly config: bars.config.SearchConfig;
  readonly rule: bars.derivation.RuleChoice;
  readonly cost: bars.cost.Cost;
  readonly images: bars.data.ImageSet;
  readonly figure: bars.figures.Figure;
  readonly front: bars.frontier.Frontier;
  readonly key: bars.RandomKey;
}

/** The types of functions are those of the namespaces. */
export const derived = (
  derive: typeof bars.derive,
  inputOf: typeof bars.deriveInputOf,
  record: TypesOfCells["record"],
): bars.derivation.Derivation => derive(inputOf(record), "argmax");
