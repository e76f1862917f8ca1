import type { SpaceConfig } from "../config/spaceConfig";
import type { RandomKey } from "../random/randomKey";
import type { Alphas } from "../space/alphas";
import type { Genotype, GenotypeEdge } from "../space/genotype";
import { DeriveError } from "../util/errors";
import { showValue } from "../util/showValue";
import type { DeriveRule, ProbabilityOptions } from "./deriveRule";
import { layoutBy } from "./layoutBy";
import { probabilitiesOf } from "./probabilitiesOf";

/** What a rule of the user's own reads. */
export interface OwnRuleInput {
  readonly space: SpaceConfig;
  /** Raw logits: cells `[group][edge][primitive]`, edges in the order of `edgesOf(space.steps)`. */
  readonly alphas: Alphas;
  /** The alphas as probabilities, of the same shapes (options `method` and `temperature`). */
  readonly probabilities: Alphas;
  /** To draw with, where the caller gave one. */
  readonly key?: RandomKey;
  /** How good a candidate is, where the caller gave it. */
  readonly score?: (genotype: Genotype) => number;
}

/** What a rule of the user's own chose. Depth and width that are left out are read off by option `layout`. */
export interface OwnRuleChoice {
  /** Operations of each cell group. */
  readonly cells: readonly (readonly GenotypeEdge[])[];
  /** Normal cells kept in each stage. */
  readonly depth?: readonly number[];
  /** Channel multiplier of each stage, one of the space's width choices. */
  readonly width?: readonly number[];
}

/** A rule of the user's own: a pure function, named. The same input must always give the same choice. */
export type OwnRule = (input: OwnRuleInput) => OwnRuleChoice;

/** A user's function as a rule like the library's. */
export function ruleOfFunction(choose: OwnRule): DeriveRule {
  const { name } = choose;
  return {
    formula: `what ${name}, a function of the user's own, chooses; depth and width that it leaves out by option layout`,
    source: "the user's own",
    defaults: { method: "softmax", temperature: 1 },
    fields: {},
    needsKey: false,
    problem: () => null,
    choose({ space, alphas, key, score }, { method, temperature, layout }: ProbabilityOptions) {
      const probabilities = probabilitiesOf(alphas, method, temperature);
      const given = { space, alphas, probabilities };
      const chosen = choose({ ...given, ...(key ? { key } : {}), ...(score ? { score } : {}) });
      if (!Array.isArray(chosen?.cells)) {
        throw new DeriveError(
          `derive: rule "${name}" must return { cells, depth?, width? }, with cells a list of each cell group's edges, got ${showValue(chosen)}.`,
        );
      }
      const read = layoutBy(layout, space, probabilities);
      return { cells: chosen.cells, depth: chosen.depth ?? read.depth, width: chosen.width ?? read.width };
    },
  };
}
