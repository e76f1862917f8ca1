import { tf } from "../backend";
import { samplers as allSamplers } from "../config/samplers";
import type { SearchConfig } from "../config/searchConfig";
import { BudgetGauge } from "../cost/budgetGauge";
import { costTables } from "../cost/costTables";
import { samplerProbabilities } from "../derive/samplerProbabilities";
import type { Alphas } from "../space/alphas";
import type { AlphaVariables } from "../supernet/alphaVariables";
import type { Samplers } from "./epochSettings";

/** Moved alphas, the multiplier that moved them, and the expected cost as a share of the budget before and after. */
export interface Projection {
  readonly alphas: Alphas;
  readonly multiplier: number;
  readonly before: number;
  readonly after: number;
}

/** How near the expected cost comes to the budget, as a share of it. */
const tolerance = 1e-6;
/** The most that a logit may be moved, in nats: beyond, nothing of a probability is left. */
const farthest = 40;

/**
 * Moves alphas so that the expected cost is the budget: `α ← α − λ T c`, thus `p ∝ p · exp(−λ c)`, with `c` the marginal
 * expected cost of each choice as a share of the budget (`BudgetGauge.marginal`) and λ by bisection on the exact expected
 * cost. Among all distributions of one row at that cost it is the one nearest to `p` (Kullback-Leibler), as far as marginal
 * costs stay what they are. Where the budget is out of reach, the nearest that logits moved by 40 come to.
 *
 * @param gauge of the search's budget.
 */
export function projectedToBudget(alphas: Alphas, samplers: Samplers, gauge: BudgetGauge): Projection {
  const before = gauge.expected(samplerProbabilities(alphas, samplers));
  const none = { alphas, multiplier: 0, before, after: before };
  if (Math.abs(before - 1) <= tolerance) return none;
  const prices = gauge.marginal(samplerProbabilities(alphas, samplers));
  const widest = Math.max(0, ...spans(prices));
  if (widest === 0) return none;
  const at = (multiplier: number) => {
    const moved = movedBy(alphas, prices, multiplier, samplers);
    return { alphas: moved, after: gauge.expected(samplerProbabilities(moved, samplers)) };
  };
  // Dearer choices grow where the multiplier is negative.
  const sign = before > 1 ? 1 : -1;
  const isPast = ({ after }: { after: number }) => (before > 1 ? after <= 1 : after >= 1);
  const end = farthest / widest;
  let [low, high] = [0, Math.min(1, end)];
  while (high < end && !isPast(at(sign * high))) [low, high] = [high, Math.min(2 * high, end)];
  let reached = at(sign * high);
  for (let i = 0; i < 60 && Math.abs(reached.after - 1) > tolerance; i++) {
    const middle = (low + high) / 2;
    const between = at(sign * middle);
    if (isPast(between)) [high, reached] = [middle, between];
    else low = middle;
  }
  return { ...reached, multiplier: sign * high, before };
}

/** Largest difference of the prices of each row. */
function spans({ cells, depth, width }: Alphas): number[] {
  const rows = [...cells.flat(), ...depth, ...width].filter((row) => row.length > 0);
  return rows.map((row) => Math.max(...row) - Math.min(...row));
}

function movedBy(alphas: Alphas, prices: Alphas, multiplier: number, samplers: Samplers): Alphas {
  const heat = ({ method, temperature }: Samplers["cell"]) =>
    allSamplers.get(method).tempered ? temperature : 1;
  const row = (own: readonly number[], price: readonly number[] | undefined, by: number) => {
    // A constant of a row changes no softmax: prices count from the cheapest.
    const base = price && price.length > 0 ? Math.min(...price) : 0;
    return own.map((alpha, k) => alpha - by * ((price?.[k] ?? 0) - base));
  };
  const level = (name: "depth" | "width") =>
    alphas[name].map((own, i) => row(own, prices[name][i], multiplier * heat(samplers[name])));
  const cells = alphas.cells.map((rows, g) =>
    rows.map((own, e) => row(own, prices.cells[g]?.[e], multiplier * heat(samplers.cell))),
  );
  return { ...alphas, cells, depth: level("depth"), width: level("width") };
}

/** Of every running search: its alphas are its own, its settings may be another's too. */
const gauges = new WeakMap<AlphaVariables, BudgetGauge>();

/** Holds the alphas of a running search at its budget, where the settings ask for it. */
export function holdBudget(alphas: AlphaVariables, config: SearchConfig, samplers: Samplers): void {
  if (config.cost.method !== "multiplier") return;
  let gauge = gauges.get(alphas);
  if (!gauge) {
    const { measure, budget } = config.cost;
    gauge = new BudgetGauge(costTables(config.space, config.binarization), measure, budget);
    gauges.set(alphas, gauge);
  }
  const { alphas: moved } = projectedToBudget(alphas.values(), samplers, gauge);
  tf.tidy(() => {
    moved.cells.forEach((rows, g) => {
      alphas.cells[g]?.assign(tf.tensor2d(rows.map((row) => [...row])));
    });
    for (const name of ["depth", "width"] as const)
      moved[name].forEach((row, i) => {
        alphas[name][i]?.assign(tf.tensor1d([...row]));
      });
  });
}
