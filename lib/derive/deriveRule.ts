import type { SpaceConfig } from "../config/spaceConfig";
import type { RandomKey } from "../random/randomKey";
import type { Alphas } from "../space/alphas";
import type { GenotypeChoice } from "../space/genotype";
import type { ProbabilityMethod } from "./probabilitiesOf";

/** What every rule reads. `key` is needed by rules that draw. */
export interface DeriveInput {
  readonly space: SpaceConfig;
  readonly alphas: Alphas;
  readonly key?: RandomKey;
}

/** Options every rule has: how alphas become probabilities. */
export interface ProbabilityOptions {
  /** For the edges of cells; depth and width are always softmax. */
  readonly method: ProbabilityMethod;
  /** Above 0; smaller is sharper. */
  readonly temperature: number;
}

/** One way to turn alphas into an architecture: a pure function with its formula and its source. */
export interface DeriveRule<O extends ProbabilityOptions = ProbabilityOptions> {
  /** What it does, in one line of plain text. */
  readonly formula: string;
  /** Paper or code it comes from. */
  readonly source: string;
  readonly defaults: O;
  readonly needsKey: boolean;
  /** Names the first option out of range in the form "k must be …, got …"; null if all are fine. */
  problem(options: O): string | null;
  choose(input: DeriveInput, options: O): GenotypeChoice;
}
