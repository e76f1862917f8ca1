/** One way to take a decision: what it adds to the cost, and the natural logarithm of its probability. */
export interface LabelOption {
  readonly cost: number;
  readonly logProbability: number;
}

/** A chain of decisions taken so far. */
interface Label extends LabelOption {
  readonly before: Label | null;
  readonly option: number;
}

/** The best way to take all decisions: an option of each, with the sums. */
export interface LabelResult extends LabelOption {
  readonly options: readonly number[];
}

/**
 * One option for each decision such that `Σ cost ≤ limit` and `Σ logProbability` is as large as possible; null where no
 * choice keeps the limit or none is above `floor`. On equal log-probability the cheapest.
 *
 * Dynamic programming over the decisions, exact for any costs of at least 0: of the partial choices it keeps the Pareto
 * front (no other is both as cheap and as likely), which holds every partial choice that an optimum can begin with.
 * Partial choices that cannot keep the limit or pass the floor even with the best rest are dropped.
 */
export function bestLabels(
  decisions: readonly (readonly LabelOption[])[],
  limit: number,
  floor = -Infinity,
): LabelResult | null {
  const cheapest = suffixSums(decisions, (options) => Math.min(...options.map(({ cost }) => cost)));
  const likeliest = suffixSums(decisions, (options) =>
    Math.max(...options.map(({ logProbability }) => logProbability)),
  );
  let front: readonly Label[] = [{ cost: 0, logProbability: 0, before: null, option: -1 }];
  for (const [i, options] of decisions.entries()) {
    const [rest, hope] = [cheapest[i + 1] as number, likeliest[i + 1] as number];
    const grown: Label[] = [];
    for (const before of front) {
      options.forEach((option, place) => {
        const cost = before.cost + option.cost;
        const logProbability = before.logProbability + option.logProbability;
        if (cost + rest <= limit && logProbability + hope > floor)
          grown.push({ cost, logProbability, before, option: place });
      });
    }
    front = paretoFrontOf(grown);
  }
  const best = front.at(-1);
  return best === undefined
    ? null
    : { cost: best.cost, logProbability: best.logProbability, options: optionsOf(best) };
}

/**
 * An upper bound of what {@link bestLabels} can reach, by Lagrangian relaxation: for every price `λ ≥ 0`,
 *
 * `max Σ lnp ≤ λ · limit + Σ_decisions max_o (lnp_o − λ · cost_o)`,
 *
 * and the right side is convex in λ. Bisection on its slope finds a price near the best; any price gives a valid bound.
 */
export function labelBound(decisions: readonly (readonly LabelOption[])[], limit: number): number {
  let bound = Infinity;
  const slopeAt = (price: number): number => {
    let [value, slope] = [price * limit, limit];
    for (const options of decisions) {
      let [most, cost] = [-Infinity, 0];
      for (const option of options) {
        const own = option.logProbability - price * option.cost;
        if (own > most || (own === most && option.cost < cost)) [most, cost] = [own, option.cost];
      }
      value += most;
      slope -= cost;
    }
    bound = Math.min(bound, value);
    return slope;
  };
  if (slopeAt(0) >= 0 || limit <= 0) return bound;
  let [low, high] = [0, 1 / limit];
  for (let i = 0; i < 40 && slopeAt(high) < 0; i++) [low, high] = [high, 2 * high];
  for (let i = 0; i < 12; i++) {
    const middle = (low + high) / 2;
    if (slopeAt(middle) < 0) low = middle;
    else high = middle;
  }
  return bound;
}

/** By rising cost, each likelier than all before it. */
function paretoFrontOf(labels: Label[]): Label[] {
  labels.sort((a, b) => a.cost - b.cost || b.logProbability - a.logProbability);
  const front: Label[] = [];
  for (const label of labels) {
    const last = front.at(-1);
    if (last === undefined || label.logProbability > last.logProbability) front.push(label);
  }
  return front;
}

function optionsOf(label: Label): number[] {
  const options: number[] = [];
  for (let at: Label | null = label; at?.before; at = at.before) options.push(at.option);
  return options.reverse();
}

function suffixSums(
  decisions: readonly (readonly LabelOption[])[],
  of: (options: readonly LabelOption[]) => number,
): number[] {
  const sums = [0];
  for (const options of [...decisions].reverse()) sums.unshift((sums[0] as number) + of(options));
  return sums;
}
