import { costPenalties } from "../../config/costPenalties";
import { levels } from "../../config/samplers";
import type { Schedule } from "../../config/schedule";
import type { SearchConfig } from "../../config/searchConfig";
import { countText } from "./readingText";

/**
 * The loss of the alpha steps of one search as Markdown with a formula, made from its settings: the cost penalty and
 * the terms that are on, with their coefficients (`search/alphaObjective`, `search/costPenalty`).
 *
 * @example
 * ```ts
 * const text = bars.readings.alphaObjectiveText(bars.presetConfig("smoke"));
 * console.log(text.includes("mathrm{CE}")); // true
 * ```
 */
export function alphaObjectiveText(config: SearchConfig): string {
  const { cost, entropy, strategies } = config;
  const terms = [String.raw`\mathrm{CE}`];
  const notes: string[] = [];
  const penalty = penaltyOf(cost);
  if (penalty) terms.push(penalty);
  for (const level of levels) {
    if (entropy[level] === 0) continue;
    const name = String.raw`{\mathrm{${level}}}`;
    terms.push(`${coefficient(entropy[level], `c_${name}(e)`)} H_${name}`);
  }
  if (terms.some((term) => term.includes("H_")))
    notes.push("$H$ is the mean entropy of a level's choices: a positive coefficient sharpens them.");
  if (strategies.zeroOne.coefficient !== 0) {
    const symbol = coefficient(strategies.zeroOne.coefficient, "c_{01}(e)");
    terms.push(`${symbol} L_{01}`);
    notes.push("$L_{01}$ is the zero-one loss of FairDARTS, smallest where probabilities are 0 or 1.");
  }
  if (terms.some((term) => term.includes("(e)")))
    notes.push("Coefficients marked $(e)$ change with the epoch.");
  const measure = { bops: "BOPs", flops: "FLOPs", ops: "OPs" }[cost.measure];
  const ratio = penalty
    ? String.raw`, \qquad r = \frac{E_\alpha[\mathrm{${measure}}]}{${countText(cost.budget).replaceAll(",", "{,}")}}`
    : "";
  const formula = String.raw`$$L_\alpha = ${terms.join(" + ")}${ratio}$$`;
  return [formula, costPenalties.get(penaltyName(cost)).about, ...notes].join("\n\n");
}

/** A term of coefficient 0 is none; the multiplier is no term, and has no coefficient. */
function penaltyName({ method, coefficient: c }: SearchConfig["cost"]): string {
  return c === 0 && method !== "multiplier" ? "none" : method;
}

/** The penalty as LaTeX, `r` the expected cost as a share of the budget; empty where there is none. */
function penaltyOf({ method, coefficient: c, exponent }: SearchConfig["cost"]): string {
  if (c === 0) return "";
  const power = exponent === 1 ? "" : `^{${exponent}}`;
  const latex = costPenalties.get(method).latex?.(power);
  return latex === undefined ? "" : String.raw`${c} \cdot ${latex}`;
}

function coefficient(schedule: Schedule, symbol: string): string {
  return typeof schedule === "number" ? String(schedule) : symbol;
}
