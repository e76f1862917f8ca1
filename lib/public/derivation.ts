/**
 * From alphas to a genotype: rules, budgets, and how clear the decision was. Needs no tensor engine.
 *
 * @module
 */

export { type AlphaDrift, alphaDrift } from "../derive/alphaDrift";
export { alphasAt, type EpochWindow, type SearchAlphas, type StoredEpoch } from "../derive/alphasAt";
export { type BudgetBreak, budgetBreaks } from "../derive/budgetBreaks";
export { type BudgetRow, type BudgetSweepOptions, budgetGrid, budgetSweep } from "../derive/budgetSweep";
export type { Confidence } from "../derive/confidence";
export { type DerivationWarning, derivationWarnings, type RestingAlphas } from "../derive/derivationWarnings";
export { type Derivation, deriveRules, type NamedRule, type RuleChoice } from "../derive/derive";
export type { DeriveInput } from "../derive/deriveRule";
export { type GenotypeDifference, genotypeDifferences } from "../derive/genotypeDifferences";
export type { HeldBudget, HeldCost } from "../derive/heldBudget";
export { heldText } from "../derive/heldText";
export { marginNoise, type NoiseOfMargins } from "../derive/marginNoise";
export { optionFields } from "../derive/optionFields";
export type { OwnRule, OwnRuleChoice, OwnRuleInput } from "../derive/ownRule";
export { probabilitiesOf } from "../derive/probabilitiesOf";
export { comparedRules, derivations, type RuleRow, ruleComparison } from "../derive/ruleComparison";
export { type Judgement, type SearchSummary, searchSummary } from "../derive/summary";
export { type StoredSummary, summaryText } from "../derive/summaryText";
export { deriveByPerturbation } from "../search/deriveByPerturbation";
export { deriveBySupernet } from "../search/deriveBySupernet";
