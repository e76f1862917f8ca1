import { traitsOf } from "../primitives/primitives";
import { fold, randomKey } from "../random/randomKey";
import type { SearchRecord } from "../records/searchRecord";
import { edgesOf } from "../space/edges";
import { genotypeHash } from "../space/genotypeJson";
import { DeriveError } from "../util/errors";
import { deriveInputOf, type StoredEpoch } from "./alphasAt";
import { cheapestCost } from "./budgetSweep";
import { type Derivation, derive, deriveRules, type RuleChoice } from "./derive";
import type { OwnRule } from "./ownRule";

/**
 * One row of a comparison of derivation rules. Costs: one multiply-accumulate = 1, per image. Every row has every
 * column, so that the rows make a danfojs table.
 */
export interface RuleRow {
  readonly rule: string;
  /** Operations in all cell groups, and shares of their edges that hold a skip or nothing. */
  readonly operations: number;
  readonly skipShare: number;
  readonly emptyShare: number;
  readonly depth: string;
  readonly width: string;
  readonly flops: number;
  readonly bops: number;
  readonly ops: number;
  /** Mean and smallest confidence over all decisions; below 0: against the probabilities. */
  readonly margin: number;
  readonly smallestMargin: number;
  /** ln of the genotype's probability; "none" where the rule chose what its distribution cannot give. */
  readonly logProbability: number | "none";
  readonly genotype: string;
}

/** A rule as text: `top_k, k: 2`; `myRule (own)` for a function of the user's own. */
function ruleName(rule: RuleChoice): string {
  if (typeof rule === "string") return rule;
  if (typeof rule === "function") return `${rule.name} (own)`;
  const { rule: asked, own, ...options } = rule as { rule: string | OwnRule; own?: true };
  const name = typeof asked === "function" ? asked.name : asked;
  return [
    `${name}${own || typeof asked === "function" ? " (own)" : ""}`,
    ...Object.entries(options).map(([key, value]) => `${key}: ${value}`),
  ].join(", ");
}

/** The function of a rule of the user's own. */
function ownIn(rule: RuleChoice): unknown {
  if (typeof rule === "function") return rule;
  return typeof rule === "object" && typeof rule.rule === "function" ? rule.rule : undefined;
}

/**
 * Every rule that a record alone suffices for, at its defaults; the budget is the search's own. Where the search had none it
 * is half the cost of the argmax architecture, at least that of the cheapest one, and no limit where these cost nothing.
 * (Rule "best_of" needs the checkpoint: `deriveBySupernet`.)
 *
 * @param epoch whose argmax architecture that is; by default the one the search chose, else the last.
 *
 * @example
 * ```ts
 * const record = bars.readSearchRecord("data/records/search-cured-seed0.json");
 * console.log(bars.derivation.comparedRules(record).length > 5); // true
 * ```
 */
export function comparedRules(record: SearchRecord, epoch?: StoredEpoch): RuleChoice[] {
  const { method, measure, budget } = record.config.cost;
  const half = () => {
    const input = deriveInputOf(record, epoch);
    return Math.max(Math.round(derive(input).cost[measure] / 2), cheapestCost(input, measure)) || null;
  };
  const names = Object.entries(deriveRules).flatMap(([name, rule]): RuleChoice[] => {
    if (name === "budget") return [{ rule: "budget", measure, budget: method === "none" ? half() : budget }];
    return "needsCheckpoint" in rule ? [] : [name as "argmax"];
  });
  return ["argmax", { rule: "argmax", layout: "expectation" }, ...names.slice(1)];
}

/**
 * Derives from one stored search by several rules. Rules that draw use the record's seed.
 *
 * @param rules by default {@link comparedRules} at that epoch.
 * @param epoch by default the one the search chose, else the last.
 * @throws DeriveError for a rule that cannot be applied, e.g. a budget that no architecture keeps.
 *
 * @example
 * ```ts
 * const record = bars.readSearchRecord("data/records/search-cured-seed0.json");
 * console.log(Object.keys(bars.derivation.derivations(record, ["argmax", "sample"]))); // ["argmax","sample"]
 * ```
 */
export function derivations(
  record: SearchRecord,
  rules?: readonly RuleChoice[],
  epoch?: StoredEpoch,
): Record<string, Derivation> {
  const asked = rules ?? comparedRules(record, epoch);
  if (asked.length === 0) throw new DeriveError("derivations: expected at least one rule, got none.");
  const input = { ...deriveInputOf(record, epoch), key: fold(randomKey(record.config.seed), "derive") };
  const names = asked.map(ruleName);
  asked.forEach((rule, i) => {
    const first = names.indexOf(names[i] as string);
    if (ownIn(rule) !== ownIn(asked[first] as RuleChoice))
      throw new DeriveError(
        `derivations: expected rules of different names, got two that are called "${names[i]}". Name one of the functions otherwise.`,
      );
  });
  return Object.fromEntries(asked.map((rule, i) => [names[i] as string, derive(input, rule)]));
}

/**
 * {@link derivations} as a table, one row a rule.
 *
 * @example
 * ```ts
 * const record = bars.readSearchRecord("data/records/search-cured-seed0.json");
 * const rows = bars.derivation.ruleComparison(record, ["argmax", "skip_cap"]);
 * console.log(rows.map(({ rule }) => rule)); // ["argmax","skip_cap"]
 * ```
 */
export function ruleComparison(
  record: SearchRecord,
  rules?: readonly RuleChoice[],
  epoch?: StoredEpoch,
): RuleRow[] {
  return Object.entries(derivations(record, rules, epoch)).map(([rule, derivation]) =>
    ruleRow(rule, derivation),
  );
}

/** One derivation as a row. */
function ruleRow(rule: string, derivation: Derivation): RuleRow {
  const { genotype, confidence, cost, logProbability } = derivation;
  const operations = genotype.cells.flat();
  const places = genotype.cells.length * edgesOf(genotype.space.steps).length;
  const held = new Set(
    genotype.cells.flatMap((edges, group) => edges.map(({ to, from }) => `${group} ${to} ${from}`)),
  );
  const margins = [...confidence.cells.flat(), ...confidence.depth, ...confidence.width].filter(
    (margin) => margin !== null,
  );
  const rounded = (value: number) => Number(value.toFixed(3));
  return {
    rule,
    operations: operations.length,
    skipShare: rounded(
      operations.filter(({ primitive }) => traitsOf(primitive).kind === "skip").length / places,
    ),
    emptyShare: rounded(1 - held.size / places),
    depth: genotype.depth.join(" "),
    width: genotype.width.join(" "),
    flops: cost.flops,
    bops: cost.bops,
    ops: Math.round(cost.ops),
    margin: rounded(margins.reduce((sum, margin) => sum + margin, 0) / margins.length),
    smallestMargin: rounded(Math.min(...margins)),
    logProbability: logProbability === null ? "none" : rounded(logProbability),
    genotype: genotypeHash(genotype).slice(0, 8),
  };
}
