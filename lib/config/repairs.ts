import type { Overrides } from "./check";
import type { SearchConfig } from "./searchConfig";

/**
 * The settings that mend what was found wrong with the differentiable search, to be laid over others: depths and widths are
 * sampled hard, masks count once, nodes count by what enters them, a multiplier holds the budget, and alphas wait until
 * convolutions count. `docs/search-repairs.md` says what each did, and what did nothing. Derive with rule "perturb".
 *
 * @example
 * ```ts
 * const config = bars.presetConfig("laptop", bars.config.searchRepairs);
 * console.log(config.cost.method, config.samplers.width.method); // multiplier hard_gumbel
 * ```
 */
export const searchRepairs = {
  samplers: { depth: { method: "hard_gumbel" }, width: { method: "hard_gumbel" } },
  mixture: { widthMasks: "once", emptyNodes: "by_share" },
  cost: { method: "multiplier" },
  alphaStart: { when: "convolutions_count" },
} as const satisfies Overrides<SearchConfig>;
