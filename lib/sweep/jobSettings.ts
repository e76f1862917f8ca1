import type { Overrides } from "../config/check";
import { presetConfig } from "../config/presets";
import { type SearchConfig, searchConfig } from "../config/searchConfig";
import { complete } from "../config/section";
import { type TrainConfig, trainConfig } from "../config/trainConfig";
import { trainPresetConfig } from "../config/trainPresets";
import { rejectUnreachableBudget } from "../cost/budgetReach";
import { derive, type NamedRule } from "../derive/derive";
import { heldBudgetOf } from "../derive/heldBudget";
import { fold, randomKey } from "../random/randomKey";
import { uniformAlphas } from "../space/randomAlphas";
import { ConfigError } from "../util/errors";
import type { JobChoice } from "./jobChoice";
import { presetPart } from "./sweepSections";

/**
 * The settings of a job's search: preset, overrides, budget and seed.
 * @throws ConfigError where the budget would have no effect, or no architecture reaches it.
 */
export function searchSettings({ parts, budget, seed, place, say }: JobChoice): SearchConfig {
  const { preset, overrides } = partOf<SearchConfig>(parts.search, `${place}: search`);
  const cost =
    budget === null ? overrides.cost : { ...overrides.cost, measure: budget.measure, budget: budget.value };
  const settings = { ...overrides, ...(cost ? { cost } : {}), seed };
  const config = preset === null ? searchConfig(settings) : presetConfig(preset, settings, say);
  if (budget !== null) {
    if (config.cost.method === "none") {
      throw new ConfigError(
        `${place}: a budget has no effect on a search whose cost.method is "none". Leave "budgets" out, or choose a penalty.`,
      );
    }
    rejectUnreachableBudget(config.space, config.binarization, budget, place);
  }
  return config;
}

/** The settings of a job's training: preset, overrides and seed. */
export function trainSettings({ parts, seed, place }: JobChoice): TrainConfig {
  const { preset, overrides } = partOf<TrainConfig>(parts.train, `${place}: train`);
  const settings = { ...overrides, seed };
  return preset === null ? trainConfig(settings) : trainPresetConfig(preset, settings);
}

interface PresetPart<T> {
  /** Null: the library's defaults. */
  readonly preset: string | null;
  readonly overrides: Overrides<T>;
}

/** Checked again, now that the grid's values are in it. What the overrides hold is checked where they are used. */
function partOf<T>(part: object | undefined, place: string): PresetPart<T> {
  return complete(place, presetPart, part ?? {}) as PresetPart<T>;
}

/**
 * The rule of a job's derivation with all its options, tried on undecided alphas so that a wrong option is found now
 * and not after the search.
 */
export function deriveSettings(
  { parts, seed, place }: JobChoice,
  search: SearchConfig,
): { readonly rule: NamedRule; readonly epoch: number | null } {
  const {
    epoch = null,
    rule = "argmax",
    ...options
  } = (parts.derive ?? {}) as {
    readonly epoch?: unknown;
    readonly rule?: unknown;
  };
  if (epoch !== null && !(Number.isInteger(epoch) && (epoch as number) >= 0)) {
    throw new ConfigError(
      `${place}: derive: epoch must be an epoch counted from 0, or left out, got ${JSON.stringify(epoch)}.`,
    );
  }
  const { space } = search;
  const undecided = {
    space,
    alphas: uniformAlphas(space),
    key: fold(randomKey(seed), "derive"),
    held: heldBudgetOf(search),
  };
  const tried = derive(undecided, { rule, ...options } as NamedRule);
  return { rule: tried.rule as NamedRule, epoch: epoch as number | null };
}
