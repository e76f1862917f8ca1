import type { SpaceConfig } from "../config/spaceConfig";
import type { BlockStyle } from "../primitives/blockStyle";
import type { RandomKey } from "../random/randomKey";
import type { Alphas } from "../space/alphas";
import type { Genotype, GenotypeChoice } from "../space/genotype";
import type { RestingAlphas } from "./derivationWarnings";
import type { HeldBudget } from "./heldBudget";
import type { LayoutMethod } from "./layoutBy";
import type { ProbabilityMethod } from "./probabilitiesOf";
import type { RuleOption } from "./ruleOption";

/** What every rule reads. */
export interface DeriveInput {
  readonly space: SpaceConfig;
  readonly alphas: Alphas;
  /** Needed by rules that draw. */
  readonly key?: RandomKey;
  /** How good a candidate is, higher is better; needed by rules that rank (see `deriveBySupernet`). */
  readonly score?: (genotype: Genotype) => number;
  /** How much each choice counts in the supernet's loss, shaped like the alphas; needed by rule "perturb" (see `deriveByPerturbation`). */
  readonly strengths?: Alphas;
  /** How binary layers are built, for costs that depend on it (element-wise work, real parameters). */
  readonly style?: BlockStyle;
  /** The measure and budget of the search the alphas come from: what rule "budget" takes where it is told nothing else. */
  readonly held?: HeldBudget;
  /**
   * Whether the alphas are fitted to scores of pruned networks (a race's): then rule "budget" with `prune` finds the network of
   * the largest predicted score. Left out: false.
   */
  readonly ofPruned?: boolean;
  /** Whether the alphas are those of warm-up, when they rest; left out: "none". For warnings. */
  readonly resting?: RestingAlphas;
}

/** Options every rule has: how alphas become probabilities. */
export interface ProbabilityOptions {
  /** For the edges of cells; depth and width are always softmax. */
  readonly method: ProbabilityMethod;
  /** Above 0; smaller is sharper. */
  readonly temperature: number;
  /** How depth and width are read off, for rules that decide on cells; left out: "argmax". */
  readonly layout?: LayoutMethod;
  /** Whether operations that start at a node nothing feeds are left out; left out: false. See `withoutUnfed`. */
  readonly prune?: boolean;
  /**
   * Channels the derived network's widths are shares of; left out: the search's. Scales a found architecture to another
   * budget, as DARTS searches with 16 channels and trains with 36 (arXiv:1806.09055). Costs, and budgets, are those of the
   * scaled network. Not for rules that rank by the supernet's weights.
   */
  readonly initChannels?: number;
}

/** What a rule chose; rules that rank candidates add the score of each. */
export interface RuleResult extends GenotypeChoice {
  readonly scores?: readonly number[];
}

/** One way to turn alphas into an architecture: a pure function with its formula and its source. */
export interface DeriveRule<O extends ProbabilityOptions = ProbabilityOptions> {
  /** What it does, in one line of plain text. */
  readonly formula: string;
  /** Paper or code it comes from. */
  readonly source: string;
  readonly defaults: O;
  /** Its own options, for forms; `optionFields` adds those that every rule has. */
  readonly fields: { readonly [K in Exclude<keyof O, keyof ProbabilityOptions>]: RuleOption };
  /** Left out: every method of `probabilityMethods`. */
  readonly methods?: readonly ProbabilityMethod[];
  readonly needsKey: boolean;
  /** True for rules that rank candidates by the supernet's weights. */
  readonly needsCheckpoint?: boolean;
  /** True for rules that decide on depth and width by themselves, and so take no `layout`. */
  readonly ownLayout?: boolean;
  /** Options that are taken from the input where they are not given; left out: none. @throws DeriveError where one of them has to be given. */
  fromInput?(input: DeriveInput, given: Partial<O>): Partial<O>;
  /** Names the first option out of range in the form "k must be …, got …"; null if all are fine. */
  problem(options: O): string | null;
  choose(input: DeriveInput, options: O): RuleResult;
}
